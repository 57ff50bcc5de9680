import { describe, expect, it } from 'vitest';
import { dragged, drawn, gripAt, moved, resized, SMALLEST } from './crop';

describe('the part of the query', () => {
  it('is drawn from any corner, and ends at the edge', () => {
    expect(drawn({ x: 0.5, y: 0.75 }, { x: 0.25, y: 0.25 })).toEqual({ x: 0.25, y: 0.25, width: 0.25, height: 0.5 });
    expect(drawn({ x: 0.5, y: 0.5 }, { x: 3, y: -1 })).toEqual({ x: 0.5, y: 0, width: 0.5, height: 0.5 });
  });

  it('is not made by a click', () => {
    expect(drawn({ x: 0.5, y: 0.5 }, { x: 0.505, y: 0.9 })).toBeNull();
  });

  it('stays inside while it is moved and resized', () => {
    const crop = { x: 0.5, y: 0.5, width: 0.25, height: 0.25 };
    expect(moved(crop, 1, -1)).toEqual({ ...crop, x: 0.75, y: 0 });
    expect(resized(crop, 1, -1)).toEqual({ ...crop, width: 0.5, height: SMALLEST });
  });

  it('is held by its edges, its corners or all of it', () => {
    const crop = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    const at = (x: number, y: number) => gripAt(crop, { x, y }, { x: 0.05, y: 0.1 });
    expect(at(0.5, 0.5)).toEqual({ x: 0, y: 0 });
    expect(at(0.22, 0.2)).toEqual({ x: -1, y: -1 });
    expect(at(0.78, 0.5)).toEqual({ x: 1, y: 0 });
    expect(at(0.5, 0.7)).toEqual({ x: 0, y: 1 });
    expect(at(0.1, 0.5)).toBeNull();
    expect(gripAt({ ...crop, width: 0.06 }, { x: 0.28, y: 0.5 }, { x: 0.05, y: 0.1 }), 'a small one can still be moved').toEqual({ x: 0, y: 0 });
  });

  it('is dragged by what is held, and stops at the edge and at the smallest', () => {
    const crop = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    expect(dragged(crop, { x: 0, y: 0 }, 0.125, -1)).toEqual({ ...crop, x: 0.375, y: 0 });
    expect(dragged(crop, { x: -1, y: 0 }, -1, 0.25)).toEqual({ ...crop, x: 0, width: 0.75 });
    expect(dragged(crop, { x: 1, y: 1 }, 1, -0.25)).toEqual({ ...crop, width: 0.75, height: 0.25 });
    const { x, width } = dragged(crop, { x: -1, y: 0 }, 1, 0);
    expect([x + width, width]).toEqual([0.75, expect.closeTo(SMALLEST)]);
  });
});
