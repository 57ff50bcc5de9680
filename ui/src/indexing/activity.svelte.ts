// What the engine is doing, and what it wants the user to know.

import { untrack } from 'svelte';
import { told, toldNotice, type Told } from '../i18n/errors';
import { t } from '../i18n/index.svelte';
import type { ErrorReply, Event, IndexReport, Progress } from '../wire';

/** What can be done about a notice. */
export interface NoticeAction {
  label: string;
  act: () => void;
  /** Whether it takes back what was done: Ctrl+Z does it too. */
  undoes?: boolean;
}

export interface Notice extends Told {
  id: number;
  tone: 'info' | 'error';
  action: NoticeAction | null;
}

const INFO_STAYS_MS = 6000;

export class Activity {
  progress = $state.raw<Progress | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** Read out by screen readers: milestones only, never each sample. */
  announcement = $state('');
  /** Where notices could be shown, the topmost last: a modal dialog makes everything around it inert. */
  places = $state.raw<string[]>([]);

  #nextId = 1;

  /** Answers its number. What says no more than it has to goes by itself; what can be acted on waits for the user. */
  notify(tone: Notice['tone'], message: string, hint: string | null = null, action: NoticeAction | null = null): number {
    return this.#show(tone, { message, hint, detail: null }, action);
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
    this.#show('error', told(error));
  }

  /** The engine says something by itself. */
  said({ message, hint, message_said, hint_said }: Omit<Extract<Event, { kind: 'notice' }>, 'kind'>): void {
    this.#show('info', toldNotice(message, hint, message_said, hint_said));
  }

  #show(tone: Notice['tone'], told: Told, action: NoticeAction | null = null): number {
    const repeated = this.notices.find((notice) => notice.message === told.message && notice.detail === told.detail && !notice.action);
    if (repeated && !action) return repeated.id;
    const id = this.#nextId++;
    this.notices = [...this.notices.slice(-3), { id, tone, action, ...told }];
    if (tone === 'info' && told.hint === null && told.detail === null && !action) setTimeout(() => this.dismiss(id), INFO_STAYS_MS);
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
    if (report.cancelled) return;
    const parts = [t('activity.finished', { n: report.embedded + report.recognised })];
    if (report.skipped.length > 0) parts.push(t('activity.finished.skipped', { n: report.skipped.length }));
    this.announcement = parts.join(' ');
  }
}
