// What a user may set for the engine, as it stands, and whether the latest change was taken.

import { asErrorReply, type Host } from '../platform/host';
import type { ErrorReply, Preferences, PreferencesReply } from '../wire';

export const MOST_WORKERS = 64;
export const LEAST_ROOM_MIB = 16;
export const MOST_ROOM_MIB = 1_048_576;

const CONFIRMED_MS = 3000;

export class Settings {
  /** Null until it has been read. */
  reply = $state.raw<PreferencesReply | null>(null);
  error = $state.raw<ErrorReply | null>(null);
  /** Why the latest change was not taken. */
  refused = $state.raw<{ change: keyof Preferences; error: ErrorReply } | null>(null);
  /** The change that has just been taken. */
  saved = $state<keyof Preferences | null>(null);

  #confirming: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host) {}

  async read(): Promise<void> {
    this.refused = null;
    try {
      this.reply = await this.host.preferences();
      this.error = null;
    } catch (thrown) {
      this.error = asErrorReply(thrown);
    }
  }

  async change<K extends keyof Preferences>(change: K, value: Preferences[K]): Promise<void> {
    if (!this.reply || this.reply.preferences[change] === value) return;
    this.refused = null;
    this.saved = null;
    try {
      this.reply = await this.host.setPreferences({ ...this.reply.preferences, [change]: value });
      this.#confirm(change);
    } catch (thrown) {
      this.refused = { change, error: asErrorReply(thrown) };
    }
  }

  refusedOf(change: keyof Preferences): ErrorReply | null {
    return this.refused?.change === change ? this.refused.error : null;
  }

  #confirm(change: keyof Preferences): void {
    this.saved = change;
    clearTimeout(this.#confirming);
    this.#confirming = setTimeout(() => (this.saved = null), CONFIRMED_MS);
  }
}

/** The number that was typed, where it is a whole one within the limits. */
export function wholeNumber(typed: string, least: number, most: number): number | null {
  if (!/^\d+$/.test(typed.trim())) return null;
  const value = Number(typed);
  return value >= least && value <= most ? value : null;
}
