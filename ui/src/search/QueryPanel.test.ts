// The query panel as a user meets it: searching by a part, and the threshold on the histogram.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId } from '../platform/fake';
import { openResults, tile } from '../test-app';
import type { PictureDetails } from '../wire';

describe('the query panel', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  const picture = () => screen.getByRole('application', { name: 'Part of the photo to look for' });
  const at = (x: number, y: number) => ({ clientX: x, clientY: y, button: 0, pointerId: 1 });

  it('searches by the part that is dragged, and by all of it again', async () => {
    const { host } = await openResults(5);
    const frame = picture();
    frame.getBoundingClientRect = () => ({ left: 100, top: 0, width: 200, height: 100 }) as DOMRect;
    await fireEvent.pointerDown(frame, at(150, 25));
    await fireEvent.pointerMove(frame, at(200, 50));
    await fireEvent.pointerUp(frame, at(250, 75));
    await waitFor(() => expect(host.terms?.crop).toEqual({ x: 0.25, y: 0.25, width: 0.5, height: 0.5 }));
    expect(screen.getByText('A part counts: 50% wide, 50% high, 25% from the left, 25% from the top.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Look for the whole photo' }));
    await waitFor(() => expect(host.terms?.crop).toBeNull());
  });

  it('moves the part by its inside and resizes it by its edges and corners', async () => {
    const { host, app } = await openResults(5);
    const frame = picture();
    frame.getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 200 }) as DOMRect;
    await app.search.question.lookAt({ x: 0.25, y: 0.25, width: 0.5, height: 0.5 });
    const drag = async (from: [number, number], to: [number, number]) => {
      await fireEvent.pointerDown(frame, at(...from));
      await fireEvent.pointerMove(frame, at(...to));
      await fireEvent.pointerUp(frame, at(...to));
    };
    await drag([200, 100], [250, 125]);
    await waitFor(() => expect(host.terms?.crop).toEqual({ x: 0.375, y: 0.375, width: 0.5, height: 0.5 }));
    await drag([350, 100], [300, 20]);
    await waitFor(() => expect(host.terms?.crop, 'the right edge').toEqual({ x: 0.375, y: 0.375, width: 0.375, height: 0.5 }));
    await drag([150, 75], [100, 50]);
    await waitFor(() => expect(host.terms?.crop, 'the upper left corner').toEqual({ x: 0.25, y: 0.25, width: 0.5, height: 0.625 }));
    const searches = host.calls.length;
    await drag([200, 100], [200, 100]);
    expect(host.calls.length, 'a click changes nothing').toBe(searches);
    await fireEvent.pointerMove(frame, at(300, 100));
    expect(frame.style.cursor).toBe('ew-resize');
    await drag([10, 10], [50, 40]);
    await waitFor(() => expect(host.terms?.crop, 'drawn anew from outside').toEqual({ x: 0.025, y: 0.05, width: 0.1, height: expect.closeTo(0.15) }));
  });

  it('lets go of what is dragged by Esc', async () => {
    const { host, app } = await openResults(5);
    const frame = picture();
    frame.getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 200 }) as DOMRect;
    const part = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    await app.search.question.lookAt(part);
    await fireEvent.pointerDown(frame, at(200, 100));
    await fireEvent.pointerMove(frame, at(250, 100));
    await fireEvent.keyDown(frame, { key: 'Escape' });
    await fireEvent.pointerUp(frame, at(250, 100));
    expect(host.terms?.crop, 'as before').toEqual(part);
    expect(screen.getByText(/A part counts: 50% wide, 50% high, 25% from the left/)).toBeTruthy();
  });

  it('takes the part by keyboard: arrows move, Shift resizes, Esc restores', async () => {
    const { host, app } = await openResults(5);
    for (const event of [{ key: 'ArrowRight' }, { key: 'ArrowRight' }, { key: 'ArrowDown', shiftKey: true }]) await fireEvent.keyDown(picture(), event);
    const searches = () => host.calls.filter((call) => call.startsWith('search')).length;
    expect(searches(), 'not at every step').toBe(1);
    await waitFor(() => expect(host.terms?.crop).toEqual({ x: 0.27, y: 0.25, width: 0.5, height: 0.52 }));
    expect(searches()).toBe(2);
    await fireEvent.keyDown(picture(), { key: 'Escape' });
    await waitFor(() => expect(host.terms?.crop).toBeNull());
    expect(app.screen, 'Esc did not leave the results').toBe('results');
  });

  it('counts while the handle moves, and asks for the frozen set once it is let go', async () => {
    const { host } = await openResults(60);
    await screen.findByRole('heading', { name: '40 look-alikes' });
    const asked = () => host.calls.filter((call) => call.startsWith('page') || call.startsWith('search')).length;
    const before = asked();
    const handle = screen.getByRole('slider', { name: 'Similarity at least' });
    for (const value of ['0.7', '0.8', '0.9']) await fireEvent.input(handle, { target: { value } });
    await screen.findByRole('heading', { name: '5 look-alikes' });
    expect(asked(), 'counted here').toBe(before);
    await fireEvent.change(handle);
    await waitFor(() => expect(asked()).toBe(before + 1));
    expect(host.calls.at(-1), 'no new search').toBe('page 1');
  });

  it('drops the facts of a photo that come once another question is asked', async () => {
    const { host, app } = await openResults(5);
    const known = await host.picture(fakeId(2));
    let answer: (details: PictureDetails) => void = () => {};
    host.picture = () => new Promise((resolve) => (answer = resolve));
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    expect(await screen.findByRole('region', { name: 'Selected photo' })).toBeTruthy();
    await app.find({ kind: 'image', id: fakeId(3), name: 'photo-3.jpg' });
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Selected photo' })).toBeNull());
    answer(known);
    await tick();
    expect(screen.queryByText('Fujifilm X-T4')).toBeNull();
  });

  it('is closed and opened, and stays as it was left', async () => {
    await openResults(5);
    await fireEvent.click(screen.getByRole('button', { name: 'Hide the query panel' }));
    expect(screen.queryByRole('slider', { name: 'Similarity at least' })).toBeNull();
    cleanup();
    await openResults(5);
    expect(screen.queryByRole('slider', { name: 'Similarity at least' }), 'still closed').toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Show the query panel' }));
    expect(screen.getByRole('slider', { name: 'Similarity at least' })).toBeTruthy();
  });
});
