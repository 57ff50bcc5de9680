// Which near-identical results lie folded behind those that stand for them, and which of them the user has spread out. Knows no
// selection; whoever has one keeps it.

import { SvelteSet } from 'svelte/reactivity';
import { recall, remember } from '../remembered';
import type { ResultOrder, SearchHit } from '../wire';
import { fold } from './fold';

/** What lies behind a result that stands for others. */
export interface Fold {
  count: number;
  isOpen: boolean;
}

/** The results that are folded. */
interface Listed {
  readonly shown: SearchHit[];
  readonly listedBy: ResultOrder;
  /** Not all of them are here yet. */
  readonly hasMore: boolean;
}

const UNFOLDED = 'lookalike.results.unfolded';

export class Folds {
  /** Whether near-identical results lie behind the first of them. */
  isOn = $state(recall(UNFOLDED) === null);
  /** Ranks of the results that have theirs spread out. */
  readonly #spread = new SvelteSet<number>();
  readonly #folding = $derived.by(() => (this.isOn ? fold(this.results.shown, this.#spread, this.results.listedBy === 'similarity') : null));
  /** The results but for those that are folded away. */
  readonly visible = $derived.by(() => this.#folding?.visible ?? this.results.shown);

  /** `keepSelected` changes what is visible without another photo being selected. */
  constructor(
    private readonly results: Listed,
    private readonly keepSelected: (change: () => void) => void,
  ) {}

  setOn(isOn: boolean): void {
    remember(UNFOLDED, isOn ? null : '1');
    this.keepSelected(() => {
      this.isOn = isOn;
      this.#spread.clear();
    });
  }

  /** Null for a result that stands for itself only. */
  of(hit: SearchHit): Fold | null {
    if (!this.#folding || hit.folds_behind !== null) return null;
    const here = this.#folding.behind.get(hit.rank) ?? 0;
    // Until all results are here, the engine knows better; then the threshold counts too.
    const count = this.results.hasMore ? Math.max(here, hit.near_identical) : here;
    return count > 0 ? { count, isOpen: this.#spread.has(hit.rank) } : null;
  }

  /** Spreads out what lies behind a result, or folds it again; also from one of those that were spread out. */
  toggle(hit: SearchHit): void {
    const rank = hit.folds_behind ?? hit.rank;
    const leader = this.results.shown.find((shown) => shown.rank === rank);
    if (!leader || !this.of(leader)) return;
    this.keepSelected(() => {
      if (!this.#spread.delete(rank)) this.#spread.add(rank);
    });
  }

  /** Other results: their ranks are others. */
  reset(): void {
    this.#spread.clear();
  }
}
