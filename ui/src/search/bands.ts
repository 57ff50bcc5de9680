// Bands of likeness: their order, and how many results of each are shown under a threshold.

import type { Band, BandCounts, BandLimits } from '../wire';

export const bands: readonly Band[] = ['same-file', 'same-picture', 'same-scene', 'similar', 'weak'];

export function countOf(counts: BandCounts, band: Band): number {
  return counts[band.replace('-', '_') as keyof BandCounts];
}

/**
 * How many of each band are among the first `shown` results. Results are ranked by band and similarity, so a
 * threshold only cuts the list short.
 */
export function shownOf(counts: BandCounts, shown: number): { band: Band; count: number }[] {
  let left = shown;
  return bands.map((band) => {
    const count = Math.max(0, Math.min(left, countOf(counts, band)));
    left -= count;
    return { band, count };
  });
}

/** Lowest similarity of a band; byte-identical files are at 1. */
export function floorOf(limits: BandLimits, band: Band): number {
  switch (band) {
    case 'same-file':
      return 1;
    case 'same-picture':
      return limits.same_picture;
    case 'same-scene':
      return limits.same_scene;
    case 'similar':
      return limits.similar;
    case 'weak':
      return LOWEST;
  }
}

/** Similarity of opposite vectors: nothing is below. */
export const LOWEST = 0.2;

/** The band that a similarity falls into. */
export function bandAt(limits: BandLimits, similarity: number): Band {
  return bands.find((band) => similarity >= floorOf(limits, band)) ?? 'weak';
}
