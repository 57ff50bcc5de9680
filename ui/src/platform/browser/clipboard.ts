// The clipboard as a page may use it: a paste event brings what is on it; at other times the browser asks the user first.

import { t } from '../../i18n/index.svelte';
import type { ErrorReply } from '../../wire';

export interface Clip {
  file: File;
  /** Whether it is a bare picture, to which the browser has given a name. */
  isNameless: boolean;
}

/** The first picture of a paste event. */
export function clipOf(data: DataTransfer): Clip | null {
  const file = [...data.files].find(({ type }) => type === '' || type.startsWith('image/'));
  return file ? { file, isNameless: file.name === '' || file.name === 'image.png' } : null;
}

export async function readClip(): Promise<Clip | null> {
  let items: ClipboardItem[];
  try {
    items = await navigator.clipboard.read();
  } catch {
    throw refused();
  }
  for (const item of items) {
    const type = item.types.find((type) => type.startsWith('image/'));
    if (type === undefined) continue;
    const name = `clipboard.${type.slice('image/'.length)}`;
    return { file: new File([await item.getType(type)], name, { type }), isNameless: true };
  }
  return null;
}

/** Text on the clipboard; none where the page may not look. */
export async function readText(): Promise<string> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return '';
  }
}

export async function writeText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw unwritable();
  }
}

/** Clipboards take no JPEG, so the picture goes there as PNG. */
export async function writePicture(address: string): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': asPng(address) })]);
  } catch {
    throw unwritable();
  }
}

async function asPng(address: string): Promise<Blob> {
  const bitmap = await createImageBitmap(await (await fetch(address, { credentials: 'same-origin' })).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

function unwritable(): ErrorReply {
  return { code: 'io', message: t('clipboard.no-writing'), hint: t('clipboard.no-writing.hint') };
}

function refused(): ErrorReply {
  return { code: 'io', message: t('clipboard.no-reading'), hint: t('clipboard.no-reading.hint') };
}
