// Photos to the trash and back, from the library, the results and the preview, as a user meets it.

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId, type FakeHost } from '../platform/fake';
import { openLibrary, openResults, tile } from '../test-app';

const trashed = (host: FakeHost) => host.calls.filter((call) => call.startsWith('trash'));
const names = () => screen.getAllByRole('gridcell').map((cell) => cell.getAttribute('aria-label')?.split(' · ')[0]);
const button = (name: string) => screen.findByRole('button', { name, hidden: true });
const grid = () => screen.getByRole('grid');

/** A second file of a photo, so that one of them can go without a question. */
function copyOf(host: FakeHost, ...numbers: number[]): void {
  host.pictures = host.pictures.map((picture, i) => (numbers.includes(i + 1) ? { ...picture, paths: [...picture.paths, `/backup/${picture.file_name}`] } : picture));
}

async function select(times: number, shiftKey = false): Promise<void> {
  for (let i = 0; i < times; i++) await fireEvent.keyDown(grid(), { key: 'ArrowRight', shiftKey: shiftKey && i > 0 });
}

describe('photos to the trash', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('are asked about where they are the last copy, shown, and come back by Undo', async () => {
    const { host } = await openLibrary(4);
    await select(2);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    const question = await screen.findByRole('dialog', { name: 'This is the last copy of 1 photo' });
    expect(within(question).getByText('/photos/photo-2.jpg')).toBeTruthy();
    expect(question.querySelector('img')?.getAttribute('src'), 'it is shown').toBe(`fake:thumb/${fakeId(2)}`);
    expect(names(), 'nothing has gone yet').toHaveLength(4);

    await fireEvent.click(within(question).getByText('Move it all the same'));
    await waitFor(() => expect(names()).toEqual(['photo-1.jpg', 'photo-3.jpg', 'photo-4.jpg']));
    const file = host.fakeTrash.fileAt('/photos/photo-2.jpg');
    expect(trashed(host)).toEqual([`trash ${file} false`, `trash ${file} true`]);
    expect(screen.getByRole('gridcell', { selected: true }).getAttribute('aria-label'), 'the next one is selected').toBe('photo-3.jpg');

    await fireEvent.click(await button('Undo'));
    expect(await screen.findByText('1 file is back where it was.')).toBeTruthy();
    expect(screen.queryByText(/in the trash\./), 'there is nothing more to undo').toBeNull();
    await waitFor(() => expect(names()).toHaveLength(4), { timeout: 4000 });
  });

  it('all go by Ctrl+A and Del, and come back by Ctrl+Z', async () => {
    const { host } = await openLibrary(3);
    copyOf(host, 1, 2, 3);
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'a', ctrlKey: true });
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    const summary = await screen.findByRole('dialog', { name: 'Move 3 photos to the trash?' });
    await waitFor(() => expect(within(summary).getByText('Move to the trash')).not.toHaveProperty('disabled', true));
    await fireEvent.click(within(summary).getByText('Move to the trash'));
    await button('Undo');
    await fireEvent.keyDown(window, { key: 'z', ctrlKey: true });
    expect(await screen.findByText(/files? (is|are) back where/)).toBeTruthy();
  });

  it('stay when the user would rather keep the last copy', async () => {
    const { host } = await openLibrary(2);
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    await fireEvent.click(await button('Leave it'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(names()).toHaveLength(2);
    expect(trashed(host)).toHaveLength(1);
  });

  it('are summed up before several files go, with all places of a photo', async () => {
    const { host } = await openLibrary(4);
    copyOf(host, 1);
    await select(2, true);
    await fireEvent.click(screen.getByRole('button', { name: 'Move 2 photos to the trash' }));
    const summary = await screen.findByRole('dialog', { name: 'Move 2 photos to the trash?' });
    expect(await within(summary).findByText('3 files, 11 MB. You can undo it afterwards.')).toBeTruthy();
    expect(within(summary).getByText('1 photo lies in several places: only its ticked files go.')).toBeTruthy();
    expect(trashed(host), 'nothing happens before').toEqual([]);
    await fireEvent.click(within(summary).getByText('Move to the trash'));

    const question = await screen.findByRole('dialog', { name: 'This is the last copy of 2 photos' });
    await fireEvent.click(within(question).getByText('Move them all the same'));
    expect(await screen.findByText('3 files, 11 MB, are in the trash.'), 'both moves are one').toBeTruthy();
    await fireEvent.click(await button('Undo'));
    expect(await screen.findByText('3 files are back where they were.')).toBeTruthy();
  });

  it('go from the chosen places only, where they lie in several, and stay in the library then', async () => {
    const { host } = await openLibrary(3);
    copyOf(host, 1);
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    const summary = await screen.findByRole('dialog', { name: 'Move 1 photo to the trash?' });
    const places = await within(summary).findByRole('group', { name: 'Files of photo-1.jpg' });
    const place = (name: string) => within(places).getByRole<HTMLInputElement>('checkbox', { name });
    expect([place('photos/photo-1.jpg').checked, place('/backup/photo-1.jpg').checked], 'at first all go').toEqual([true, true]);
    const confirm = within(summary).getByText<HTMLButtonElement>('Move to the trash');
    await fireEvent.click(place('photos/photo-1.jpg'));
    expect(within(summary).getByText('1 file, 3.6 MB. You can undo it afterwards.')).toBeTruthy();
    await fireEvent.click(place('/backup/photo-1.jpg'));
    expect(confirm.closest('button')?.disabled, 'nothing is left to move').toBe(true);
    await fireEvent.click(place('/backup/photo-1.jpg'));
    await fireEvent.click(confirm);
    expect(await screen.findByText('1 file, 3.6 MB, is in the trash.')).toBeTruthy();
    expect(trashed(host)).toEqual([`trash ${host.fakeTrash.fileAt('/backup/photo-1.jpg')} false`]);
    expect(screen.queryByRole('dialog'), 'the other copy is there, so nothing more is asked').toBeNull();
    expect(names(), 'it still has a file').toHaveLength(3);
  });

  it('stay in places that are protected or away, which say so', async () => {
    const { host } = await openLibrary(2);
    copyOf(host, 1);
    host.fakeTrash.kept.set(host.fakeTrash.fileAt('/backup/photo-1.jpg'), 'protected');
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    const held = await screen.findByRole<HTMLInputElement>('checkbox', { name: '/backup/photo-1.jpg Protected' });
    expect([held.checked, held.disabled]).toEqual([false, true]);
    await fireEvent.click(await button('Move to the trash'));
    await waitFor(() => expect(trashed(host)).toEqual([`trash ${host.fakeTrash.fileAt('/photos/photo-1.jpg')} false`]));
  });

  it('are not moved when the summary is closed', async () => {
    const { host } = await openLibrary(3);
    await select(2, true);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    await fireEvent.click(await button('Cancel'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(trashed(host)).toEqual([]);
  });

  it('give the keys back to the photos, however many questions there were', async () => {
    await openLibrary(3);
    grid().focus();
    await select(2, true);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    const confirm = await button('Move to the trash');
    confirm.focus();
    await fireEvent.click(confirm);
    const anyway = await button('Move them all the same');
    anyway.focus();
    await fireEvent.click(anyway);
    await waitFor(() => expect(document.activeElement).toBe(grid()));
    const undo = await button('Undo');
    undo.focus();
    await fireEvent.click(undo);
    await waitFor(() => expect(document.activeElement).toBe(grid()));
  });

  it('say why they stay', async () => {
    const { host } = await openLibrary(3);
    const codes = { 'photo-1.jpg': 'protected', 'photo-2.jpg': 'protected', 'photo-3.jpg': 'unreachable' };
    for (const [name, code] of Object.entries(codes)) host.fakeTrash.kept.set(host.fakeTrash.fileAt(`/photos/${name}`), code);
    await select(3, true);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    await screen.findByText(/^3 files/);
    await fireEvent.click(await button('Move to the trash'));
    const alerts = (await screen.findAllByRole('alert')).map((alert) => alert.textContent);
    expect(alerts[0]).toMatch(/2 files stay: their folders are protected\..*\/photos\/photo-1\.jpg/s);
    expect(alerts[1]).toMatch(/1 file stays: it cannot be reached now\..*photo-3\.jpg: it stays/s);
    expect(names()).toHaveLength(3);
  });

  it('say what did not come back', async () => {
    const { host } = await openLibrary(2);
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    await fireEvent.click(await button('Move it all the same'));
    host.fakeTrash.isEmptied = true;
    await fireEvent.click(await button('Undo'));
    expect((await screen.findByRole('alert')).textContent).toMatch(/1 file did not come back\..*it is not in the trash any more/s);
  });

  it('can be undone once more where undoing failed', async () => {
    const { host } = await openLibrary(2);
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    await fireEvent.click(await button('Move it all the same'));
    host.failures.set('undoTrash', { code: 'io', message: 'the trash is busy', hint: null });
    await fireEvent.click(await button('Undo'));
    await screen.findByText('the trash is busy');
    await fireEvent.click(await button('Undo'));
    expect(await screen.findByText('1 file is back where it was.')).toBeTruthy();
  });

  it('leave the results, whose count follows', async () => {
    await openResults(4);
    await fireEvent.contextMenu(await tile(/^photo-2\.jpg/));
    await fireEvent.click(await screen.findByRole('menuitem', { name: /^Move to the trash/ }));
    await fireEvent.click(await button('Move it all the same'));
    await screen.findByRole('heading', { name: '2 look-alikes' });
    expect(names()).toEqual(['photo-1.jpg', 'photo-3.jpg', 'photo-4.jpg']);
    expect(screen.getByRole('heading', { name: /Same picture 2/ })).toBeTruthy();
    await fireEvent.click(await button('Undo'));
    await screen.findByRole('heading', { name: '3 look-alikes' });
  });

  it('cannot go where only other computers have them', async () => {
    const { host } = await openResults(3);
    const { picture } = host;
    host.picture = async (id) => ({ ...(await picture.call(host, id)), places: [{ path: 'photo-2.jpg', offline: false, device: 'attic' }] });
    await fireEvent.contextMenu(await tile(/^photo-2\.jpg/));
    await fireEvent.click(await screen.findByRole('menuitem', { name: /^Move to the trash/ }));
    expect(await screen.findByText('1 photo is on other computers only and stays.')).toBeTruthy();
    expect(host.calls.filter((call) => call.startsWith('filesOf'))).toEqual([]);
  });

  it('go from the preview, which shows the next one and says so', async () => {
    const { host } = await openLibrary(3);
    copyOf(host, 1);
    await select(1);
    await fireEvent.keyDown(grid(), { key: ' ' });
    const preview = await screen.findByRole('dialog', { name: 'Preview of photo-1.jpg' });
    await fireEvent.keyDown(preview, { key: 'Delete' });
    const summary = await screen.findByRole('dialog', { name: 'Move 1 photo to the trash?' });
    await within(summary).findByText('2 files, 7.2 MB. You can undo it afterwards.');
    await fireEvent.click(within(summary).getByText('Move to the trash'));
    await fireEvent.click(await button('Move it all the same'));
    const next = await screen.findByRole('dialog', { name: 'Preview of photo-2.jpg' });
    expect(await within(next).findByText('2 files, 7.2 MB, are in the trash.'), 'what is behind it cannot be reached').toBeTruthy();
  });

  it('are left alone where this window only reads', async () => {
    const { host, app } = await openLibrary(2);
    host.writable = false;
    await app.library.readStatus();
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'Delete' });
    await fireEvent.contextMenu(await tile(/^photo-1\.jpg/));
    await screen.findByRole('menu');
    expect(screen.queryByRole('menuitem', { name: /trash/ })).toBeNull();
    expect(trashed(host)).toEqual([]);
  });
});

