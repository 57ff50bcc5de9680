// Photos that are added one by one, as a user of a browser meets them. The sending is in the test's hand.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost, fakeId } from '../platform/fake';
import { tile, withPhotos } from '../test-app';
import type { AddedPicture, ErrorReply } from '../wire';

const taken = (is_new: boolean): AddedPicture => ({ id: fakeId(7), file_name: 'x.jpg', is_new, is_indexed: true });
const noPicture: ErrorReply = { code: 'not-a-picture', message: 'the picture is not taken in: it is no picture', hint: null };

describe('adding photos', () => {
  let host: FakeHost;
  let sent: { name: string; answer: (reply: AddedPicture) => void; refuse: (error: ErrorReply) => void }[];

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    host.can = { ...host.can, readPaths: false, addPhotos: true };
    withPhotos(host, 2);
    await host.addFolder('/photos', []);
    sent = [];
  });
  afterEach(cleanup);

  async function open(): Promise<HTMLElement> {
    render(AppView, { app: new App(host) });
    await tile(/^photo-1\.jpg/);
    await fireEvent.click(screen.getByRole('button', { name: 'Add photos…' }));
    return screen.findByRole('dialog', { name: 'Add photos to the library' });
  }

  function pick(...names: string[]): void {
    host.newPhotos = names.map((name) => ({ name, send: () => new Promise((answer, refuse) => sent.push({ name, answer, refuse })) }));
  }

  const outcomes = () => within(screen.getByRole('dialog')).getAllByRole('listitem').map((item) => item.textContent?.trim());

  it('sends a few at a time, and says what became of each', async () => {
    const dialog = within(await open());
    pick('a.jpg', 'b.jpg', 'c.jpg', 'notes.txt', 'e.jpg');
    await fireEvent.click(dialog.getByRole('button', { name: 'Choose photos…' }));
    await waitFor(() => expect(sent.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 'c.jpg']));
    expect(outcomes()).toEqual(['a.jpg on its way', 'b.jpg on its way', 'c.jpg on its way', 'notes.txt waits', 'e.jpg waits']);
    sent[0]?.answer(taken(true));
    sent[1]?.answer(taken(false));
    await waitFor(() => expect(sent).toHaveLength(5));
    expect(dialog.getByRole('status').textContent).toMatch(/2 of 5.*1 added.*1 here already/s);
    expect(dialog.getByRole<HTMLProgressElement>('progressbar').value).toBe(0.4);
    sent[3]?.refuse(noPicture);
    for (const at of [2, 4]) sent[at]?.answer(taken(true));
    expect(await dialog.findByText('3 added · 1 here already · 1 not added')).toBeTruthy();
    expect(outcomes()[3]).toContain('the picture is not taken in: it is no picture');
    expect(dialog.queryByRole('progressbar')).toBeNull();
  });

  it('goes on while the user is elsewhere, and can be stopped', async () => {
    const dialog = within(await open());
    pick('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg');
    await fireEvent.click(dialog.getByRole('button', { name: 'Choose photos…' }));
    await waitFor(() => expect(sent).toHaveLength(3));
    await fireEvent.click(dialog.getAllByRole('button', { name: 'Close' }).at(-1)!);
    await fireEvent.click(await screen.findByRole('button', { name: 'Adding photos: 0 of 4' }));
    const again = within(await screen.findByRole('dialog'));
    await fireEvent.click(again.getByRole('button', { name: 'Stop' }));
    for (const { answer } of sent) answer(taken(true));
    expect(await again.findByText('3 added · 1 left out')).toBeTruthy();
    expect(sent, 'what had not begun').toHaveLength(3);
  });

  it('fetches one from the web, and refuses what is no address', async () => {
    const dialog = within(await open());
    const field = dialog.getByRole('textbox', { name: 'Or the address of a photo on the web' });
    await fireEvent.input(field, { target: { value: '/etc/cat.jpg' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Add' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('This is not the address of a photo');
    await fireEvent.input(field, { target: { value: 'https://example.org/cat.jpg' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Add' }));
    expect(await dialog.findByText('1 added')).toBeTruthy();
    expect(host.calls).toContain('addFromWeb https://example.org/cat.jpg');
    expect(dialog.queryByRole('alert')).toBeNull();
  });

  it('is a way to begin, where no folder can be chosen', async () => {
    host.folders = [];
    render(AppView, { app: new App(host) });
    await screen.findByRole('heading', { name: 'Find the photos that look alike' });
    expect(screen.getByRole('button', { name: 'Add photos…' })).toBeTruthy();
  });

  it('is offered neither in the window nor to whom the library is not', async () => {
    for (const change of [{ addPhotos: false }, { addPhotos: true, manage: false }]) {
      cleanup();
      host.can = { ...host.can, ...change };
      render(AppView, { app: new App(host) });
      await tile(/^photo-1\.jpg/);
      expect(screen.queryByRole('button', { name: 'Add photos…' })).toBeNull();
    }
  });
});
