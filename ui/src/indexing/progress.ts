// Progress in words.

import { number, t } from '../i18n/index.svelte';
import type { Progress } from '../wire';

/** "1,284 of 20,113 · 41/s · 7 min left"; of a paused folder nothing is known to be up to date. */
export function progressText(progress: Progress, pausedFolders = 0): string {
  const counts = { done: number(progress.done), total: number(progress.total) };
  switch (progress.stage) {
    case 'idle':
      return pausedFolders > 0 ? t('activity.idle.paused', { n: pausedFolders }) : t('activity.idle');
    case 'scanning':
      return t('activity.scanning', { n: progress.scanned });
    case 'paused':
      return t('activity.paused', counts);
    case 'indexing': {
      const parts = [t('activity.indexing', counts)];
      if (progress.rate > 0) parts.push(t('activity.rate', { rate: rateText(progress.rate) }));
      if (progress.seconds_left !== null) parts.push(timeLeft(progress.seconds_left));
      return parts.join(' · ');
    }
  }
}

export function rateText(rate: number): string {
  return number(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));
}

/** In the largest unit that keeps it readable: nobody waits "423 s". */
export function timeLeft(seconds: number): string {
  if (seconds < 90) return t('activity.left.seconds', { n: Math.max(1, Math.ceil(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t('activity.left.minutes', { n: minutes });
  return t('activity.left.hours', { n: Math.round(minutes / 60) });
}

/** Done share, 0 ..= 1; null while the total still grows. */
export function fractionDone(progress: Progress): number | null {
  if (progress.stage === 'scanning' || progress.total === 0) return null;
  return Math.min(1, progress.done / progress.total);
}
