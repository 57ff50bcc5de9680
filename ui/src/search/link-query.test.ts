// Searching by the address of a photo, as a user meets it: typed, pasted, dropped, slow and failing.

import { cleanup, createEvent, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import { openLibrary, openResults, withPhotos } from '../test-app';

const CAT = 'https://example.org/pets/my%20cat.jpg';
const holding = (held: Record<string, string>) => ({ types: Object.keys(held), files: [], getData: (type: string) => held[type] ?? '' });
const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Search by photo' });
const isShown = () => screen.findByRole('button', { name: 'my cat.jpg' });

async function paste(target: Window | Element, text: string): Promise<Event> {
  const event = createEvent.paste(target, { clipboardData: holding({ 'text/plain': text }) });
  await fireEvent(target, event);
  return event;
}

describe('the address of a photo', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  it('is searched when it is typed', async () => {
    const { host } = await openLibrary(3);
    await fireEvent.input(field(), { target: { value: ` ${CAT} ` } });
    await fireEvent.submit(screen.getByRole('search'));
    await isShown();
    expect(host.calls).toContain(`search ${CAT}`);
  });

  it('is searched when it is pasted into the query bar; other text stays there', async () => {
    const { host } = await openLibrary(3);
    expect((await paste(field(), '/photos/cat')).defaultPrevented, 'the field takes it').toBe(false);
    await fireEvent.input(field(), { target: { value: 'see ' } });
    expect((await paste(field(), CAT)).defaultPrevented, 'something is being written').toBe(false);
    await fireEvent.input(field(), { target: { value: '' } });
    await paste(field(), CAT);
    await isShown();
    expect(host.calls.filter((call) => call.startsWith('search'))).toEqual([`search ${CAT}`]);
  });

  it('is searched when it is pasted anywhere in a page', async () => {
    const host = new FakeHost();
    host.can = { ...host.can, readClipboard: false, readPaths: false };
    withPhotos(host, 3);
    await host.addFolder('/photos', []);
    render(AppView, { app: new App(host) });
    await screen.findByRole('grid');
    await paste(window, CAT);
    await isShown();
  });

  it('is searched when the system hands it over as what was copied', async () => {
    const { host } = await openLibrary(3);
    host.clipboard = { kind: 'path', path: CAT };
    await fireEvent.keyDown(window, { key: 'v', ctrlKey: true });
    await isShown();
  });

  it('is searched when a link is dropped, and other things that are dragged are left alone', async () => {
    await openLibrary(3);
    const link = { dataTransfer: holding({ 'text/uri-list': CAT }) };
    await fireEvent.dragEnter(window, link);
    expect(screen.getByText('Drop to find look-alikes')).toBeTruthy();
    await fireEvent.drop(window, link);
    await isShown();
    expect(screen.queryByText('Drop to find look-alikes')).toBeNull();
    await fireEvent.dragEnter(window, { dataTransfer: holding({ 'text/plain': 'words' }) });
    expect(screen.queryByText('Drop to find look-alikes')).toBeNull();
  });

  it('says that it is fetching, with nothing of the search before, and can be called off', async () => {
    const { host, app } = await openResults(5);
    let answer: () => void = () => {};
    const search = host.search.bind(host);
    host.search = async (request) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return search(request);
    };
    void app.find({ kind: 'url', url: CAT });
    expect(await screen.findByRole('heading', { name: 'Fetching the photo from example.org' })).toBeTruthy();
    expect(screen.queryAllByRole('gridcell')).toEqual([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    answer();
    await screen.findByRole('heading', { name: 'All photos' });
    expect(app.search.query, 'the late answer is dropped').toBeNull();
  });

  it('says why it could not be fetched and what to do, and tries again', async () => {
    const { host } = await openLibrary(3);
    host.failures.set('search', { code: 'not-found', message: 'example.org has no such photo.', hint: 'Check the address.' });
    await fireEvent.input(field(), { target: { value: CAT } });
    await fireEvent.submit(screen.getByRole('search'));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('example.org has no such photo.');
    expect(alert.textContent).toContain('Check the address.');
    await waitFor(() => expect(field().value, 'to be mended').toBe(CAT));
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.getByRole('heading', { name: '3 look-alikes' })).toBeTruthy());
  });

  it('is remembered until there is a folder to search', async () => {
    const host = new FakeHost();
    render(AppView, { app: new App(host) });
    await screen.findByText('Drop a photo here');
    await fireEvent.drop(window, { dataTransfer: holding({ 'text/uri-list': CAT }) });
    expect(await screen.findByText(/look for “my cat\.jpg” as soon as you add a folder/)).toBeTruthy();
  });
});
