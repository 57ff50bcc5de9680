// How many results lie at which similarity. The engine sends every ranked similarity, falling, so counting needs no request.

import { LOWEST } from './bands';

export const BARS = 40;

/** Results at each step from the lowest similarity to 1. */
export function histogram(similarities: readonly number[], bars = BARS): number[] {
  const counts = new Array<number>(bars).fill(0);
  for (const similarity of similarities) {
    const bar = Math.min(bars - 1, Math.max(0, Math.floor(shareOf(similarity) * bars)));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return counts;
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
