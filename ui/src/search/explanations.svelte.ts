// What the pixels of results say about why they match. It takes the engine some milliseconds a result, so it is asked for in
// small batches once the results are shown. Reasons are extra: where they do not come, nobody is told.

import { SvelteMap } from 'svelte/reactivity';
import type { Host } from '../platform/host';
import type { Band, Explained, Reason, SearchHit } from '../wire';

const BATCH = 24;
/** Of what is merely similar, pixels say nothing. */
const EXPLAINED: readonly Band[] = ['same-file', 'same-picture', 'same-scene'];

export class Explanations {
  readonly #reasons = new SvelteMap<string, Reason[]>();
  #asked: Record<string, true> = {};
  #before: Promise<void> = Promise.resolve();
  /** Answers to anything older than this are dropped. */
  #turn = 0;

  constructor(private readonly host: Host) {}

  /** Another result set: what was said of the one before does not hold. */
  reset(): void {
    this.stop();
    this.#asked = {};
    this.#reasons.clear();
  }

  /** Asks no further; what was said stays. */
  stop(): void {
    this.#turn += 1;
    this.#before = Promise.resolve();
  }

  /** A result with all reasons known for it. */
  added(hit: SearchHit): SearchHit {
    const found = this.#reasons.get(hit.id)?.filter(({ kind }) => !hit.reasons.some((known) => known.kind === kind)) ?? [];
    return found.length > 0 ? { ...hit, reasons: [...hit.reasons, ...found] } : hit;
  }

  /** Asks about what has not been asked yet, one batch after the other. */
  ask(resultSet: string, hits: readonly SearchHit[]): void {
    const turn = this.#turn;
    const ids = hits.filter((hit) => !hit.is_query && EXPLAINED.includes(hit.band) && !this.#asked[hit.id]).map(({ id }) => id);
    for (const id of ids) this.#asked[id] = true;
    if (ids.length > 0) this.#before = this.#before.then(() => this.#askFor(resultSet, ids, turn));
  }

  async #askFor(resultSet: string, ids: readonly string[], turn: number): Promise<void> {
    for (let at = 0; at < ids.length && turn === this.#turn; at += BATCH) {
      try {
        const explained = await this.host.explain({ result_set: resultSet, ids: ids.slice(at, at + BATCH) });
        if (turn === this.#turn) this.#add(explained);
      } catch {
        return;
      }
    }
  }

  #add(explained: Explained[]): void {
    for (const { id, reasons } of explained) {
      if (reasons.length > 0) this.#reasons.set(id, reasons);
    }
  }
}
