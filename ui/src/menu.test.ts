// The native menu and files that the program is asked to open, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from './app.svelte';
import AppView from './App.svelte';
import { setLanguage } from './i18n/index.svelte';
import { FakeHost } from './platform/fake';
import { setTheme } from './settings/theme.svelte';
import { tile, withPhotos } from './test-app';

describe('the native menu', () => {
  let host: FakeHost;

  beforeEach(() => {
    setLanguage('en');
    host = new FakeHost();
    host.can = { ...host.can, menu: true };
  });
  afterEach(() => {
    cleanup();
    setTheme('system');
  });

  async function open(): Promise<void> {
    withPhotos(host, 3);
    await host.addFolder('/photos', []);
    render(AppView, { app: new App(host) });
    await tile(/^photo-1\.jpg/);
  }

  const items = () => host.menu.flatMap((menu) => menu.items.map((entry) => entry?.item));
  const choose = (item: string) => host.emit({ kind: 'menu', item });

  it('is there, and again in another language when that is chosen', async () => {
    await open();
    expect(host.menu.map(({ label }) => label)).toEqual(['File', 'Edit', 'View', 'Help']);
    expect(host.menu[0]?.items).toContainEqual({ item: 'find', label: 'Find look-alikes of a photo…', keys: 'CmdOrCtrl+O' });
    const sent = vi.spyOn(host, 'setMenu');
    host.emit({ kind: 'folders-changed' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent, 'what happens in the library does not change it').not.toHaveBeenCalled();
    setLanguage('zh-CN');
    await waitFor(() => expect(host.menu.map(({ label }) => label)).toEqual(['文件', '编辑', '查看', '帮助']));
  });

  it('has only what can be done: no screens before there is a library, no new folder where one only reads', async () => {
    const app = new App(host);
    render(AppView, { app });
    await screen.findByText('Drop a photo here');
    await waitFor(() => expect(items()).toContain('add-folder'));
    expect(items()).not.toContain('settings');
    cleanup();
    host.writable = false;
    await open();
    await waitFor(() => expect(items()).toContain('settings'));
    expect(items()).not.toContain('add-folder');
  });

  it('leads to the screens', async () => {
    await open();
    for (const [item, heading] of [['settings', 'Settings'], ['about', 'About Lookalike'], ['duplicates', 'Duplicates'], ['library', 'All photos']] as const) {
      choose(item);
      expect(await screen.findByRole('heading', { name: heading, level: 1 })).toBeTruthy();
    }
    choose('shortcuts');
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy();
  });

  it('sets the theme', async () => {
    await open();
    const checked = () => host.menu.flatMap(({ items }) => items).filter((entry) => entry?.checked).map((entry) => entry?.item);
    expect(checked()).toEqual(['theme-system']);
    choose('theme-dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
    await waitFor(() => expect(checked()).toEqual(['theme-dark']));
    const sent = vi.spyOn(host, 'setMenu');
    choose('theme-dark');
    expect(sent, 'a second click took its mark off').toHaveBeenCalledOnce();
    expect(checked()).toEqual(['theme-dark']);
  });

  it('copies the path of the selected photo, and says when there is none', async () => {
    await open();
    choose('copy-path');
    expect(await screen.findByText('Select a photo first.')).toBeTruthy();
    await fireEvent.keyDown(screen.getByRole('grid'), { key: 'ArrowRight' });
    choose('copy-path');
    await waitFor(() => expect(host.calls).toContain('copyText /photos/photo-1.jpg'));
  });

  it('looks for what the program was started with, once the library is open', async () => {
    withPhotos(host, 3);
    await host.addFolder('/photos', []);
    host.kinds.set('/desk/cat.jpg', 'file');
    const app = new App(host);
    const starting = app.start();
    await Promise.resolve();
    host.emit({ kind: 'opened', paths: ['/desk/cat.jpg'] });
    expect(host.calls, 'there is no library yet').not.toContain('search /desk/cat.jpg');
    await starting;
    expect(host.calls.filter((call) => call.startsWith('search'))).toEqual(['search /desk/cat.jpg']);
  });

  it('treats files that are opened later as if they were dropped', async () => {
    await open();
    host.kinds.set('/card', 'folder').set('/card/a.jpg', 'file').set('/card/b.jpg', 'file');
    host.emit({ kind: 'opened', paths: ['/card', '/card/a.jpg', '/card/b.jpg'] });
    expect(await screen.findByRole('heading', { name: /look-alike/ })).toBeTruthy();
    expect(host.calls).toContain('addFolder /card');
    expect(host.calls).toContain('search /card/a.jpg');
  });
});
