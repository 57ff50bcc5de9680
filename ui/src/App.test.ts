// The window as a user meets it, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from './app.svelte';
import AppView from './App.svelte';
import { setLanguage } from './i18n/index.svelte';
import { FakeHost, fakeId, idle } from './platform/fake';

const report = { scanned: 3, embedded: 3, recognised: 0, unchanged: 0, removed: 0, skipped: [], offline: [], cancelled: false, seconds: 1 };

function withPhotos(host: FakeHost, count: number): void {
  host.pictures = Array.from({ length: count }, (_, i) => ({
    id: fakeId(i + 1), file_name: `photo-${i + 1}.jpg`, width: 4000, height: 3000,
    paths: i === 1 ? ['/photos/photo-2.jpg', '/backup/photo-2.jpg'] : [`/photos/photo-${i + 1}.jpg`],
    similarity: Math.max(30, 95 - i) / 100, offline: i === 2,
  }));
}

async function withFolder(host: FakeHost): Promise<void> {
  await host.addFolder('/photos', []);
}

function open(host: FakeHost): App {
  const app = new App(host);
  render(AppView, { app });
  return app;
}

const tile = (name: RegExp) => screen.findByRole('gridcell', { name });

describe('the window', () => {
  let host: FakeHost;

  beforeEach(() => {
    setLanguage('en');
    host = new FakeHost();
  });
  afterEach(cleanup);

  it('goes from an empty state to look-alikes in three actions', async () => {
    open(host);
    host.chosen = '/photos';
    withPhotos(host, 3);
    await fireEvent.click(await screen.findByRole('button', { name: 'Add a folder…' }));
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    expect(await screen.findByRole('heading', { name: '2 look-alikes' })).toBeTruthy();
    expect(await tile(/photo-2\.jpg · Your photo/), 'the photo itself is marked, not hidden').toBeTruthy();
    expect(screen.getByRole('heading', { name: /^Same file identical/ }), 'and not counted').toBeTruthy();
  });

  it('remembers a photo dropped before there is a folder, and searches it once photos are in', async () => {
    open(host);
    await screen.findByText('Drop a photo here');
    host.kinds.set('/desk/cat.jpg', 'file');
    host.drag({ kind: 'dropped', paths: ['/desk/cat.jpg'] });
    expect(await screen.findByText(/look for “cat\.jpg” as soon as you add a folder/)).toBeTruthy();

    host.chosen = '/photos';
    await fireEvent.click(screen.getByRole('button', { name: 'Add a folder…' }));
    withPhotos(host, 3);
    await screen.findByRole('button', { name: 'Paste' });
    host.emit({ kind: 'library-changed' });
    await tile(/^photo-1\.jpg · Same picture/);
    host.emit({ kind: 'run-finished', report });
    await waitFor(() => expect(host.calls.filter((call) => call === 'search /desk/cat.jpg'), 'searched again when the folder is complete').toHaveLength(2));
  });

  it('counts while the threshold moves, and heads each band with its count', async () => {
    withPhotos(host, 60);
    await withFolder(host);
    const app = open(host);
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await screen.findByRole('heading', { name: '40 look-alikes' });

    const slider = screen.getByRole('slider', { name: 'Similarity at least' });
    await fireEvent.input(slider, { target: { value: '0.9' } });
    expect(await screen.findByRole('heading', { name: '5 look-alikes' })).toBeTruthy();
    expect(slider.getAttribute('aria-valuetext')).toBe('90%, 6 photos shown');
    expect(screen.getByRole('heading', { name: /Same picture 5/ })).toBeTruthy();
    expect(screen.queryByRole('heading', { name: /Same scene/ })).toBeNull();

    await fireEvent.input(slider, { target: { value: '0.2' } });
    await screen.findByRole('heading', { name: '59 look-alikes' });
    expect(app.search.results.shown).toHaveLength(60);
  });

  it('says so where nothing but the photo itself is found', async () => {
    withPhotos(host, 1);
    await withFolder(host);
    open(host);
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    expect(await screen.findByRole('heading', { name: 'Nothing else looks like it' })).toBeTruthy();
    expect(await tile(/photo-1\.jpg · Your photo/)).toBeTruthy();
  });

  it('loads further pages of the same frozen set without repeating or skipping', async () => {
    withPhotos(host, 250);
    await withFolder(host);
    const app = open(host);
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await screen.findByRole('heading', { name: /look-alikes/ });
    await app.search.results.setThreshold(0);
    while (app.search.results.hits.length < 250) await app.search.loadMore();
    expect(app.search.results.hits.map((hit) => hit.rank)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  });

  it('marks copies and offline photos, and shows where a selected photo lies', async () => {
    withPhotos(host, 5);
    await withFolder(host);
    open(host);
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    const copies = await tile(/^photo-2\.jpg · Same picture/);
    expect(within(copies).getByText('+1 place')).toBeTruthy();
    expect(within(await tile(/^photo-3\.jpg/)).getByText('Offline')).toBeTruthy();
    await fireEvent.click(copies);
    expect(await screen.findByText('/backup/photo-2.jpg')).toBeTruthy();
  });

  it('says that the library changed after the set was frozen, and refreshes on request', async () => {
    withPhotos(host, 3);
    await withFolder(host);
    open(host);
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await screen.findByRole('heading', { name: '2 look-alikes' });
    withPhotos(host, 4);
    host.emit({ kind: 'library-changed' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Refresh' }));
    expect(await screen.findByRole('heading', { name: '3 look-alikes' })).toBeTruthy();
  });

  it('lets go of what went wrong before once something else is looked for, but of nothing that can be acted on', async () => {
    withPhotos(host, 3);
    await withFolder(host);
    const app = open(host);
    await tile(/^photo-1\.jpg/);
    app.activity.notify('error', () => 'went wrong');
    app.activity.notify('error', () => 'can be mended', undefined, { label: () => 'Mend', act: () => {} });
    app.activity.notify('info', () => 'was done', () => 'and this is how');
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await waitFor(() => expect(screen.queryByText('went wrong')).toBeNull());
    expect(screen.getByText('can be mended')).toBeTruthy();
    expect(screen.getByText('was done')).toBeTruthy();
  });

  it('reads everything again after reports were missed', async () => {
    withPhotos(host, 3);
    await withFolder(host);
    const app = open(host);
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await screen.findByRole('heading', { name: '2 look-alikes' });
    withPhotos(host, 4);
    host.progress = { ...idle, stage: 'paused', total: 100, done: 10 };
    host.emit({ kind: 'resync' });
    expect(await screen.findByText('Paused at 10 of 100')).toBeTruthy();
    expect(await screen.findByRole('button', { name: 'Refresh' })).toBeTruthy();
    await waitFor(() => expect(app.library.pictures).toHaveLength(4));
  });

  it('opens the library as soon as the engine can be heard, where it could not be opened before', async () => {
    withPhotos(host, 1);
    await withFolder(host);
    host.failures.set('status', { code: 'remote-failed', message: 'Lookalike does not answer.', hint: null });
    open(host);
    await screen.findByRole('alert');
    host.emit({ kind: 'resync' });
    expect(await tile(/^photo-1\.jpg/)).toBeTruthy();
  });

  it('is driven by the keyboard: arrows, S, Escape, slash', async () => {
    withPhotos(host, 30);
    await withFolder(host);
    const app = open(host);
    await tile(/^photo-1\.jpg/);
    const grid = screen.getByRole('grid');
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    expect(screen.getByRole('gridcell', { selected: true }).getAttribute('aria-label')).toBe('photo-2.jpg');
    await fireEvent.keyDown(grid, { key: 'Enter' });
    expect(host.calls).toContain(`open ${fakeId(2)}`);
    await fireEvent.keyDown(grid, { key: 's' });
    await screen.findByRole('heading', { name: '29 look-alikes' });
    await fireEvent.keyDown(window, { key: 'Escape' });
    await screen.findByRole('heading', { name: 'All photos' });
    await fireEvent.keyDown(window, { key: '/' });
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Search by photo' }));
    expect(app.search.query, 'the search is kept').not.toBeNull();
  });

  it('shows what happened and what to do when a search fails', async () => {
    withPhotos(host, 3);
    await withFolder(host);
    open(host);
    await tile(/^photo-1\.jpg/);
    host.failures.set('search', { code: 'not-a-picture', message: '“notes.txt” is not a picture.', hint: 'Pick a JPEG or PNG file.' });
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('“notes.txt” is not a picture.');
    expect(alert.textContent).toContain('Pick a JPEG or PNG file.');
  });

  it('drops the answer of a search that was overtaken', async () => {
    withPhotos(host, 3);
    await withFolder(host);
    const app = open(host);
    await tile(/^photo-1\.jpg/);
    const slow = app.search.ask({ kind: 'path', path: '/slow.jpg' });
    await app.search.ask({ kind: 'path', path: '/quick.jpg' });
    await slow;
    expect(app.search.query?.path).toBe('/quick.jpg');
  });

  it('says when nothing is this similar, and offers the weaker ones', async () => {
    withPhotos(host, 3);
    host.pictures = host.pictures.map((picture) => ({ ...picture, similarity: 0.4 }));
    await withFolder(host);
    const app = open(host);
    await tile(/^photo-1\.jpg/);
    await app.find({ kind: 'path', path: '/elsewhere.jpg' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Show 3 weaker matches' }));
    expect(await tile(/^photo-1\.jpg · Weak/)).toBeTruthy();
  });

  it('names a path that is not there', async () => {
    await withFolder(host);
    open(host);
    const field = await screen.findByRole('textbox', { name: 'Search by photo' });
    await fireEvent.input(field, { target: { value: '/no/such.jpg' } });
    await fireEvent.submit(screen.getByRole('search'));
    expect((await screen.findByRole('alert')).textContent).toContain('There is no file “/no/such.jpg”.');
  });

  it('keeps what was typed where it is refused, and offers to look for words by name', async () => {
    withPhotos(host, 3);
    await withFolder(host);
    open(host);
    await tile(/^photo-1\.jpg/);
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Search by photo' });
    const submit = async (value: string) => {
      await fireEvent.input(field, { target: { value } });
      await fireEvent.submit(screen.getByRole('search'));
    };
    await submit('ftp://example.org/cat.jpg');
    await screen.findByRole('alert');
    await waitFor(() => expect(field.value, 'to be mended').toBe('ftp://example.org/cat.jpg'));
    expect(screen.queryByRole('button', { name: /by name$/ }), 'no name').toBeNull();
    await submit('photo-2');
    await fireEvent.click(await screen.findByRole('button', { name: 'Find “photo-2” by name' }));
    expect(screen.queryByText('There is no file “photo-2”.')).toBeNull();
    const names = screen.getByRole<HTMLInputElement>('textbox', { name: 'Find by name or folder' });
    expect(names.value).toBe('photo-2');
    await waitFor(() => expect(screen.getAllByRole('gridcell').map((cell) => cell.getAttribute('aria-label'))).toEqual(['photo-2.jpg']));
    host.kinds.set('/photo.jpg', 'file');
    await submit('/photo.jpg');
    await screen.findByRole('heading', { name: /look-alikes/ });
    expect(field.value, 'it was taken').toBe('');
  });

  it('keeps no file for later that is no picture for certain', async () => {
    const app = open(host);
    await screen.findByText('Drop a photo here');
    expect(await app.find({ kind: 'path', path: '/desk/text.txt' })).toBe(false);
    expect((await screen.findByRole('alert')).textContent).toContain('“text.txt” is not a picture.');
    expect(screen.queryByText(/as soon as you add a folder/)).toBeNull();
    await app.find({ kind: 'path', path: '/desk/IMG_1.HEIC' });
    expect(await screen.findByText(/look for “IMG_1.HEIC” as soon as you add a folder/), 'whatever this page can show itself').toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('pauses and resumes indexing', async () => {
    host.progress = { ...idle, stage: 'indexing', total: 100, done: 10, rate: 5, seconds_left: 18 };
    await withFolder(host);
    open(host);
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause indexing' }));
    expect(await screen.findByText('Paused at 10 of 100')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Resume indexing' }));
    expect(await screen.findByText('10 of 100')).toBeTruthy();
  });

  it('lists skipped files with their reason and retries them', async () => {
    host.skippedFiles = [{ id: 7, path: '/photos/broken.jpg', code: 'truncated', message: 'The file ends too early.' }];
    await withFolder(host);
    open(host);
    await fireEvent.click(await screen.findByRole('button', { name: /Skipped files/ }));
    expect(await screen.findByText('Incomplete')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Retry broken.jpg' }));
    expect(await screen.findByText('Every photo in your folders can be searched.')).toBeTruthy();
  });

  it('asks before it forgets a folder', async () => {
    await withFolder(host);
    open(host);
    await fireEvent.click(await screen.findByRole('button', { name: 'Actions for photos' }));
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Remove from library…' }));
    expect(await screen.findByText(/Your photos stay where they are/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Remove', hidden: true }));
    expect(await screen.findByRole('heading', { name: 'Find the photos that look alike' })).toBeTruthy();
  });

  it('only reads while another Lookalike writes, and can try again', async () => {
    host.writable = false;
    withPhotos(host, 1);
    await withFolder(host);
    open(host);
    const retry = await screen.findByRole('button', { name: 'Try again' });
    expect(screen.queryByRole('button', { name: 'Add a folder…' })).toBeNull();
    await fireEvent.click(retry);
    expect(await screen.findByRole('button', { name: 'Add a folder…' })).toBeTruthy();
  });

  it('explains why the library could not be opened, and tries again', async () => {
    host.failures.set('status', { code: 'model-unusable', message: 'The model is damaged.', hint: 'Reinstall Lookalike.' });
    open(host);
    expect((await screen.findByRole('alert')).textContent).toContain('The model is damaged.');
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Drop a photo here')).toBeTruthy();
  });

  it('speaks Chinese when asked to', async () => {
    await withFolder(host);
    open(host);
    await fireEvent.change(await screen.findByRole('combobox', { name: 'Language' }), { target: { value: 'zh-CN' } });
    expect(await screen.findByRole('heading', { name: '全部照片' })).toBeTruthy();
  });
});
