// Photos on their way into the library: what became of each so far. They go on while the user is elsewhere.

import { asErrorReply, type NewPhoto } from '../platform/host';
import type { AddedPicture, ErrorReply } from '../wire';

export type Outcome = 'waiting' | 'sending' | 'added' | 'here' | 'refused' | 'left-out';

export interface Adding {
  name: string;
  outcome: Outcome;
  /** Why it was refused. */
  error: ErrorReply | null;
}

/** A server takes only so many bodies at once. */
const AT_ONCE = 3;

export class AddedPhotos {
  list = $state.raw<Adding[]>([]);
  readonly done = $derived(this.list.filter(({ outcome }) => outcome !== 'waiting' && outcome !== 'sending').length);
  readonly isRunning = $derived(this.done < this.list.length);

  #waiting: { at: number; send: () => Promise<AddedPicture> }[] = [];
  #senders = 0;

  countOf(outcome: Outcome): number {
    return this.list.filter((adding) => adding.outcome === outcome).length;
  }

  /** Those before are forgotten once all of them are done. */
  async add(photos: readonly NewPhoto[]): Promise<void> {
    if (!this.isRunning) this.list = [];
    const from = this.list.length;
    this.list = [...this.list, ...photos.map(({ name }) => ({ name, outcome: 'waiting' as const, error: null }))];
    this.#waiting.push(...photos.map(({ send }, i) => ({ at: from + i, send })));
    await Promise.all(Array.from({ length: AT_ONCE - this.#senders }, () => this.#sendAll()));
  }

  /** What has not begun is left out; what has been sent stays. */
  stop(): void {
    for (const { at } of this.#waiting.splice(0)) this.#note(at, 'left-out');
  }

  async #sendAll(): Promise<void> {
    this.#senders += 1;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#note(next.at, 'sending');
      try {
        const { is_new } = await next.send();
        this.#note(next.at, is_new ? 'added' : 'here');
      } catch (thrown) {
        this.#note(next.at, 'refused', asErrorReply(thrown));
      }
    }
    this.#senders -= 1;
  }

  #note(at: number, outcome: Outcome, error: ErrorReply | null = null): void {
    this.list = this.list.map((adding, i) => (i === at ? { ...adding, outcome, error } : adding));
  }
}
