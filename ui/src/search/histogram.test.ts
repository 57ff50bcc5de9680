import { describe, expect, it } from 'vitest';
import { limits } from '../platform/fake-search';
import { countFrom, histogram } from './histogram';

describe('the histogram', () => {
  it('puts every similarity into a bar, the ends included', () => {
    const counts = histogram([1, 1, 0.99, 0.65, 0.2, 0.1], limits, 8).map(({ count }) => count);
    expect(counts).toEqual([2, 0, 0, 0, 1, 0, 0, 3]);
  });

  it('gives a bar that a limit cuts the band of most of its results, and the better one of two', () => {
    // Of four bars, that from 0.6 to 0.8 is cut by the limit of the same scene at 0.7, and the last one by those above.
    const bandsOf = (...falling: number[]) => histogram(falling, limits, 4).flatMap(({ count, band }) => (count > 0 ? [band] : []));
    expect(bandsOf(0.71, 0.65, 0.62)).toEqual(['similar']);
    expect(bandsOf(0.75, 0.71, 0.62)).toEqual(['same-scene']);
    expect(bandsOf(0.71, 0.62)).toEqual(['same-scene']);
    expect(bandsOf(0.69), 'and not that of its middle').toEqual(['similar']);
    expect(bandsOf(1)).toEqual(['same-file']);
    expect(bandsOf(1, 0.99, 0.98, 0.3)).toEqual(['weak', 'same-picture']);
  });

  it('counts those at or above a threshold', () => {
    const falling = [1, 0.9, 0.9, 0.7, 0.5];
    expect([0, 0.5, 0.7, 0.9, 0.95, 1].map((threshold) => countFrom(falling, threshold))).toEqual([5, 5, 4, 3, 1, 1]);
    expect(countFrom([], 0.5)).toBe(0);
  });
});
