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

/** What of a rectangle is held: -1 the left or upper edge, 1 the right or lower one, 0 neither. Two zeros: all of it. */
export interface Grip {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
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

/** What of the rectangle a point holds; null outside of it. Edges are held from `reach` away, and never cover all of it. */
export function gripAt(crop: Crop, at: Point, reach: Point): Grip | null {
  const x = sideAt(at.x, crop.x, crop.x + crop.width, reach.x);
  const y = sideAt(at.y, crop.y, crop.y + crop.height, reach.y);
  return x === null || y === null ? null : { x, y };
}

function sideAt(at: number, low: number, high: number, reach: number): -1 | 0 | 1 | null {
  if (at < low - reach || at > high + reach) return null;
  const inside = Math.min(reach, (high - low) / 3);
  if (at < low + inside) return -1;
  return at > high - inside ? 1 : 0;
}

/** Moves what is held. */
export function dragged(crop: Crop, grip: Grip, dx: number, dy: number): Crop {
  if (grip.x === 0 && grip.y === 0) return moved(crop, dx, dy);
  const [left, right] = stretched(crop.x, crop.x + crop.width, grip.x, dx);
  const [top, bottom] = stretched(crop.y, crop.y + crop.height, grip.y, dy);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function stretched(low: number, high: number, side: -1 | 0 | 1, by: number): [number, number] {
  if (side < 0) return [within(low + by, 0, high - SMALLEST), high];
  return side > 0 ? [low, within(high + by, low + SMALLEST, 1)] : [low, high];
}

export function same(a: Crop | null, b: Crop | null): boolean {
  return a === b || (a !== null && b !== null && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height);
}

function span(a: number, b: number): [number, number] {
  return [within(Math.min(a, b), 0, 1), within(Math.max(a, b), 0, 1)];
}

function within(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(highest, value));
}
