// A query in words.

import { t } from '../i18n/index.svelte';
import { nameIn } from './link';
import type { Asked } from './search.svelte';

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

export function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
