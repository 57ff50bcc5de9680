// The application: its parts, what is on screen, and how the parts act on each other.

import { getContext, setContext } from 'svelte';
import { Connections } from './connections/connections.svelte';
import { Duplicates } from './duplicates/duplicates.svelte';
import { t } from './i18n/index.svelte';
import { ImportCheck } from './import-check/import-check.svelte';
import { endText } from './import-check/words';
import { Activity } from './indexing/activity.svelte';
import { Library } from './library/library.svelte';
import { Models } from './models/models.svelte';
import { asErrorReply, type Drag, type Host, type HostEvent } from './platform/host';
import { Search, type Asked } from './search/search.svelte';
import { LOWEST } from './search/bands';
import type { ActedOn } from './components/photo-actions';
import type { Errand } from './trash/trash';
import type { ErrorReply, ImportStatus, KeptFile } from './wire';

export type Screen = 'library' | 'results' | 'skipped' | 'duplicates' | 'import-check' | 'models' | 'connections';

export type DialogShown = { kind: 'add-folder' } | { kind: 'edit-excludes'; folder: number } | { kind: 'remove-folder'; folder: number } | { kind: 'forget-model'; model: string } | { kind: 'shortcuts' } | { kind: 'filter' } | { kind: 'trash-photos'; photos: readonly ActedOn[] } | { kind: 'last-copies'; files: readonly KeptFile[]; errand: Errand };

export class App {
  readonly activity = new Activity();
  readonly connections: Connections;
  readonly duplicates: Duplicates;
  readonly importCheck: ImportCheck;
  readonly library: Library;
  readonly models: Models;
  readonly search: Search;

  screen = $state<Screen>('library');
  dialog = $state.raw<DialogShown | null>(null);
  dragging = $state(false);
  /** The photo that was dropped before there was any folder to search. */
  pending = $state.raw<Asked | null>(null);
  /** Why the library could not be opened. */
  startError = $state.raw<ErrorReply | null>(null);
  started = $state(false);
  /** Counts the times that reports were missed: what could not be loaded meanwhile is worth another try. */
  resyncs = $state(0);

  /** The pending photo's search ran while its folder was still being indexed. */
  #refreshWhenFinished = false;

  constructor(readonly host: Host) {
    this.connections = new Connections(host);
    this.duplicates = new Duplicates(host);
    this.importCheck = new ImportCheck(host);
    this.library = new Library(host);
    this.models = new Models(host);
    this.search = new Search(host, () => this.library.status?.model.bands.similar ?? LOWEST);
  }

  /** There is no folder yet, and one can be added. */
  get firstRun(): boolean {
    return (this.library.status?.writable ?? false) && this.library.folders.length === 0;
  }

  async start(): Promise<() => void> {
    this.activity.notices = []; // those of a session that ended have nothing more to say
    const stopEvents = await this.host.onEvent((event) => this.#on(event));
    const stopDrag = await this.host.onDrag((drag) => this.#onDrag(drag));
    await this.open();
    return () => {
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
      await this.attempt(() => this.connections.read());
      await this.attempt(() => this.importCheck.restore());
    } catch (thrown) {
      this.startError = asErrorReply(thrown);
    }
  }

  /** Does something that may fail, and shows why if it does. */
  async attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (thrown) {
      const error = asErrorReply(thrown);
      this.activity.notify('error', error.message, error.hint);
      return undefined;
    }
  }

  async find(asked: Asked): Promise<void> {
    if (this.firstRun) {
      this.pending = asked;
      return;
    }
    this.screen = 'results';
    await this.search.ask(asked);
  }

  async findPath(path: string): Promise<void> {
    const kind = await this.attempt(() => this.host.pathKind(path));
    if (kind === 'folder') await this.addFolder(path, []);
    else if (kind === 'file') await this.find({ kind: 'path', path });
    else if (kind === 'missing') this.activity.notify('error', t('query.missing', { path }), t('query.missing.hint'));
  }

  async pickPhoto(): Promise<void> {
    const path = await this.attempt(() => this.host.pickPhoto(t('query.pick.title')));
    if (path) await this.find({ kind: 'path', path });
  }

  async paste(data?: DataTransfer | null): Promise<void> {
    const pasted = await this.attempt(() => this.host.paste(data));
    if (!pasted) return;
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
    const added = await this.attempt(() => this.host.addFolder(path, excludes));
    if (!added) return false;
    await this.attempt(() => this.library.readStatus());
    if (!this.pending) await this.showLibrary(null);
    return true;
  }

  async removeFolder(id: number): Promise<void> {
    await this.attempt(async () => {
      await this.host.removeFolder(id);
      if (this.library.folder === id) await this.showLibrary(null);
      await this.library.readStatus();
      await this.library.readPictures();
    });
  }

  async showLibrary(folder: number | null): Promise<void> {
    this.screen = 'library';
    await this.library.show(folder);
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

  closeSearch(): void {
    this.search.clear();
    this.screen = 'library';
  }

  async reopen(): Promise<void> {
    const status = await this.attempt(() => this.host.reopen());
    if (status) this.library.status = status;
  }

  #on(event: HostEvent): void {
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
      case 'import-changed':
        this.#onCheck(event.status);
        return;
      case 'opened':
      case 'menu':
        return;
      case 'models-changed':
        void this.attempt(() => this.library.readStatus());
        void this.attempt(() => this.models.read());
        return;
      case 'notice':
        this.activity.notify('info', event.message, event.hint);
        return;
    }
  }

  /** Reports were missed: whatever is shown may be out of date. */
  async #resync(): Promise<void> {
    this.resyncs += 1;
    if (!this.started || this.startError) return this.open();
    this.search.outdated = this.search.query !== null;
    await this.attempt(async () => {
      await this.library.readStatus();
      this.activity.progress = this.library.status?.progress ?? null;
      this.models.switch = this.library.status?.switch ?? null;
    });
    await this.library.readPictures();
    await this.attempt(() => this.connections.readAgain());
    if (this.screen === 'duplicates') await this.duplicates.read();
    if (this.models.list) await this.attempt(() => this.models.read());
    await this.attempt(() => this.importCheck.restore());
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
    const [first] = drag.paths;
    if (first === undefined) return;
    if (this.screen === 'import-check') {
      void this.#droppedToCheck(drag.paths);
      return;
    }
    if (drag.paths.length > 1) void this.#dropped(drag.paths);
    else void this.findPath(first);
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
  async #dropped(paths: string[]): Promise<void> {
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
