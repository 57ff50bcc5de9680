// The check before import: how far it is, what was found of the files so far, and what became of the copies. The engine goes
// on with it whether or not somebody looks; its lists are read only while somebody does.

import { untrack } from 'svelte';
import { asErrorReply, type Host } from '../platform/host';
import type { CopyReport, ErrorReply, ImportFile, ImportStatus, ImportVerdict } from '../wire';
import { ChosenFiles } from './chosen-files.svelte';

const PAGE = 60;
/** The most that the engine gives at once. */
const LARGEST_PAGE = 200;
/** While the check runs, its lists are read again at most this often. */
const REREAD_AFTER_MS = 500;

export const verdicts: readonly ImportVerdict[] = ['same-file', 'same-picture', 'new', 'unreadable'];

/** The files read so far that have a verdict, and how many have it. */
export interface Checked {
  files: ImportFile[];
  total: number;
}

const NONE: Checked = { files: [], total: 0 };
const NOTHING: Record<ImportVerdict, Checked> = { 'same-file': NONE, 'same-picture': NONE, new: NONE, unreadable: NONE };

export class ImportCheck {
  status = $state.raw<ImportStatus | null>(null);
  lists = $state.raw<Record<ImportVerdict, Checked>>(NOTHING);
  error = $state.raw<ErrorReply | null>(null);
  copying = $state(false);
  readonly chosen = new ChosenFiles();
  /** What became of the new files, and where. */
  copied = $state.raw<{ folder: string; report: CopyReport } | null>(null);

  readonly isRunning = $derived(this.status?.state === 'running');

  /** Answers about a check before this one are dropped. */
  #turn = 0;
  #isWatched = false;
  /** Counts what the engine has said by itself. */
  #reports = 0;
  #rereadTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly host: Host) {}

  /** Somebody looks at the lists, until what it answers is called. */
  watch(): () => void {
    this.#isWatched = true;
    untrack(() => void this.read());
    return () => (this.#isWatched = false);
  }

  /** A check of few files is over before the answer to its beginning is here: what was reported meanwhile is newer. */
  async begin(folder: string): Promise<void> {
    const before = this.#reports;
    const begun = await this.host.checkFolder(folder);
    const reported = this.#reports === before ? null : this.status;
    this.#beginAnew();
    this.#take(reported?.folder === begun.folder ? reported : begun);
  }

  /** A check outlives the window that began it. */
  async restore(): Promise<void> {
    const before = this.#reports;
    const status = await this.host.checkStatus();
    if (this.#reports !== before) return;
    if (status) this.#take(status);
    else {
      this.#beginAnew();
      this.status = null;
    }
    await this.read();
  }

  async cancel(): Promise<void> {
    await this.host.cancelCheck();
  }

  onStatus(status: ImportStatus): void {
    this.#reports += 1;
    this.#take(status);
    this.#rereadTimer ??= setTimeout(() => {
      this.#rereadTimer = null;
      void this.read();
    }, REREAD_AFTER_MS);
  }

  /** Reads what has changed of the lists, as far as they were read before. */
  async read(): Promise<void> {
    if (!this.status || !this.#isWatched) return;
    await this.#reading(verdicts.map((verdict) => this.#readAgain(verdict)));
  }

  async readMore(verdict: ImportVerdict): Promise<void> {
    const { length } = this.lists[verdict].files;
    await this.#reading([this.#readTo(verdict, length + PAGE)]);
  }

  async copyNew(folder: string): Promise<CopyReport> {
    this.copying = true;
    const turn = this.#turn;
    try {
      const report = await this.host.copyNew({ folder, files: this.chosen.asked });
      if (turn === this.#turn) this.copied = { folder, report };
      return report;
    } finally {
      this.copying = false;
    }
  }

  async #reading(reads: Promise<void>[]): Promise<void> {
    const turn = this.#turn;
    try {
      await Promise.all(reads);
      if (turn === this.#turn) this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = asErrorReply(thrown);
    }
  }

  async #readAgain(verdict: ImportVerdict): Promise<void> {
    const { files, total } = this.lists[verdict];
    const count = this.countOf(verdict);
    // Files only ever join a list, so one with as many as before is the same.
    if (count === total && files.length >= Math.min(count, PAGE)) return;
    // Whoever has read on is not interrupted before the end.
    if (!this.isRunning || files.length <= LARGEST_PAGE) await this.#readTo(verdict, Math.max(PAGE, files.length));
  }

  async #readTo(verdict: ImportVerdict, wanted: number): Promise<void> {
    const turn = this.#turn;
    let files: ImportFile[] = [];
    let total = 0;
    do {
      const reply = await this.host.checked({ verdict, offset: files.length, limit: Math.min(LARGEST_PAGE, wanted - files.length) });
      if (turn !== this.#turn) return;
      files = files.concat(reply.files);
      total = reply.total;
      if (reply.files.length === 0) break;
    } while (files.length < Math.min(wanted, total));
    this.#put(verdict, { files, total });
  }

  countOf(verdict: ImportVerdict): number {
    const { status } = this;
    if (!status) return 0;
    return { 'same-file': status.same_file, 'same-picture': status.same_picture, new: status.new, unreadable: status.unreadable }[verdict];
  }

  #put(verdict: ImportVerdict, checked: Checked): void {
    this.lists = { ...this.lists, [verdict]: checked };
  }

  #take(status: ImportStatus): void {
    const before = this.status;
    // Another window may have begun one.
    if (before && (before.folder !== status.folder || status.done < before.done)) this.#beginAnew();
    this.status = status;
  }

  #beginAnew(): void {
    this.#turn += 1;
    this.status = null;
    this.lists = NOTHING;
    this.error = null;
    this.copied = null;
    this.chosen.set(true);
  }
}
