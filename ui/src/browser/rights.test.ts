// What somebody meets who signed in with a token that may only search and look.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import { fakeImportFile } from '../platform/fake-import';
import { tile, withPhotos } from '../test-app';

/** As the server does to such a session. */
const refuses = () => Promise.reject({ code: 'token-may-only-search', message: 'this token may only search and look', hint: null });

describe('who may only search', () => {
  let host: FakeHost;
  let app: App;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    withPhotos(host, 4);
    await host.addFolder('/photos', []);
    host.can = { ...host.can, readPaths: false, readClipboard: false, signOut: true, manage: false };
    for (const forbidden of ['connection', 'checkStatus', 'embeddingNotes', 'findDuplicates', 'duplicates', 'filesOf', 'copyFiles'] as const) host[forbidden] = refuses;
    app = new App(host);
    render(AppView, { app });
    await tile(/^photo-1\.jpg/);
  });
  afterEach(cleanup);

  const button = (name: RegExp | string) => screen.queryByRole('button', { name });

  it('is told so once, and offered nothing that would be refused', async () => {
    expect(screen.getByText('You may search and look here, and change nothing.')).toBeTruthy();
    for (const name of [/^Duplicates/, /^Check before import/, /^Models/, /^Shared library/, 'Add a folder…', 'Actions for photos', 'Pause']) expect(button(name), String(name)).toBeNull();
    expect(screen.queryByRole('alert'), 'nothing was tried that was refused').toBeNull();
    host.emit({ kind: 'resync' });
    host.emit({ kind: 'models-changed' });
    await waitFor(() => expect(app.resyncs).toBe(1));
    await fireEvent.click(screen.getByRole('button', { name: /^photos/ }));
    await tile(/^photo-1\.jpg/);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('can do with photos what is looking', async () => {
    await fireEvent.contextMenu(await tile(/^photo-2\.jpg/));
    const menu = within(await screen.findByRole('menu'));
    expect(menu.getByRole('menuitem', { name: /^Find look-alikes/ })).toBeTruthy();
    expect(menu.queryByRole('menuitem', { name: /to a folder|trash/i })).toBeNull();
    await fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
    await fireEvent.keyDown(screen.getByRole('grid'), { key: 'Delete' });
    await fireEvent.click(await tile(/^photo-1\.jpg/), { ctrlKey: true });
    expect(await screen.findByText('2 photos chosen')).toBeTruthy();
    expect(button('Actions for the chosen photos'), 'there are none').toBeNull();
    expect(host.calls.filter((call) => call.startsWith('trash'))).toEqual([]);
  });

  it('can list results, and copy none', async () => {
    await fireEvent.click(await tile(/^photo-1\.jpg/));
    await fireEvent.click(await screen.findByRole('button', { name: 'Export…' }));
    expect(await screen.findByRole('menuitem', { name: 'List as CSV…' })).toBeTruthy();
    expect(screen.queryByRole('menuitem', { name: /to a folder/ })).toBeNull();
  });

  it('is not invited to type an address, and told why it is not searched', async () => {
    const field = screen.getByRole('textbox', { name: 'Search by photo' });
    expect(field.getAttribute('placeholder')).toBe('Drop a photo, or paste one');
    await fireEvent.input(field, { target: { value: 'https://example.org/cat.jpg' } });
    await fireEvent.submit(screen.getByRole('search'));
    expect((await screen.findByRole('alert')).textContent).toContain('You may not search by an address.');
    expect(host.calls.filter((call) => call.startsWith('search'))).toEqual([]);
  });

  it('sees the settings, and cannot change those of the library', async () => {
    await fireEvent.click(screen.getByRole('button', { name: /^Settings/ }));
    expect(await screen.findByText(/so these can be looked at here/)).toBeTruthy();
    expect((await screen.findByRole<HTMLInputElement>('spinbutton', { name: /^Room for pictures/ })).disabled).toBe(true);
    expect(screen.queryByRole('heading', { name: 'Shared library' })).toBeNull();
    expect(button('Choose models…')).toBeNull();
  });

  it('does not hear of what others let be done', async () => {
    host.fakeImport.files = [fakeImportFile(4)];
    host.fakeImport.begin('/card');
    host.fakeImport.change({ state: 'running' });
    host.fakeImport.finish();
    host.emit({ kind: 'copy-changed', progress: { done: 1, total: 4, bytes: 2_000_000 } });
    expect(app.importCheck.status).toBeNull();
    expect(app.copying.progress).toBeNull();
  });

  it('is never asked for a first folder', async () => {
    host.folders = [];
    host.pictures = [];
    host.emit({ kind: 'resync' });
    expect(await screen.findByText('As soon as there are some, they show up here.')).toBeTruthy();
    expect(button('Add a folder…')).toBeNull();
  });

  it('can search the shared library where there is one', async () => {
    host.remote.setStatus({ state: 'idle' });
    host.emit({ kind: 'resync' });
    expect(await screen.findByRole('combobox', { name: 'Where to look' })).toBeTruthy();
  });
});
