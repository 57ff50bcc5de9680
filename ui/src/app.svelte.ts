// The application: its parts, what is on screen, and how the parts act on each other.

import { getContext, setContext } from 'svelte';
import { AddedPhotos } from './adding/adding.svelte';
import { Connections } from './connections/connections.svelte';
import { Duplicates } from './duplicates/duplicates.svelte';
import { Copying } from './export/copying.svelte';
import { t } from './i18n/index.svelte';
import { ImportCheck } from './import-check/import-check.svelte';
import { endText } from './import-check/words';
import { Activity } from './indexing/activity.svelte';
import { Layout } from './layout.svelte';
import { LongWork } from './indexing/long-work';
import { Library, WHOLE } from './library/library.svelte';
import { chooseFromMenu } from './menu';
import type { Place } from './places';
import { Models } from './models/models.svelte';
import { readText } from './platform/browser/clipboard';
import { asErrorReply, type Drag, type Host, type HostEvent } from './platform/host';
import { linkIn, linkOf } from './search/link';
import { Recent } from './search/recent.svelte';
import { Search, type Asked } from './search/search.svelte';
import { LOWEST } from './search/bands';
import { Settings } from './settings/settings.svelte';
import type { ActedOn } from './components/photo-actions';
import type { Errand } from './trash/trash';
import { Visits } from './visits.svelte';
import type { ErrorReply, ImportStatus, KeptFile } from './wire';

export type Screen = 'library' | 'results' | 'skipped' | 'duplicates' | 'import-check' | 'models' | 'connections' | 'settings' | 'about';

/** Work of those who may manage the library, of which others hear, too. */
const MANAGERS_WORK: readonly HostEvent['kind'][] = ['copy-changed', 'import-changed'];
/** What is for them only: all of it asks the server for more than it tells others. */
const MANAGERS_SCREENS: readonly Screen[] = ['duplicates', 'import-check', 'models', 'connections'];

export type DialogShown = { kind: 'add-folder' } | { kind: 'edit-excludes'; folder: number } | { kind: 'remove-folder'; folder: number } | { kind: 'forget-model'; model: string } | { kind: 'shortcuts' } | { kind: 'filter' } | { kind: 'add-photos' } | { kind: 'trash-photos'; photos: readonly ActedOn[] } | { kind: 'last-copies'; files: readonly KeptFile[]; errand: Errand };

export class App {
  readonly activity = new Activity();
  readonly adding = new AddedPhotos();
  readonly connections: Connections;
  readonly copying = new Copying();
  readonly duplicates: Duplicates;
  readonly importCheck: ImportCheck;
  readonly layout = new Layout();
  readonly library: Library;
  readonly models: Models;
  readonly recent: Recent;
  readonly search: Search;
  readonly settings: Settings;
  readonly visits = new Visits();

  screen = $state<Screen>('library');
  dialog = $state.raw<DialogShown | null>(null);
  dragging = $state(false);
  /** The folder whose skipped files are shown; null for all. */
  skippedIn = $state<number | null>(null);
  /** The photo that was dropped before there was any folder to search. */
  pending = $state.raw<Asked | null>(null);
  /** Why the library could not be opened. */
  startError = $state.raw<ErrorReply | null>(null);
  started = $state(false);
  /** The selected photo is looked at alone. */
  previewing = $state(false);
  /** The photo to be looked at alone as soon as the list brings it. */
  awaited = $state<string | null>(null);
  /** Counts the times that reports were missed: what could not be loaded meanwhile is worth another try. */
  resyncs = $state(0);

  readonly #longWork: LongWork;
  /** What the program was asked to open before there was a library to look in. */
  #opened: string[] = [];
  /** The pending photo's search ran while its folder was still being indexed. */
  #refreshWhenFinished = false;

  constructor(readonly host: Host) {
    this.connections = new Connections(host);
    this.duplicates = new Duplicates(host);
    this.importCheck = new ImportCheck(host);
    this.library = new Library(host);
    this.#longWork = new LongWork(host);
    this.models = new Models(host);
    this.recent = new Recent(() => host.can.readPaths);
    this.search = new Search(host, () => this.library.status?.model.bands.similar ?? LOWEST);
    this.settings = new Settings(host);
  }

  /** Whether the library can be changed from here: another program may be the one that writes to it. */
  get writes(): boolean {
    return this.host.can.manage && (this.library.status?.writable ?? false);
  }

  /** Whether photos can be added one by one, beside whole folders. */
  get addsPhotos(): boolean {
    return this.writes && this.host.can.addPhotos;
  }

  /** Whether there is such a screen for whoever is here. */
  offers(screen: Screen): boolean {
    return this.host.can.manage || !MANAGERS_SCREENS.includes(screen);
  }

