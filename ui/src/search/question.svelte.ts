// What a search asks: the query, where it looks, and what narrows and bends it. Whatever of it is changed is asked again. Knows
// no answer.

import type { Terms } from '../platform/host';
import type { Crop, Scope, SearchFilter } from '../wire';

export type Asked = { kind: 'path'; path: string } | { kind: 'url'; url: string } | { kind: 'image'; id: string; name: string } | { kind: 'pasted' };

/** A photo that a search leans towards or away from. */
export interface Leaning {
  id: string;
  name: string;
}

export type Lean = 'more' | 'less';

/** A search as one can come back to it. */
export interface Sought {
  asked: Asked;
  scope: Scope;
  filter: SearchFilter | null;
  crop: Crop | null;
  more: Leaning[];
  less: Leaning[];
  /** Null: as usual. */
  threshold: number | null;
}

/** What the engine takes of each. */
const MOST_LEANINGS = 32;

export class Question {
  asked = $state.raw<Asked | null>(null);
  /** Where the next search looks. */
  scope = $state<Scope>('local');
  /** Which photos may be found. */
  filter = $state.raw<SearchFilter | null>(null);
  /** The part of the query that counts. */
  crop = $state.raw<Crop | null>(null);
  more = $state.raw<Leaning[]>([]);
  less = $state.raw<Leaning[]>([]);

  constructor(private readonly askAgain: () => Promise<void>) {}

  get terms(): Terms {
    const ids = (list: Leaning[]) => list.map(({ id }) => id);
    return { filter: this.filter, crop: this.crop, more: ids(this.more), less: ids(this.less), fold: true };
  }

  /** The same question to this computer, or to the shared library. */
  async lookIn(scope: Scope): Promise<void> {
    this.scope = scope;
    await this.askAgain();
  }

  async lookAt(crop: Crop | null): Promise<void> {
    if (crop === this.crop) return;
    this.crop = crop;
    await this.askAgain();
  }

  async filterBy(filter: SearchFilter | null): Promise<void> {
    this.filter = filter;
    await this.askAgain();
  }

  /** Leans the search towards a photo or away from it: it is never both. */
  async lean(lean: Lean, photo: Leaning): Promise<void> {
    if (this[lean].some(({ id }) => id === photo.id)) return;
    const others = (list: Leaning[]) => list.filter(({ id }) => id !== photo.id);
    this.more = others(this.more);
    this.less = others(this.less);
    this[lean] = [...this[lean].slice(1 - MOST_LEANINGS), photo];
    await this.askAgain();
  }

  async leanNoMore(id: string): Promise<void> {
    this.more = this.more.filter((photo) => photo.id !== id);
    this.less = this.less.filter((photo) => photo.id !== id);
    await this.askAgain();
  }

  /** Another query: what narrowed and bent the one before does not belong to it. */
  straighten(): void {
    this.filter = null;
    this.crop = null;
    this.more = [];
    this.less = [];
  }

  /** Narrowed and bent as it once was. Nothing is asked yet. */
  bend({ scope, filter, crop, more, less }: Sought): void {
    this.scope = scope;
    this.filter = filter;
    this.crop = crop;
    this.more = more;
    this.less = less;
  }

  clear(): void {
    this.asked = null;
    this.straighten();
  }
}
