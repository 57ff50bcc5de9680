// The application: its parts, what is on screen, and how the parts act on each other.

import { getContext, setContext } from 'svelte';
import { AddedPhotos } from './adding/adding.svelte';
import { goToAddress } from './addresses';
import type { ActedOn } from './components/photo-actions';
import { Connections } from './connections/connections.svelte';
import { Duplicates } from './duplicates/duplicates.svelte';
import { Copying } from './export/copying.svelte';
import { GivenFiles } from './given-files';
import { HostReports } from './host-reports';
import { t } from './i18n/index.svelte';
import { ImportCheck } from './import-check/import-check.svelte';
import { Activity } from './indexing/activity.svelte';
import { Layout } from './layout.svelte';
import { Library, WHOLE } from './library/library.svelte';
import { chooseFromMenu } from './menu';
import { Models } from './models/models.svelte';
import { readText } from './platform/browser/clipboard';
import { asErrorReply, type Host } from './platform/host';
import { areWords, askedName, fileName, isNoPicture } from './search/asked';
import { LOWEST } from './search/bands';
import { linkIn, linkOf } from './search/link';
import type { Asked, Question } from './search/question.svelte';
import { Recent } from './search/recent.svelte';
import { Search } from './search/search.svelte';
import { Settings } from './settings/settings.svelte';
import type { Errand } from './trash/trash';
import { Visits } from './visits.svelte';
import type { ErrorReply, FolderInfo, KeptFile } from './wire';

export type Screen = 'library' | 'results' | 'skipped' | 'duplicates' | 'import-check' | 'models' | 'connections' | 'settings' | 'about';

/** For those who may manage the library: all of it asks the server for more than it tells others. */
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

  /** The notice that offers to look for words by name. */
  #offered = 0;
  readonly #givenFiles = new GivenFiles(this);
  readonly #reports: HostReports;

  constructor(readonly host: Host) {
    this.connections = new Connections(host);
    this.duplicates = new Duplicates(host);
    this.importCheck = new ImportCheck(host);
    this.library = new Library(host);
    this.models = new Models(host);
    this.recent = new Recent(() => host.can.readPaths);
    this.search = new Search(host, () => this.library.status?.model.bands.similar ?? LOWEST);
    this.settings = new Settings(host);
    this.#reports = new HostReports(this, this.#givenFiles, (item) => chooseFromMenu(this, item));
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
  get narrowed(): Library | Question {
    return this.screen === 'library' ? this.library : this.search.question;
  }

  /** The one photo that keys and menus are about. */
  get selectedPhoto(): { id: string; file_name: string } | undefined {
    if (this.screen === 'library') return this.library.pictures[this.library.selected];
    return this.screen === 'results' ? this.search.results.selectedHit : undefined;
  }

  async start(): Promise<() => void> {
    this.activity.notices = []; // those of a session that ended have nothing more to say
    const stopEvents = await this.host.onEvent((event) => this.#reports.on(event));
    const stopDrag = await this.host.onDrag((drag) => this.#givenFiles.onDrag(drag));
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
      goToAddress(this);
      await this.attempt(() => this.connections.read());
      if (this.host.can.manage) await this.attempt(() => this.importCheck.restore());
      await this.#givenFiles.takeWaiting();
    } catch (thrown) {
      this.startError = asErrorReply(thrown);
    }
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

  /** False where it comes to nothing, which is then said. */
  async find(asked: Asked): Promise<boolean> {
    if (asked.kind === 'url' && !this.host.can.manage) {
      this.activity.notify('error', () => t('rights.no-links'), () => t('rights.no-links.hint'));
      return false;
    }
    if (this.firstRun) return this.#keepForLater(asked);
    this.activity.clearErrors();
    this.screen = 'results';
    await this.search.ask(asked);
    if (this.search.question.asked !== asked) return true; // something else was asked meanwhile
    if (this.search.query) this.recent.add(asked, this.search.query.id);
    return this.search.error === null;
  }

  /** Until there is a folder to look in: what is no picture would be refused only then. */
  #keepForLater(asked: Asked): boolean {
    if (asked.kind === 'path' && isNoPicture(asked.path)) {
      this.activity.notify('error', () => t('query.no-picture', { name: askedName(asked) }), () => t('query.no-picture.hint'));
      return false;
    }
    this.activity.clearErrors();
    this.pending = asked;
    return true;
  }

  /** A path, or an address: whatever was typed. False as for `find`. */
  async findPath(path: string): Promise<boolean> {
    this.activity.dismiss(this.#offered);
    const link = linkIn(path);
    if (link) return this.findLink(link);
    const kind = await this.attempt(() => this.host.pathKind(path));
    if (kind === 'folder') return this.addFolder(path, []);
    if (kind === 'file') return this.find({ kind: 'path', path });
    if (kind === 'missing') this.#tellMissing(path);
    return false;
  }

  #tellMissing(text: string): void {
    const { readPaths } = this.host.can;
    const message = () => (readPaths ? t('query.missing', { path: text }) : t('query.no-link', { text }));
    if (areWords(text) && !this.firstRun) {
      this.#offered = this.activity.notify('error', message, () => t('query.words.hint'), { label: () => t('query.words.find', { text }), act: () => this.#findWords(text) });
    } else this.activity.notify('error', message, () => t(readPaths ? 'query.missing.hint' : 'query.no-link.hint'));
  }

  /** What was meant as the name of a photo. */
  #findWords(text: string): void {
    this.activity.dismiss(this.#offered);
    this.library.show(null, { text, filter: null });
    this.findByName();
  }

  async findLink(url: string | null): Promise<boolean> {
    if (url) return this.find({ kind: 'url', url });
    this.activity.notify('error', () => t('query.link.none'), () => t('query.no-link.hint'));
    return false;
  }

  async pickPhoto(): Promise<void> {
    const path = await this.attempt(() => this.host.pickPhoto(t('query.pick.title')));
    if (path) await this.find({ kind: 'path', path });
  }

  async paste(data?: DataTransfer | null): Promise<void> {
    const link = data && data.files.length === 0 ? linkOf(data) : null;
    if (link) return void (await this.findLink(link));
    const pasted = await this.attempt(() => this.host.paste(data));
    if (!pasted) return;
    const copied = pasted.kind === 'nothing' && !data && !this.host.can.readClipboard ? linkIn(await readText()) : null;
    if (copied) return void (await this.findLink(copied));
    if (pasted.kind === 'path') await this.findPath(pasted.path);
    else if (pasted.kind === 'picture') await this.find({ kind: 'pasted' });
    else this.activity.notify('error', () => t('query.nothing'), () => t('query.nothing.hint'));
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
    const known = this.library.folders;
    const folder = await this.host.addFolder(path, excludes);
    // One that lies in a folder of the library is no other folder: nothing new shows up.
    if (known.some(({ id }) => id === folder.id)) this.#tellKnown(path, folder);
    await this.attempt(() => this.library.readStatus());
    if (!this.pending) this.showLibrary(null);
    return true;
  }

  #tellKnown(path: string, folder: FolderInfo): void {
    const name = fileName(path);
    if (name === fileName(folder.path)) this.activity.notify('info', () => t('folder.known', { name }));
    else this.activity.notify('info', () => t('folder.known.part', { name, folder: folder.name }));
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
    if (this.library.holds(path)) this.activity.notify('error', () => t('import.in-library', { path }), () => t('import.in-library.hint'));
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
}

const KEY = Symbol('app');

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
