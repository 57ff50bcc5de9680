// The part of the query that counts: drawing, moving and resizing it, in shares of the picture, never beyond its edges.

import type { Crop } from '../wire';

/** What the engine takes at least. */
export const SMALLEST = 0.02;
/** Where the keyboard begins. */
export const MIDDLE: Crop = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };

export interface Point {
  x: number;
  y: number;
}

/** The rectangle between two corners; null where it is too small to be meant. */
export function drawn(from: Point, to: Point): Crop | null {
  const [left, right] = span(from.x, to.x);
  const [top, bottom] = span(from.y, to.y);
  const crop = { x: left, y: top, width: right - left, height: bottom - top };
  return crop.width < SMALLEST || crop.height < SMALLEST ? null : crop;
}

export function moved(crop: Crop, dx: number, dy: number): Crop {
  return { ...crop, x: within(crop.x + dx, 0, 1 - crop.width), y: within(crop.y + dy, 0, 1 - crop.height) };
}

/** Moves the lower right corner. */
export function resized(crop: Crop, dx: number, dy: number): Crop {
  return { ...crop, width: within(crop.width + dx, SMALLEST, 1 - crop.x), height: within(crop.height + dy, SMALLEST, 1 - crop.y) };
}

function span(a: number, b: number): [number, number] {
  return [within(Math.min(a, b), 0, 1), within(Math.max(a, b), 0, 1)];
}

function within(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(highest, value));
}
