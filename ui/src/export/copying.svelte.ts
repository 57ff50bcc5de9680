// Copies on their way: how far they are, once they take so long that it is worth telling.

import type { CopyProgress } from '../wire';

const WORTH_TELLING_MS = 1000;

export class Copying {
  /** Null until the first has been reported. */
  progress = $state.raw<CopyProgress | null>(null);
  isTold = $state(false);
  /** The user has asked for its end. */
  isStopping = $state(false);

  #goesOn = false;
  #telling: ReturnType<typeof setTimeout> | undefined;

  begin(): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    this.#telling = setTimeout(() => (this.isTold = true), WORTH_TELLING_MS);
  }

  /** Also of copies that another window asked for. */
  onProgress(progress: CopyProgress | null): void {
    if (progress === null) return this.end();
    this.begin();
    this.progress = progress;
  }

  end(): void {
    clearTimeout(this.#telling);
    this.#goesOn = false;
    this.progress = null;
    this.isTold = false;
    this.isStopping = false;
  }
}
