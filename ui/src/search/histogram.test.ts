import { describe, expect, it } from 'vitest';
import { countFrom, histogram } from './histogram';

describe('the histogram', () => {
  it('puts every similarity into a bar, the ends included', () => {
    const counts = histogram([1, 1, 0.99, 0.65, 0.2, 0.1], 8);
    expect(counts).toEqual([2, 0, 0, 0, 1, 0, 0, 3]);
  });

  it('counts those at or above a threshold', () => {
    const falling = [1, 0.9, 0.9, 0.7, 0.5];
    expect([0, 0.5, 0.7, 0.9, 0.95, 1].map((threshold) => countFrom(falling, threshold))).toEqual([5, 5, 4, 3, 1, 1]);
    expect(countFrom([], 0.5)).toBe(0);
  });
});
