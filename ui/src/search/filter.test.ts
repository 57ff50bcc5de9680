import { beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { NO_FILTER, partsOf, tidy } from './filter';

describe('a filter', () => {
  beforeEach(() => setLanguage('en'));

  it('is said part by part', () => {
    const filter = { taken_from: '2024-01-01', taken_until: '2024-12-31', formats: ['jpeg', 'heif'], min_bytes: 1_000_000, max_bytes: 5_000_000, orientation: 'portrait' as const, folder: 9 };
    expect(partsOf(filter, []).map(({ text }) => text)).toEqual(['From 2024-01-01', 'Until 2024-12-31', 'JPEG, HEIC', 'At least 1 MB', 'At most 5 MB', 'Upright', 'In 9']);
  });

  it('loses one part at a time, and is none without the last', () => {
    const [from] = partsOf({ ...NO_FILTER, taken_from: '2024-01-01', formats: ['png'] }, []);
    expect(from?.without).toEqual({ ...NO_FILTER, formats: ['png'] });
    const [last] = partsOf(from?.without ?? null, []);
    expect(last?.without).toBeNull();
    expect(tidy(NO_FILTER)).toBeNull();
  });
});
