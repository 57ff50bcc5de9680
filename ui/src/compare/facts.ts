// What is known of compared photos, side by side: what differs, and where one is better.

import { cameraTime, fileSize, t } from '../i18n/index.svelte';
import { formatName } from '../search/filter';
import type { PictureDetails } from '../wire';

export interface FactRow {
  label: string;
  values: string[];
  differs: boolean;
  /** Which photos have the most of it; none where that says nothing of its worth, or all have the same. */
  best: number[];
}

export function factRows(photos: readonly PictureDetails[]): FactRow[] {
  const none = t('compare.unknown');
  return [
    row(t('photo.facts.pixels'), photos.map(({ width, height }) => t('photo.size', { width: String(width), height: String(height) })), photos.map(({ width, height }) => width * height)),
    row(t('photo.facts.size'), photos.map(({ bytes }) => fileSize(bytes)), photos.map(({ bytes }) => bytes)),
    row(t('photo.facts.format'), photos.map(({ format }) => formatName(format))),
    row(t('photo.facts.taken'), photos.map(({ taken_at }) => (taken_at ? cameraTime(taken_at) : none))),
    row(t('photo.facts.camera'), photos.map(({ camera }) => camera ?? none)),
    row(t('compare.folder'), photos.map(({ places }) => (places[0] ? folderOf(places[0].path) : none))),
  ];
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
