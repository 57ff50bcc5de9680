import { describe, expect, it } from 'vitest';
import { aspect, justify, neighbour, rowAt, tilesOf, type LayoutOptions, type Sized } from './justified';

const options: LayoutOptions = { width: 1000, rowHeight: 200, gap: 6, headerHeight: 40, sectionGap: 20 };
const shapes: Sized[] = [{ width: 4000, height: 3000 }, { width: 3000, height: 4000 }, { width: 1600, height: 900 }, { width: 500, height: 500 }];
const photos: Sized[] = Array.from({ length: 500 }, (_, i) => shapes[(i * 3) % 4] ?? { width: 1, height: 1 });
const all = [{ key: 'all', label: 'All', count: photos.length }];

describe('justified rows', () => {
  it('show every photo once, in order', () => {
    const { rows } = justify(photos, all, options);
    const shown = rows.flatMap((row) => tilesOf(row, photos, options.gap).map((tile) => tile.index));
    expect(shown).toEqual(photos.map((_, i) => i));
  });

  it('fill the width and keep every photo in its shape', () => {
    const { rows } = justify(photos, all, options);
    for (const row of rows.slice(0, -1)) {
      const last = tilesOf(row, photos, options.gap).at(-1);
      expect(last && last.left + last.width, 'the right edge of a full row').toBeCloseTo(options.width, 3);
    }
    const [first] = rows;
    const [tile] = first ? tilesOf(first, photos, options.gap) : [];
    expect(tile && first && tile.width / first.height).toBeCloseTo(4 / 3, 5);
  });

  it('stay near the wished height', () => {
    const { rows } = justify(photos, all, options);
    for (const row of rows) expect(row.height).toBeGreaterThan(130);
    for (const row of rows) expect(row.height).toBeLessThan(280);
  });

  it('do not blow up a last row that is not full', () => {
    const { rows, height } = justify(photos.slice(0, 1), [{ key: 'all', label: '', count: 1 }], options);
    expect(rows[0]?.height).toBe(200);
    expect(height).toBe(240);
  });

  it('begin anew in each section, below its header', () => {
    const { rows, sections } = justify(photos, [{ key: 'a', label: '', count: 1 }, { key: 'b', label: '', count: 0 }, { key: 'c', label: '', count: 9 }], options);
    expect(sections.map((section) => section.key), 'an empty section has no header').toEqual(['a', 'c']);
    expect(rows[0]?.end).toBe(1);
    expect(rows[1]?.top).toBe((sections[1]?.top ?? 0) + options.headerHeight);
  });

  it('survive sizes that are missing or absurd', () => {
    expect(aspect({ width: 0, height: 0 })).toBe(1);
    expect(aspect({ width: 40_000, height: 10 })).toBe(5);
    expect(justify(photos, all, { ...options, width: 0 }).rows.every((row) => row.height >= 40)).toBe(true);
  });

  it('find the row at a scroll position among 100,000 photos', () => {
    const many: Sized[] = Array.from({ length: 100_000 }, (_, i) => shapes[i % 4] ?? { width: 1, height: 1 });
    const { rows, height } = justify(many, [{ key: 'all', label: '', count: many.length }], options);
    const at = rowAt(rows, height / 2);
    expect(rows[at]?.top).toBeLessThanOrEqual(height / 2);
    expect((rows[at]?.top ?? 0) + (rows[at]?.height ?? 0)).toBeGreaterThan(height / 2);
  });

  it('step down to the photo that lies below', () => {
    const layout = justify(photos, all, options);
    const below = neighbour(layout, photos, 0, 1, options.gap);
    expect(below).toBe(layout.rows[1]?.start);
    expect(neighbour(layout, photos, below, -1, options.gap)).toBe(0);
  });
});
