// The native menu: what is in it, and what its items do. A further item is one line of `menus`.

import type { App } from './app.svelte';
import { copyPath, copyPicture, type ActedOn } from './components/photo-actions';
import { exportResults } from './export/results';
import { t, type Key } from './i18n/index.svelte';
import type { NativeMenu } from './platform/host';
import { setTheme, themeChoice, themes } from './settings/theme.svelte';
import { canTrash, trashPhotos } from './trash/photos';

interface Item {
  /** Its name, which comes back when it is chosen. */
  item: string;
  label: () => string;
  /** Keys that the window knows too, and that no text field has another use for. */
  keys?: string;
  /** Of one that is chosen or not: whether it is. */
  isChecked?: () => boolean;
  /** Whether it can do anything now; where it cannot, it is not there. */
  isThere?: (app: App) => boolean;
  action: (app: App) => void;
}

const SEPARATOR = null;
const always = () => true;
const hasLibrary = (app: App) => app.started && !app.firstRun;
const hasResults = (app: App) => app.started && app.screen === 'results' && app.search.results.shown.length > 0;
const writes = (app: App) => app.started && app.writes;

const menus: { label: Key; items: (Item | typeof SEPARATOR)[] }[] = [
  {
    label: 'menu.file',
    items: [
      { item: 'add-folder', label: () => t('folder.add'), isThere: writes, action: (app) => (app.dialog = { kind: 'add-folder' }) },
      { item: 'find', label: () => t('menu.find'), keys: 'CmdOrCtrl+O', action: (app) => void app.pickPhoto() },
      { item: 'check-import', label: () => t('import.title'), isThere: hasLibrary, action: (app) => (app.screen = 'import-check') },
      SEPARATOR,
      { item: 'export-csv', label: () => t('export.csv'), isThere: hasResults, action: (app) => void exportResults(app, 'csv', []) },
      { item: 'export-json', label: () => t('export.json'), isThere: hasResults, action: (app) => void exportResults(app, 'json', []) },
    ],
  },
  {
    label: 'menu.edit',
    items: [
      { item: 'find-by-name', label: () => t('menu.find-by-name'), keys: 'CmdOrCtrl+F', isThere: hasLibrary, action: (app) => app.findByName() },
      { item: 'copy-picture', label: () => t('photo.copy-picture'), isThere: hasLibrary, action: withSelected(copyPicture) },
      { item: 'copy-path', label: () => t('photo.copy-path'), isThere: hasLibrary, action: withSelected(copyPath) },
      SEPARATOR,
      { item: 'trash', label: () => t('photo.trash', { n: 1 }), isThere: (app) => hasLibrary(app) && canTrash(app), action: withSelected((app, photo) => trashPhotos(app, [photo])) },
    ],
  },
  {
    label: 'menu.view',
    items: [
      { item: 'library', label: () => t('nav.label'), isThere: hasLibrary, action: (app) => app.showLibrary(null) },
      { item: 'duplicates', label: () => t('duplicates.title'), isThere: hasLibrary, action: (app) => void app.showDuplicates() },
      { item: 'settings', label: () => t('settings.title'), keys: 'CmdOrCtrl+,', isThere: hasLibrary, action: (app) => void app.showSettings() },
      SEPARATOR,
      ...themes.map((theme) => ({ item: `theme-${theme}`, label: () => t('menu.theme', { name: t(`settings.theme.${theme}`) }), isChecked: () => themeChoice() === theme, action: () => setTheme(theme) })),
    ],
  },
  {
    label: 'menu.help',
    items: [
      { item: 'shortcuts', label: () => t('nav.shortcuts'), action: (app) => (app.dialog = { kind: 'shortcuts' }) },
      { item: 'about', label: () => t('about.title'), isThere: hasLibrary, action: (app) => app.showAbout() },
    ],
  },
];

/** In the language in use, with the items that can do something now. */
export function nativeMenu(app: App): NativeMenu[] {
  const bar = menus.map(({ label, items }) => ({
    label: t(label),
    items: items
      .filter((entry) => entry === SEPARATOR || (entry.isThere ?? always)(app))
      .map((entry) => (entry === SEPARATOR ? SEPARATOR : written(entry))),
  }));
  return bar.filter(({ items }) => items.length > 0);
}

function written({ item, label, keys, isChecked }: Item): NonNullable<NativeMenu['items'][number]> {
  return { item, label: label(), ...(keys ? { keys } : {}), ...(isChecked ? { checked: isChecked() } : {}) };
}

export function chooseFromMenu(app: App, name: string): void {
  const chosen = menus.flatMap(({ items }) => items).find((entry) => entry?.item === name);
  // The menu that was clicked may be older than what it stands for.
  if (!chosen || !(chosen.isThere ?? always)(app)) return;
  chosen.action(app);
  // The system turns the mark of whatever is clicked, also where that is chosen already.
  if (chosen.isChecked) void app.attempt(() => app.host.setMenu(nativeMenu(app)));
}

function withSelected(act: (app: App, photo: ActedOn) => Promise<void>): (app: App) => void {
  return (app) => {
    const photo = app.selectedPhoto;
    if (photo) void act(app, photo);
    else app.activity.notify('info', () => t('menu.nothing-selected'));
  };
}
