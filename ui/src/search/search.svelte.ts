// One search: its query and what bends it, its frozen result set, the pages loaded so far, and the threshold over them.

import { SvelteSet } from 'svelte/reactivity';
import { asErrorReply, type Host, type Terms } from '../platform/host';
import { recall, remember } from '../remembered';
import { fileName, sameQuestion } from './asked';
import { bands } from './bands';
import { fold } from './fold';
import { Explanations } from './explanations.svelte';
import { countFrom } from './histogram';
import type { BandCounts, BandLimits, Crop, ErrorReply, PageRequest, ResultOrder, Scope, SearchFilter, SearchHit, SearchReply } from '../wire';

export type Asked = { kind: 'path'; path: string } | { kind: 'url'; url: string } | { kind: 'image'; id: string; name: string } | { kind: 'pasted' };

/** What is known of the query once the engine has read it. */
export interface QueryPicture {
  id: string;
  path: string;
  width: number;
  height: number;
}

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

/** What lies behind a result that stands for others. */
export interface Fold {
  count: number;
  isOpen: boolean;
}

/** What the engine takes of each. */
const MOST_LEANINGS = 32;
const PAGE = 100;
const UNFOLDED = 'lookalike.results.unfolded';
const none: BandCounts = { same_file: 0, same_picture: 0, same_scene: 0, similar: 0, weak: 0 };

export class Search {
  asked = $state.raw<Asked | null>(null);
  query = $state.raw<QueryPicture | null>(null);
  /** The ranked prefix loaded so far, whatever the threshold. */
  hits = $state.raw<SearchHit[]>([]);
  counts = $state.raw<BandCounts>(none);
  /** Band limits of the model that answered: a frozen set keeps them when another model is put to use. */
  limits = $state.raw<BandLimits | null>(null);
  /** Results at or above the threshold. */
  total = $state(0);
  exact = $state(true);
  threshold = $state(0);
  frozenAt = $state(0);
  tookMs = $state(0);
  /** The library changed after the set was frozen. */
  outdated = $state(false);
  loading = $state(false);
  error = $state.raw<ErrorReply | null>(null);
  selected = $state(-1);
  /** Where the next search looks. */
  scope = $state<Scope>('local');
  /** Which photos may be found; kept from search to search until it is taken off. */
  filter = $state.raw<SearchFilter | null>(null);
  /** The part of the query that counts. */
  crop = $state.raw<Crop | null>(null);
  more = $state.raw<Leaning[]>([]);
  less = $state.raw<Leaning[]>([]);
  /** How the results are to be ordered. */
  order = $state<ResultOrder>('similarity');
  /** How those that are here are ordered. By anything but similarity, bands do not follow each other. */
  listedBy = $state<ResultOrder>('similarity');
  /** Similarity of everything that is ranked, falling. */
  similarities = $state.raw<number[]>([]);
  /** Why this computer answered although the shared library was asked. */
  fallback = $state.raw<ErrorReply | null>(null);

  /** Results that went to the trash since: the set is frozen and keeps their ranks. */
  readonly gone = new SvelteSet<string>();

  /** The photo that was looked for, where it is in the set. */
  #itself = $state<string | null>(null);

