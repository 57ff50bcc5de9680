// A switch and a download in words.

import { fileSize, number, percent, t } from '../i18n/index.svelte';
import { rateText, timeLeft } from '../indexing/progress';
import type { InstallInfo, SwitchInfo } from '../wire';

/** "1,284 of 20,113 · 41/s · 7 min left" */
export function switchText(info: SwitchInfo): string {
  const counts = { done: number(info.done), total: number(info.total) };
  switch (info.state) {
    case 'paused':
      return t('activity.paused', counts);
    case 'waiting':
      return t('models.switch.waiting', counts);
    case 'failed':
      return t('models.switch.failed', counts);
    case 'elsewhere':
      return t('models.switch.elsewhere', counts);
    case 'building': {
      const parts = [t('activity.indexing', counts)];
      if (info.rate > 0) parts.push(t('activity.rate', { rate: rateText(info.rate) }));
      if (info.seconds_left !== null) parts.push(timeLeft(info.seconds_left));
      return parts.join(' · ');
    }
  }
}

/** "63%", for where there is little room. */
export function switchPercent(info: SwitchInfo): string {
  return percent(info.total === 0 ? 1 : Math.floor((100 * info.done) / info.total) / 100);
}

/** "12 MB of 102 MB · 3.1 MB/s" */
export function installText(install: InstallInfo): string {
  const parts = [t('activity.indexing', { done: fileSize(install.done), total: fileSize(install.total) })];
  if (install.rate > 0) parts.push(t('models.install.rate', { size: fileSize(install.rate) }));
  return parts.join(' · ');
}
