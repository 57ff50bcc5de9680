// How large photos are, in all grids at once.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { openLibrary, openResults, tile } from '../test-app';

const REMEMBERED = 'lookalike.row-height';
const slider = () => screen.getByRole<HTMLInputElement>('slider', { name: 'Size of photos' });
const size = () => slider().getAttribute('aria-valuetext');
const resize = (height: number) => fireEvent.input(slider(), { target: { value: String(height) } });
const scroller = () => document.querySelector('main .scroller') as HTMLElement;
const rowOf = (name: string) => screen.getByRole('gridcell', { name }).closest<HTMLElement>('.row') as HTMLElement;
const inFirstRow = () => document.querySelectorAll('main .row:first-child [role=gridcell]').length;

/** jsdom reports no scrolling by itself. */
async function scrollTo(top: number): Promise<void> {
  scroller().scrollTop = top;
  await fireEvent.scroll(scroller());
}

/** As a browser does where the grid has moved itself. */
async function resizeAndReport(height: number): Promise<void> {
  await resize(height);
  await fireEvent.scroll(scroller());
}

describe('the size of photos', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  it('is set by a slider, for the results as well, and is as it was left', async () => {
    await openLibrary(30);
    expect(size()).toBe('Rows 190 pixels high');
    expect(inFirstRow(), '4 : 3 on 1000').toBe(4);
    await resize(100);
    expect(inFirstRow()).toBe(7);
    cleanup();
    await openResults(30);
    expect(size()).toBe('Rows 100 pixels high');
    await resize(190);
    expect(localStorage.getItem(REMEMBERED), 'the usual one needs no storage').toBeNull();
  });

  it('is the usual one where what was left is none', async () => {
    for (const wrong of ['large', '', '5', '4000']) {
      localStorage.setItem(REMEMBERED, wrong);
      await openLibrary(1);
      expect(size(), wrong).toBe('Rows 190 pixels high');
      cleanup();
    }
  });

  it('changes by [ and ], up to its ends', async () => {
    await openLibrary(30);
    const grid = screen.getByRole('grid');
    await fireEvent.keyDown(grid, { key: ']' });
    expect(size()).toBe('Rows 220 pixels high');
    for (let i = 0; i < 9; i++) await fireEvent.keyDown(grid, { key: '[' });
    expect(size()).toBe('Rows 100 pixels high');
    for (let i = 0; i < 9; i++) await fireEvent.keyDown(grid, { key: ']' });
    expect(size()).toBe('Rows 320 pixels high');
    await fireEvent.keyDown(grid, { key: '[', ctrlKey: true });
    expect(size(), 'what is pressed with Ctrl is the browser’s').toBe('Rows 320 pixels high');
  });

  it('leaves the photo at the upper edge there, also where another one is selected', async () => {
    await openLibrary(200);
    await fireEvent.click(await tile(/^photo-2\.jpg/), { ctrlKey: true });
    const first = rowOf('photo-9.jpg');
    const before = parseFloat(first.style.top) + parseFloat(first.style.height) / 2;
    await scrollTo(before);
    for (const height of [100, 250, 320, 130]) {
      await resizeAndReport(height);
      const { top, height: drawn } = rowOf('photo-9.jpg').style;
      expect(scroller().scrollTop, `${height}: as much of its row is seen`).toBeCloseTo(parseFloat(top) + parseFloat(drawn) / 2);
    }
    await resizeAndReport(190);
    expect(scroller().scrollTop, 'there and back again').toBeCloseTo(before);
  });

  it('takes another photo as the one at the edge once one scrolls on', async () => {
    await openLibrary(200);
    await scrollTo(parseFloat(rowOf('photo-9.jpg').style.top));
    await resizeAndReport(100);
    await scrollTo(parseFloat(rowOf('photo-22.jpg').style.top));
    await resizeAndReport(190);
    await waitFor(() => expect(scroller().scrollTop).toBeCloseTo(parseFloat(rowOf('photo-22.jpg').style.top)));
  });
});
