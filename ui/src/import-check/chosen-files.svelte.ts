// Which of the new files are to be copied. At first all of them are, and so is each that is found later: what is remembered is
// whether all or none are, and which ones are not as the rest, so that lists that were not read yet need not be known.

import { SvelteSet } from 'svelte/reactivity';
import type { NewFiles } from '../wire';

export class ChosenFiles {
  #all = $state(true);
  readonly #otherwise = new SvelteSet<string>();

  has(id: string): boolean {
    return this.#all !== this.#otherwise.has(id);
  }

  toggle(id: string): void {
    if (!this.#otherwise.delete(id)) this.#otherwise.add(id);
  }

  /** All of them, or none. */
  set(all: boolean): void {
    this.#all = all;
    this.#otherwise.clear();
  }

  /** Of so many. */
  countOf(total: number): number {
    return this.#all ? total - this.#otherwise.size : this.#otherwise.size;
  }

  get asked(): NewFiles {
    const ids = [...this.#otherwise];
    return this.#all ? { kind: 'all-but', ids } : { kind: 'only', ids };
  }
}
