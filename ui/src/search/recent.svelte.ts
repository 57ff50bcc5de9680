// What was looked for lately, the latest first. Paths and addresses are kept from visit to visit; what a browser uploads is
// gone with the page, and a pasted picture with the next one.

import { recall, remember } from '../remembered';
import { sameQuestion } from './asked';
import { linkIn } from './link';
import type { Asked } from './question.svelte';

export interface RecentSearch {
  asked: Exclude<Asked, { kind: 'pasted' }>;
  /** Of the query picture. */
  id: string;
}

const KEPT = 12;
const REMEMBERED = 'lookalike.recent';

export class Recent {
  list = $state.raw<RecentSearch[]>(stored());

  /** `pathsLast`: a path means the same at the next visit. */
  constructor(private readonly pathsLast: () => boolean) {}

  add(asked: Asked, id: string): void {
    if (asked.kind === 'pasted') return;
    this.#set([{ asked, id }, ...this.#without(asked)].slice(0, KEPT));
  }

  remove({ asked }: RecentSearch): void {
    this.#set(this.#without(asked));
  }

  clear(): void {
    this.#set([]);
  }

  #without(asked: Asked): RecentSearch[] {
    return this.list.filter((known) => !sameQuestion(known.asked, asked));
  }

  #set(list: RecentSearch[]): void {
    this.list = list;
    const lasting = this.pathsLast() ? list : list.filter(({ asked }) => asked.kind !== 'path');
    remember(REMEMBERED, lasting.length > 0 ? JSON.stringify(lasting) : null);
  }
}

/** What an earlier visit left behind; only what can be understood of it. */
function stored(): RecentSearch[] {
  try {
    const list: unknown = JSON.parse(recall(REMEMBERED) ?? '[]');
    return Array.isArray(list) ? list.filter(isRecent).slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

function isRecent(entry: unknown): entry is RecentSearch {
  const { asked, id } = (entry ?? {}) as { asked?: Record<string, unknown>; id?: unknown };
  if (!asked || typeof id !== 'string') return false;
  const { kind, path, url, name } = asked;
  if (kind === 'path') return typeof path === 'string';
  if (kind === 'url') return typeof url === 'string' && linkIn(url) !== null;
  return kind === 'image' && typeof asked.id === 'string' && typeof name === 'string';
}
