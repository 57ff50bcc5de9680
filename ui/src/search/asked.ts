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

export function sameQuestion(a: Asked, b: Asked): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
