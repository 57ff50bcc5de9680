// Duplicates: how far the search for them is, the groups read so far, which files are to go, and what can be taken back.

import { SvelteSet } from 'svelte/reactivity';
import { asErrorReply, type Host, type Restored } from '../platform/host';
import { takeBack, withMoved, type Errand, type Trashed } from '../trash/trash';
import type { DuplicateGroup, DuplicateKind, DuplicateMember, DuplicatesProgress, ErrorReply, TrashReport, TrashRequest } from '../wire';

const PAGE = 50;
/** The most that the engine gives at once. */
const LARGEST_PAGE = 200;
/** While groups are being found, the list is read again at most this often. */
const REREAD_AFTER_MS = 1500;

/** What was done last, and can be taken back. */
export type Undoable = ({ kind: 'trash' } & Trashed) | { kind: 'dismissed'; ids: string[] };

export class Duplicates {
  progress = $state.raw<DuplicatesProgress | null>(null);
  groups = $state.raw<DuplicateGroup[]>([]);
  total = $state(0);
  spareFiles = $state(0);
  spareBytes = $state(0);
  kind = $state<DuplicateKind | null>(null);
  /** Only groups of which at least two files lie in these; none: all. */
  folders = $state.raw<number[]>([]);
  loading = $state(false);
  error = $state.raw<ErrorReply | null>(null);
  undoable = $state.raw<Undoable | null>(null);
  /** Catalog ids of the files that are to go; nothing happens to them before the review is confirmed. */
  readonly marked = new SvelteSet<number>();

  readonly leaving = $derived(this.groups.flatMap(({ members }) => members).filter(({ file }) => this.marked.has(file)));
  readonly leavingBytes = $derived(this.leaving.reduce((sum, { bytes }) => sum + bytes, 0));
  /** Groups of which nothing would stay. */
  readonly emptied = $derived(this.groups.filter(({ members }) => members.every(({ file }) => this.marked.has(file))));

  #turn = 0;
  #rereadTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly host: Host) {}

  /** Reads as many groups as were read before, at least a page. */
  async read(wanted = Math.max(PAGE, this.groups.length)): Promise<void> {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      let groups: DuplicateGroup[] = [];
      do {
        const reply = await this.#ask(groups.length, wanted > PAGE ? LARGEST_PAGE : PAGE);
        if (turn !== this.#turn) return;
        groups = groups.concat(reply.groups);
        if (reply.groups.length === 0) break;
      } while (groups.length < Math.min(wanted, this.total));
      this.groups = groups;
      this.#forgetMarksOfOthers();
      this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = asErrorReply(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  async readMore(): Promise<void> {
    if (this.loading || this.groups.length >= this.total) return;
    const turn = this.#turn;
    this.loading = true;
    try {
      const { groups } = await this.#ask(this.groups.length);
      if (turn === this.#turn) this.groups = [...this.groups, ...groups];
    } catch (thrown) {
      if (turn === this.#turn) this.error = asErrorReply(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  async show(kind: DuplicateKind | null): Promise<void> {
    this.kind = kind;
    this.groups = [];
    await this.read();
  }

  async showFolders(folders: number[]): Promise<void> {
    this.folders = folders;
    this.groups = [];
    await this.read();
  }

  /** Folders that are no longer in the library are asked for no longer. */
  async forgetOtherFolders(known: readonly number[]): Promise<void> {
    const left = this.folders.filter((folder) => known.includes(folder));
    if (left.length < this.folders.length) await this.showFolders(left);
  }

  async find(): Promise<void> {
    this.progress = await this.host.findDuplicates();
  }

  async stop(): Promise<void> {
    this.progress = await this.host.stopFindingDuplicates();
  }

  onProgress(progress: DuplicatesProgress): void {
    const hasEnded = this.progress?.is_running === true && !progress.is_running;
    this.progress = progress;
    // Whoever has scrolled on is not interrupted before the end.
    if (hasEnded || this.groups.length <= PAGE) this.#rereadTimer ??= setTimeout(() => this.#reread(), REREAD_AFTER_MS);
  }

  keep(member: DuplicateMember): void {
    this.marked.delete(member.file);
  }

  discard(member: DuplicateMember): void {
    if (canGo(member)) this.marked.add(member.file);
  }

  /** Marks all but the suggested one; where folders are chosen, only what lies in them. */
  keepSuggested(group: DuplicateGroup): void {
    for (const member of group.members) {
      if (member.keep) this.keep(member);
      else if (this.folders.length === 0 || this.folders.includes(member.folder)) this.discard(member);
    }
  }

  /** Marks all but the suggested ones of all groups, those too that have not been read yet. */
  async keepAllSuggested(): Promise<void> {
    if (this.groups.length < this.total) await this.read(this.total);
    for (const group of this.groups) this.keepSuggested(group);
  }

  unmarkAll(): void {
    this.marked.clear();
  }

  async notAMatch(group: DuplicateGroup): Promise<void> {
    const ids = picturesOf(group);
    if (ids.length < 2) return;
    await this.host.dismiss(ids, false);
    this.undoable = { kind: 'dismissed', ids };
    await this.read();
  }

  /** The marked files, as they are now: the list is another one while they go. */
  errand(): Errand {
    const leaving = this.leaving;
    const going = new SvelteSet(leaving.map(({ file }) => file));
    const touched = this.groups.filter(({ members }) => members.some(({ file }) => going.has(file)));
    const keeping = touched.flatMap(({ members }) => members.map(({ file }) => file)).filter((file) => !going.has(file));
    let trashed: Trashed | null = null;
    return {
      files: [...going],
      pictureOf: (file) => leaving.find((member) => member.file === file)?.id,
      move: async (files, evenLast) => {
        const report = await this.#trash({ files, keeping, even_last: evenLast });
        trashed = withMoved(trashed, report);
        if (trashed) this.undoable = { kind: 'trash', ...trashed };
        return report;
      },
    };
  }

  async #trash(request: TrashRequest): Promise<TrashReport> {
    const report = await this.host.trash(request);
    for (const file of request.files) this.marked.delete(file);
    await this.read();
    return report;
  }

  /** Takes back what was done last. */
  async undo(): Promise<Restored> {
    const last = this.undoable;
    let restored: Restored = { back: 0, kept: [] };
    if (!last) return restored;
    if (last.kind === 'dismissed') await this.host.dismiss(last.ids, true);
    else restored = await takeBack(this.host, last);
    this.undoable = null;
    await this.read();
    return restored;
  }

  async #ask(offset: number, limit = PAGE) {
    const reply = await this.host.duplicates({ folders: this.folders, kind: this.kind, offset, limit });
    this.progress = reply.progress;
    this.total = reply.total;
    this.spareFiles = reply.spare_files;
    this.spareBytes = reply.spare_bytes;
    return reply;
  }

  #reread(): void {
    this.#rereadTimer = null;
    void this.read();
  }

  /** What is not shown must not go: its mark could not be seen. */
  #forgetMarksOfOthers(): void {
    const shown = new SvelteSet(this.groups.flatMap(({ members }) => members).filter(canGo).map(({ file }) => file));
    for (const file of [...this.marked]) if (!shown.has(file)) this.marked.delete(file);
  }
}

/** The pictures of a group. Copies of one file are one picture, and nobody can say that it is no match of itself. */
export function picturesOf(group: DuplicateGroup): string[] {
  const ids = group.members.map(({ id }) => id);
  return ids.filter((id, i) => ids.indexOf(id) === i);
}

export function canGo(member: DuplicateMember): boolean {
  return !member.is_protected && !member.is_offline;
}