  /** Loaded results that pass the threshold. */
  readonly shown = $derived(this.hits.filter((hit) => hit.rank <= this.total && !this.gone.has(hit.id)).map((hit) => this.#explanations.added(hit)));
  /** Results that pass the threshold and are still there. */
  readonly left = $derived(this.total - this.hits.filter((hit) => hit.rank <= this.total && this.gone.has(hit.id)).length);
  /** Whether the photo itself is among the results. */
  readonly hasItself = $derived(this.#itself !== null && !this.gone.has(this.#itself));
  /** The others among those that are left: a photo is no look-alike of its own. */
  readonly others = $derived(this.left - (this.hasItself ? 1 : 0));
  /** Whether near-identical results lie behind the first of them. */
  folds = $state(recall(UNFOLDED) === null);
  /** Ranks of the results that have theirs spread out. */
  readonly unfolded = new SvelteSet<number>();
  readonly #folding = $derived(this.folds ? fold(this.shown, this.unfolded, this.listedBy === 'similarity') : null);
  /** What there is to look at: the shown ones but for those that are folded away. */
  readonly visible = $derived(this.#folding?.visible ?? this.shown);
  /** Results of the set, weak ones included. */
  readonly inAll = $derived(Object.values(this.counts).reduce((sum, count) => sum + count, 0));

  readonly #explanations: Explanations;
  #set = $state('');
  /** Answers to anything older than this are dropped. */
  #turn = 0;
  #loadingPage = false;
  #pages = $state(0);
  /** What the pages of another order go down to, and how many results that are. By similarity, they go down to the last one. */
  #floor = 0;
  #reach = $state(0);
  /** Pages of an older order are dropped. */
  #listing = 0;

  constructor(
    private readonly host: Host,
    private readonly usualThreshold: () => number,
  ) {
    this.#explanations = new Explanations(host);
  }

  /** The frozen set, for what is done with all of it. */
  get resultSet(): string {
    return this.#set;
  }

  get sought(): Sought | null {
    const { asked, scope, filter, crop, more, less, threshold } = this;
    return asked && { asked, scope, filter, crop, more, less, threshold };
  }

  async ask(asked: Asked): Promise<void> {
    this.#straighten();
    await this.#run(asked, this.usualThreshold());
  }

  /** Comes back to a search. What is still here of it is not asked for again. */
  async seek(sought: Sought): Promise<void> {
    const threshold = sought.threshold ?? this.usualThreshold();
    const isHere = this.query !== null && JSON.stringify({ ...this.sought, threshold }) === JSON.stringify({ ...sought, threshold });
    if (isHere) {
      if (threshold !== this.threshold) await this.setThreshold(threshold);
      return;
    }
    this.#straighten();
    this.scope = sought.scope;
    this.filter = sought.filter;
    this.crop = sought.crop;
    this.more = sought.more;
    this.less = sought.less;
    await this.#run(sought.asked, threshold);
  }

  /** The same question to this computer, or to the shared library. */
  async lookIn(scope: Scope): Promise<void> {
    this.scope = scope;
    await this.refresh();
  }

  async lookAt(crop: Crop | null): Promise<void> {
    if (crop === this.crop) return;
    this.crop = crop;
    await this.refresh();
  }

  async filterBy(filter: SearchFilter | null): Promise<void> {
    this.filter = filter;
    await this.refresh();
  }

  /** Leans the search towards a photo or away from it: it is never both. */
  async lean(lean: Lean, photo: Leaning): Promise<void> {
    if (this[lean].some(({ id }) => id === photo.id)) return;
    const others = (list: Leaning[]) => list.filter(({ id }) => id !== photo.id);
    this.more = others(this.more);
    this.less = others(this.less);
    this[lean] = [...this[lean].slice(1 - MOST_LEANINGS), photo];
    await this.refresh();
  }

  async leanNoMore(id: string): Promise<void> {
    this.more = this.more.filter((photo) => photo.id !== id);
    this.less = this.less.filter((photo) => photo.id !== id);
    await this.refresh();
  }

  /** The same question to the library as it is now. */
  async refresh(): Promise<void> {
    if (this.asked) await this.#run(this.asked, this.threshold);
  }

  clear(): void {
    this.#turn += 1;
    this.asked = null;
    this.filter = null;
    this.#straighten();
    this.query = null;
    this.error = null;
    this.loading = false;
    this.#empty();
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.gone.add(id);
    this.selected = Math.min(this.selected, this.visible.length - 1);
  }

  comeBack(ids: readonly string[]): void {
    for (const id of ids) this.gone.delete(id);
  }

  /** Called while the handle moves: the similarities are here, so they are counted. */
  moveThreshold(threshold: number): void {
    this.threshold = threshold;
    this.total = countFrom(this.similarities, threshold);
  }

  /** Called when the handle is let go. The set is frozen, so only its count is asked for: similarities come rounded. */
  async setThreshold(threshold: number): Promise<void> {
    this.moveThreshold(threshold);
    if (!this.#set) return;
    const turn = this.#turn;
    try {
      const reply = await this.host.page({ result_set: this.#set, similarity: threshold, page: 1, page_size: 1, order: 'similarity' });
      if (turn !== this.#turn || this.threshold !== threshold) return;
      this.total = reply.total;
      if (this.order !== 'similarity' && this.#floor !== threshold) await this.#list();
    } catch (thrown) {
      if (turn === this.#turn) this.#failed(thrown);
    }
  }

  /** Lets the pixels say why what there is to look at matches. */
  explain(): void {
    if (this.#set && !this.loading) this.#explanations.ask(this.#set, this.visible);
  }

  setFolds(folds: boolean): void {
    remember(UNFOLDED, folds ? null : '1');
    this.#keepSelected(() => {
      this.folds = folds;
      this.unfolded.clear();
    });
  }

  /** Null for a result that stands for itself only. */
  foldOf(hit: SearchHit): Fold | null {
    if (!this.#folding || hit.folds_behind !== null) return null;
    const here = this.#folding.behind.get(hit.rank) ?? 0;
    // Until all results are here, the engine knows better; then the threshold counts too.
    const count = this.#hasMore ? Math.max(here, hit.near_identical) : here;
    return count > 0 ? { count, isOpen: this.unfolded.has(hit.rank) } : null;
  }

  /** Spreads out what lies behind a result, or folds it again; also from one of those that were spread out. */
  toggleFold(hit: SearchHit): void {
    const rank = hit.folds_behind ?? hit.rank;
    const leader = this.shown.find((shown) => shown.rank === rank);
    if (!leader || !this.foldOf(leader)) return;
    this.#keepSelected(() => {
      if (!this.unfolded.delete(rank)) this.unfolded.add(rank);
    });
  }

  /** The same photo stays selected while the list changes; one that is folded away hands over to what stands for it. */
  #keepSelected(change: () => void): void {
    const held = this.visible[this.selected];
    change();
    if (!held) return;
    const at = this.visible.findIndex(({ id }) => id === held.id);
    this.selected = at >= 0 ? at : this.visible.findIndex(({ rank }) => rank === held.folds_behind);
  }

  /** Another order of the same results. */
  async sortBy(order: ResultOrder): Promise<void> {
    if (order === this.order) return;
    this.order = order;
    await this.#list();
  }

  /** Reads the pages anew, from the first one on. */
  async #list(): Promise<void> {
    if (!this.#set) return;
    const turn = this.#turn;
    const listing = ++this.#listing;
    const floor = this.threshold;
    try {
      const reply = await this.host.page(this.#page(1, floor));
      if (turn !== this.#turn || listing !== this.#listing) return;
      this.#begin(reply, floor);
      this.selected = -1;
    } catch (thrown) {
      if (turn === this.#turn && listing === this.#listing) this.#failed(thrown);
    }
  }

  #page(page: number, floor: number, resultSet = this.#set): PageRequest {
    return { result_set: resultSet, similarity: this.order === 'similarity' ? 0 : floor, page, page_size: PAGE, order: this.order };
  }

  #begin(reply: SearchReply, floor: number): void {
    this.#listing += 1;
    this.listedBy = this.order;
    this.#floor = floor;
    this.#reach = reply.total;
    this.#pages = 1;
    this.hits = this.#ordered(reply.results);
  }

  #ordered(hits: SearchHit[]): SearchHit[] {
    return this.order === 'similarity' ? byBand(hits) : hits;
  }

  /** Whether there is more of what the threshold lets through. */
  get #hasMore(): boolean {
    return this.#pages * PAGE < (this.order === 'similarity' ? this.total : this.#reach);
  }

  /** Loads the next page of the frozen set, if the threshold lets more through. */
  async loadMore(): Promise<void> {
    if (this.#loadingPage || this.loading || !this.#set || !this.#hasMore || this.order !== this.listedBy) return;
    this.#loadingPage = true;
    const turn = this.#turn;
    const listing = this.#listing;
    try {
      const page = this.#pages + 1;
      const reply = await this.host.page(this.#page(page, this.#floor));
      if (turn !== this.#turn || listing !== this.#listing) return;
      this.#pages = page;
      this.#keepSelected(() => (this.hits = this.#ordered([...this.hits, ...reply.results])));
    } catch (thrown) {
      if (turn === this.#turn) this.#failed(thrown);
    } finally {
      this.#loadingPage = false;
    }
  }

  async #run(asked: Asked, threshold: number): Promise<void> {
    const turn = ++this.#turn;
    // A photo from the web may take seconds: what looks like another one must not stand there meanwhile.
    if (asked.kind === 'url' && !(this.asked && sameQuestion(this.asked, asked))) {
      this.query = null;
      this.#empty();
    }
    this.#explanations.stop();
    this.asked = asked;
    this.error = null;
    this.loading = true;
    this.threshold = threshold;
    try {
      const reply = await this.#search(asked);
      if (turn !== this.#turn) return;
      const first = this.order === 'similarity' ? reply : await this.host.page(this.#page(1, threshold, reply.result_set));
      if (turn !== this.#turn) return;
      this.#take(reply);
      this.#begin(first, threshold);
      await this.setThreshold(threshold);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.query = null;
      this.#failed(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  #search(asked: Asked): Promise<SearchReply> {
    if (asked.kind === 'pasted') return this.host.searchPasted(this.scope, this.#terms(), 0, PAGE);
    const query = asked.kind === 'image' ? { kind: 'image' as const, id: asked.id } : asked;
    return this.host.search({ query, ...this.#terms(), scope: this.scope, similarity: 0, page: 1, page_size: PAGE });
  }

  #terms(): Terms {
    const ids = (list: Leaning[]) => list.map(({ id }) => id);
    return { filter: this.filter, crop: this.crop, more: ids(this.more), less: ids(this.less), fold: true };
  }

  /** Another question: what bent the one before does not belong to it. */
  #straighten(): void {
    this.crop = null;
    this.more = [];
    this.less = [];
    this.order = 'similarity';
  }

  #take(reply: SearchReply): void {
    this.#set = reply.result_set;
    this.gone.clear();
    this.#explanations.reset();
    // It is the first, whatever it is like.
    this.#itself = reply.results.find(({ is_query }) => is_query)?.id ?? null;
    if (this.asked?.kind === 'image' && this.asked.name === '') this.asked = { ...this.asked, name: fileName(reply.query) };
    this.query = { id: reply.query_id, path: reply.query, width: reply.query_width, height: reply.query_height };
    this.unfolded.clear();
    this.counts = reply.bands;
    this.fallback = reply.fallback;
    this.limits = reply.limits;
    this.similarities = reply.similarities;
    this.total = reply.total;
    this.exact = reply.total_is_exact;
    this.frozenAt = reply.frozen_at;
    this.tookMs = reply.took_ms;
    this.outdated = false;
    this.selected = -1;
  }

  #failed(thrown: unknown): void {
    const error = asErrorReply(thrown);
    this.#empty();
    // The engine keeps only the latest sets: asking again makes a new one.
    if (error.code === 'result-set-gone') void this.refresh();
    else this.error = error;
  }

  #empty(): void {
    this.#set = '';
    this.gone.clear();
    this.#itself = null;
    this.hits = [];
    this.counts = none;
    this.similarities = [];
    this.fallback = null;
    this.total = 0;
    this.outdated = false;
    this.selected = -1;
  }
}

/** Ranks rise within a band; only the photo itself may tie with a picture that looks exactly the same. */
function byBand(hits: SearchHit[]): SearchHit[] {
  return hits.toSorted((a, b) => bands.indexOf(a.band) - bands.indexOf(b.band) || a.rank - b.rank);
}
