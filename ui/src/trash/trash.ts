// Files on their way to the system's trash and back: asked about once more where they are the last of their picture, told of
// where they stay, and taken back. Photos and duplicates both go this way. Nothing here decides which files those are.

import type { App } from '../app.svelte';
import { en } from '../i18n/en';
import { fileSize, t, type Key } from '../i18n/index.svelte';
import { spoken } from '../i18n/said';
import type { Host, Restored } from '../platform/host';
import type { KeptFile, TrashReport } from '../wire';

/** Files that are to go on one word of the user. */
export interface Errand {
  files: readonly number[];
  move(files: number[], evenLast: boolean): Promise<TrashReport>;
  /** The picture of a file, to show which one it is. */
  pictureOf(file: number): string | undefined;
}

/** What went on one word of the user. It can take two moves, and is taken back as one. */
export interface Trashed {
  batches: number[];
  moved: number;
  bytes: number;
}

const NAMED = 3;

/** Moves the files, tells which stay and why, and asks about those of which no other copy would be left. */
export async function send(app: App, errand: Errand): Promise<void> {
  const report = await app.attempt(() => errand.move([...errand.files], false));
  if (!report) return;
  const last = report.kept.filter(isLast);
  tellKept(app, report.kept.filter((file) => !isLast(file)));
  if (last.length > 0) app.dialog = { kind: 'last-copies', files: last, errand };
}

/** Moves files although they are the last of their picture. */
export async function sendLast(app: App, errand: Errand, files: readonly KeptFile[]): Promise<void> {
  const report = await app.attempt(() => errand.move(files.map(({ file }) => file), true));
  if (report) tellKept(app, report.kept);
}

export function withMoved(before: Trashed | null, { batch, moved, bytes }: TrashReport): Trashed | null {
  if (batch === null) return before;
  return { batches: [...(before?.batches ?? []), batch], moved: (before?.moved ?? 0) + moved, bytes: (before?.bytes ?? 0) + bytes };
}

export async function takeBack(host: Host, { batches }: Trashed): Promise<Restored> {
  const restored: Restored = { back: 0, kept: [] };
  for (const batch of batches.toReversed()) {
    const { back, kept } = await host.undoTrash(batch);
    restored.back += back;
    restored.kept.push(...kept);
  }
  return restored;
}

export function trashedText({ moved, bytes }: Trashed): string {
  return t('trash.done', { n: moved, size: fileSize(bytes) });
}

export function tellRestored(app: App, { back, kept }: Restored): void {
  if (back > 0) app.activity.notify('info', () => t('trash.back', { n: back }));
  if (kept.length > 0) app.activity.notify('error', () => t('trash.not-back', { n: kept.length }), () => named(kept, true));
}

/** Each reason once, with the files that it holds for. */
export function tellKept(app: App, kept: readonly KeptFile[]): void {
  for (const code of new Set(kept.map(({ code }) => code))) {
    const files = kept.filter((file) => file.code === code);
    const key = `trash.kept.${code}`;
    app.activity.notify('error', () => t(key in en ? (key as Key) : 'trash.kept.failed', { n: files.length }), () => named(files, code === 'failed' || code === 'unreachable' || !(key in en)));
  }
}

function named(files: readonly KeptFile[], withReason: boolean): string {
  const lines = files.slice(0, NAMED).map(({ path, message, message_said }) => {
    const reason = spoken(message, message_said);
    return withReason ? `${path}: ${reason}` : path || reason;
  });
  if (files.length > NAMED) lines.push(t('trash.review.more', { n: files.length - NAMED }));
  return lines.join('\n');
}

function isLast({ code }: KeptFile): boolean {
  return code === 'last-copy';
}
