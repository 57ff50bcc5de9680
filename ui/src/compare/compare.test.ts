// Preview, several photos at once, and comparing them, as a user meets them.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
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
});
