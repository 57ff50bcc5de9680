// How a folder stands, in words and as a colour of its dot.

import { percent, t } from '../i18n/index.svelte';
import { fractionDone } from '../indexing/progress';
import type { FolderInfo, Progress } from '../wire';

export type Tone = 'good' | 'busy' | 'quiet' | 'warn';

export function folderState(folder: FolderInfo, progress: Progress | null): { text: string; tone: Tone } {
  if (folder.state === 'offline') return { text: folder.state_reason ?? t('folder.state.offline'), tone: 'warn' };
  if (folder.state === 'paused') return { text: t('folder.state.paused'), tone: 'quiet' };
  // The engine reports one run over all folders; a folder never scanned before is what the run is about.
  if (progress && folder.scanned_at === null && progress.stage === 'scanning') return { text: t('folder.state.scanning'), tone: 'busy' };
  if (progress && folder.scanned_at === null && progress.stage === 'indexing') {
    return { text: t('folder.state.indexing', { percent: percent(fractionDone(progress) ?? 0) }), tone: 'busy' };
  }
  const tone = folder.state === 'idle' ? 'quiet' : 'good';
  return { text: t(`folder.state.${folder.state}`), tone };
}
