// The check before import as a user meets it, over the fake host.

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../app.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId, type FakeHost } from '../platform/fake';
import { fakeImportFile } from '../platform/fake-import';
import { openLibrary } from '../test-app';
import type { ImportFile } from '../wire';

const known = (number: number, change: Partial<ImportFile> = {}) =>
  fakeImportFile(number, { verdict: 'same-file', match_id: fakeId(1), match_path: '/photos/photo-1.jpg', similarity: 1, ...change });
const alike = (number: number) => fakeImportFile(number, { verdict: 'same-picture', match_id: fakeId(2), match_path: '/photos/photo-2.jpg', similarity: 0.93, width: 2000, height: 1500 });
const broken = (number: number) => fakeImportFile(number, { id: '', verdict: 'unreadable', reason: 'The file ends too early.' });

describe('the check before import', () => {
  let host: FakeHost;
  let app: App;

  beforeEach(async () => {
    setLanguage('en');
    ({ host, app } = await openLibrary(3));
  });
  afterEach(cleanup);

  const open = () => fireEvent.click(screen.getByRole('button', { name: /^Check before import/ }));
  const column = (name: RegExp) => screen.getByRole('region', { name });
  const lines = (name: RegExp) => [...column(name).querySelectorAll('li b')].map((line) => line.textContent);
  const calls = (name: string) => host.calls.filter((call) => call.startsWith(name));

  async function check(...files: ImportFile[]): Promise<void> {
    host.chosen = '/card';
    host.fakeImport.files = files;
    await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Choose a folder…' }));
    await screen.findByText('/card');
  }

  it('says what it does, and does nothing before it is asked to', async () => {
    await open();
    expect(screen.getByRole('heading', { name: 'Do I already have these?' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Choose a folder…' }));
    expect(calls('checkFolder'), 'the dialog was closed').toEqual([]);
  });

  it('fills its columns while it runs, says how long it takes, and can be cancelled', async () => {
    await check(fakeImportFile(7));
    host.fakeImport.change({ total: 0 });
    expect(await screen.findByText('Counting the files')).toBeTruthy();
    host.fakeImport.change({ total: 400, done: 100, new: 1, to_copy: 1, rate: 41.2, seconds_left: 90 });
    expect(await screen.findByText('100 of 400 · 41/s · 2 min left')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Check before import 25%' })).toBeTruthy();
    await waitFor(() => expect(lines(/^New/)).toEqual(['IMG_7.jpg']));
    expect(within(column(/^Already here/)).getByText('None so far')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Copy the/ }), 'not before all is known').toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText(/^Cancelled at 100 of 400\./)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Check again' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy the 1 new one to a folder…' }), 'what was found until then').toBeTruthy();
  });

  it('is over where it was so before its beginning was answered', async () => {
    await open();
    host.fakeImport.files = [fakeImportFile(4)];
    host.chosen = '/card';
    host.checkFolder = async (path) => {
      const begun = host.fakeImport.begin(path);
      host.fakeImport.change({ total: 1 });
      host.fakeImport.finish();
      return begun;
    };
    await fireEvent.click(screen.getByRole('button', { name: 'Choose a folder…' }));
    expect(await screen.findByText('1 photo is new, 2 MB.')).toBeTruthy();
    await waitFor(() => expect(lines(/^New 1/)).toEqual(['IMG_4.jpg']));
  });

  it('reads its lists at most twice a second', async () => {
    await check(...Array.from({ length: 9 }, (_, i) => fakeImportFile(i)));
    let reads = 0;
    const { checked } = host;
    host.checked = (request) => ((reads += 1), checked.call(host, request));
    for (let done = 1; done <= 9; done++) host.fakeImport.change({ total: 9, done, new: done });
    await waitFor(() => expect(lines(/^New/)).toHaveLength(9));
    expect(reads).toBe(1);
  });

  it('shows what is here already, what is new, and what cannot be read', async () => {
    await check(known(1), known(2), alike(3), fakeImportFile(4), fakeImportFile(5, { is_repeated: true }), broken(6));
    host.fakeImport.finish();
    expect(await screen.findByText('1 photo is new, 2 MB.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy the 1 new one to a folder…' }), 'each content once').toBeTruthy();
    await waitFor(() => expect(lines(/^Already here 2/)).toEqual(['IMG_1.jpg', 'IMG_2.jpg']));
    expect(within(column(/^Already here/)).getAllByText('Here: photos/photo-1.jpg')).toHaveLength(2);
    await waitFor(() => expect(lines(/^New 2/)).toEqual(['IMG_4.jpg', 'IMG_5.jpg']));
    expect(within(column(/^New/)).getByText('More than once in this folder')).toBeTruthy();
    expect(screen.getAllByText('1 file could not be read')[0]).toBeTruthy();
    expect(await screen.findByText('The file ends too early.')).toBeTruthy();
  });

  it('shows the same picture beside the file, and compares the two', async () => {
    await check(alike(3));
    host.fakeImport.finish();
    const pair = await screen.findByRole('button', { name: /IMG_3\.jpg 93% similar Here: photos\/photo-2\.jpg/ });
    expect([...pair.querySelectorAll('img')].map((img) => img.getAttribute('src'))).toEqual([`fake:thumb/${fakeId(3)}`, `fake:thumb/${fakeId(2)}`]);
    await fireEvent.click(pair);
    const comparison = await screen.findByRole('dialog', { name: '2 photos compared' });
    expect((await within(comparison).findByRole('row', { name: /Pixels/ })).textContent).toMatch(/2000 × 1500.*4000 × 3000/);
    expect(within(comparison).getByText('photo-2.jpg has the better file: the most pixels.')).toBeTruthy();
    expect(screen.queryByRole('alert'), 'the file is not asked for in the library').toBeNull();
    expect(within(comparison).queryByRole('button', { name: /^Keep|trash/ }), 'and cannot go to its trash').toBeNull();
  });

  it('copies the new files where it is told to, says what became of them, and offers their folder to the library', async () => {
    await check(fakeImportFile(4), known(1));
    host.fakeImport.finish();
    host.chosen = '/home/ann/new';
    host.copyReport = { copied: 11, bytes: 1, there_already: 0, failed: [{ file: 0, path: '/card/IMG_4.jpg', code: 'failed', message: 'the disk is full' }], is_cancelled: false };
    expect(calls('copyNew'), 'nothing is imported unasked').toEqual([]);
    await fireEvent.click(await screen.findByRole('button', { name: 'Copy the 1 new one to a folder…' }));
    expect(await screen.findByText('11 copied, 1 failed')).toBeTruthy();
    expect(screen.getByText('/card/IMG_4.jpg: the disk is full')).toBeTruthy();
    expect(calls('copyNew')).toEqual(['copyNew /home/ann/new all-but']);
    expect(calls('addFolder /home')).toEqual([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Add “new” to the library' }));
    await waitFor(() => expect(calls('addFolder /home')).toEqual(['addFolder /home/ann/new']));
  });

  it('copies only the new files that are chosen, which all are at first', async () => {
    await check(fakeImportFile(4), fakeImportFile(5), fakeImportFile(5, { is_repeated: true, path: '/card/again/IMG_5.jpg' }), fakeImportFile(6));
    host.fakeImport.finish();
    host.chosen = '/home/ann/new';
    const box = (name: RegExp | string) => within(column(/^New 4/)).getByRole<HTMLInputElement>('checkbox', { name });
    const copy = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
    await waitFor(() => expect(box(/^IMG_4\.jpg/).checked).toBe(true));
    expect(within(column(/^New 4/)).getAllByRole('checkbox', { name: /^IMG_/ }), 'each content can be chosen once').toHaveLength(3);
    expect(box('Choose all').checked && !box('Choose all').indeterminate).toBe(true);

    await fireEvent.click(box(/^IMG_5\.jpg/));
    expect(box('Choose all').indeterminate, 'some of them').toBe(true);
    await copy('Copy 2 of the 3 new ones to a folder…');
    await waitFor(() => expect(calls('copyNew')).toEqual([`copyNew /home/ann/new all-but ${fakeId(5)}`]));

    await fireEvent.click(box('Choose all'));
    expect(box(/^IMG_5\.jpg/).checked, 'from some to all').toBe(true);
    await fireEvent.click(box('Choose all'));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Copy 0 of the 3 new ones to a folder…' }).disabled).toBe(true);
    await fireEvent.click(box(/^IMG_6\.jpg/));
    await copy('Copy 1 of the 3 new ones to a folder…');
    await waitFor(() => expect(calls('copyNew').at(-1)).toBe(`copyNew /home/ann/new only ${fakeId(6)}`));

    await fireEvent.click(screen.getByRole('button', { name: 'Check another folder…' }));
    host.fakeImport.finish();
    expect(await screen.findByRole('button', { name: 'Copy the 3 new ones to a folder…' }), 'what is found anew is chosen anew').toBeTruthy();
  });

  it('does not offer a folder that lies in the library', async () => {
    await check(fakeImportFile(4));
    host.fakeImport.finish();
    host.chosen = '/photos/from-card';
    await fireEvent.click(await screen.findByRole('button', { name: /^Copy the 1 new one/ }));
    expect(await screen.findByText(/so they are indexed by themselves/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /to the library$/ })).toBeNull();
  });

  it('says after copying that its lists are of before, and checks the same folder again', async () => {
    await check(fakeImportFile(4), fakeImportFile(5));
    host.fakeImport.finish();
    const again = () => screen.findByRole('button', { name: 'Check again' });
    host.chosen = '/photos/from-card';
    await fireEvent.click(await screen.findByRole('button', { name: /^Copy the 2 new ones/ }));
    expect(await screen.findByText(/check again: the lists say what was new before/)).toBeTruthy();
    await fireEvent.click(await again());
    expect(calls('checkFolder')).toEqual(['checkFolder /card', 'checkFolder /card']);
    expect(await screen.findByText('0 of 2')).toBeTruthy();
    expect(screen.queryByText(/the lists say what was new before/)).toBeNull();
    host.fakeImport.finish();
    await screen.findByText(/^2 photos are new/);
    host.fakeImport.files = [known(4), known(5)];
    await fireEvent.click(await again()); // it was too early, so once more
    host.fakeImport.finish();
    expect(await screen.findByText('Nothing in this folder is new.')).toBeTruthy();
    await waitFor(() => expect(lines(/^Already here 2/)).toEqual(['IMG_4.jpg', 'IMG_5.jpg']));
  });

  it('says so of copies elsewhere once their folder joins the library', async () => {
    await check(fakeImportFile(4));
    host.fakeImport.finish();
    host.chosen = '/home/ann/new';
    await fireEvent.click(await screen.findByRole('button', { name: /^Copy the 1 new one/ }));
    const join = await screen.findByRole('button', { name: 'Add “new” to the library' });
    expect(screen.queryByText(/the lists say what was new before/), 'they still are new').toBeNull();
    await fireEvent.click(join);
    await screen.findByRole('heading', { name: 'All photos' });
    await open();
    expect(await screen.findByText(/the lists say what was new before/)).toBeTruthy();
  });

  it('says that nothing is new', async () => {
    await check(known(1));
    host.fakeImport.finish();
    expect(await screen.findByText('Nothing in this folder is new.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Copy the/ })).toBeNull();
  });

  it('takes a dropped folder instead of adding it, but none of the library', async () => {
    await open();
    host.kinds.set('/card', 'folder').set('/photos/summer', 'folder');
    host.drag({ kind: 'over' });
    expect(await screen.findByText('Drop a folder to check it')).toBeTruthy();
    host.drag({ kind: 'dropped', paths: ['/card'] });
    await screen.findByText('/card');
    expect(calls('checkFolder')).toEqual(['checkFolder /card']);
    host.drag({ kind: 'dropped', paths: ['/photos/summer'] });
    expect((await screen.findByRole('alert')).textContent).toContain('The folder “/photos/summer” is in your library.');
    expect(calls('checkFolder')).toHaveLength(1);
    expect(calls('addFolder')).toEqual(['addFolder /photos']);
  });

  it('searches by a photo that is dropped on it, as everywhere', async () => {
    await open();
    host.kinds.set('/desk/cat.jpg', 'file');
    host.drag({ kind: 'dropped', paths: ['/desk/cat.jpg'] });
    await screen.findByRole('heading', { name: /look-alike/ });
  });

  it('goes on while the user is elsewhere, says when it is over, and is as it was on coming back', async () => {
    await check(fakeImportFile(4), fakeImportFile(5));
    await fireEvent.click(screen.getByRole('button', { name: /^All photos/ }));
    host.fakeImport.finish();
    expect(await screen.findByText('2 photos are new, 4 MB.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Show' }));
    await waitFor(() => expect(lines(/^New 2/)).toEqual(['IMG_4.jpg', 'IMG_5.jpg']));
  });

  it('is found again by a window that opens later, or that missed reports', async () => {
    host.fakeImport.files = [fakeImportFile(4)];
    host.fakeImport.begin('/card');
    host.emit({ kind: 'resync' });
    await waitFor(() => expect(app.importCheck.isRunning).toBe(true));
    await open();
    expect(screen.getByText('/card')).toBeTruthy();
    host.fakeImport.status = { ...host.fakeImport.status!, state: 'done', total: 1, done: 1, new: 1 };
    host.emit({ kind: 'resync' });
    await waitFor(() => expect(lines(/^New 1/)).toEqual(['IMG_4.jpg']));
  });

  it('reads long lists part by part', async () => {
    await check(...Array.from({ length: 150 }, (_, i) => fakeImportFile(i)));
    host.fakeImport.finish();
    await waitFor(() => expect(lines(/^New 150/)).toHaveLength(60));
    await fireEvent.click(screen.getByRole('button', { name: 'Show more (90)' }));
    await waitFor(() => expect(lines(/^New/)).toHaveLength(120));
    expect(new Set(lines(/^New/)).size, 'none twice').toBe(120);
  });

  it('says why it could not go on, and begins anew', async () => {
    await check(known(1));
    host.fakeImport.change({ state: 'failed', reason: { code: 'io', message: 'the card was pulled out', hint: null } });
    expect((await screen.findByRole('alert')).textContent).toContain('the card was pulled out');
    await fireEvent.click(screen.getByRole('button', { name: 'Check again' }));
    expect(await screen.findByText('0 of 1')).toBeTruthy();
    expect(calls('checkFolder')).toEqual(['checkFolder /card', 'checkFolder /card']);
  });
});
