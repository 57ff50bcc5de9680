// Near-identical results: how they are folded, and how a user meets that.

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import type { Band, SearchHit } from '../wire';
import { openResults, tile } from '../test-app';
import { fold } from './fold';

const hit = (rank: number, folds_behind: number | null = null, band: Band = 'similar') => ({ rank, folds_behind, band }) as SearchHit;
const ranks = (hits: SearchHit[], unfolded: number[], inBands = true) => fold(hits, new Set(unfolded), inBands).visible.map(({ rank }) => rank);

describe('folding', () => {
  const hits = [hit(1), hit(2), hit(3, 1), hit(4), hit(5, 1), hit(6, 4, 'weak')];

  it('hides what stands behind another result, which knows how many there are', () => {
    expect(ranks(hits, [])).toEqual([1, 2, 4]);
    expect(fold(hits, new Set(), true).behind).toEqual(new Map([[1, 2], [4, 1]]));
  });

  it('spreads a group out in place, but leaves each under the header of its band', () => {
    expect(ranks(hits, [1])).toEqual([1, 3, 5, 2, 4]);
    expect(ranks([hit(1), hit(2), hit(3), hit(4, 1, 'weak')], [1])).toEqual([1, 2, 3, 4]);
    expect(ranks([hit(1), hit(2), hit(3), hit(4, 1, 'weak')], [1], false)).toEqual([1, 4, 2, 3]);
  });

  it('hides nothing whose leader is not here, or is hidden itself', () => {
    expect(ranks([hit(7, 3), hit(8)], [])).toEqual([7, 8]);
    expect(ranks([hit(1), hit(2, 1), hit(3, 2)], [])).toEqual([1, 3]);
  });
});

describe('near-identical results', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  const shown = () => screen.getAllByRole('gridcell').map((cell) => cell.getAttribute('aria-label')?.split(' ')[0]);

  /** 3 and 5 are nearly the same as 2. */
  async function openFolded() {
    const opened = await openResults(6);
    const { host, app } = opened;
    host.pictures = host.pictures.map((picture, i) => ({ ...picture, nearIdentical: i === 1 ? 2 : 0, foldsBehind: i === 2 || i === 4 ? 2 : undefined }));
    await app.search.refresh();
    await tile(/^photo-2\.jpg · .*2 near-identical photos folded/);
    return opened;
  }

  it('lie behind the first of them, and the counts stay true', async () => {
    await openFolded();
    expect(shown()).toEqual(['photo-1.jpg', 'photo-2.jpg', 'photo-4.jpg', 'photo-6.jpg']);
    expect(screen.getByRole('heading', { name: '5 look-alikes' })).toBeTruthy();
    expect(screen.getByRole('heading', { name: /^Same picture 5, 2 folded/ })).toBeTruthy();
    expect(screen.getByText('2 folded')).toBeTruthy();
  });

  it('are spread out by the badge in place, and folded again', async () => {
    const { app } = await openFolded();
    const badge = () => screen.getByRole('button', { name: '2 near-identical photos' });
    expect(badge().textContent?.trim()).toBe('+2');
    expect(badge().getAttribute('aria-expanded')).toBe('false');
    await fireEvent.click(badge());
    await waitFor(() => expect(shown()).toEqual(['photo-1.jpg', 'photo-2.jpg', 'photo-3.jpg', 'photo-5.jpg', 'photo-4.jpg', 'photo-6.jpg']));
    expect(app.search.results.selected, 'the badge selects nothing').toBe(-1);
    await fireEvent.click(badge());
    await waitFor(() => expect(shown()).toHaveLength(4));
  });

  it('are spread out and folded by G, also from one of them', async () => {
    const { app } = await openFolded();
    const selected = () => screen.getByRole('gridcell', { selected: true }).getAttribute('aria-label');
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    await fireEvent.keyDown(screen.getByRole('grid'), { key: 'g' });
    await tile(/^photo-2\.jpg · .*2 near-identical photos unfolded/);
    await fireEvent.keyDown(screen.getByRole('grid'), { key: 'ArrowRight' });
    expect(selected()).toMatch(/^photo-3\.jpg/);
    await fireEvent.keyDown(screen.getByRole('grid'), { key: 'g' });
    await waitFor(() => expect(selected(), 'the one that stands for it').toMatch(/^photo-2\.jpg/));
    expect(app.search.results.visible).toHaveLength(4);
    await fireEvent.click(await tile(/^photo-4\.jpg/));
    await fireEvent.keyDown(screen.getByRole('grid'), { key: 'g' });
    expect(shown(), 'nothing lies behind this one').toHaveLength(4);
  });

  it('are spread out by the menu', async () => {
    await openFolded();
    await fireEvent.contextMenu(await tile(/^photo-2\.jpg/));
    await fireEvent.click(await screen.findByRole('menuitem', { name: /Show 2 near-identical photos/ }));
    await fireEvent.contextMenu(await tile(/^photo-5\.jpg/));
    await fireEvent.click(await screen.findByRole('menuitem', { name: /Fold near-identical photos/ }));
    await waitFor(() => expect(shown()).toHaveLength(4));
  });

  it('are passed over by the preview', async () => {
    await openFolded();
    await fireEvent.click(await tile(/^photo-2\.jpg/));
    await fireEvent.keyDown(screen.getByRole('grid'), { key: ' ' });
    await fireEvent.keyDown(await screen.findByRole('dialog', { name: 'Preview of photo-2.jpg' }), { key: 'ArrowRight' });
    expect(await screen.findByRole('dialog', { name: 'Preview of photo-4.jpg' })).toBeTruthy();
  });

  it('are not folded where one does not want it, the next time neither', async () => {
    await openFolded();
    await fireEvent.click(await tile(/^photo-4\.jpg/));
    await fireEvent.click(screen.getByRole('checkbox', { name: 'Fold near-identical' }));
    expect(shown()).toHaveLength(6);
    expect(screen.getByRole('gridcell', { selected: true }).getAttribute('aria-label'), 'still selected').toMatch(/^photo-4\.jpg/);
    expect(within(await tile(/^photo-2\.jpg/)).queryByText('+2')).toBeNull();
    cleanup();
    const { app } = await openResults(3);
    expect(app.search.results.folds.isOn).toBe(false);
  });

  it('follow the threshold: what does not pass is not behind anything', async () => {
    const { app } = await openFolded();
    app.search.results.moveThreshold(0.93);
    expect((await screen.findByRole('button', { name: '1 near-identical photo' })).textContent?.trim()).toBe('+1');
  });
});
