// Justified rows: every photo keeps its shape, rows fill the width, row heights stay near the wished one.
// Knows sizes only; the grid decides which rows to draw.

export interface Sized {
  width: number;
  height: number;
}

/** Consecutive items under one header. */
export interface SectionSpan {
  key: string;
  label: string;
  count: number;
}

export interface Row {
  top: number;
  height: number;
  /** Items `start ..< end` of the whole list. */
  start: number;
  end: number;
}

export interface SectionBox {
  key: string;
  label: string;
  top: number;
  height: number;
  start: number;
  end: number;
}

export interface Layout {
  rows: Row[];
  sections: SectionBox[];
  height: number;
}

export interface LayoutOptions {
  width: number;
  rowHeight: number;
  gap: number;
  headerHeight: number;
  sectionGap: number;
}

/** Width over height, within what a row can show: a panorama of 20:1 would be a hairline. */
export function aspect(item: Sized): number {
  if (item.width <= 0 || item.height <= 0) return 1;
  return Math.min(5, Math.max(0.3, item.width / item.height));
}

/** Lays out the sections one under the other. Without sections give one span; its header takes `headerHeight`. */
export function justify(items: readonly Sized[], spans: readonly SectionSpan[], options: LayoutOptions): Layout {
  const rows: Row[] = [];
  const sections: SectionBox[] = [];
  let top = 0;
  let start = 0;
  for (const span of spans) {
    if (span.count <= 0) continue;
    const end = Math.min(items.length, start + span.count);
    const sectionTop = top;
    top = addRows(rows, items, start, end, top + options.headerHeight, options);
    sections.push({ key: span.key, label: span.label, top: sectionTop, height: top - sectionTop, start, end });
    top += options.sectionGap;
    start = end;
  }
  return { rows, sections, height: sections.length > 0 ? top - options.sectionGap : 0 };
}

function addRows(rows: Row[], items: readonly Sized[], from: number, to: number, firstTop: number, options: LayoutOptions): number {
  const { width, rowHeight, gap } = options;
  let top = firstTop;
  let start = from;
  let aspects = 0;
  const close = (height: number, end: number) => {
    const drawn = Math.max(40, height);
    rows.push({ top, height: drawn, start, end });
    top += drawn + gap;
    start = end;
    aspects = 0;
  };
  for (let i = from; i < to; i++) {
    const item = items[i];
    if (!item) break;
    const own = aspect(item);
    const without = i > start ? (width - gap * (i - 1 - start)) / aspects : Infinity;
    const together = (width - gap * (i - start)) / (aspects + own);
    // The photo that fills the row goes to the next one if that brings this row nearer to the wished height.
    if (together < rowHeight && without - rowHeight < rowHeight - together) {
      close(without, i);
      aspects = own;
    } else {
      aspects += own;
      if (together <= rowHeight) close(together, i + 1);
    }
  }
  // A last row that is not full keeps the wished height instead of being blown up.
  if (start < to && aspects > 0) close(Math.min(rowHeight, (width - gap * (to - 1 - start)) / aspects), to);
  return to > from ? top - gap : top;
}

/** First row whose lower edge lies below `y`. */
export function rowAt(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.top + row.height <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Row that holds an item. */
export function rowOf(rows: readonly Row[], item: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.end <= item) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface TileBox {
  index: number;
  left: number;
  width: number;
}

export function tilesOf(row: Row, items: readonly Sized[], gap: number): TileBox[] {
  const boxes: TileBox[] = [];
  let left = 0;
  for (let index = row.start; index < row.end; index++) {
    const item = items[index];
    if (!item) break;
    const width = aspect(item) * row.height;
    boxes.push({ index, left, width });
    left += width + gap;
  }
  return boxes;
}

/** The item above or below, nearest to the middle of the given one. */
export function neighbour(layout: Layout, items: readonly Sized[], item: number, step: 1 | -1, gap: number): number {
  const at = rowOf(layout.rows, item);
  const row = layout.rows[at];
  const target = layout.rows[at + step];
  if (!row || !target) return item;
  const own = tilesOf(row, items, gap).find((box) => box.index === item);
  const middle = own ? own.left + own.width / 2 : 0;
  let best = target.start;
  let bestDistance = Infinity;
  for (const box of tilesOf(target, items, gap)) {
    const distance = Math.abs(box.left + box.width / 2 - middle);
    if (distance < bestDistance) {
      best = box.index;
      bestDistance = distance;
    }
  }
  return best;
}
