// Recent searches, as a user meets them.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost, fakeId } from '../platform/fake';
import { openLibrary, withPhotos } from '../test-app';
import { Recent } from './recent.svelte';

const field = () => screen.getByRole('textbox', { name: 'Search by photo' });
const list = () => screen.findByRole('region', { name: 'Recent searches' });
const names = async () => within(await list()).getAllByRole('listitem').map((item) => item.querySelector('.name')?.firstChild?.textContent);

async function openAfterSearches(): Promise<{ app: App; host: FakeHost }> {
  const opened = await openLibrary(5);
  opened.host.kinds.set('/desk/cat.jpg', 'file');
  await opened.app.findPath('/desk/cat.jpg');
  await opened.app.find({ kind: 'url', url: 'https://example.org/dog.jpg' });
  await opened.app.find({ kind: 'image', id: fakeId(2), name: 'photo-2.jpg' });
  return opened;
}

describe('recent searches', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(() => {
    cleanup();
    vi.restoreAllMocks();
  });

  it('are offered by the empty query bar, the latest first, and are made again by a click', async () => {
    const { host } = await openAfterSearches();
    await fireEvent.focus(field());
    expect(await names()).toEqual(['photo-2.jpg', 'dog.jpg', 'cat.jpg']);
    expect(screen.getByText('/desk/cat.jpg'), 'which cat').toBeTruthy();
    await fireEvent.input(field(), { target: { value: '/d' } });
    expect(screen.queryByRole('region', { name: 'Recent searches' }), 'not while typing').toBeNull();
    await fireEvent.input(field(), { target: { value: '' } });
    await fireEvent.click(within(await list()).getByRole('button', { name: /^cat\.jpg/ }));
    await waitFor(() => expect(host.calls.filter((call) => call === 'search /desk/cat.jpg')).toHaveLength(2));
    expect(screen.queryByRole('region', { name: 'Recent searches' })).toBeNull();
    expect(document.activeElement, 'the keyboard is where it was').toBe(field());
    await fireEvent.click(field());
    expect(await names(), 'listed once').toEqual(['cat.jpg', 'photo-2.jpg', 'dog.jpg']);
  });

  it('are walked by the keyboard: down, right to remove, Del, Esc', async () => {
    const { host } = await openAfterSearches();
    const press = (key: string) => fireEvent.keyDown(document.activeElement as Element, { key });
    field().focus();
    await press('ArrowDown');
    await waitFor(() => expect(document.activeElement?.textContent).toContain('photo-2.jpg'));
    await press('ArrowDown');
    await press('Delete');
    await waitFor(async () => expect(await names()).toEqual(['photo-2.jpg', 'cat.jpg']));
    expect(document.activeElement?.textContent, 'the next one').toContain('cat.jpg');
    await press('ArrowUp');
    await press('ArrowRight');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Forget photo-2.jpg');
    await press('Escape');
    expect(document.activeElement).toBe(field());
    expect(screen.queryByRole('region', { name: 'Recent searches' })).toBeNull();
    expect(host.calls.filter((call) => call.startsWith('search')), 'nothing was searched').toHaveLength(3);
  });

  it('are opened by a button too, and forgotten all at once', async () => {
    await openAfterSearches();
    await fireEvent.click(screen.getByRole('button', { name: 'Show recent searches' }));
    await fireEvent.click(within(await list()).getByRole('button', { name: 'Forget all' }));
    expect(screen.queryByRole('region', { name: 'Recent searches' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Show recent searches' })).toBeNull();
    expect(localStorage.getItem('lookalike.recent')).toBeNull();
  });

  it('show an icon where the picture is not kept any more', async () => {
    await openAfterSearches();
    await fireEvent.focus(field());
    const [first] = within(await list()).getAllByRole('listitem');
    await fireEvent.error(first?.querySelector('img') as HTMLElement);
    expect(first?.querySelector('img')).toBeNull();
    expect(first?.querySelector('.picture svg')).toBeTruthy();
  });

  it('are those of the last visit, without what the browser had uploaded or pasted', async () => {
    const host = new FakeHost();
    host.can = { ...host.can, readPaths: false };
    host.kinds.set('upload:1/cat.jpg', 'file');
    withPhotos(host, 2);
    await host.addFolder('/photos', []);
    const app = new App(host);
    render(AppView, { app });
    await screen.findByRole('grid');
    await app.findPath('upload:1/cat.jpg');
    await app.find({ kind: 'pasted' });
    await app.find({ kind: 'url', url: 'https://example.org/dog.jpg' });
    await fireEvent.focus(field());
    expect(await names()).toEqual(['dog.jpg', 'cat.jpg']);
    expect(screen.queryByText('upload:1/cat.jpg'), 'a handle says nothing').toBeNull();
    expect(new App(new FakeHost()).recent.list.map(({ asked }) => asked.kind)).toEqual(['url']);
  });

  it('are forgotten by signing out: the next one at this browser is somebody else', async () => {
    const host = new FakeHost();
    host.can = { ...host.can, signOut: true };
    withPhotos(host, 2);
    await host.addFolder('/photos', []);
    const app = new App(host);
    render(AppView, { app });
    await screen.findByRole('grid');
    await app.find({ kind: 'image', id: fakeId(1), name: 'photo-1.jpg' });
    await fireEvent.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(host.calls).toContain('signOut');
    expect(new App(new FakeHost()).recent.list).toEqual([]);
  });

  it('leave out what failed', async () => {
    const { host, app } = await openLibrary(2);
    host.failures.set('search', { code: 'not-found', message: 'no such photo', hint: null });
    await app.find({ kind: 'url', url: 'https://example.org/none.jpg' });
    expect(app.recent.list).toEqual([]);
  });

  it('are the last twelve', () => {
    const recent = new Recent(() => true);
    for (let i = 1; i <= 14; i++) recent.add({ kind: 'path', path: `/${i}.jpg` }, fakeId(i));
    expect(recent.list).toHaveLength(12);
    expect(recent.list[0]?.asked).toEqual({ kind: 'path', path: '/14.jpg' });
  });

  it('understand what they can of a broken storage', () => {
    const good = { asked: { kind: 'path', path: '/cat.jpg' }, id: fakeId(1) };
    for (const text of ['{', '7', 'null']) {
      localStorage.setItem('lookalike.recent', text);
      expect(new Recent(() => true).list, text).toEqual([]);
    }
    localStorage.setItem('lookalike.recent', JSON.stringify([null, 3, { asked: { kind: 'url', url: 'no url' }, id: '1' }, { asked: { kind: 'path' }, id: '1' }, good]));
    expect(new Recent(() => true).list).toEqual([good]);
  });

  it('do without a storage', async () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => { throw new Error('denied'); });
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => { throw new Error('denied'); });
    vi.spyOn(Storage.prototype, 'removeItem').mockImplementation(() => { throw new Error('denied'); });
    const { app } = await openAfterSearches();
    expect(app.recent.list, 'while the window is open').toHaveLength(3);
    await fireEvent.click(screen.getByRole('button', { name: 'Hide the query panel' }));
    expect(screen.queryByRole('slider', { name: 'Similarity at least' })).toBeNull();
    setLanguage('en');
  });
});
