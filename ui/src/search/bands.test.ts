import { describe, expect, it } from 'vitest';
import { limits } from '../platform/fake-search';
import { bandAt, shownOf } from './bands';

const counts = { same_file: 1, same_picture: 4, same_scene: 10, similar: 20, weak: 100 };
const shown = (total: number) => shownOf(counts, total).map(({ count }) => count);

describe('bands under a threshold', () => {
  it('shows all without one', () => expect(shown(135)).toEqual([1, 4, 10, 20, 100]));
  it('cuts within a band', () => expect(shown(9)).toEqual([1, 4, 4, 0, 0]));
  it('shows none when nothing passes', () => expect(shown(0)).toEqual([0, 0, 0, 0, 0]));

  it('names the band of a similarity by the limits of the model', () => {
    expect(bandAt(limits, 1)).toBe('same-file');
    expect(bandAt(limits, 0.9)).toBe('same-picture');
    expect(bandAt(limits, 0.55)).toBe('similar');
    expect(bandAt(limits, 0.2)).toBe('weak');
  });
});