  /** There is no folder yet, and one can be added. */
  get firstRun(): boolean {
    return this.writes && this.library.folders.length === 0;
  }

  /** What a filter narrows. */
  get narrowed(): Library | Search {
    return this.screen === 'library' ? this.library : this.search;
  }

  /** The one photo that keys and menus are about. */
  get selectedPhoto(): { id: string; file_name: string } | undefined {
    if (this.screen === 'library') return this.library.pictures[this.library.selected];
    return this.screen === 'results' ? this.search.visible[this.search.selected] : undefined;
  }

  async start(): Promise<() => void> {
    this.activity.notices = []; // those of a session that ended have nothing more to say
    const stopEvents = await this.host.onEvent((event) => this.#on(event));
    const stopDrag = await this.host.onDrag((drag) => this.#onDrag(drag));
    await this.open();
    return () => {
      this.visits.end();
      stopEvents();
      stopDrag();
    };
  }

  async open(): Promise<void> {
    this.startError = null;
    try {
      await this.library.start();
      this.activity.progress = this.library.status?.progress ?? null;
      this.models.switch = this.library.status?.switch ?? null;
      this.started = true;
      this.goToAddress();
      await this.attempt(() => this.connections.read());
      if (this.host.can.manage) await this.attempt(() => this.importCheck.restore());
      await this.#take(this.#opened.splice(0));
    } catch (thrown) {
      this.startError = asErrorReply(thrown);
    }
  }

  /** Where the user is; null while nothing of the library is shown. */
  get #place(): Place | null {
    if (!this.started || this.startError || this.firstRun) return null;
    const { screen } = this;
    return {
      screen,
      folder: screen === 'library' ? this.library.folder : screen === 'skipped' ? this.skippedIn : null,
      narrowing: screen === 'library' ? this.library.narrowing : WHOLE,
      sought: screen === 'results' ? this.search.sought : null,
      photo: this.previewing ? (this.selectedPhoto?.id ?? null) : this.awaited,
    };
  }

  noteVisit(): void {
    const place = this.#place;
    if (place) this.visits.note(place);
  }

  /** Goes where the address leads: by the history, by a reload, by hand. */
  goToAddress(): void {
    const found = this.started ? this.visits.read() : null;
    if (!found) return;
    const { place, isOfThisPage } = found;
    this.dialog = null;
    this.previewing = false;
    this.awaited = place.photo;
    this.#goTo(place, isOfThisPage);
    const arrived = this.#place;
    if (arrived) this.visits.arrive(arrived);
  }

  #goTo({ screen, folder, narrowing, sought }: Place, isOfThisPage: boolean): void {
    const known = this.library.folders.some(({ id }) => id === folder) ? folder : null;
    if (!this.offers(screen)) this.showLibrary(null);
    else if (screen === 'skipped') this.showSkipped(known);
    else if (screen === 'duplicates') void this.showDuplicates();
    else if (screen === 'models') void this.showModels();
    else if (screen === 'connections') void this.showConnections();
    else if (screen === 'settings') void this.showSettings();
    else if (screen !== 'results') {
      this.screen = screen;
      if (screen === 'library') this.library.show(known, narrowing);
    } else if (sought && (isOfThisPage || this.#lasts(sought.asked))) {
      this.screen = 'results';
      void this.search.seek(sought);
    } else {
      this.showLibrary(null);
      this.activity.notify('info', t('visits.gone'), t('visits.gone.hint'));
    }
  }

  /** What a browser uploads or pastes is gone with the page. */
  #lasts({ kind }: Asked): boolean {
    return kind === 'image' || kind === 'url' || (kind === 'path' && this.host.can.readPaths);
  }

