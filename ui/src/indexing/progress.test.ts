import { describe, expect, it } from 'vitest';
import { idle } from '../platform/fake';
import { fractionDone, progressText } from './progress';

describe('progress in words', () => {
  const indexing = { ...idle, stage: 'indexing' as const, total: 20_113, done: 1_284, rate: 41.2, seconds_left: 430 };

  it('says how far, how fast and how long', () => {
    expect(progressText(indexing)).toBe('1,284 of 20,113 · 41/s · 7 min left');
  });

  it('leaves out what is not known yet', () => {
    expect(progressText({ ...indexing, rate: 0, seconds_left: null })).toBe('1,284 of 20,113');
  });

  it('picks the unit of the time left', () => {
    expect(progressText({ ...indexing, seconds_left: 12.2 })).toContain('13 s left');
    expect(progressText({ ...indexing, seconds_left: 3 * 3600 })).toContain('3 h left');
  });

  it('has words for every stage', () => {
    expect(progressText(idle)).toBe('Up to date');
    expect(progressText(idle, 2)).toBe('2 folders are paused');
    expect(progressText({ ...idle, stage: 'scanning', scanned: 1 })).toBe('Looking for changes · 1 file');
    expect(progressText({ ...indexing, stage: 'paused' })).toBe('Paused at 1,284 of 20,113');
  });

  it('shows no share while the total still grows', () => {
    expect(fractionDone({ ...indexing, stage: 'scanning' })).toBeNull();
    expect(fractionDone(indexing)).toBeCloseTo(0.0638, 3);
  });
});
