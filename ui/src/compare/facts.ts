// What is known of compared photos, side by side: what differs, where one has more, and which one is the better.

import { cameraTime, fileSize, t } from '../i18n/index.svelte';
import { formatName } from '../search/filter';
import type { KeepReason, PictureDetails } from '../wire';

/** A photo that is not in the library has fewer facts. */
export type Facts = Omit<PictureDetails, 'taken_at' | 'camera'> & Partial<PictureDetails>;

export interface FactRow {
  label: string;
  values: string[];
  differs: boolean;
  /** Which photos have the most of it; none where that says nothing of its worth, or all have the same. */
  best: number[];
}

/** The better one, and what makes it so. */
export interface Better {
  index: number;
  reason: KeepReason;
}

export function factRows(photos: readonly Facts[]): FactRow[] {
  const none = t('compare.unknown');
  const areKnown = photos.every(({ taken_at, camera }) => taken_at !== undefined && camera !== undefined);
  const ofCamera = [
    row(t('photo.facts.taken'), photos.map(({ taken_at }) => (taken_at ? cameraTime(taken_at) : none))),
    row(t('photo.facts.camera'), photos.map(({ camera }) => camera ?? none)),
  ];
  return [
    row(t('photo.facts.pixels'), photos.map(({ width, height }) => t('photo.size', { width: String(width), height: String(height) })), photos.map(({ width, height }) => width * height)),
    row(t('photo.facts.size'), photos.map(({ bytes }) => fileSize(bytes)), photos.map(({ bytes }) => bytes)),
    row(t('photo.facts.format'), photos.map(({ format }) => formatName(format))),
    ...(areKnown ? ofCamera : []),
    row(t('compare.folder'), photos.map(({ places }) => (places[0] ? folderOf(places[0].path) : none))),
  ];
}

/** By what the engine chooses by which of duplicates to keep: pixels, then the format, then bytes. */
export function better(photos: readonly Facts[]): Better | null {
  const measures: [KeepReason, (photo: Facts) => number][] = [
    ['most-pixels', ({ width, height }) => width * height],
    ['best-format', ({ format }) => faithfulness(format)],
    ['largest-file', ({ bytes }) => bytes],
  ];
  let left = photos.map((photo, index) => ({ photo, index }));
  for (const [reason, measure] of measures) {
    const most = Math.max(...left.map(({ photo }) => measure(photo)));
    left = left.filter(({ photo }) => measure(photo) === most);
    const [only, other] = left;
    if (only && !other) return { index: only.index, reason };
  }
  return null;
}

/** How little a format loses, as the engine sees it. */
function faithfulness(format: string): number {
  if (['tiff', 'png', 'bmp'].includes(format)) return 3;
  if (['heif', 'avif', 'jpeg-xl'].includes(format)) return 2;
  return format === 'gif' ? 0 : 1;
}

function row(label: string, values: string[], amounts: number[] = []): FactRow {
  const compared = amounts.length > 0 ? amounts : values;
  const differs = compared.some((value) => value !== compared[0]);
  const most = Math.max(...amounts);
  return { label, values, differs, best: differs ? amounts.flatMap((amount, i) => (amount === most ? [i] : [])) : [] };
}

function folderOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, '') || path;
}
