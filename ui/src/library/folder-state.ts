// How a folder stands, in words and as a colour of its dot.

import { percent, t } from '../i18n/index.svelte';
import { fractionDone } from '../indexing/progress';
import type { FolderInfo, Progress } from '../wire';

export type Tone = 'good' | 'busy' | 'quiet' | 'warn';

export function folderState(folder: FolderInfo, progress: Progress | null): { text: string; tone: Tone } {
  if (folder.state === 'offline') {
    const drive = driveOf(folder.path);
    return { text: drive === null ? t('folder.state.offline') : t('folder.state.offline.drive', { name: drive }), tone: 'warn' };
  }
  if (folder.state === 'paused') return { text: t('folder.state.paused'), tone: 'quiet' };
  // The engine reports one run over all folders; a folder never scanned before is what the run is about.
  const isAwaited = progress !== null && folder.scanned_at === null;
  if (isAwaited && progress.stage === 'paused') return { text: t('folder.state.paused'), tone: 'quiet' };
  if (isAwaited && progress.stage === 'scanning') return { text: t('folder.state.scanning'), tone: 'busy' };
  if (isAwaited && progress.stage === 'indexing') {
    return { text: t('folder.state.indexing', { percent: percent(fractionDone(progress) ?? 0) }), tone: 'busy' };
  }
  const tone = folder.state === 'idle' ? 'quiet' : 'good';
  return { text: t(`folder.state.${folder.state}`), tone };
}

/** Where the systems put drives that come and go; what follows is the drive's label. */
const DRIVES = [/^\/(?:run\/)?media\/[^/]+\/([^/]+)/, /^\/Volumes\/([^/]+)/, /^\/mnt\/([^/]+)/, /^([A-Z]:)\\/];

/** The label of the drive that a folder lies on; null where it is none that comes and goes. */
export function driveOf(path: string): string | null {
  for (const drive of DRIVES) {
    const label = drive.exec(path)?.[1];
    if (label !== undefined) return label;
  }
  return null;
}

/** Whether a file lies in a folder. */
export function liesIn(folder: FolderInfo, path: string): boolean {
  const below = path.slice(folder.path.length);
  return path.startsWith(folder.path) && (/^[/\\]/.test(below) || /[/\\]$/.test(folder.path));
}
