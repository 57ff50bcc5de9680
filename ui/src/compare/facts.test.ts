import { beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import type { PictureDetails } from '../wire';
import { better, factRows } from './facts';

const photo = (change: Partial<PictureDetails>): PictureDetails => ({
  id: 'a', format: 'jpeg', bytes: 2_000_000, width: 4000, height: 3000, taken_at: null, camera: null, places: [{ path: '/photos/a.jpg', offline: false, device: null }], ...change,
});

describe('compared facts', () => {
  beforeEach(() => setLanguage('en'));

  it('tell what differs, and which photo has more of it', () => {
    const rows = factRows([photo({}), photo({ width: 2000, height: 1500 }), photo({ camera: 'Fujifilm X-T4' })]);
    const of = (label: string) => rows.find((row) => row.label === label);
    expect(of('Pixels')).toMatchObject({ differs: true, best: [0, 2] });
    expect(of('Size')).toMatchObject({ differs: false, best: [] });
    expect(of('Camera')).toMatchObject({ values: ['unknown', 'unknown', 'Fujifilm X-T4'], differs: true, best: [] });
    expect(of('Folder')?.values[0]).toBe('/photos');
  });

  it('name the better file, by what matters most', () => {
    expect(better([photo({}), photo({ width: 4001, bytes: 1 })])).toEqual({ index: 1, reason: 'most-pixels' });
    expect(better([photo({ bytes: 9_000_000 }), photo({ format: 'png', bytes: 1 })])).toEqual({ index: 1, reason: 'best-format' });
    expect(better([photo({ bytes: 2_000_001 }), photo({}), photo({ width: 1 })])).toEqual({ index: 0, reason: 'largest-file' });
    expect(better([photo({}), photo({})]), 'neither is').toBeNull();
  });

  it('leave out what was not looked at in one of them', () => {
    const { format, bytes, width, height, places } = photo({});
    const labels = factRows([photo({ taken_at: '2025-07-14T18:20:00' }), { id: 'b', format, bytes, width, height, places }]).map(({ label }) => label);
    expect(labels).toEqual(['Pixels', 'Size', 'Format', 'Folder']);
  });

  it('are not the same because they read the same', () => {
    expect(factRows([photo({ bytes: 2_000_000 }), photo({ bytes: 2_000_001 })])[1]).toMatchObject({ differs: true, best: [1] });
  });
});
