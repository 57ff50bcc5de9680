// Why a look-alike is one, in words.

import { t } from '../i18n/index.svelte';
import type { Reason } from '../wire';

export function reasonText(reason: Reason): string {
  return reason.kind === 'same-camera' ? t('reason.camera') : t('reason.seconds', { n: reason.seconds });
}

/** Short enough for a tile. */
export function reasonBadge(reason: Reason): string {
  return reason.kind === 'same-camera' ? t('reason.camera.short') : t('reason.seconds.short', { n: reason.seconds });
}
