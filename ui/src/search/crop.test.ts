import { describe, expect, it } from 'vitest';
import { drawn, moved, resized, SMALLEST } from './crop';

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
});
