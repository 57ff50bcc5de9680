// Photos on their way to the trash: all files of a photo go, wherever they lie on this computer.

import type { App } from '../app.svelte';
import type { ActedOn } from '../components/photo-actions';
import { t } from '../i18n/index.svelte';
import type { Host } from '../platform/host';
import { send, takeBack, tellRestored, trashedText, withMoved, type Errand, type Trashed } from './trash';

/** The files of photos. */
export interface Going {
  /** The picture of each file. */
  pictures: Map<number, string>;
  bytes: number;
  /** Photos with more than one file. */
  inSeveralPlaces: number;
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
  if (going.pictures.size > 1) app.dialog = { kind: 'trash-photos', photos };
  else if (going.pictures.size === 1) await send(app, errandOf(app, going));
  else app.activity.notify('error', t('trash.photos.elsewhere', { n: 1 }));
}

/** Looks up the files of photos; `onprogress` is told how many photos were asked about, and ends it by answering false. */
export async function filesOf(host: Host, photos: readonly ActedOn[], onprogress: (done: number) => boolean = () => true): Promise<Going> {
  const going: Going = { pictures: new Map(), bytes: 0, inSeveralPlaces: 0, elsewhere: 0 };
  for (let done = 0; done < photos.length && onprogress(done); done += AT_ONCE) {
    await Promise.all(photos.slice(done, done + AT_ONCE).map(({ id }) => addFiles(host, id, going)));
  }
  return going;
}

async function addFiles(host: Host, id: string, going: Going): Promise<void> {
  const { bytes, places } = await host.picture(id);
  const files = places.some(({ device }) => device === null) ? await host.filesOf(id) : [];
  for (const file of files) going.pictures.set(file, id);
  going.bytes += bytes * files.length;
  if (files.length > 1) going.inSeveralPlaces += 1;
  if (files.length === 0) going.elsewhere += 1;
}

export function errandOf(app: App, { pictures }: Going): Errand {
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
    app.search.comeBack(gone());
    app.library.changed();
    tellRestored(app, restored);
  }

  return {
    files: [...pictures.keys()],
    pictureOf: (file) => pictures.get(file),
    move: async (files, evenLast) => {
      const report = await app.host.trash({ files, even_last: evenLast });
      const kept = new Set(report.kept.map(({ file }) => file));
      for (const file of files) if (!kept.has(file)) here.delete(file);
      trashed = withMoved(trashed, report);
      app.library.forget(gone());
      app.search.forget(gone());
      app.activity.dismiss(notice);
      if (trashed) notice = app.activity.notify('info', trashedText(trashed), null, { label: t('trash.undo'), act: () => void undo(), undoes: true });
      return report;
    },
  };
}
