// Back and forth, reloads and addresses, as they lead through the window.

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from './app.svelte';
import AppView from './App.svelte';
import { setLanguage } from './i18n/index.svelte';
import { addressOf, isSamePlace, placeAt, START } from './places';
import { FakeHost, fakeId } from './platform/fake';
import { tile, withPhotos } from './test-app';

const screenOf = (name: string | RegExp) => screen.findByRole('heading', { level: 1, name });
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const results = () => screenOf(/look-alike/);

describe('the window keeps where one is', () => {
  let host: FakeHost;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    withPhotos(host, 6);
    await host.addFolder('/photos', []);
    await host.addFolder('/archive', []);
    host.can = { ...host.can, readPaths: false };
  });
  afterEach(cleanup);

  async function open(): Promise<App> {
    const app = new App(host);
    render(AppView, { app });
    await screen.findByRole('textbox', { name: 'Search by photo' });
    return app;
  }

  /** The page is gone with all that it knew; the history stays. */
  async function reload(): Promise<App> {
    cleanup();
    return open();
  }

  async function back(): Promise<void> {
    history.back();
    await new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
  }

  it('in an address for every screen, which leads there again', async () => {
    await open();
    await waitFor(() => expect(location.hash).toBe('#/library'));
    for (const [entry, hash, title] of [[/^archive/, '#/library/2', 'archive'], [/^Duplicates/, '#/duplicates', 'Duplicates'], [/^Models/, '#/models', 'Models'], [/^Shared/, '#/connections', 'Shared library']] as const) {
      await fireEvent.click(button(entry));
      await waitFor(() => expect(location.hash).toBe(hash));
      await reload();
      await screenOf(title);
      expect(location.hash).toBe(hash);
    }
  });

  it('for the way back, by the history, the keys and the button', async () => {
    await open();
    expect(screen.queryByRole('button', { name: 'Back' }), 'nowhere to go back to').toBeNull();
    await fireEvent.click(button(/^archive/));
    await screenOf('archive');
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    await results();
    await fireEvent.click(button(/^Settings/));
    await screenOf('Settings');
    const searches = host.calls.filter((call) => call.startsWith('search')).length;
    await back();
    await results();
    expect(host.calls.filter((call) => call.startsWith('search')), 'what is still here is not asked for again').toHaveLength(searches);
    await fireEvent.keyDown(window, { key: 'ArrowLeft', altKey: true });
    await screenOf('archive');
    await fireEvent.click(button('Back'));
    await screenOf('All photos');
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Back' })).toBeNull());
    await fireEvent.keyDown(window, { key: 'ArrowRight', altKey: true });
    await screenOf('archive');
  });

  it('in a search by a photo of the library, with what bends it', async () => {
    const before = await open();
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    await results();
    await before.search.question.filterBy({ taken_from: '2025-01-01', taken_until: null, formats: ['png'], min_bytes: null, max_bytes: null, orientation: null, folder: null });
    await before.search.question.lean('more', { id: fakeId(3), name: 'photo-3.jpg' });
    await before.search.results.setThreshold(0.92);
    await waitFor(() => expect(location.hash).toContain('from=0.92'));
    const { hash } = location;
    expect(hash).toContain(`#/search/${fakeId(2)}?`);
    const after = await reload();
    await screenOf('3 look-alikes');
    expect(after.search.question.asked).toEqual({ kind: 'image', id: fakeId(2), name: 'photo-2.jpg' });
    expect(after.search.question.filter?.formats).toEqual(['png']);
    expect(after.search.question.more).toEqual([{ id: fakeId(3), name: 'photo-3.jpg' }]);

    cleanup();
    history.replaceState(null, '', `/${hash}`); // as a bookmark does, which holds nothing but the address
    const bookmarked = await open();
    await screenOf('3 look-alikes');
    expect(bookmarked.search.question.filter?.taken_from).toBe('2025-01-01');
    expect(bookmarked.search.question.asked, 'the answer says what it is called').toMatchObject({ id: fakeId(2), name: expect.stringMatching(/./) });
  });

  it('in the preview, which the way back closes', async () => {
    await open();
    await fireEvent.keyDown(await screen.findByRole('grid'), { key: 'ArrowRight' });
    await fireEvent.keyDown(screen.getByRole('grid'), { key: ' ' });
    await screen.findByRole('dialog', { name: /photo-1\.jpg/ });
    await fireEvent.keyDown(screen.getByRole('dialog'), { key: 'ArrowRight' });
    await screen.findByRole('dialog', { name: /photo-2\.jpg/ });
    await waitFor(() => expect(location.hash).toBe(`#/library?photo=${fakeId(2)}`));
    const { length } = history;
    await reload();
    await screen.findByRole('dialog', { name: /photo-2\.jpg/ });
    await back();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(location.hash).toBe('#/library');
    await fireEvent.keyDown(screen.getByRole('grid'), { key: ' ' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Close preview' }));
    await waitFor(() => expect(location.hash).toBe('#/library'));
    expect(history.length, 'to close it is to go back').toBe(length);
  });

  it('and says so where an uploaded photo is gone with the page', async () => {
    await open();
    host.kinds.set('upload:1/cat.jpg', 'file');
    host.drag({ kind: 'dropped', paths: ['upload:1/cat.jpg'] });
    await results();
    await waitFor(() => expect(location.hash).toBe('#/search'));
    await fireEvent.click(button(/^Settings/));
    await screenOf('Settings');
    await back();
    await results(); // the page still has it
    const searches = host.calls.filter((call) => call.startsWith('search')).length;
    await reload();
    await screen.findByText('The photo that you looked for is not here any more.');
    await screenOf('All photos');
    expect(location.hash).toBe('#/library');
    expect(host.calls.filter((call) => call.startsWith('search'))).toHaveLength(searches);
  });

  it('and goes to the library where an address leads nowhere', async () => {
    for (const address of ['#/library/77', '#/search', '#/search/not-an-id', '#/no-such-screen', '#code=used', `#/library?photo=${fakeId(99)}`]) {
      cleanup();
      history.replaceState(null, '', `/${address}`);
      await open();
      await screenOf('All photos');
    }
  });

  it('but leads nobody where they may not be', async () => {
    host.can = { ...host.can, manage: false };
    history.replaceState(null, '', '/#/duplicates');
    await open();
    await screenOf('All photos');
    expect(location.hash).toBe('#/library');
  });
});

