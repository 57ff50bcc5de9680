// The part of the fake host that plays the check before import, with the time in the test's hand.

import type { Event, ImportFile, ImportReply, ImportRequest, ImportStatus } from '../wire';
import { fakeId } from './fake-pictures';

export function fakeImportFile(number: number, change: Partial<ImportFile> = {}): ImportFile {
  return {
    id: fakeId(number), path: `/card/IMG_${number}.jpg`, file_name: `IMG_${number}.jpg`, bytes: 2_000_000, width: 4000, height: 3000, verdict: 'new', match_id: null,
    match_path: null, similarity: null, reason: null, is_repeated: false, ...change,
  };
}

export class FakeImport {
  status: ImportStatus | null = null;
  files: ImportFile[] = [];

  constructor(private readonly emit: (event: Event) => void) {}

  begin(folder: string): ImportStatus {
    this.status = {
      folder, state: 'running', reason: null, total: this.files.length, done: 0, same_file: 0, same_picture: 0, new: 0, to_copy: 0, new_bytes: 0, unreadable: 0, rate: 0, seconds_left: null,
    };
    return this.status;
  }

  /** All files have their verdict. */
  finish(): void {
    const of = (verdict: string) => this.files.filter((file) => file.verdict === verdict);
    const once = of('new').filter((file) => !file.is_repeated);
    this.change({
      state: 'done', done: this.files.length, same_file: of('same-file').length, same_picture: of('same-picture').length, new: of('new').length, to_copy: once.length,
      new_bytes: once.reduce((sum, { bytes }) => sum + bytes, 0), unreadable: of('unreadable').length,
    });
  }

  change(change: Partial<ImportStatus>): void {
    if (!this.status) return;
    this.status = { ...this.status, ...change };
    this.emit({ kind: 'import-changed', status: this.status });
  }

  reply({ verdict, offset, limit }: ImportRequest): ImportReply {
    if (!this.status) throw { code: 'not-found', message: 'no folder was checked', hint: null };
    const files = this.files.filter((file) => file.verdict === verdict);
    return { status: this.status, total: files.length, files: files.slice(offset, offset + limit) };
  }
}
