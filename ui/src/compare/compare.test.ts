// Preview, several photos at once, and comparing them, as a user meets them.

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import type { FakeHost } from '../platform/fake';
import { openLibrary, tile } from '../test-app';

const chosen = () => screen.getAllByRole('gridcell', { selected: true }).map((cell) => cell.getAttribute('aria-label'));
const moved = () => document.querySelector<HTMLElement>('dialog .moved')?.style.transform;

describe('photos at once', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('are chosen by Ctrl and Shift with a click, without a search', async () => {
    const { host } = await openLibrary(8);
    await fireEvent.click(await tile(/^photo-2\.jpg/), { ctrlKey: true });
    await fireEvent.click(await tile(/^photo-4\.jpg/), { ctrlKey: true });
    expect(chosen()).toEqual(['photo-2.jpg', 'photo-4.jpg']);
    await fireEvent.click(await tile(/^photo-6\.jpg/), { shiftKey: true });
    expect(chosen()).toEqual(['photo-4.jpg', 'photo-5.jpg', 'photo-6.jpg']);
    expect(await screen.findByText('3 photos chosen')).toBeTruthy();
    expect(host.calls.filter((call) => call.startsWith('search'))).toEqual([]);
  });

  it('are chosen by Shift and arrows, compared by C, and let go by Esc', async () => {
    const { app } = await openLibrary(8);
    const grid = screen.getByRole('grid');
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    for (let i = 0; i < 2; i++) await fireEvent.keyDown(grid, { key: 'ArrowRight', shiftKey: true });
    await fireEvent.keyDown(grid, { key: 'ArrowLeft', shiftKey: true });
    expect(chosen()).toEqual(['photo-1.jpg', 'photo-2.jpg']);
    await fireEvent.keyDown(grid, { key: 'c' });
    expect(await screen.findByRole('dialog', { name: '2 photos compared' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Close the comparison' }));
    await fireEvent.keyDown(grid, { key: 'Escape' });
    expect(chosen()).toEqual(['photo-2.jpg']);
    expect(app.screen).toBe('library');
  });

  it('are not compared when there are more than four', async () => {
    await openLibrary(8);
    const grid = screen.getByRole('grid');
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    for (let i = 0; i < 4; i++) await fireEvent.keyDown(grid, { key: 'ArrowRight', shiftKey: true });
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Compare' }).disabled).toBe(true);
    await fireEvent.keyDown(grid, { key: 'c' });
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('zoom in step, are swiped, and have their differences marked', async () => {
    const { host } = await openLibrary(4);
    host.pictures = host.pictures.map((picture, i) => (i === 1 ? { ...picture, width: 2000, height: 1500 } : picture));
    await fireEvent.click(await tile(/^photo-1\.jpg/), { ctrlKey: true });
    await fireEvent.click(await tile(/^photo-2\.jpg/), { ctrlKey: true });
    await fireEvent.click(screen.getByRole('button', { name: 'Compare' }));
    const pixels = await screen.findByRole('row', { name: /Pixels/ });
    expect(pixels.textContent).toMatch(/differs.*4000 × 3000most.*2000 × 1500$/);
    expect(screen.getByRole('row', { name: /Camera/ }).textContent).not.toContain('differs');
    const dialog = screen.getByRole('dialog');
    await fireEvent.keyDown(dialog, { key: '+' });
    const transforms = [...dialog.querySelectorAll<HTMLElement>('.moved')].map((stage) => stage.style.transform);
    expect(transforms).toEqual(['translate(0%, 0%) scale(1.25)', 'translate(0%, 0%) scale(1.25)']);
    await fireEvent.click(screen.getByRole('button', { name: 'Swipe' }));
    await fireEvent.input(screen.getByRole('slider', { name: 'Divider' }), { target: { value: '20' } });
    await waitFor(() => expect(dialog.querySelector<HTMLElement>('.over')?.style.clipPath).toContain('20%'));
  });
});

describe('the difference of two photos', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  async function compare(change = {}, ...more: number[]): Promise<HTMLElement> {
    const { host, app } = await openLibrary(4);
    host.pictures = host.pictures.map((picture, i) => (i === 1 ? { ...picture, ...change } : picture));
    await app.library.readPictures();
    for (const number of [1, 2, ...more]) await fireEvent.click(await tile(new RegExp(`^photo-${number}\\.jpg`)), { ctrlKey: true });
    await fireEvent.click(screen.getByRole('button', { name: 'Compare' }));
    return screen.findByRole('dialog');
  }
  const boxes = (dialog: HTMLElement) => [...dialog.querySelectorAll<HTMLElement>('.moved')].map(({ style }) => [style.getPropertyValue('--left'), style.getPropertyValue('--width'), style.transform]);

  it('lays one over the other, in one place however large they are, and zooms them in step', async () => {
    const dialog = await compare({ width: 400, height: 300 });
    await fireEvent.click(screen.getByRole('button', { name: 'Difference' }));
    expect(await screen.findByText(/^Black where both are the same\.$/)).toBeTruthy();
    await fireEvent.keyDown(dialog, { key: '+' });
    const [one, other] = boxes(dialog);
    expect(one, '4 : 3 on 1000 by 700').toEqual([expect.stringMatching(/^3\.3/), expect.stringMatching(/^93\.3/), 'translate(0%, 0%) scale(1.25)']);
    expect(other).toEqual(one);
  });

  it('is made as bright as needed', async () => {
    const dialog = await compare();
    await fireEvent.keyDown(dialog, { key: 'd' });
    const slider = await screen.findByRole('slider', { name: /Brightness/ });
    expect(slider.getAttribute('aria-valuetext')).toBe('×4');
    await fireEvent.input(slider, { target: { value: '9' } });
    expect(await screen.findByText('×9')).toBeTruthy();
    expect(dialog.querySelector<HTMLElement>('.blended')?.style.filter).toBe('brightness(9)');
    slider.focus();
    await fireEvent.keyDown(slider, { key: 'd' });
    expect(screen.queryByRole('slider', { name: /Brightness/ }), 'the keys go on past the slider').toBeNull();
    await waitFor(() => expect(document.activeElement, 'and they still do once it is gone').toBe(dialog));
  });

  it('says where one had to be stretched', async () => {
    const dialog = await compare({ width: 3000, height: 3000 });
    await fireEvent.keyDown(dialog, { key: 'd' });
    expect(await screen.findByText(/so one is stretched to the other/)).toBeTruthy();
  });

  it('is not there for three', async () => {
    const dialog = await compare({}, 3);
    expect(screen.queryByRole('button', { name: 'Difference' })).toBeNull();
    await fireEvent.keyDown(dialog, { key: 'd' });
    expect(screen.queryByText(/Black where/)).toBeNull();
  });

  it('is beside facts that name the better file', async () => {
    await compare({ width: 400, height: 300 });
    expect(await screen.findByText('photo-1.jpg has the better file: the most pixels.')).toBeTruthy();
  });
});

describe('compared photos', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  const trashed = (host: FakeHost) => host.calls.filter((call) => call.startsWith('trash'));
  const button = (name: string) => screen.findByRole('button', { name, hidden: true });
  const file = (host: FakeHost, number: number) => host.fakeTrash.fileAt(`/photos/photo-${number}.jpg`);

  /** Each has a second file but the first, so that only that one is asked about. */
  async function compare(...numbers: number[]) {
    const opened = await openLibrary(4);
    const { host } = opened;
    host.pictures = host.pictures.map((picture, i) => (i > 0 ? { ...picture, paths: [...picture.paths, `/backup/${picture.file_name}`] } : picture));
    for (const number of numbers) await fireEvent.click(await tile(new RegExp(`^photo-${number}\\.jpg`)), { ctrlKey: true });
    await fireEvent.click(screen.getByRole('button', { name: 'Compare' }));
    return { ...opened, dialog: await screen.findByRole('dialog') };
  }

  it('go to the trash after the usual question, and the comparison ends where one is left', async () => {
    const { host } = await compare(1, 2);
    await fireEvent.click(await button('Move photo-1.jpg to the trash'));
    const question = await screen.findByRole('dialog', { name: 'This is the last copy of 1 photo' });
    await fireEvent.click(within(question).getByText('Move it all the same'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(trashed(host)).toEqual([`trash ${file(host, 1)} false`, `trash ${file(host, 1)} true`]);
    await fireEvent.click(await button('Undo'));
    await waitFor(() => expect(screen.getByRole('gridcell', { name: 'photo-1.jpg' })).toBeTruthy(), { timeout: 4000 });
    expect(screen.queryByRole('dialog'), 'it does not begin again by itself').toBeNull();
  });

  it('stay when another is kept in their place, until that is confirmed', async () => {
    const { host, dialog } = await compare(2, 3, 4);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Keep this one: photo-3.jpg' }));
    const summary = await screen.findByRole('dialog', { name: 'Move 2 photos to the trash?' });
    expect(within(summary).getByText('photo-2.jpg')).toBeTruthy();
    expect(within(summary).queryByText('photo-3.jpg'), 'the kept one is none of them').toBeNull();
    expect(trashed(host)).toEqual([]);
  });

  it('go one after the other while at least two are left, and are told of where the focus is', async () => {
    const { dialog } = await compare(2, 3, 4);
    const trash = await button('Move photo-4.jpg to the trash');
    trash.focus();
    await fireEvent.click(trash);
    const confirm = within(await screen.findByRole('dialog', { name: 'Move 1 photo to the trash?' })).getByText('Move to the trash');
    await waitFor(() => expect(confirm).not.toHaveProperty('disabled', true));
    await fireEvent.click(confirm);
    await fireEvent.click(await button('Move it all the same'));
    expect(await screen.findByRole('dialog', { name: '2 photos compared' })).toBe(dialog);
    expect(await within(dialog).findByText('Undo')).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(dialog));
  });

  it('have their actions also where they lie on each other', async () => {
    const { dialog } = await compare(1, 2);
    for (const key of ['w', 'd']) {
      await fireEvent.keyDown(dialog, { key });
      await within(dialog).findByRole('slider');
      expect(within(dialog).getAllByRole('button', { name: /^Keep this one: photo-[12]\.jpg$/ })).toHaveLength(2);
    }
  });

  it('are left alone where this window only reads', async () => {
    const { host, app, dialog } = await compare(1, 2);
    host.writable = false;
    await app.library.readStatus();
    await waitFor(() => expect(within(dialog).queryByRole('button', { name: /^Keep|trash/ })).toBeNull());
  });
});

describe('the preview', () => {
  beforeEach(() => setLanguage('en'));
  afterEach(cleanup);

  it('zooms to the pointer, shows full size by double click, and begins anew with the next photo', async () => {
    await openLibrary(3);
    const grid = screen.getByRole('grid');
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    await fireEvent.keyDown(grid, { key: ' ' });
    const dialog = await screen.findByRole('dialog');
    const stage = dialog.querySelector<HTMLElement>('.stage .stage, .picture .stage') as HTMLElement;
    stage.getBoundingClientRect = () => ({ left: 0, top: 0, width: 1000, height: 700 }) as DOMRect;
    await fireEvent.dblClick(stage, { clientX: 500, clientY: 350 });
    expect(moved(), '3000 pixels on 700').toMatch(/scale\(4\.28/);
    await fireEvent.dblClick(stage, { clientX: 500, clientY: 350 });
    expect(moved()).toBe('translate(0%, 0%) scale(1)');
    await fireEvent.wheel(stage, { deltaY: -400, clientX: 750, clientY: 350 });
    expect(moved()).toMatch(/^translate\(-\d.*%, 0%\) scale\(2\.718/);
    await fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    await waitFor(() => expect(moved()).toBe('translate(0%, 0%) scale(1)'));
  });

  it('tells what is known of the photo, on I, and of the next one too', async () => {
    const { host } = await openLibrary(3);
    host.pictures = host.pictures.map((picture, i) => (i === 1 ? { ...picture, paths: ['/photos/trip/photo-2.jpg', '/backup/photo-2.jpg'] } : picture));
    const grid = screen.getByRole('grid');
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    await fireEvent.keyDown(grid, { key: ' ' });
    const dialog = await screen.findByRole('dialog', { name: 'Preview of photo-1.jpg' });
    expect(within(dialog).queryByRole('region', { name: 'Information' })).toBeNull();
    await fireEvent.keyDown(dialog, { key: 'i' });
    const facts = within(within(dialog).getByRole('region', { name: 'Information' }));
    expect(facts.getByRole('heading', { name: 'photo-1.jpg' })).toBeTruthy();
    expect(facts.getByText('4000 × 3000')).toBeTruthy();
    for (const fact of ['3.6 MB · JPEG', 'Fujifilm X-T4', '/photos/photo-1.jpg']) expect(await facts.findByText(fact)).toBeTruthy();
    expect(facts.getByText(/^Jul 14, 2025/)).toBeTruthy();
    await fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    for (const place of ['/photos/trip/photo-2.jpg', '/backup/photo-2.jpg']) expect(await facts.findByText(place)).toBeTruthy();
    await fireEvent.keyDown(dialog, { key: 'I', ctrlKey: true, shiftKey: true });
    const button = within(dialog).getByRole('button', { name: 'Information' });
    expect(button.getAttribute('aria-pressed'), 'what is pressed with Ctrl is the browser’s').toBe('true');
    await fireEvent.click(button);
    expect(within(dialog).queryByRole('region', { name: 'Information' })).toBeNull();
  });
});
