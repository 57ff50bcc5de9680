// 简体中文, by the same topics.

import type { Key } from '../index.svelte';
import { about } from './about';
import { adding } from './adding';
import { browser } from './browser';
import { compare } from './compare';
import { connections } from './connections';
import { copies } from './copies';
import { duplicates } from './duplicates';
import { firstRun } from './first-run';
import { folders } from './folders';
import { frame } from './frame';
import { importCheck } from './import-check';
import { indexing } from './indexing';
import { library } from './library';
import { models } from './models';
import { photos } from './photos';
import { results } from './results';
import { search } from './search';
import { settings } from './settings';
import { shortcuts } from './shortcuts';
import { skipped } from './skipped';
import { trash } from './trash';

export const zh: Record<Key, string> = {
  ...about, ...adding, ...browser, ...compare, ...connections, ...copies, ...duplicates,
  ...firstRun, ...folders, ...frame, ...importCheck, ...indexing, ...library, ...models,
  ...photos, ...results, ...search, ...settings, ...shortcuts, ...skipped, ...trash,
};
