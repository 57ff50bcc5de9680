// Work that takes a while, for those who look elsewhere meanwhile: how far it is in the task bar, its end as a notification.
// Shows nothing in the window itself; whether the user looks elsewhere is known to the host.

import { fileSize, number, t } from '../i18n/index.svelte';
import type { Host, HostEvent } from '../platform/host';
import type { DuplicatesProgress, ImportStatus, IndexReport, Progress, SwitchInfo } from '../wire';
import { fractionDone } from './progress';

/** Of several kinds at a time the first is in the task bar. */
const kinds = ['indexing', 'switch', 'duplicates', 'import'] as const;
type Kind = (typeof kinds)[number];

const LONG_MS = 20_000;
const SHOWN_EVERY_MS = 1000;

export class LongWork {
  #underWay = new Map<Kind, { since: number; share: number | null }>();
  /** The model that a switch goes to. */
  #target: { id: string; name: string } | null = null;
  #shown: number | null = null;
  #shownAt = -Infinity;

  constructor(private readonly host: Host) {}

  on(event: HostEvent): void {
    if (event.kind === 'progress') this.#indexing(event.progress);
    else if (event.kind === 'run-finished') this.#indexed(event.report);
    else if (event.kind === 'switch-changed') this.#switch(event.switch);
    else if (event.kind === 'duplicates-changed') this.#duplicates(event.progress);
    else if (event.kind === 'import-changed') this.#import(event.status);
    else if (event.kind === 'resync') this.#underWay.clear(); // the end of any may have been missed
    else return;
    this.#show();
  }

  #indexing(progress: Progress): void {
    if (progress.stage === 'scanning' || progress.stage === 'indexing') this.#goesOn('indexing', fractionDone(progress));
    else this.#underWay.delete('indexing');
  }

  #indexed({ cancelled, seconds, embedded, recognised, skipped }: IndexReport): void {
    this.#underWay.delete('indexing');
    const found = embedded + recognised;
    // A look that found nothing new is no news.
    if (cancelled || seconds * 1000 < LONG_MS || found + skipped.length === 0) return;
    const parts = [t('activity.finished', { n: found })];
    if (skipped.length > 0) parts.push(t('activity.finished.skipped', { n: skipped.length }));
    this.#notify(t('notify.indexed'), parts.join(' '));
  }

  #switch(info: SwitchInfo | null): void {
    if (info) {
      this.#target = { id: info.target, name: info.name };
      const goesOn = info.state === 'building' || info.state === 'waiting';
      this.#goesOn('switch', goesOn && info.total > 0 ? info.done / info.total : null);
    } else if (this.#ended('switch') && this.#target) void this.#switched(this.#target);
  }

  /** A switch that was given up ends just as one that is done. */
  async #switched({ id, name }: { id: string; name: string }): Promise<void> {
    const status = await this.#ask(() => this.host.status());
    if (status?.model.id === id) this.#notify(t('notify.switched', { name }), t('notify.switched.text'));
  }

  #duplicates({ is_running, done, total }: DuplicatesProgress): void {
    if (is_running) this.#goesOn('duplicates', total > 0 ? done / total : null);
    else if (this.#ended('duplicates') && done >= total) void this.#duplicatesFound();
  }

  async #duplicatesFound(): Promise<void> {
    const reply = await this.#ask(() => this.host.duplicates({ kind: null, folders: [], offset: 0, limit: 1 }));
    if (!reply) return;
    const { total, spare_files, spare_bytes } = reply;
    const summary = { n: total, files: number(spare_files), size: fileSize(spare_bytes) };
    this.#notify(t('notify.duplicates'), total > 0 ? t('duplicates.summary', summary) : t('duplicates.none'));
  }

  #import({ state, done, total, to_copy: fresh, same_file, same_picture }: ImportStatus): void {
    if (state === 'running') this.#goesOn('import', total > 0 ? done / total : null);
    else if (this.#ended('import') && state === 'done') this.#notify(t('notify.import'), t('notify.import.text', { n: fresh, known: number(same_file + same_picture) }));
  }

  #goesOn(kind: Kind, share: number | null): void {
    const since = this.#underWay.get(kind)?.since ?? performance.now();
    this.#underWay.set(kind, { since, share });
  }

  /** Answers whether it went on, and for long. */
  #ended(kind: Kind): boolean {
    const since = this.#underWay.get(kind)?.since;
    this.#underWay.delete(kind);
    return since !== undefined && performance.now() - since >= LONG_MS;
  }

  #show(): void {
    const share = kinds.map((kind) => this.#underWay.get(kind)?.share ?? null).find((share) => share !== null) ?? null;
    const now = performance.now();
    if (share === this.#shown || (share !== null && now - this.#shownAt < SHOWN_EVERY_MS)) return;
    this.#shown = share;
    this.#shownAt = now;
    void this.#ask(() => this.host.showProgress(share));
  }

  #notify(title: string, body: string): void {
    void this.#ask(() => this.host.notify(title, body));
  }

  /** What is only a service to those who look elsewhere does not trouble anyone by failing. */
  async #ask<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch {
      return undefined;
    }
  }
}