describe('the picture of a photo', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('is copied by Ctrl+C, in the grid and in the preview, and from the menu', async () => {
    const { host } = await openLibrary(3);
    await select(2);
    await fireEvent.keyDown(grid(), { key: 'c', ctrlKey: true });
    expect(await screen.findByText('Picture copied.')).toBeTruthy();
    await fireEvent.keyDown(grid(), { key: ' ' });
    await fireEvent.keyDown(await screen.findByRole('dialog'), { key: 'c', ctrlKey: true });
    await fireEvent.keyDown(screen.getByRole('dialog'), { key: ' ' });
    await fireEvent.contextMenu(await tile(/^photo-3\.jpg/));
    await fireEvent.click(await screen.findByRole('menuitem', { name: /^Copy picture/ }));
    expect(host.calls.filter((call) => call.startsWith('copyPicture'))).toEqual([2, 2, 3].map((number) => `copyPicture ${fakeId(number)}`));
  });

  it('says why it could not be copied', async () => {
    const { host } = await openLibrary(1);
    host.failures.set('copyPicture', { code: 'io', message: 'the photo cannot be read', hint: null });
    await select(1);
    await fireEvent.keyDown(grid(), { key: 'c', ctrlKey: true });
    expect((await screen.findByRole('alert')).textContent).toContain('the photo cannot be read');
  });
});
