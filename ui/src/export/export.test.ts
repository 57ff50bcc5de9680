// Lists of results and copies of photos, as a user meets them.

import { cleanup, fireEvent, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId, type FakeHost } from '../platform/fake';
import { openLibrary, openResults, tile } from '../test-app';

const calls = (host: FakeHost, name: string) => host.calls.filter((call) => call.startsWith(name));
const entry = (name: string | RegExp) => screen.findByRole('menuitem', { name });

async function choose(...numbers: number[]): Promise<void> {
  for (const number of numbers) await fireEvent.click(await tile(new RegExp(`^photo-${number}\\.jpg`)), { ctrlKey: true });
}

describe('results', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('are saved as a list, all that are similar enough', async () => {
    const { host } = await openResults(4);
    await fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
    await fireEvent.click(await entry('List as CSV…'));
    expect(await screen.findByText('List of 4 results saved.')).toBeTruthy();
    expect(calls(host, 'exportResults')).toEqual(['exportResults csv']);
  });

  it('are saved as a list, only the chosen ones', async () => {
    const { host } = await openResults(5);
    await choose(2, 4);
    await fireEvent.click(screen.getByRole('button', { name: 'Actions for the chosen photos' }));
    await fireEvent.click(await entry('List as JSON…'));
    expect(await screen.findByText('List of 2 results saved.')).toBeTruthy();
    expect(calls(host, 'exportResults')).toEqual([`exportResults json ${fakeId(2)} ${fakeId(4)}`]);
  });

  it('are not said to be saved when the user closed the dialog', async () => {
    const { host } = await openResults(2);
    host.exportResults = async () => false;
    await fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
    await fireEvent.click(await entry('List as CSV…'));
    expect(screen.queryByText(/results saved/)).toBeNull();
  });

  it('are copied to a folder, with those of other pages', async () => {
    const { host, app } = await openResults(250);
    await app.search.results.setThreshold(0.5);
    host.chosen = '/media/stick';
    await fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
    await fireEvent.click(await entry(/^Copy 46 photos to a folder…/));
    expect(await screen.findByText('1 copied')).toBeTruthy();
    expect(calls(host, 'copyFiles')).toEqual(['copyFiles /media/stick 0.5']);
  });
});

describe('copies that take long', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  async function copySlowly(): Promise<{ host: FakeHost; finish: (change?: Partial<FakeHost['copyReport']>) => void }> {
    const { host } = await openResults(4);
    let finish = (): void => {};
    host.copyFiles = () => new Promise((resolve) => (finish = () => resolve(host.copyReport)));
    host.chosen = '/media/stick';
    await fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
    await fireEvent.click(await entry(/^Copy 4 photos to a folder…/));
    return {
      host,
      finish: (change) => {
        host.emit({ kind: 'copy-changed', progress: null });
        host.copyReport = { ...host.copyReport, ...change };
        finish();
      },
    };
  }

  it('say how far they are', async () => {
    const { host, finish } = await copySlowly();
    host.emit({ kind: 'copy-changed', progress: { done: 1, total: 4, bytes: 2_000_000 } });
    expect(screen.queryByText('Copying photos'), 'not for an instant').toBeNull();
    expect(await screen.findByText('Copying photos', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.getByText('1 of 4 · 2 MB')).toBeTruthy();
    host.emit({ kind: 'copy-changed', progress: { done: 3, total: 4, bytes: 6_000_000 } });
    expect(await screen.findByText('3 of 4 · 6 MB')).toBeTruthy();
    expect(screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Copying photos' }).value).toBe(0.75);
    finish({ copied: 4 });
    expect(await screen.findByText('4 copied')).toBeTruthy();
    expect(screen.queryByText('Copying photos')).toBeNull();
  });

  it('can be stopped, and it is said that they were', async () => {
    const { host, finish } = await copySlowly();
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }, { timeout: 3000 }));
    expect(calls(host, 'cancelCopy')).toEqual(['cancelCopy']);
    expect(await screen.findByText('Stopping')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Cancel' }).disabled).toBe(true);
    finish({ copied: 2, is_cancelled: true });
    expect(await screen.findByText('Stopped: 2 copied')).toBeTruthy();
    expect(screen.queryByText('Stopping')).toBeNull();
  });
});

describe('photos of the library', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('are copied to a folder, and it is said what became of each', async () => {
    const { host } = await openLibrary(4);
    host.chosen = '/media/stick';
    host.copyReport = { copied: 12, bytes: 1, there_already: 1, failed: [{ file: 3, path: '/photos/photo-3.jpg', code: 'failed', message: 'the disk is full' }], is_cancelled: false };
    await choose(1, 3);
    await fireEvent.contextMenu(await tile(/^photo-3\.jpg/));
    await fireEvent.click(await entry(/^Copy 2 photos to a folder…/));
    const told = await screen.findByRole('alert');
    expect(told.textContent).toMatch(/12 copied, 1 was there already, 1 failed.*\/photos\/photo-3\.jpg: the disk is full/s);
    expect(calls(host, 'copyFiles')).toEqual([`copyFiles /media/stick ${fakeId(1)} ${fakeId(3)}`]);
    expect(screen.queryByText('Copying photos'), 'it is over').toBeNull();
  });

  it('are not copied when no folder was picked, and have no list of results', async () => {
    const { host } = await openLibrary(4);
    await choose(1, 3);
    await fireEvent.click(screen.getByRole('button', { name: 'Actions for the chosen photos' }));
    expect(screen.queryByRole('menuitem', { name: /List as/ })).toBeNull();
    await fireEvent.click(await entry(/^Copy 2 photos/));
    expect(calls(host, 'copyFiles')).toEqual([]);
  });

  it('are acted on alone where they are not among the chosen ones', async () => {
    const { host } = await openLibrary(4);
    host.chosen = '/media/stick';
    await choose(1, 3);
    await fireEvent.contextMenu(await tile(/^photo-4\.jpg/));
    await fireEvent.click(await entry(/^Copy file to a folder…/));
    await screen.findByText('1 copied');
    expect(calls(host, 'copyFiles')).toEqual([`copyFiles /media/stick ${fakeId(4)}`]);
  });
});
