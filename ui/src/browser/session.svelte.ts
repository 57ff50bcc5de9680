// Who may use this page, and whether the server answers. `lookalike serve` prints an address with a one-time code; the
// code buys a cookie, which the page itself never sees.

import { t } from '../i18n/index.svelte';
import { Client, problemOf, type Watcher } from '../platform/browser/client';
import type { Standing } from '../platform/browser/events';
import { asErrorReply } from '../platform/host';
import type { ErrorReply } from '../wire';

const CODE = /code=([\w.~-]+)/;
const TRY_AGAIN_MS = 3000;

export class Session implements Watcher {
  state = $state<'asking' | 'signed-in' | 'signed-out'>('asking');
  reachable = $state(true);
  /** Why the last try to sign in failed. */
  error = $state.raw<ErrorReply | null>(null);
  /** There was a session, and the server ended it. */
  ended = $state(false);
  /** Came in by a token that may only search and look. */
  isSearchOnly = $state(false);
  busy = $state(false);

  readonly client = new Client(this);

  answered(): void {
    this.reachable = true;
  }

  unreachable(): void {
    this.reachable = false;
  }

  signedOut(): void {
    if (this.state === 'signed-in') this.ended = true;
    this.state = 'signed-out';
  }

  /** Signs in by the code in the address, or finds the session of an earlier visit. */
  async begin(): Promise<void> {
    const code = takeCode();
    if (code !== null && (await this.#enter(code))) return;
    // Without an answer there is nothing to show yet: a server that starts is soon there.
    if ((await this.standing()) === 'unreachable') setTimeout(() => void this.begin(), TRY_AGAIN_MS);
  }

  /** A code that came into the address while the page was open. */
  async readAddress(): Promise<void> {
    const code = takeCode();
    if (code !== null && this.state !== 'signed-in') await this.#enter(code);
  }

  /** By what was typed: the code, all of the address that holds it, or a token. */
  async signIn(typed: string): Promise<void> {
    await this.#enter(CODE.exec(typed)?.[1] ?? typed.trim());
  }

  async signOut(): Promise<void> {
    await this.client.request('DELETE', '/session');
    history.replaceState(null, '', location.pathname + location.search); // it says what was looked at
    this.state = 'signed-out';
    this.ended = false;
  }

  async standing(): Promise<Standing> {
    try {
      const response = await this.client.ask('GET', '/session');
      if (response.ok) await this.#signedIn(response);
      else if (response.status === 401) this.signedOut();
      else {
        this.unreachable(); // a proxy answers in the server's place, or the server has too much to do
        return 'unreachable';
      }
      return this.state === 'signed-in' ? 'signed-in' : 'signed-out';
    } catch {
      return 'unreachable';
    }
  }

  async #signedIn(response: Response): Promise<void> {
    const { search_only } = (await response.json()) as { search_only: boolean };
    this.isSearchOnly = search_only;
    this.state = 'signed-in';
  }

  async #enter(code: string): Promise<boolean> {
    this.busy = true;
    this.error = null;
    try {
      const response = await this.client.ask('POST', '/session', { code });
      if (!response.ok) throw await whyNot(response);
      this.ended = false;
      return (await this.standing()) === 'signed-in'; // which says what this session may do
    } catch (thrown) {
      this.error = asErrorReply(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

async function whyNot(response: Response): Promise<ErrorReply> {
  const problem = await problemOf(response);
  return response.status === 401 ? { ...problem, message: t('signin.refused'), hint: t('signin.refused.hint') } : problem;
}

/** The code in the address, which then leaves the address bar and with it the history. */
function takeCode(): string | null {
  const code = CODE.exec(location.hash)?.[1];
  if (code === undefined) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}
