// What can be done with a photo, in one place for tiles, menus and panels.

import type { App } from '../app.svelte';
import { copyFiles } from '../export/copies';
import { t } from '../i18n/index.svelte';
import { canTrash, trashPhotos } from '../trash/photos';
import type { Lean } from '../search/question.svelte';
import type { MenuItem } from './Menu.svelte';

export interface ActedOn {
  id: string;
  file_name: string;
}

export function findLookAlikes(app: App, photo: ActedOn): Promise<boolean> {
  return app.find({ kind: 'image', id: photo.id, name: photo.file_name });
}

/** Leans the search that is open towards a photo or away from it. */
export async function leanSearch(app: App, lean: Lean, photo: ActedOn): Promise<void> {
  if (!app.search.question.asked) return;
  app.screen = 'results';
  await app.search.question.lean(lean, { id: photo.id, name: photo.file_name });
}

export function openPhoto(app: App, photo: ActedOn): Promise<void> {
  return app.attempt(() => app.host.open(photo.id));
}

export function showInFolder(app: App, photo: ActedOn): Promise<void> {
  return app.attempt(() => app.host.showInFolder(photo.id));
}

export async function copyPath(app: App, photo: ActedOn): Promise<void> {
  await app.attempt(async () => {
    const { places } = await app.host.picture(photo.id);
    const place = places.find((place) => !place.offline) ?? places[0];
    if (!place) return;
    await app.host.copyText(place.path);
    app.activity.notify('info', () => t('photo.copied'));
  });
}

export async function copyPicture(app: App, photo: ActedOn): Promise<void> {
  await app.attempt(async () => {
    await app.host.copyPicture(photo.id);
    app.activity.notify('info', () => t('photo.picture-copied'));
  });
}

/** `together`: what is done with files is done with all of these. */
export function photoMenu(app: App, photo: ActedOn, together: readonly ActedOn[], preview: () => void): MenuItem[] {
  const show: MenuItem = { label: t('photo.show'), icon: 'folder', action: () => void showInFolder(app, photo) };
  const leanings: MenuItem[] = [
    { label: t('photo.more'), icon: 'add', keys: '+', action: () => void leanSearch(app, 'more', photo) },
    { label: t('photo.less'), icon: 'minus', keys: '−', action: () => void leanSearch(app, 'less', photo) },
  ];
  return [
    { label: t('photo.search'), icon: 'search', keys: 'S', action: () => void findLookAlikes(app, photo) },
    ...(app.search.question.asked ? leanings : []),
    { label: t('photo.preview'), icon: 'eye', keys: t('keys.name.space'), action: preview },
    { label: t('photo.open'), icon: 'open', keys: t('keys.name.enter'), action: () => void openPhoto(app, photo) },
    ...(app.host.can.showInFolder ? [show] : []),
    { label: t('photo.copy-picture'), icon: 'photos', keys: 'Ctrl+C', action: () => void copyPicture(app, photo) },
    { label: t('photo.copy-path'), icon: 'copy', action: () => void copyPath(app, photo) },
    ...filesMenu(app, together),
  ];
}

/** What can be done with the files of photos. */
export function filesMenu(app: App, photos: readonly ActedOn[]): MenuItem[] {
  const n = photos.length;
  const copies: MenuItem = { label: t('copies.choose', { n }), icon: 'folder', action: () => void copyFiles(app, { kind: 'pictures', ids: photos.map(({ id }) => id) }) };
  const trash: MenuItem = { label: t('photo.trash', { n }), icon: 'trash', keys: t('keys.name.delete'), danger: true, action: () => void trashPhotos(app, photos) };
  return [
    ...(app.host.can.manage ? [copies] : []),
    ...(canTrash(app) ? [trash] : []),
  ];
}
