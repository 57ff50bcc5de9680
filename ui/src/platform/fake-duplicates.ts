// The part of the fake host that plays duplicates and the trash: groups as a test makes them, and what becomes of their files.

import type { DuplicateGroup, DuplicateMember, DuplicatesProgress, DuplicatesReply, DuplicatesRequest, Event, KeptFile, TrashReport, TrashRequest } from '../wire';
import type { Restored } from './host';

export function fakeMember(file: number, change: Partial<DuplicateMember> = {}): DuplicateMember {
  const id = file.toString(16).padStart(64, '0');
  return {
    file, id, path: `/photos/IMG_${file}.jpg`, file_name: `IMG_${file}.jpg`, folder: 1, is_protected: false, is_offline: false,
    width: 4000, height: 3000, bytes: 2_000_000, format: 'jpeg', taken_at: '2025-07-14T18:20:00', similarity: 0.95, keep: null, ...change,
  };
}

export class FakeDuplicates {
  groups: DuplicateGroup[] = [];
  progress: DuplicatesProgress = { done: 0, total: 400, is_running: false, rate: 0 };
  /** Files whose picture has no other copy: they go only where that is said. */
  lastCopies: number[] = [];

  #before: DuplicateGroup[] = [];
  #batches: { groups: DuplicateGroup[]; moved: number }[] = [];

  constructor(private readonly emit: (event: Event) => void) {}

  setProgress(change: Partial<DuplicatesProgress>): DuplicatesProgress {
    this.progress = { ...this.progress, ...change };
    this.emit({ kind: 'duplicates-changed', progress: this.progress });
    return this.progress;
  }

  reply({ kind, folders, offset, limit }: DuplicatesRequest): DuplicatesReply {
    const groups = this.groups.filter((group) => (!kind || group.kind === kind) && (folders.length === 0 || group.members.filter(({ folder }) => folders.includes(folder)).length > 1));
    const spare = groups.flatMap(({ members }) => members.slice(1)).filter((member) => !member.is_protected);
    return {
      progress: this.progress, total: groups.length, spare_files: spare.length, spare_bytes: spare.reduce((sum, { bytes }) => sum + bytes, 0),
      groups: groups.slice(offset, offset + limit),
    };
  }

  dismiss(ids: string[], isMatch: boolean): void {
    if (isMatch) this.groups = this.#before;
    else {
      this.#before = this.groups;
      this.groups = this.groups.filter(({ members }) => !members.every(({ id }) => ids.includes(id)));
    }
  }

  knows(files: readonly number[]): boolean {
    return this.groups.some(({ members }) => members.some(({ file }) => files.includes(file)));
  }

  hasTrashed(batch: number): boolean {
    return batch <= this.#batches.length;
  }

  trash({ files, even_last }: TrashRequest): TrashReport {
    const asked = this.groups.flatMap(({ members }) => members).filter(({ file }) => files.includes(file));
    const kept: KeptFile[] = [];
    const moved = asked.filter((member) => {
      const code = member.is_protected ? 'protected' : !even_last && this.lastCopies.includes(member.file) ? 'last-copy' : null;
      if (code) kept.push({ file: member.file, path: member.path, code, message: `${member.file_name} stays: ${code}` });
      return code === null;
    });
    if (moved.length > 0) this.#batches.push({ groups: this.groups, moved: moved.length });
    this.groups = this.groups.map((group) => ({ ...group, members: group.members.filter((member) => !moved.includes(member)) })).filter(({ members }) => members.length > 1);
    return { batch: moved.length > 0 ? this.#batches.length : null, moved: moved.length, bytes: moved.reduce((sum, { bytes }) => sum + bytes, 0), kept };
  }

  undo(batch: number): Restored {
    const before = this.#batches[batch - 1];
    if (before) this.groups = before.groups;
    return { back: before?.moved ?? 0, kept: [] };
  }
}
