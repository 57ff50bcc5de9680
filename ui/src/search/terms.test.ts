// What narrows and bends a search, as a user meets it: leanings and filters as chips, and why a photo was found.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId } from '../platform/fake';
import { openLibrary, openResults, tile } from '../test-app';
import { NO_FILTER } from './filter';

describe('the terms of a search', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('lean towards a photo by +, away from it by −, and no more by the chip', async () => {
    const { host } = await openResults(5);
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    await fireEvent.keyDown(screen.getByRole('grid'), { key: '+' });
    await waitFor(() => expect(host.terms?.more).toEqual([fakeId(2)]));
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    await fireEvent.keyDown(screen.getByRole('grid'), { key: '-' });
    await waitFor(() => expect(host.terms).toMatchObject({ more: [], less: [fakeId(2)] }));
    expect(screen.queryByText('More like photo-2.jpg'), 'never both').toBeNull();
    await fireEvent.click(await screen.findByRole('button', { name: 'Take off: Less like photo-2.jpg' }));
    await waitFor(() => expect(host.terms?.less).toEqual([]));
  });

  it('lean by the context menu, while there is a search', async () => {
    const { host } = await openLibrary(3);
    await fireEvent.contextMenu(await tile(/^photo-2\.jpg/));
    expect(screen.queryByRole('menuitem', { name: /More like this/ }), 'more than what?').toBeNull();
    await fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await fireEvent.contextMenu(await tile(/^photo-3\.jpg · /));
    await fireEvent.click(await screen.findByRole('menuitem', { name: /More like this/ }));
    await waitFor(() => expect(host.terms?.more).toEqual([fakeId(3)]));
  });

  it('belong to one search: the next one begins without them', async () => {
    const { host, app } = await openResults(5);
    await app.search.question.lookAt({ x: 0, y: 0, width: 0.5, height: 0.5 });
    await app.search.question.lean('more', { id: fakeId(2), name: 'photo-2.jpg' });
    await app.search.question.filterBy({ taken_from: null, taken_until: null, formats: ['png'], min_bytes: null, max_bytes: null, orientation: null, folder: null });
    await app.search.question.lookAt(null);
    expect(host.terms, 'a step within it').toMatchObject({ more: [fakeId(2)], filter: { formats: ['png'] } });
    await app.showLibrary(null);
    await fireEvent.click(await tile(/^photo-3\.jpg/));
    await waitFor(() => expect(host.calls.at(-1), 'it is asked').not.toContain('library'));
    expect(host.terms).toMatchObject({ crop: null, more: [], filter: null });
  });

  it('may be chosen before anything is asked', async () => {
    const { host, app } = await openLibrary(3);
    await app.search.question.filterBy({ ...NO_FILTER, formats: ['png'] });
    await app.find({ kind: 'path', path: '/other.jpg' });
    expect(host.terms?.filter).toMatchObject({ formats: ['png'] });
  });

  it('filter by F, with a chip for each part', async () => {
    const { host } = await openResults(5);
    await fireEvent.keyDown(screen.getByRole('slider', { name: 'Similarity at least' }), { key: 'f' });
    await fireEvent.change(await screen.findByLabelText('Taken from'), { target: { value: '2024-02-01' } });
    await fireEvent.click(screen.getByLabelText('JPEG'));
    await fireEvent.change(screen.getByLabelText('At most, in MB'), { target: { value: '2.5' } });
    await fireEvent.change(screen.getByLabelText('Folder'), { target: { value: '1' } });
    await fireEvent.submit(screen.getByLabelText<HTMLInputElement>('Taken from').form as HTMLFormElement);
    await waitFor(() => expect(host.terms?.filter).toEqual({ taken_from: '2024-02-01', taken_until: null, formats: ['jpeg'], min_bytes: null, max_bytes: 2_500_000, orientation: null, folder: 1 }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Take off: From 2024-02-01' }));
    await waitFor(() => expect(host.terms?.filter).toMatchObject({ taken_from: null, formats: ['jpeg'] }));
    expect(screen.getByText('In photos')).toBeTruthy();
  });

  it('let no filter through that nothing passes', async () => {
    const { host, app } = await openResults(5);
    app.dialog = { kind: 'filter' };
    const fill = async (label: string, value: string) => fireEvent.change(await screen.findByLabelText<HTMLInputElement>(label), { target: { value } });
    await fill('At least, in MB', '5');
    await fill('At most, in MB', '1');
    await fireEvent.click(screen.getByRole('button', { name: 'Apply', hidden: true }));
    expect(screen.getByLabelText<HTMLInputElement>('At most, in MB').validationMessage).not.toBe('');
    expect(host.terms?.filter).toBeNull();
    await fill('At most, in MB', '6');
    await fireEvent.click(screen.getByRole('button', { name: 'Apply', hidden: true }));
    await waitFor(() => expect(host.terms?.filter).toMatchObject({ min_bytes: 5_000_000, max_bytes: 6_000_000 }));
  });

  it('that lean change what a band says of its photos', async () => {
    const { app } = await openResults(3);
    expect(screen.getByText('re-saved, resized, cropped or edited')).toBeTruthy();
    await app.search.question.lean('more', { id: fakeId(2), name: 'photo-2.jpg' });
    expect(await screen.findAllByText('by your photo, and those to be more or less like')).toBeTruthy();
    expect(screen.queryByText('re-saved, resized, cropped or edited')).toBeNull();
  });

  it('are shown as chips where the results are, and nowhere else', async () => {
    const { app } = await openResults(5);
    await app.search.question.filterBy({ ...NO_FILTER, formats: ['png'] });
    expect(await screen.findByRole('region', { name: 'What narrows the search' })).toBeTruthy();
    await app.showLibrary(null);
    await waitFor(() => expect(screen.queryByRole('region', { name: 'What narrows the search' })).toBeNull());
  });

  it('are named where they may be why nothing is left, and taken off there', async () => {
    const { host, app } = await openResults(5);
    const { pictures } = host;
    host.pictures = [];
    await app.search.question.filterBy({ ...NO_FILTER, formats: ['png'] });
    expect(await screen.findByText('The filters may hide what looks like it.')).toBeTruthy();
    host.pictures = pictures;
    await fireEvent.click(screen.getByRole('button', { name: 'Take the filters off' }));
    expect(await screen.findByRole('heading', { name: '4 look-alikes' })).toBeTruthy();
    expect(host.terms?.filter).toBeNull();
  });

  it('say why a photo was found, on its tile and among its facts', async () => {
    const { host, app } = await openResults(3);
    host.pictures = host.pictures.map((picture, i) => (i === 1 ? { ...picture, reasons: [{ kind: 'seconds-apart', seconds: 3 }, { kind: 'same-camera' }] } : picture));
    await app.search.refresh();
    const found = await tile(/^photo-2\.jpg · Same picture · 3 seconds apart · same camera/);
    expect(found.textContent).toContain('± 3 s');
    await fireEvent.click(found);
    expect(await screen.findByText('3 seconds apart, same camera')).toBeTruthy();
  });
});
