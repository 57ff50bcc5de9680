// The duplicates screen as a user meets it, over the fake host.

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../app.svelte';
import { setLanguage } from '../i18n/index.svelte';
import type { FakeHost } from '../platform/fake';
import { fakeMember } from '../platform/fake-duplicates';
import { openLibrary } from '../test-app';
import type { DuplicateGroup } from '../wire';

const pair = (first: number, change: Partial<DuplicateGroup> = {}): DuplicateGroup => ({ kind: 'same-picture', members: [fakeMember(first, { keep: 'most-pixels' }), fakeMember(first + 1)], ...change });

describe('duplicates', () => {
  let host: FakeHost;
  let app: App;

  beforeEach(async () => {
    setLanguage('en');
    ({ host, app } = await openLibrary(3));
  });
  afterEach(cleanup);

  async function open(...groups: DuplicateGroup[]): Promise<void> {
    host.fakeDuplicates.groups = groups;
    host.fakeDuplicates.progress = { done: 400, total: 400, is_running: false, rate: 0 };
    await fireEvent.click(screen.getByRole('button', { name: /^Duplicates/ }));
    if (groups.length > 0) await screen.findByRole('feed');
  }
  const photo = (name: RegExp) => screen.findByRole('button', { name });
  const button = (name: string) => screen.findByRole('button', { name, hidden: true });

  it('are found in the background with progress, and the search can be stopped', async () => {
    await fireEvent.click(screen.getByRole('button', { name: /^Duplicates/ }));
    await screen.findByText('Duplicates have not been looked for yet');
    await fireEvent.click(screen.getByRole('button', { name: 'Find duplicates' }));
    host.fakeDuplicates.setProgress({ done: 100, rate: 2000 });
    expect(await screen.findByText('100 of 400 compared · 2,000/s')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Duplicates 25%' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(await screen.findByText(/Stopped at 100 of 400/)).toBeTruthy();
    expect(host.calls).toContain('stopFindingDuplicates');
    expect(screen.getByRole('button', { name: 'Go on' })).toBeTruthy();
  });

  it('say which to keep, and why', async () => {
    await open(pair(1));
    expect(await photo(/IMG_1\.jpg · Suggested to keep: the most pixels · 4000 × 3000 · JPEG · 2 MB · Stays/)).toBeTruthy();
  });

  it('say of each what it has in common with that one, and which files are identical', async () => {
    const [kept, copy] = [fakeMember(1, { keep: 'most-pixels' }), { ...fakeMember(1), file: 11, file_name: 'IMG_1 copy.jpg' }];
    await open({ kind: 'same-picture', members: [kept, copy, fakeMember(2, { similarity: 0.93 })] }, { kind: 'same-file', members: [fakeMember(5, { keep: 'oldest' }), { ...fakeMember(5), file: 15 }] });
    const [mixed, same] = await screen.findAllByRole('article');
    expect(within(mixed!).getByText('2 identical files, 1 other version')).toBeTruthy();
    expect(within(mixed!).getByRole('button', { name: /^IMG_1 copy\.jpg · Same file · / })).toBeTruthy();
    expect(within(mixed!).getByRole('button', { name: /^IMG_2\.jpg · Same picture · / })).toBeTruthy();
    expect(within(mixed!).getByText(/^93% similar$/)).toBeTruthy();
    expect(within(same!).getByText('2 files')).toBeTruthy();
    expect(within(same!).getByRole('button', { name: /^IMG_5\.jpg · Same file · / })).toBeTruthy();
  });

  it('tell groups of identical files from each other', async () => {
    const twice = (id: number) => [fakeMember(id), { ...fakeMember(id), file: id + 10 }];
    await open({ kind: 'same-picture', members: [...twice(1), ...twice(2)] });
    expect(await screen.findByText('2 + 2 identical files')).toBeTruthy();
  });

  it('show where each of them lies, the suggested one too', async () => {
    await open(pair(1));
    expect(await screen.findByText('photos/IMG_1.jpg')).toBeTruthy();
    expect(screen.getByText('photos/IMG_2.jpg')).toBeTruthy();
  });

  it('go to the trash only after the review, and come back', async () => {
    await open(pair(1), pair(3));
    await fireEvent.click(screen.getByRole('button', { name: 'Mark all but the suggested' }));
    expect(await screen.findByText('2 files, 4 MB, to the trash')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Review…' }));
    const review = await screen.findByRole('dialog', { hidden: true });
    expect(within(review).getByText(/\/photos\/IMG_2\.jpg/)).toBeTruthy();
    expect(host.calls.filter((call) => call.startsWith('trash')), 'nothing happens before').toEqual([]);
    await fireEvent.click(await button('Move to the trash'));
    expect(await screen.findByText('2 files, 4 MB, are in the trash.')).toBeTruthy();
    expect(host.calls).toContain('trash 2 4 false');
    await screen.findByText('No duplicates');
    await waitFor(() => expect(document.activeElement?.textContent, 'the keys go on').toContain('Undo'));
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(await screen.findByText('2 files are back where they were.')).toBeTruthy();
    expect(await photo(/IMG_4\.jpg/)).toBeTruthy();
    expect(host.calls).toContain('undoTrash 1');
  });

  it('are asked about once more where they are the last', async () => {
    host.fakeDuplicates.lastCopies = [1];
    await open(pair(1));
    for (const name of [/IMG_1\.jpg/, /IMG_2\.jpg/]) await fireEvent.click(await photo(name));
    await fireEvent.click(screen.getByRole('button', { name: 'Review…' }));
    expect(await screen.findByText('Of 1 group nothing would stay.')).toBeTruthy();
    await fireEvent.click(await button('Move to the trash'));
    expect(await screen.findByText('This is the last copy of 1 photo')).toBeTruthy();
    await fireEvent.click(await button('Leave it'));
    expect(host.calls.filter((call) => call.startsWith('trash'))).toEqual(['trash 1 2 false']);
  });

  it('come back all of them where the last went too', async () => {
    host.fakeDuplicates.lastCopies = [1];
    await open({ kind: 'same-picture', members: [fakeMember(1, { keep: 'most-pixels' }), fakeMember(2), fakeMember(3)] });
    for (const name of [/IMG_1\.jpg/, /IMG_2\.jpg/]) await fireEvent.click(await photo(name));
    await fireEvent.click(screen.getByRole('button', { name: 'Review…' }));
    await fireEvent.click(await button('Move to the trash'));
    host.fakeDuplicates.groups = [{ kind: 'same-picture', members: [fakeMember(1), fakeMember(3)] }];
    await fireEvent.click(await button('Move it all the same'));
    expect(await screen.findByText('2 files, 4 MB, are in the trash.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(host.calls.filter((call) => call.startsWith('undoTrash'))).toEqual(['undoTrash 2', 'undoTrash 1']));
  });

  it('do as the keyboard says: arrows, K, X, N', async () => {
    await open(pair(1), pair(3));
    const first = await photo(/IMG_1\.jpg/);
    first.focus();
    await fireEvent.keyDown(first, { key: 'ArrowRight' });
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/IMG_2/));
    await fireEvent.keyDown(document.activeElement as Element, { key: 'x' });
    expect((await photo(/IMG_2\.jpg .*To the trash/)).getAttribute('aria-pressed')).toBe('true');
    await fireEvent.keyDown(document.activeElement as Element, { key: 'k' });
    expect(app.duplicates.marked.size).toBe(0);
    await fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowDown' });
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/IMG_3/));
    await fireEvent.keyDown(document.activeElement as Element, { key: 'n' });
    expect(await screen.findByText('Remembered: these are no match.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /IMG_3/ })).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(await photo(/IMG_3/)).toBeTruthy();
  });

  it('leave protected folders alone', async () => {
    const members = [fakeMember(1, { keep: 'protected', is_protected: true }), fakeMember(2, { is_protected: true })];
    await open(pair(1, { members }));
    await fireEvent.click(await photo(/IMG_2\.jpg .*Protected/));
    await fireEvent.click(screen.getByRole('button', { name: 'Mark all but the suggested' }));
    expect(app.duplicates.marked.size).toBe(0);
  });

  it('of one file are no matter of opinion', async () => {
    const same = fakeMember(1).id;
    await open(pair(1, { kind: 'same-file', members: [fakeMember(1, { keep: 'oldest' }), fakeMember(2, { id: same })] }));
    expect(screen.queryByRole('button', { name: 'Not a match' })).toBeNull();
  });

  it('are drawn only near the view, and read page by page', async () => {
    await open(...Array.from({ length: 500 }, (_, i) => pair(2 * i + 1)));
    expect(screen.getAllByRole('article').length).toBeLessThan(12);
    expect(app.duplicates.groups.length).toBe(50);
    await app.duplicates.readMore();
    expect(app.duplicates.groups.length).toBe(100);
    expect(new Set(app.duplicates.groups.map(({ members }) => members[0]?.file)).size, 'none twice').toBe(100);
  });

  it('are all marked at once, those too that have not been read yet', async () => {
    await open(...Array.from({ length: 260 }, (_, i) => pair(2 * i + 1)));
    await fireEvent.click(screen.getByRole('button', { name: 'Mark all but the suggested' }));
    expect(await screen.findByText('260 files, 520 MB, to the trash')).toBeTruthy();
  });

  it('are shown for chosen folders, which are remembered, and only what lies there is marked at once', async () => {
    await host.addFolder('/backup', []);
    await host.addFolder('/phone', []);
    await app.library.readStatus();
    const inBackup = { kind: 'same-picture' as const, members: [fakeMember(5, { folder: 2, keep: 'most-pixels' }), fakeMember(6, { folder: 2 }), fakeMember(7)] };
    await open(pair(1), pair(3), inBackup);
    expect(await screen.findByText('3 groups: 4 files could go, 8 MB')).toBeTruthy();

    await fireEvent.click(screen.getByRole('button', { name: 'All folders' }));
    const folders = screen.getByRole('group', { name: 'Folders with duplicates' });
    await fireEvent.click(within(folders).getByRole('checkbox', { name: 'backup' }));
    expect(await screen.findByText('1 group: 2 files could go, 4 MB'), 'counts follow').toBeTruthy();
    await fireEvent.keyDown(folders, { key: 'Escape' });
    expect(document.activeElement?.textContent, 'and the focus is where it was').toContain('backup');
    await fireEvent.click(screen.getByRole('button', { name: 'Mark all but the suggested' }));
    expect(await screen.findByText('1 file, 2 MB, to the trash')).toBeTruthy();
    expect(app.duplicates.marked.has(7), 'that one lies elsewhere').toBe(false);

    await fireEvent.click(screen.getByRole('button', { name: /^All photos/ }));
    await fireEvent.click(screen.getByRole('button', { name: /^Duplicates/ }));
    await fireEvent.click(await screen.findByRole('button', { name: 'backup' }));
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'phone' }));
    expect(await screen.findByRole('button', { name: '2 folders' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('checkbox', { name: 'backup' }));
    await screen.findByText('No duplicates within these folders');
    await fireEvent.click(screen.getByRole('button', { name: 'Show all folders' }));
    expect(await photo(/IMG_1\.jpg/)).toBeTruthy();
  });

  it('are shown for all folders again when the chosen one has left the library', async () => {
    await host.addFolder('/backup', []);
    await app.library.readStatus();
    await open(pair(1));
    await fireEvent.click(screen.getByRole('button', { name: 'All folders' }));
    await fireEvent.click(screen.getByRole('checkbox', { name: 'backup' }));
    await screen.findByText('No duplicates within these folders');
    await app.removeFolder(2);
    expect(await photo(/IMG_1\.jpg/)).toBeTruthy();
  });

  it('are kept from the trash folder by folder', async () => {
    await fireEvent.click(screen.getByRole('button', { name: 'Actions for photos' }));
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Protect from the trash' }));
    expect(await screen.findByText('Protected: its files cannot go to the trash')).toBeTruthy();
    expect(host.calls).toContain('protectFolder 1 true');
  });
});
