// A query in words.

import { t } from '../i18n/index.svelte';
import { nameIn } from './link';
import type { Asked } from './question.svelte';

export function askedName(asked: Asked): string {
  switch (asked.kind) {
    case 'path':
      return fileName(asked.path);
    case 'image':
      return asked.name;
    case 'url':
      return nameIn(asked.url);
    case 'pasted':
      return t('query.pasted');
  }
}

/** Where it is from, as far as its name does not say. Without paths of this computer a path is only a handle. */
export function askedWhere(asked: Asked, readsPaths: boolean): string | null {
  if (asked.kind === 'url') return asked.url;
  return asked.kind === 'path' && readsPaths ? asked.path : null;
}

/** Whether what was typed can be neither a path nor an address, but may be a name. */
export function areWords(text: string): boolean {
  return !/[/\\:]/.test(text);
}

/** Files of these kinds are something else for certain. Any other may be a picture: its content tells, which is for the engine to read. */
const OTHER_KINDS = /\.(?:txt|md|rtf|pdf|docx?|xlsx?|pptx?|od[tsp]|csv|json|xml|ya?ml|html?|css|js|py|zip|gz|tar|7z|rar|exe|msi|dmg|iso|mp3|m4a|wav|flac|ogg|mp4|m4v|mkv|avi|webm)$/i;

export function isNoPicture(path: string): boolean {
  return OTHER_KINDS.test(path);
}

export function sameQuestion(a: Asked, b: Asked): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
