// What the server reports as it happens (Server-Sent Events). The browser reconnects by itself; whatever was missed
// meanwhile is made good by a `resync`, on which everything shown is read again.

import type { HostEvent } from '../host';
import { API } from './client';

/** How the session stands, asked of the server. */
export type Standing = 'signed-in' | 'signed-out' | 'unreachable';

/** Some proxies hold a stream back until there is something in it; the page does not wait for that. */
const PATIENCE_MS = 1500;
const LOOK_AGAIN_MS = 2000;
/** Browsers open six connections to a server, over all tabs: one that nobody looks at gives its own back. */
const SLEEP_AFTER_MS = 30_000;

export class EventFeed {
  #source: EventSource | null = null;
  #wasOpen = false;
  #stopped = false;
  #asleep = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sleepTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly deliver: (event: HostEvent) => void,
    private readonly standing: () => Promise<Standing>,
  ) {}

  /** Resolves once events arrive, or once it is clear that they do not yet. */
  start(): Promise<void> {
    document.addEventListener('visibilitychange', this.#onVisibility);
    return new Promise((settled) => {
      this.#open(settled);
      setTimeout(settled, PATIENCE_MS);
    });
  }

  stop(): void {
    this.#stopped = true;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    clearTimeout(this.#sleepTimer);
    if (this.#timer) clearTimeout(this.#timer);
    this.#source?.close();
  }

  readonly #onVisibility = (): void => {
    clearTimeout(this.#sleepTimer);
    if (document.visibilityState === 'hidden') {
      this.#sleepTimer = setTimeout(() => {
        this.#asleep = true;
        this.#source?.close();
      }, SLEEP_AFTER_MS);
    } else if (this.#asleep) {
      this.#asleep = false;
      this.#open();
    }
  };

  #open(settled: () => void = () => {}): void {
    const source = new EventSource(`${API}/events`);
    this.#source = source;
    source.onopen = () => {
      if (this.#wasOpen) this.deliver({ kind: 'resync' });
      this.#wasOpen = true;
      settled();
    };
    source.onerror = () => {
      this.#lookSoon();
      settled();
    };
    source.onmessage = (message) => this.deliver(JSON.parse(message.data as string) as HostEvent);
    source.addEventListener('resync', () => this.deliver({ kind: 'resync' }));
  }

  /** A lost stream says nothing of its reason: servers restart, proxies cut, sessions end. */
  #lookSoon(): void {
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_AGAIN_MS);
  }

  async #look(): Promise<void> {
    this.#timer = null;
    if (this.#stopped || this.#asleep || this.#source?.readyState === EventSource.OPEN) return;
    const standing = await this.standing();
    if (this.#stopped || this.#asleep || standing === 'signed-out') return;
    // After an answer that was no stream, the browser has given up.
    if (standing === 'signed-in' && this.#source?.readyState === EventSource.CLOSED) this.#open();
    this.#lookSoon();
  }
}
