// Photos on their way to the trash: of one that lies in several places on this computer, the user says which of its files go.

import type { App } from '../app.svelte';
import type { ActedOn } from '../components/photo-actions';
import { t } from '../i18n/index.svelte';
import type { Host } from '../platform/host';
import type { PictureFile } from '../wire';
import { send, takeBack, tellRestored, trashedText, withMoved, type Errand, type Trashed } from './trash';

/** A file of a photo. */
export interface PhotoFile extends PictureFile {
  picture: string;
  bytes: number;
}

/** What is known of photos that are to go. */
export interface Going {
  files: readonly PhotoFile[];
  /** Photos that only other computers have: nothing of them can go from here. */
  elsewhere: number;
}

/** Photos that are asked about at a time: a server answers only so many requests at once. */
const AT_ONCE = 8;

export function canTrash(app: App): boolean {
  return app.writes;
}

/** One file goes at once, as it can be taken back; before several go, it is said how many. */
export async function trashPhotos(app: App, photos: readonly ActedOn[]): Promise<void> {
  if (!canTrash(app) || photos.length === 0) return;
  if (photos.length > 1) {
    app.dialog = { kind: 'trash-photos', photos };
    return;
  }
  const going = await app.attempt(() => filesOf(app.host, photos));
  if (!going) return;
  if (going.files.length > 1) app.dialog = { kind: 'trash-photos', photos };
  else if (going.files.length === 1) await send(app, errandOf(app, going.files, going.files));
  else app.activity.notify('error', () => t('trash.photos.elsewhere', { n: 1 }));
}

/** Looks up the files of photos; `onprogress` is told how many photos were asked about, and ends it by answering false. */
export async function filesOf(host: Host, photos: readonly ActedOn[], onprogress: (done: number) => boolean = () => true): Promise<Going> {
  const files: PhotoFile[] = [];
  let elsewhere = 0;
  for (let done = 0; done < photos.length && onprogress(done); done += AT_ONCE) {
    const found = await Promise.all(photos.slice(done, done + AT_ONCE).map(({ id }) => filesOfOne(host, id)));
    files.push(...found.flat());
    elsewhere += found.filter(({ length }) => length === 0).length;
  }
  return { files, elsewhere };
}

async function filesOfOne(host: Host, id: string): Promise<PhotoFile[]> {
  const { bytes, places } = await host.picture(id);
  const files = places.some(({ device }) => device === null) ? await host.filesOf(id) : [];
  return files.map((file) => ({ ...file, picture: id, bytes }));
}

/** The files of each photo, by its content. */
export function byPhoto(files: readonly PhotoFile[]): Map<string, PhotoFile[]> {
  const photos = new Map<string, PhotoFile[]>();
  for (const file of files) photos.set(file.picture, [...(photos.get(file.picture) ?? []), file]);
  return photos;
}

/** `chosen`: the files that go, of all files of these photos. */
export function errandOf(app: App, all: readonly PhotoFile[], chosen: readonly PhotoFile[]): Errand {
  const pictures = new Map(all.map(({ file, picture }) => [file, picture]));
  const here = new Map(pictures);
  let trashed: Trashed | null = null;
  let notice = 0;

  function gone(): string[] {
    const staying = new Set(here.values());
    return [...new Set(pictures.values())].filter((id) => !staying.has(id));
  }

  async function undo(): Promise<void> {
    const before = trashed;
    const restored = before && (await app.attempt(() => takeBack(app.host, before)));
    if (!restored) return;
    app.activity.dismiss(notice);
    app.search.results.comeBack(gone());
    app.library.changed();
    tellRestored(app, restored);
  }

  return {
    files: chosen.map(({ file }) => file),
    pictureOf: (file) => pictures.get(file),
    move: async (files, evenLast) => {
      const report = await app.host.trash({ files, keeping: [], even_last: evenLast });
      const kept = new Set(report.kept.map(({ file }) => file));
      for (const file of files) if (!kept.has(file)) here.delete(file);
      trashed = withMoved(trashed, report);
      app.library.forget(gone());
      app.search.results.forget(gone());
      app.activity.dismiss(notice);
      const done = trashed;
      if (done) notice = app.activity.notify('info', () => trashedText(done), undefined, { label: () => t('trash.undo'), act: () => void undo(), undoes: true });
      return report;
    },
  };
}
