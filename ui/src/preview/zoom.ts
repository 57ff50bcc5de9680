// What of a picture is seen on a stage: pure arithmetic. Offsets are in shares of the stage, so that stages of one size can move in step.

import type { Sized } from '../components/justified';

export interface View {
  /** 1 is the whole picture, fitted to the stage. */
  scale: number;
  x: number;
  y: number;
}

export interface Point {
  x: number;
  y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
const MOST = 16;

/** Zooms so that what lies under a point stays there. The point is given from the middle, in shares of the stage. */
export function zoomedAt(view: View, scale: number, point: Point, reach: Point): View {
  const next = Math.max(1, Math.min(MOST, scale));
  const ratio = next / view.scale;
  return within({ scale: next, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio }, reach);
}

export function panned(view: View, dx: number, dy: number, reach: Point): View {
  return within({ ...view, x: view.x + dx, y: view.y + dy }, reach);
}

/** How much of the stage the fitted picture takes: 1 in the direction in which it fills it. */
export function reachOf(picture: Sized, stage: Sized): Point {
  if (picture.width <= 0 || picture.height <= 0 || stage.width <= 0 || stage.height <= 0) return { x: 1, y: 1 };
  const fit = Math.min(stage.width / picture.width, stage.height / picture.height);
  return { x: (picture.width * fit) / stage.width, y: (picture.height * fit) / stage.height };
}

/** Where a fitted picture lies on its stage, in percent. */
export function boxOf(picture: Sized, stage: Sized): { left: number; top: number; width: number; height: number } {
  const { x, y } = reachOf(picture, stage);
  return { left: (1 - x) * 50, top: (1 - y) * 50, width: x * 100, height: y * 100 };
}

/** The scale at which a pixel of the picture is one of the screen. */
export function fullSize(picture: Sized, stage: Sized): number {
  if (stage.width <= 0 || stage.height <= 0) return 1;
  return Math.max(1, Math.min(MOST, Math.max(picture.width / stage.width, picture.height / stage.height)));
}

/** Its edges never come inside those of the stage. */
function within({ scale, x, y }: View, reach: Point): View {
  const limit = (value: number, most: number) => Math.max(-most, Math.min(most, value)) + 0; // no -0
  return { scale, x: limit(x, Math.max(0, (reach.x * scale - 1) / 2)), y: limit(y, Math.max(0, (reach.y * scale - 1) / 2)) };
}
