import { describe, expect, it } from 'vitest';
import { fullSize, panned, reachOf, WHOLE, zoomedAt } from './zoom';

const filling = { x: 1, y: 1 };

describe('the zoom', () => {
  it('keeps what lies under the pointer there', () => {
    const point = { x: 0.25, y: -0.1 };
    const view = zoomedAt(WHOLE, 4, point, filling);
    const seenAt = (place: number, offset: number) => place * view.scale + offset;
    expect(seenAt(point.x, view.x)).toBeCloseTo(point.x);
    expect(seenAt(point.y, view.y)).toBeCloseTo(point.y);
  });

  it('ends at the whole picture and at the edges', () => {
    expect(zoomedAt({ scale: 2, x: 0.5, y: 0.5 }, 0.1, { x: 0, y: 0 }, filling)).toEqual(WHOLE);
    expect(panned({ scale: 3, x: 0, y: 0 }, 5, -5, filling)).toEqual({ scale: 3, x: 1, y: -1 });
    expect(panned({ scale: 2, x: 0, y: 0 }, 5, 5, { x: 1, y: 0.5 }), 'a wide picture has nowhere to go upwards').toEqual({ scale: 2, x: 0.5, y: 0 });
  });

  it('knows how a picture fits, and its true size', () => {
    expect(reachOf({ width: 4000, height: 2000 }, { width: 1000, height: 1000 })).toEqual({ x: 1, y: 0.5 });
    expect(fullSize({ width: 4000, height: 2000 }, { width: 1000, height: 1000 })).toBe(4);
    expect(fullSize({ width: 400, height: 200 }, { width: 1000, height: 1000 }), 'a small one is not made smaller').toBe(1);
  });
});
