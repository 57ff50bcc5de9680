// How many results lie at which similarity. The engine sends every ranked similarity, falling, so counting needs no request.

import type { Band, BandLimits } from '../wire';
import { bandAt, LOWEST } from './bands';

export const BARS = 40;

export interface Bar {
  count: number;
  band: Band;
}

/**
 * Results at each step from the lowest similarity to 1. A bar is of the band that most of its results lie in, and of the
 * better one where as many lie in each.
 */
export function histogram(similarities: readonly number[], limits: BandLimits, bars = BARS): Bar[] {
  const inBars: number[][] = Array.from({ length: bars }, () => []);
  for (const similarity of similarities) {
    inBars[Math.min(bars - 1, Math.max(0, Math.floor(shareOf(similarity) * bars)))]?.push(similarity);
  }
  // They fall, so the one in the middle is of the band of most.
  return inBars.map((falling) => ({ count: falling.length, band: bandAt(limits, falling[(falling.length - 1) >> 1] ?? LOWEST) }));
}

/** How many are at or above a threshold. */
export function countFrom(similarities: readonly number[], threshold: number): number {
  let low = 0;
  let high = similarities.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((similarities[middle] ?? 0) >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a similarity lies between the lowest and 1. */
export function shareOf(similarity: number): number {
  return (similarity - LOWEST) / (1 - LOWEST);
}