describe('an address', () => {
  it('has no names, no paths and no addresses of the web in it', () => {
    const sought = { scope: 'local', filter: null, crop: null, more: [{ id: fakeId(2), name: 'secret.jpg' }], less: [], threshold: 0.5 } as const;
    for (const asked of [{ kind: 'path', path: '/home/ann/secret.jpg' }, { kind: 'url', url: 'https://example.org/?token=secret' }, { kind: 'image', id: fakeId(1), name: 'secret.jpg' }] as const) {
      expect(addressOf({ ...START, screen: 'results', sought: { ...sought, more: [...sought.more], less: [], asked } })).not.toMatch(/secret|ann|example/);
    }
  });

  it('is the same place with another threshold, and another one with a photo open', () => {
    const at = (address: string) => placeAt(address) ?? START;
    const [low, high] = [at(`#/search/${fakeId(1)}?from=0.3`), at(`#/search/${fakeId(1)}?from=0.9&scope=shared`)];
    expect(isSamePlace(low, high)).toBe(true);
    expect(isSamePlace(low, at(`#/search/${fakeId(2)}?from=0.3`))).toBe(false);
    expect(isSamePlace(START, { ...START, photo: fakeId(1) })).toBe(false);
  });

  it('that was typed is taken as far as it can be understood', () => {
    expect(placeAt(`#/search/${fakeId(1)}?from=7&scope=moon&filter={"formats":"png","folder":3,"x":1}`)?.sought).toMatchObject({ threshold: null, scope: 'local', filter: { formats: [], folder: 3 } });
    expect(placeAt(`#/search/${fakeId(1)}?filter=[`)?.sought?.filter).toBeNull();
    expect(placeAt('#code=abc')).toBeNull();
    expect(placeAt('#/nowhere')).toBeNull();
  });
});
