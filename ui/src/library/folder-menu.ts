// What can be done with a folder, in one place for its menu and its page.

import type { App } from '../app.svelte';
import type { MenuItem } from '../components/Menu.svelte';
import { t } from '../i18n/index.svelte';
import type { FolderInfo } from '../wire';

export function pauseItem(app: App, folder: FolderInfo): MenuItem {
  const paused = folder.state === 'paused';
  return { label: t(paused ? 'folder.resume' : 'folder.pause'), icon: paused ? 'play' : 'pause', action: () => void app.attempt(() => app.host.pauseFolder(folder.id, !paused)) };
}

export function excludesItem(app: App, folder: FolderInfo): MenuItem {
  return { label: t('folder.excludes'), icon: 'filter', action: () => (app.dialog = { kind: 'edit-excludes', folder: folder.id }) };
}

export function protectItem(app: App, folder: FolderInfo): MenuItem {
  const isProtected = folder.is_protected;
  return { label: t(isProtected ? 'folder.unprotect' : 'folder.protect'), icon: 'lock', action: () => void app.attempt(() => app.host.protectFolder(folder.id, !isProtected)) };
}

export function folderMenu(app: App, folder: FolderInfo): MenuItem[] {
  return [
    pauseItem(app, folder),
    { label: t('folder.rescan'), icon: 'refresh', action: () => void app.attempt(() => app.host.rescan()) },
    excludesItem(app, folder),
    protectItem(app, folder),
    { label: t('folder.remove'), icon: 'trash', danger: true, action: () => (app.dialog = { kind: 'remove-folder', folder: folder.id }) },
  ];
}
