// A check in words, and what is known of a file that is not in the library.

import type { Facts } from '../compare/facts';
import { told } from '../i18n/errors';
import { fileSize, number, t } from '../i18n/index.svelte';
import { rateText, timeLeft } from '../indexing/progress';
import type { ImportFile, ImportStatus } from '../wire';

/** "1,284 of 20,113 · 41/s · 7 min left" */
export function checkText({ total, done, rate, seconds_left }: ImportStatus): string {
  if (total === 0) return t('import.counting');
  const parts = [t('activity.indexing', { done: number(done), total: number(total) })];
  if (rate > 0) parts.push(t('activity.rate', { rate: rateText(rate) }));
  if (seconds_left !== null) parts.push(timeLeft(seconds_left));
  return parts.join(' · ');
}

/** How a check ended. */
export function endText(status: ImportStatus): string {
  if (status.state === 'failed') return t('import.failed', { reason: status.reason ? told(status.reason).message : '' });
  if (status.state === 'cancelled') return t('import.cancelled', { done: number(status.done), total: number(status.total) });
  if (status.to_copy === 0) return t('import.nothing-new');
  return t('import.found', { n: status.to_copy, size: fileSize(status.new_bytes) });
}

const FORMAT_OF: Record<string, string> = { jpg: 'jpeg', tif: 'tiff', heic: 'heif', jxl: 'jpeg-xl' };

/** When and with what it was taken is not looked at before it is imported; its format is what its name says. */
export function factsOf({ id, path, file_name, bytes, width, height }: ImportFile): Facts {
  const extension = /\.([^.]+)$/.exec(file_name)?.[1]?.toLowerCase() ?? '';
  return { id, bytes, width, height, format: FORMAT_OF[extension] ?? extension, places: [{ path, offline: false, device: null }] };
}
