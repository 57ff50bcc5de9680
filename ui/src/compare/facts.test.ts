import { beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import type { PictureDetails } from '../wire';
import { factRows } from './facts';

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

  it('are not the same because they read the same', () => {
    expect(factRows([photo({ bytes: 2_000_000 }), photo({ bytes: 2_000_001 })])[1]).toMatchObject({ differs: true, best: [1] });
  });
});
