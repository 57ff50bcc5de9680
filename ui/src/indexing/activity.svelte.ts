// What the engine is doing, and what it wants the user to know.

import { t } from '../i18n/index.svelte';
import type { IndexReport, Progress } from '../wire';

export interface Notice {
  id: number;
  tone: 'info' | 'error';
  message: string;
  hint: string | null;
}

const INFO_STAYS_MS = 6000;

export class Activity {
  progress = $state.raw<Progress | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** Read out by screen readers: milestones only, never each sample. */
  announcement = $state('');

  #nextId = 1;

  notify(tone: Notice['tone'], message: string, hint: string | null = null): void {
    const repeated = this.notices.some((notice) => notice.message === message);
    if (repeated) return;
    const id = this.#nextId++;
    this.notices = [...this.notices.slice(-3), { id, tone, message, hint }];
    if (tone === 'info' && hint === null) setTimeout(() => this.dismiss(id), INFO_STAYS_MS);
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
