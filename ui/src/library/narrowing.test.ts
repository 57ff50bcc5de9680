// The library where only some of it is shown: by names, and by what photos are.

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { addressOf } from '../places';
import type { FakeHost } from '../platform/fake';
import { openLibrary, tile } from '../test-app';

const names = () => screen.queryAllByRole('gridcell').map((cell) => cell.getAttribute('aria-label'));
const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Find by name or folder' });
const type = (value: string) => fireEvent.input(field(), { target: { value } });
const libraryRead = (host: FakeHost) => host.calls.filter((call) => call.startsWith('library')).length;

describe('the library, narrowed', () => {
  let host: FakeHost;
  let app: App;

  beforeEach(async () => {
    setLanguage('en');
    ({ host, app } = await openLibrary(12));
    await waitFor(() => expect(names()).toHaveLength(12));
  });
  afterEach(cleanup);

  it('shows what has the words in its name or folder, while they are typed', async () => {
    const before = libraryRead(host);
    for (const text of ['p', 'ph', 'photos 1', 'photos 12']) await type(text);
    await waitFor(() => expect(names()).toEqual(['photo-12.jpg']));
    expect(libraryRead(host) - before, 'not with every letter').toBe(1);
    expect(screen.getAllByText('1 photo found').map((text) => text.getAttribute('role')), 'and says how many').toContain('status');
    await type('');
    await waitFor(() => expect(names()).toHaveLength(12));
  });

  it('is reached by Ctrl+F, left for the photos by ↓, and whole again by Esc', async () => {
    await fireEvent.keyDown(window, { key: 'f', ctrlKey: true });
    await waitFor(() => expect(document.activeElement).toBe(field()));
    await type('photo-3');
    await waitFor(() => expect(names()).toEqual(['photo-3.jpg']));
    await fireEvent.keyDown(field(), { key: 'ArrowDown' });
    expect(document.activeElement).toBe(screen.getByRole('grid'));
    await fireEvent.keyDown(field(), { key: 'Escape' });
    await waitFor(() => expect(names()).toHaveLength(12));
    expect(field().value).toBe('');
  });

  it('says that nothing is called that, and shows all again', async () => {
    await type('beach');
    expect(await screen.findByRole('heading', { name: 'No photos found' })).toBeTruthy();
    expect(screen.getByText('No file or folder here has “beach” in its name.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Show all photos' }));
    await waitFor(() => expect(names()).toHaveLength(12));
    expect(field().value).toBe('');
  });

  it('is filtered by F, with chips, apart from the search', async () => {
    host.pictures = host.pictures.map((picture, i) => (i < 2 ? { ...picture, paths: [`/photos/photo-${i + 1}.png`] } : picture));
    await fireEvent.keyDown(window, { key: 'f' });
    expect(await screen.findByRole('dialog', { name: 'Which photos are shown' })).toBeTruthy();
    expect(screen.queryByLabelText('Folder'), 'that is chosen in the sidebar').toBeNull();
    await fireEvent.click(screen.getByLabelText('PNG'));
    await fireEvent.click(screen.getByRole('button', { name: 'Apply' }));
    await waitFor(() => expect(names()).toHaveLength(2));
    await type('photo-7');
    expect(await screen.findByText(/^No photo here passes the filter and has “photo-7”/)).toBeTruthy();
    await type('');
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await screen.findByRole('heading', { name: /look-alike/ });
    expect(host.terms?.filter, 'a search is not narrowed by it').toBeNull();
    expect(screen.queryByRole('button', { name: 'Take off: PNG' })).toBeNull();
    await fireEvent.keyDown(window, { key: 'Escape' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Take off: PNG' }));
    await waitFor(() => expect(names()).toHaveLength(12));
  });

  it('stays so for the way back and a reload, and is whole by the sidebar', async () => {
    await type('photo-1');
    await waitFor(() => expect(names()).toHaveLength(4));
    await fireEvent.click(screen.getByRole('button', { name: /^Duplicates/ }));
    history.back();
    await waitFor(() => expect(names()).toHaveLength(4));
    expect(field().value).toBe('photo-1');

    cleanup();
    const reloaded = new App(host);
    render(AppView, { app: reloaded });
    await waitFor(() => expect(names()).toHaveLength(4));
    expect(location.hash, 'what was typed is nobody else’s').toBe('#/library');

    await fireEvent.click(screen.getByRole('button', { name: /^All photos/ }));
    await waitFor(() => expect(names()).toHaveLength(12));
    expect(field().value).toBe('');
  });

  it('has its filter in the address', async () => {
    app.library.filterBy({ taken_from: null, taken_until: null, formats: ['png'], min_bytes: null, max_bytes: null, orientation: null, folder: null });
    await screen.findByText('No photo here passes the filter.');
    const address = addressOf({ screen: 'library', folder: null, narrowing: app.library.narrowing, sought: null, photo: null });
    cleanup();
    history.replaceState(null, '', address);
    const bookmarked = new App(host);
    render(AppView, { app: bookmarked });
    expect(await screen.findByRole('button', { name: 'Take off: PNG' })).toBeTruthy();
    expect(await screen.findByText('No photo here passes the filter.')).toBeTruthy();
  });
});
