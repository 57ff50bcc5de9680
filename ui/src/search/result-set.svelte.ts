// What came of a search: its frozen set, the pages of it that are here, the order that they come in, and the threshold over
// them. Knows no question; the search is told what fails.

import { SvelteSet } from 'svelte/reactivity';
import type { Host } from '../platform/host';
import type { BandCounts, BandLimits, ErrorReply, PageRequest, ResultOrder, SearchHit, SearchReply } from '../wire';
import { bands } from './bands';
import { Explanations } from './explanations.svelte';
import { Folds } from './folds.svelte';
import { countFrom } from './histogram';

export const PAGE = 100;
const none: BandCounts = { same_file: 0, same_picture: 0, same_scene: 0, similar: 0, weak: 0 };

export class ResultSet {
  /** As the engine knows it; empty while there is none. */
  id = $state('');
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
  /** The library changed after the set was frozen. */
  outdated = $state(false);
  selected = $state(-1);
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
  /** Results of the set, weak ones included. */
  readonly inAll = $derived(Object.values(this.counts).reduce((sum, count) => sum + count, 0));
  readonly folds = new Folds(this, (change) => this.#keepSelected(change));

  readonly #explanations: Explanations;
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
    private readonly failed: (thrown: unknown) => void,
  ) {
    this.#explanations = new Explanations(host);
  }

  /** What there is to look at. */
  get visible(): SearchHit[] {
    return this.folds.visible;
  }

  get selectedHit(): SearchHit | undefined {
    return this.visible[this.selected];
  }

  /** Whether there is more of what the threshold lets through. */
  get hasMore(): boolean {
    return this.#pages * PAGE < (this.order === 'similarity' ? this.total : this.#reach);
  }

  /** Where the order is another one than by similarity: then the reply to a search is not the first page of its set. */
  firstPage(id: string, threshold: number): Promise<SearchReply> {
    return this.host.page(this.#page(1, threshold, id));
  }

  /** Another set takes the place of this one. */
  take(reply: SearchReply, firstPage: SearchReply, threshold: number): void {
    this.id = reply.result_set;
    this.gone.clear();
    this.#explanations.reset();
    // It is the first, whatever it is like.
    this.#itself = reply.results.find(({ is_query }) => is_query)?.id ?? null;
    this.folds.reset();
    this.counts = reply.bands;
    this.fallback = reply.fallback;
    this.limits = reply.limits;
    this.similarities = reply.similarities;
    this.total = reply.total;
    this.exact = reply.total_is_exact;
    this.frozenAt = reply.frozen_at;
    this.outdated = false;
    this.#begin(firstPage, threshold);
  }

  /** Another set is on its way: nothing more is to come of this one. */
  stop(): void {
    this.#turn += 1;
    this.#explanations.stop();
  }

  empty(): void {
    this.id = '';
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

  forget(ids: readonly string[]): void {
    for (const id of ids) this.gone.add(id);
    this.selected = Math.min(this.selected, this.visible.length - 1);
  }

  comeBack(ids: readonly string[]): void {
    for (const id of ids) this.gone.delete(id);
  }

  /** Lets the pixels say why what there is to look at matches. */
  explain(): void {
    if (this.id) this.#explanations.ask(this.id, this.visible);
  }

  /** Called while the handle moves: the similarities are here, so they are counted. */
  moveThreshold(threshold: number): void {
    this.threshold = threshold;
    this.total = countFrom(this.similarities, threshold);
  }

  /** Called when the handle is let go. The set is frozen, so only its count is asked for: similarities come rounded. */
  async setThreshold(threshold: number): Promise<void> {
    this.moveThreshold(threshold);
    if (!this.id) return;
    const turn = this.#turn;
    try {
      const reply = await this.host.page({ result_set: this.id, similarity: threshold, page: 1, page_size: 1, order: 'similarity' });
      if (turn !== this.#turn || this.threshold !== threshold) return;
      this.total = reply.total;
      if (this.order !== 'similarity' && this.#floor !== threshold) await this.#list();
    } catch (thrown) {
      if (turn === this.#turn) this.failed(thrown);
    }
  }

  /** Another order of the same results. */
  async sortBy(order: ResultOrder): Promise<void> {
    if (order === this.order) return;
    this.order = order;
    await this.#list();
  }

  /** Loads the next page of the frozen set, if the threshold lets more through. */
  async loadMore(): Promise<void> {
    if (this.#loadingPage || !this.id || !this.hasMore || this.order !== this.listedBy) return;
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
      if (turn === this.#turn) this.failed(thrown);
    } finally {
      this.#loadingPage = false;
    }
  }

  /** Reads the pages anew, from the first one on. */
  async #list(): Promise<void> {
    if (!this.id) return;
    const turn = this.#turn;
    const listing = ++this.#listing;
    const floor = this.threshold;
    try {
      const reply = await this.host.page(this.#page(1, floor));
      if (turn !== this.#turn || listing !== this.#listing) return;
      this.#begin(reply, floor);
    } catch (thrown) {
      if (turn === this.#turn && listing === this.#listing) this.failed(thrown);
    }
  }

  #page(page: number, floor: number, id = this.id): PageRequest {
    return { result_set: id, similarity: this.order === 'similarity' ? 0 : floor, page, page_size: PAGE, order: this.order };
  }

  #begin(reply: SearchReply, floor: number): void {
    this.#listing += 1;
    this.listedBy = this.order;
    this.#floor = floor;
    this.#reach = reply.total;
    this.#pages = 1;
    this.hits = this.#ordered(reply.results);
    this.selected = -1;
  }

  #ordered(hits: SearchHit[]): SearchHit[] {
    return this.order === 'similarity' ? byBand(hits) : hits;
  }

  /** The same photo stays selected while the list changes; one that is folded away hands over to what stands for it. */
  #keepSelected(change: () => void): void {
    const held = this.selectedHit;
    change();
    if (!held) return;
    const at = this.visible.findIndex(({ id }) => id === held.id);
    this.selected = at >= 0 ? at : this.visible.findIndex(({ rank }) => rank === held.folds_behind);
  }
}

/** Ranks rise within a band; only the photo itself may tie with a picture that looks exactly the same. */
function byBand(hits: SearchHit[]): SearchHit[] {
  return hits.toSorted((a, b) => bands.indexOf(a.band) - bands.indexOf(b.band) || a.rank - b.rank);
}
