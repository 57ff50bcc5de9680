// The made-up pictures of the fake host, and how they are listed.

import type { LibraryOrder, LibraryReply, LibraryRequest, Picture, Reason, ResultOrder } from '../wire';

export interface FakePicture extends Picture {
  /** Places of the file; several are byte-identical copies. */
  paths: string[];
  /** Similarity to any query. */
  similarity: number;
  offline?: boolean;
  reasons?: Reason[];
  nearIdentical?: number;
  foldsBehind?: number;
  /** `YYYY-MM-DDTHH:MM:SS`. */
  takenAt?: string;
  bytes?: number;
}

/** A content hash of a made-up picture. */
export function fakeId(number: number): string {
  return number.toString(16).padStart(64, '0');
}

/** Of the filter only the formats count. */
export function listed({ text, filter, order, offset, limit }: LibraryRequest, pictures: FakePicture[]): LibraryReply {
  const words = text.toLowerCase().split(/\s+/);
  const formats = filter?.formats ?? [];
  const asked = pictures.filter(({ paths }) =>
    paths.some((path) => words.every((word) => path.toLowerCase().includes(word))) && (formats.length === 0 || formats.some((format) => paths[0]?.endsWith(`.${format}`))));
  const list = inOrder(asked, order, pictures);
  return { total: list.length, pictures: list.slice(offset, offset + limit) };
}

/** As they stand for orders that made-up pictures know nothing of. */
export function inOrder<T extends { id: string; file_name: string }>(list: T[], order: ResultOrder | LibraryOrder, pictures: FakePicture[]): T[] {
  const of = ({ id }: T) => pictures.find((picture) => picture.id === id);
  switch (order) {
    case 'newest':
      return list.toSorted((a, b) => (of(b)?.takenAt ?? '').localeCompare(of(a)?.takenAt ?? ''));
    case 'oldest':
      return list.toSorted((a, b) => (of(a)?.takenAt ?? '').localeCompare(of(b)?.takenAt ?? ''));
    case 'largest':
      return list.toSorted((a, b) => (of(b)?.bytes ?? 0) - (of(a)?.bytes ?? 0));
    case 'name':
      return list.toSorted((a, b) => a.file_name.localeCompare(b.file_name));
    case 'similarity':
    case 'added':
      return list;
  }
}
