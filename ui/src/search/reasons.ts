// Why a look-alike is one, in words.

import { t } from '../i18n/index.svelte';
import type { Reason } from '../wire';

export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'seconds-apart':
      return t('reason.seconds', { n: reason.seconds });
    case 'same-camera':
      return t('reason.camera');
    case 'mirrored':
      return t('reason.mirrored');
    case 'turned':
      return t('reason.turned', { n: reason.degrees });
    case 'tilted':
      return t('reason.tilted');
    case 'covered':
      return t('reason.covered');
    case 'part-of-query':
      return t('reason.part');
    case 'holds-query':
      return t('reason.holds');
  }
}

/** Short enough for a tile. */
export function reasonBadge(reason: Reason): string {
  switch (reason.kind) {
    case 'seconds-apart':
      return t('reason.seconds.short', { n: reason.seconds });
    case 'same-camera':
      return t('reason.camera.short');
    case 'mirrored':
      return t('reason.mirrored.short');
    case 'turned':
      return t('reason.turned.short', { n: reason.degrees });
    case 'tilted':
      return t('reason.tilted.short');
    case 'covered':
      return t('reason.covered.short');
    case 'part-of-query':
      return t('reason.part.short');
    case 'holds-query':
      return t('reason.holds.short');
  }
}
