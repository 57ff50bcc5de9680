// What the engine is doing, and what it wants the user to know.

import { untrack } from 'svelte';
import { told, toldNotice, type Told } from '../i18n/errors';
import { t } from '../i18n/index.svelte';
import type { ErrorReply, Event, IndexReport, Progress } from '../wire';

/** Said anew whenever it is shown: the language may have changed since. */
type Say<T> = () => T;

/** What can be done about a notice. */
export interface NoticeAction {
  label: Say<string>;
  act: () => void;
  /** Whether it takes back what was done: Ctrl+Z does it too. */
  undoes?: boolean;
}

export interface Notice {
  id: number;
  tone: 'info' | 'error';
  say: Say<Told>;
  action: NoticeAction | null;
  /** It goes by itself: it says what was just done, and no more is to be done about it. */
  passes: boolean;
}

export class Activity {
  progress = $state.raw<Progress | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** Where notices could be shown, the topmost last: a modal dialog makes everything around it inert. */
  places = $state.raw<string[]>([]);

  /** The latest run that came to its end. */
  #report = $state.raw<IndexReport | null>(null);
  #nextId = 1;

  /** Read out by screen readers: milestones only, never each sample. */
  readonly announcement = $derived(this.#report ? announcementOf(this.#report) : '');

  /** Answers its number. What went wrong, and what can be acted on, waits for the user. */
  notify(tone: Notice['tone'], message: Say<string>, hint: Say<string | null> = () => null, action: NoticeAction | null = null): number {
    return this.#show({ tone, say: () => ({ message: message(), hint: hint(), detail: null }), action, passes: tone === 'info' && !action });
  }

  /** What takes back what was done last; none where nothing can be. */
  get latestUndo(): (() => void) | undefined {
    return this.notices.findLast((notice) => notice.action?.undoes)?.action?.act;
  }

  /** What went wrong before has nothing to do with what is done now. */
  clearErrors(): void {
    this.notices = this.notices.filter(({ tone, action }) => tone !== 'error' || action !== null);
  }

  failed(error: ErrorReply): void {
    this.#show({ tone: 'error', say: () => told(error), action: null, passes: false });
  }

  /** The engine says something by itself: mostly what does not go well. */
  said({ message, hint, message_said, hint_said }: Omit<Extract<Event, { kind: 'notice' }>, 'kind'>): void {
    this.#show({ tone: 'info', say: () => toldNotice(message, hint, message_said, hint_said), action: null, passes: false });
  }

  #show(notice: Omit<Notice, 'id'>): number {
    const words = JSON.stringify(notice.say());
    const repeated = this.notices.find(({ say, action }) => !action && JSON.stringify(say()) === words);
    if (repeated && !notice.action) return repeated.id;
    const id = this.#nextId++;
    this.notices = [...this.notices.slice(-3), { id, ...notice }];
    return id;
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  /** Notices can be shown here from now on; ends with what it answers. */
  showAt(place: string): () => void {
    this.places = [...untrack(() => this.places), place];
    return () => (this.places = this.places.filter((known) => known !== place));
  }

  finished(report: IndexReport): void {
    if (!report.cancelled) this.#report = report;
  }
}

function announcementOf({ embedded, recognised, skipped }: IndexReport): string {
  const parts = [t('activity.finished', { n: embedded + recognised })];
  if (skipped.length > 0) parts.push(t('activity.finished.skipped', { n: skipped.length }));
  return parts.join(' ');
}