  /** Does something that may fail, and shows why if it does. */
  async attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (thrown) {
      this.activity.failed(asErrorReply(thrown));
      return undefined;
    }
  }

  /** Whoever uses this browser next does not see what was looked for. */
  async signOut(): Promise<void> {
    this.recent.clear();
    await this.attempt(() => this.host.signOut());
  }

  async find(asked: Asked): Promise<void> {
    if (asked.kind === 'url' && !this.host.can.manage) {
      this.activity.notify('error', t('rights.no-links'), t('rights.no-links.hint'));
      return;
    }
    if (this.firstRun) {
      this.pending = asked;
      return;
    }
    this.activity.clearErrors();
    this.screen = 'results';
    await this.search.ask(asked);
    if (this.search.asked === asked && this.search.query) this.recent.add(asked, this.search.query.id);
  }

  /** A path, or an address: whatever was typed. */
  async findPath(path: string): Promise<void> {
    const link = linkIn(path);
    if (link) return this.findLink(link);
    const kind = await this.attempt(() => this.host.pathKind(path));
    if (kind === 'folder') await this.addFolder(path, []);
    else if (kind === 'file') await this.find({ kind: 'path', path });
    else if (kind === 'missing' && this.host.can.readPaths) this.activity.notify('error', t('query.missing', { path }), t('query.missing.hint'));
    else if (kind === 'missing') this.activity.notify('error', t('query.no-link', { text: path }), t('query.no-link.hint'));
  }

  async findLink(url: string | null): Promise<void> {
    if (url) await this.find({ kind: 'url', url });
    else this.activity.notify('error', t('query.link.none'), t('query.no-link.hint'));
  }

  async pickPhoto(): Promise<void> {
    const path = await this.attempt(() => this.host.pickPhoto(t('query.pick.title')));
    if (path) await this.find({ kind: 'path', path });
  }

  async paste(data?: DataTransfer | null): Promise<void> {
    const link = data && data.files.length === 0 ? linkOf(data) : null;
    if (link) return this.findLink(link);
    const pasted = await this.attempt(() => this.host.paste(data));
    if (!pasted) return;
    const copied = pasted.kind === 'nothing' && !data && !this.host.can.readClipboard ? linkIn(await readText()) : null;
    if (copied) return this.findLink(copied);
    if (pasted.kind === 'path') await this.findPath(pasted.path);
    else if (pasted.kind === 'picture') await this.find({ kind: 'pasted' });
    else this.activity.notify('error', t('query.nothing'), t('query.nothing.hint'));
  }

  async pickFolder(): Promise<void> {
    const path = await this.attempt(() => this.host.pickFolder(t('folder.dialog.title')));
    if (path) await this.addFolder(path, []);
  }

  /** True when the folder is in the library now. */
  async addFolder(path: string, excludes: string[]): Promise<boolean> {
    return (await this.attempt(() => this.takeFolder(path, excludes))) ?? false;
  }

  /** As `addFolder`, for those who say themselves why it failed. */
  async takeFolder(path: string, excludes: string[]): Promise<boolean> {
    await this.host.addFolder(path, excludes);
    await this.attempt(() => this.library.readStatus());
    if (!this.pending) this.showLibrary(null);
    return true;
  }

  async removeFolder(id: number): Promise<void> {
    await this.attempt(async () => {
      await this.host.removeFolder(id);
      if (this.library.folder === id) this.showLibrary(null);
      await this.library.readStatus();
      void this.library.readPictures();
    });
  }

  /** All of a folder, or of the library. */
  showLibrary(folder: number | null): void {
    this.screen = 'library';
    this.library.show(folder, WHOLE);
  }

  findByName(): void {
    this.screen = 'library';
    this.library.naming = true;
  }

  /** Of one folder, or of all. */
  showSkipped(folder: number | null): void {
    this.skippedIn = folder;
    this.screen = 'skipped';
  }

  async showConnections(): Promise<void> {
    this.screen = 'connections';
    await this.attempt(() => this.connections.read());
  }

  async showDuplicates(): Promise<void> {
    this.screen = 'duplicates';
    await this.duplicates.read();
  }

  async pickFolderToCheck(): Promise<void> {
    const path = await this.attempt(() => this.host.pickFolder(t('import.choose.title')));
    if (path) await this.checkFolder(path);
  }

  /** Compares a folder with the library, without adding it. */
  async checkFolder(path: string): Promise<void> {
    this.screen = 'import-check';
    if (this.library.holds(path)) this.activity.notify('error', t('import.in-library', { path }), t('import.in-library.hint'));
    else await this.attempt(() => this.importCheck.begin(path));
  }

  async showModels(): Promise<void> {
    this.screen = 'models';
    await this.attempt(() => this.models.read());
  }

  async showSettings(): Promise<void> {
    this.screen = 'settings';
    await this.settings.read();
  }

  showAbout(): void {
    this.screen = 'about';
  }

  closeSearch(): void {
    this.search.clear();
    this.screen = 'library';
  }

  async reopen(): Promise<void> {
    const status = await this.attempt(() => this.host.reopen());
    if (status) this.library.status = status;
  }

  #on(event: HostEvent): void {
    if (!this.host.can.manage && MANAGERS_WORK.includes(event.kind)) return;
    this.#longWork.on(event);
    switch (event.kind) {
      case 'resync':
        void this.#resync();
        return;
      case 'progress':
        this.activity.progress = event.progress;
        return;
      case 'library-changed':
        this.library.changed();
        this.search.outdated = this.search.query !== null;
        void this.#findPending();
        return;
      case 'folders-changed':
        void this.attempt(() => this.library.readStatus());
        return;
      case 'run-finished':
        this.activity.finished(event.report);
        this.library.changed();
        void this.#findPending();
        void this.#refreshPending();
        return;
      case 'sync-changed':
        this.connections.onStatus(event.status);
        return;
      case 'connection-step':
        this.connections.onStep(event.step);
        return;
      case 'switch-changed':
        this.models.switched(event.switch);
        return;
      case 'install-changed':
        this.models.installed(event.install);
        return;
      case 'duplicates-changed':
        this.duplicates.onProgress(event.progress);
        return;
      case 'copy-changed':
        this.copying.onProgress(event.progress);
        return;
      case 'import-changed':
        this.#onCheck(event.status);
        return;
      case 'opened':
        if (this.started) void this.#take(event.paths);
        else this.#opened = [...this.#opened, ...event.paths];
        return;
      case 'menu':
        chooseFromMenu(this, event.item);
        return;
      case 'models-changed':
        void this.attempt(() => this.library.readStatus());
        if (this.host.can.manage) void this.attempt(() => this.models.read());
        return;
      case 'notice':
        this.activity.said(event);
        return;
    }
  }

  /** Reports were missed: whatever is shown may be out of date. */
  async #resync(): Promise<void> {
    this.resyncs += 1;
    this.copying.end(); // where they go on, the next report says so
    if (!this.started || this.startError) return this.open();
    this.search.outdated = this.search.query !== null;
    await this.attempt(async () => {
      await this.library.readStatus();
      this.activity.progress = this.library.status?.progress ?? null;
      this.models.switch = this.library.status?.switch ?? null;
    });
    void this.library.readPictures();
    await this.attempt(() => this.connections.readAgain());
    if (this.host.can.manage) {
      if (this.screen === 'duplicates') await this.duplicates.read();
      if (this.models.list) await this.attempt(() => this.models.read());
      await this.attempt(() => this.importCheck.restore());
    }
    await this.#findPending();
  }

  async #findPending(): Promise<void> {
    const asked = this.pending;
    if (!asked || this.firstRun) return;
    this.pending = null;
    this.#refreshWhenFinished = true;
    await this.find(asked);
  }

  async #refreshPending(): Promise<void> {
    if (!this.#refreshWhenFinished) return;
    this.#refreshWhenFinished = false;
    if (this.screen === 'results') await this.search.refresh();
  }

  /** Who looks elsewhere is told when a check is over. */
  #onCheck(status: ImportStatus): void {
    const wasRunning = this.importCheck.isRunning;
    this.importCheck.onStatus(status);
    if (!wasRunning || status.state === 'running' || status.state === 'cancelled' || this.screen === 'import-check') return;
    const notice = this.activity.notify(status.state === 'failed' ? 'error' : 'info', endText(status), status.folder, {
      label: t('import.show'),
      act: () => {
        this.activity.dismiss(notice);
        this.screen = 'import-check';
      },
    });
  }

  #onDrag(drag: Drag): void {
    this.dragging = drag.kind === 'over';
    if (drag.kind !== 'dropped') return;
    if (this.screen === 'import-check') void this.#droppedToCheck(drag.paths);
    else void this.#take(drag.paths);
  }

  /** Files that were dropped on the window, or that the program was asked to open. */
  async #take(paths: string[]): Promise<void> {
    const [first] = paths;
    if (first === undefined) return;
    if (paths.length > 1) await this.#takeSeveral(paths);
    else await this.findPath(first);
  }

  async #droppedToCheck(paths: string[]): Promise<void> {
    const kinds = await this.attempt(() => Promise.all(paths.map((path) => this.host.pathKind(path))));
    const folders = paths.filter((_, i) => kinds?.[i] === 'folder');
    const [folder] = folders;
    if (folders.length > 1) this.activity.notify('info', t('import.several'));
    if (folder !== undefined) await this.checkFolder(folder);
    else if (kinds && paths[0] !== undefined) await this.findPath(paths[0]);
  }

  /** Folders are added, all of them; of several photos the first is searched. */
  async #takeSeveral(paths: string[]): Promise<void> {
    const kinds = await Promise.all(paths.map((path) => this.host.pathKind(path)));
    const photos = paths.filter((_, i) => kinds[i] === 'file');
    for (const [i, path] of paths.entries()) {
      if (kinds[i] === 'folder') await this.addFolder(path, []);
    }
    if (photos.length > 1) this.activity.notify('info', t('query.several'));
    if (photos[0] !== undefined) await this.find({ kind: 'path', path: photos[0] });
  }
}

const KEY = Symbol('app');

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
