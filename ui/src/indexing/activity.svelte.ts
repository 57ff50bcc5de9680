// What the engine is doing, and what it wants the user to know.

import { told, toldNotice, type Told } from '../i18n/errors';
import { t } from '../i18n/index.svelte';
import type { ErrorReply, IndexReport, Progress } from '../wire';

export interface Notice extends Told {
  id: number;
  tone: 'info' | 'error';
}

const INFO_STAYS_MS = 6000;

export class Activity {
  progress = $state.raw<Progress | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** Read out by screen readers: milestones only, never each sample. */
  announcement = $state('');

  #nextId = 1;

  notify(tone: Notice['tone'], message: string, hint: string | null = null): void {
    this.#show(tone, { message, hint, detail: null });
  }

  failed(error: ErrorReply): void {
    this.#show('error', told(error));
  }

  /** The engine says something by itself. */
  said(message: string, hint: string | null): void {
    this.#show('info', toldNotice(message, hint));
  }

  #show(tone: Notice['tone'], told: Told): void {
    const isRepeated = this.notices.some((notice) => notice.message === told.message && notice.detail === told.detail);
    if (isRepeated) return;
    const id = this.#nextId++;
    this.notices = [...this.notices.slice(-3), { id, tone, ...told }];
    if (tone === 'info' && told.hint === null && told.detail === null) setTimeout(() => this.dismiss(id), INFO_STAYS_MS);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  finished(report: IndexReport): void {
    if (report.cancelled) return;
    const parts = [t('activity.finished', { n: report.embedded + report.recognised })];
    if (report.skipped.length > 0) parts.push(t('activity.finished.skipped', { n: report.skipped.length }));
    this.announcement = parts.join(' ');
  }
}
