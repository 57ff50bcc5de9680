// The part of the fake host that plays the files of its pictures, and the trash for them.

import type { KeptFile, PictureFile, TrashReport, TrashRequest } from '../wire';
import type { FakePicture } from './fake-pictures';
import type { Restored } from './host';

const BYTES = 3_612_345;
/** Batches and files with lower numbers are those of duplicates. */
const FIRST_BATCH = 101;
const FIRST_FILE = 100_001;

export class FakeTrash {
  /** Files that stay, and with which code. */
  readonly kept = new Map<number, string>();
  /** Whether the trash gives nothing back. */
  isEmptied = false;

  #batches: FakePicture[][] = [];
  #paths: string[] = [];

  constructor(private readonly library: { pictures: FakePicture[] }) {}

  filesOf(id: string): PictureFile[] {
    const paths = this.library.pictures.find((picture) => picture.id === id)?.paths ?? [];
    return paths.map((path) => {
      const file = this.fileAt(path);
      return { file, path, is_protected: this.kept.get(file) === 'protected', is_offline: this.kept.get(file) === 'unreachable' };
    });
  }

  /** The catalog id of a file. */
  fileAt(path: string): number {
    if (!this.#paths.includes(path)) this.#paths.push(path);
    return FIRST_FILE + this.#paths.indexOf(path);
  }

  trash({ files, even_last }: TrashRequest): TrashReport {
    const before = this.library.pictures;
    const kept: KeptFile[] = [];
    let moved = 0;
    const keeps = (file: number, path: string, code: string) => kept.push({ file, path, code, message: `it stays: ${code}` });
    this.library.pictures = before.flatMap((picture) => {
      const paths = picture.paths.map((path) => ({ path, file: this.fileAt(path) }));
      let left = paths;
      for (const { path, file } of paths.filter(({ file }) => files.includes(file))) {
        const code = this.kept.get(file);
        if (code !== undefined) keeps(file, path, code);
        else if (left.length === 1 && !even_last) keeps(file, path, 'last-copy');
        else left = left.filter((place) => place.file !== file);
      }
      moved += paths.length - left.length;
      return left.length > 0 ? [{ ...picture, paths: left.map(({ path }) => path) }] : [];
    });
    if (moved > 0) this.#batches.push(before);
    return { batch: moved > 0 ? FIRST_BATCH + this.#batches.length - 1 : null, moved, bytes: moved * BYTES, kept };
  }

  undo(batch: number): Restored {
    const before = this.#batches[batch - FIRST_BATCH];
    if (!before) throw { code: 'not-found', message: `nothing is known of batch ${batch} of the trash`, hint: null };
    if (this.isEmptied) return { back: 0, kept: [{ file: 0, path: '/photos/photo-1.jpg', code: 'failed', message: 'it is not in the trash any more' }] };
    const count = (pictures: FakePicture[]) => pictures.reduce((sum, { paths }) => sum + paths.length, 0);
    const back = count(before) - count(this.library.pictures);
    this.library.pictures = before;
    return { back, kept: [] };
  }
}
