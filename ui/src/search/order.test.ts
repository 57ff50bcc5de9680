// Results and the library in another order, as a user meets it.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId, type FakeHost } from '../platform/fake';
import { openLibrary, openResults, tile } from '../test-app';

const names = () => screen.getAllByRole('gridcell').map((cell) => cell.getAttribute('aria-label')?.split('.')[0]);
const sortBy = (order: string) => fireEvent.change(screen.getByRole('combobox', { name: 'Sort by' }), { target: { value: order } });

/** The less similar, the newer and the larger. */
function date(host: FakeHost): void {
  host.pictures = host.pictures.map((picture, i) => ({ ...picture, takenAt: `${2000 + i}-01-01T00:00:00`, bytes: 1000 + i }));
}

describe('the order of results', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  it('is by similarity, in bands; by anything else it is one list, and each tile says its band', async () => {
    const { host } = await openResults(30);
    date(host);
    expect(screen.getByRole('heading', { name: /^Same scene/ })).toBeTruthy();
    await sortBy('newest');
    await waitFor(() => expect(names().slice(0, 2)).toEqual(['photo-30', 'photo-29']));
    expect(screen.queryByRole('heading', { name: /^Same scene/ })).toBeNull();
    expect(await tile(/^photo-30\.jpg · Similar/)).toBeTruthy();
    await sortBy('name');
    await waitFor(() => expect(names().slice(0, 2)).toEqual(['photo-1', 'photo-10']));
    await sortBy('similarity');
    expect(await screen.findByRole('heading', { name: /^Same scene/ })).toBeTruthy();
    expect(host.calls.filter((call) => call.startsWith('search')), 'the same frozen set').toHaveLength(1);
  });

  it('holds for what passes the threshold, page by page', async () => {
    const { host, app } = await openResults(250);
    host.pictures = host.pictures.map((picture, i) => ({ ...picture, similarity: 0.951 - i / 500 }));
    date(host);
    await app.search.refresh();
    await app.search.results.sortBy('oldest');
    while (app.search.results.hits.length < app.search.results.total) await app.search.loadMore();
    expect(app.search.results.total).toBe(201);
    expect(app.search.results.hits.map(({ id }) => id)).toEqual(Array.from({ length: 201 }, (_, i) => fakeId(i + 1)));
    await app.search.loadMore();
    expect(app.search.results.hits, 'there is no more').toHaveLength(201);
    await fireEvent.change(screen.getByRole('slider', { name: 'Similarity at least' }), { target: { value: '0.9' } });
    await waitFor(() => expect(host.calls.at(-1), 'pages down to the new threshold').toBe('page 1 oldest 0.9'));
    expect(app.search.results.hits).toHaveLength(26);
  });

  it('outlasts a refresh, and a new question begins by similarity', async () => {
    const { host, app } = await openResults(5);
    date(host);
    await app.search.refresh();
    await sortBy('largest');
    await waitFor(() => expect(names()[0]).toBe('photo-5'));
    await app.search.refresh();
    expect(names()[0]).toBe('photo-5');
    await app.find({ kind: 'image', id: fakeId(2), name: 'photo-2.jpg' });
    await waitFor(() => expect(names()[0]).toBe('photo-2'));
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Sort by' }).value).toBe('similarity');
  });

  it('begins at the top for a new question, and is left where it is by a refresh', async () => {
    const { app } = await openResults(60);
    const scroller = () => screen.getByRole('grid').parentElement as HTMLElement;
    scroller().scrollTop = 900;
    await fireEvent.scroll(scroller());
    await app.search.refresh();
    await waitFor(() => expect(scroller().scrollTop).toBe(900));
    await app.find({ kind: 'image', id: fakeId(2), name: 'photo-2.jpg' });
    await waitFor(() => expect(names()[0]).toBe('photo-2'));
    expect(scroller().scrollTop).toBe(0);
  });

  it('drops the pages of an order that was overtaken', async () => {
    const { host, app } = await openResults(5);
    date(host);
    const slow = app.search.results.sortBy('newest');
    await app.search.results.sortBy('oldest');
    await slow;
    expect(app.search.results.listedBy).toBe('oldest');
    expect(app.search.results.hits[0]?.id).toBe(fakeId(1));
  });

  it('spreads near-identical ones out in place, whatever their band', async () => {
    const { host, app } = await openResults(30);
    host.pictures = host.pictures.map((picture, i) => ({ ...picture, nearIdentical: i === 1 ? 1 : 0, foldsBehind: i === 29 ? 2 : undefined }));
    date(host);
    await app.search.refresh();
    await sortBy('oldest');
    await fireEvent.click(await screen.findByRole('button', { name: '1 near-identical photo' }));
    await waitFor(() => expect(names().slice(0, 3)).toEqual(['photo-1', 'photo-2', 'photo-30']));
  });
});

describe('the order of the library', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  it('is chosen in its head and remembered', async () => {
    const { host } = await openLibrary(3);
    date(host);
    await sortBy('largest');
    await waitFor(() => expect(names()).toEqual(['photo-3', 'photo-2', 'photo-1']));
    cleanup();
    const { app } = await openLibrary(3);
    expect(app.library.order).toBe('largest');
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Sort by' }).value).toBe('largest');
  });

  it('is by date where the storage holds nonsense', async () => {
    localStorage.setItem('lookalike.library.order', 'sideways');
    const { app } = await openLibrary(2);
    expect(app.library.order).toBe('newest');
  });
});
