// What is said about what was done, and how long it stands there.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../app.svelte';
import { setLanguage, t } from '../i18n/index.svelte';
import type { FakeHost } from '../platform/fake';
import { openLibrary } from '../test-app';

describe('a notice', () => {
  let app: App;
  let host: FakeHost;

  beforeEach(async () => {
    setLanguage('en');
    ({ app, host } = await openLibrary(2));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
    setLanguage('en');
  });

  async function later(seconds: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    await tick();
  }

  async function copied(): Promise<void> {
    app.activity.notify('info', () => t('photo.copied'), () => '/media/stick');
    await tick();
  }

  const isThere = () => screen.queryByText('/media/stick') !== null;

  it('of what was done goes by itself', async () => {
    await copied();
    await later(7);
    expect(isThere(), 'time to read it').toBe(true);
    await later(2);
    expect(isThere()).toBe(false);
  });

  it('stays while the pointer is over it, or the focus in it', async () => {
    await copied();
    const notices = screen.getByText('/media/stick').closest('.notices') as HTMLElement;
    await fireEvent.pointerEnter(notices);
    await later(20);
    expect(isThere()).toBe(true);
    screen.getByRole('button', { name: 'Dismiss' }).focus();
    await fireEvent.pointerLeave(notices);
    await later(20);
    expect(isThere()).toBe(true);
    screen.getByRole('grid').focus();
    await tick();
    await later(9);
    expect(isThere()).toBe(false);
  });

  it('stays where it can be acted on, where something went wrong, and where the engine reports', async () => {
    app.activity.notify('info', () => 'in the trash', undefined, { label: () => t('trash.undo'), act: () => {} });
    app.activity.failed({ code: 'io', message: 'cannot read it', hint: null });
    host.emit({ kind: 'notice', message: 'Indexing stopped', hint: null });
    await tick();
    await later(60);
    for (const text of ['in the trash', 'cannot read it', 'Indexing stopped']) expect(screen.getByText(text)).toBeTruthy();
  });

  it('lies in the flow of the page, where it covers nothing', async () => {
    await copied();
    expect(screen.getByText('/media/stick').closest('.flows')?.previousElementSibling?.tagName).toBe('MAIN');
  });

  it('is in another language as soon as that is chosen, and so is what only this page knows', async () => {
    vi.useRealTimers();
    app.activity.notify('info', () => t('photo.copied'), undefined, { label: () => t('trash.undo'), act: () => {} });
    app.activity.failed({ code: 'io', message: t('clipboard.no-writing'), hint: t('clipboard.no-writing.hint') });
    host.emit({ kind: 'run-finished', report: { scanned: 2, embedded: 2, recognised: 0, unchanged: 0, removed: 0, skipped: [], offline: [], cancelled: false, seconds: 1 } });
    await screen.findByText('Indexing is done. 2 new photos.');
    setLanguage('zh-CN');
    await waitFor(() => expect(screen.getByText(t('photo.copied'))).toBeTruthy());
    for (const key of ['trash.undo', 'clipboard.no-writing', 'clipboard.no-writing.hint'] as const) expect(screen.getByText(t(key)), key).toBeTruthy();
    expect(screen.getByText(t('activity.finished', { n: 2 }))).toBeTruthy();
    expect(screen.queryByText('Path copied.')).toBeNull();
  });
});
