// What the window makes of everything that its host reports.

import type { Screen } from './app.svelte';
import type { Connections } from './connections/connections.svelte';
import type { Duplicates } from './duplicates/duplicates.svelte';
import type { Copying } from './export/copying.svelte';
import type { GivenFiles } from './given-files';
import { t } from './i18n/index.svelte';
import type { ImportCheck } from './import-check/import-check.svelte';
import { endText } from './import-check/words';
import type { Activity } from './indexing/activity.svelte';
import { LongWork } from './indexing/long-work';
import type { Library } from './library/library.svelte';
import type { Models } from './models/models.svelte';
import type { Host, HostEvent } from './platform/host';
import type { Asked } from './search/question.svelte';
import type { Search } from './search/search.svelte';
import type { ErrorReply, ImportStatus } from './wire';

/** What of the window changes with what is reported. */
interface Concerned {
  readonly activity: Pick<Activity, 'progress' | 'finished' | 'said' | 'notify' | 'dismiss'>;
  readonly connections: Pick<Connections, 'onStatus' | 'onStep' | 'readAgain'>;
  readonly copying: Pick<Copying, 'onProgress' | 'end'>;
  readonly duplicates: Pick<Duplicates, 'onProgress' | 'read'>;
  readonly host: Host;
  readonly importCheck: Pick<ImportCheck, 'isRunning' | 'onStatus' | 'restore'>;
  readonly library: Pick<Library, 'status' | 'changed' | 'readStatus' | 'readPictures'>;
  readonly models: Pick<Models, 'list' | 'switch' | 'switched' | 'installed' | 'read'>;
  readonly search: Pick<Search, 'libraryChanged' | 'refresh'>;
  readonly firstRun: boolean;
  readonly started: boolean;
  readonly startError: ErrorReply | null;
  screen: Screen;
  pending: Asked | null;
  resyncs: number;
  attempt<T>(action: () => Promise<T>): Promise<T | undefined>;
  find(asked: Asked): Promise<boolean>;
  open(): Promise<void>;
}

/** Work of those who may manage the library, of which others hear, too. */
const MANAGERS_WORK: readonly HostEvent['kind'][] = ['copy-changed', 'import-changed'];

export class HostReports {
  readonly #longWork: LongWork;
  /** The pending photo's search ran while its folder was still being indexed. */
  #refreshWhenFinished = false;

  constructor(
    private readonly app: Concerned,
    private readonly givenFiles: Pick<GivenFiles, 'onOpened'>,
    private readonly chooseFromMenu: (item: string) => void,
  ) {
    this.#longWork = new LongWork(app.host);
  }

  on(event: HostEvent): void {
    const { app } = this;
    if (!app.host.can.manage && MANAGERS_WORK.includes(event.kind)) return;
    this.#longWork.on(event);
    switch (event.kind) {
      case 'resync':
        void this.#resync();
        return;
      case 'progress':
        app.activity.progress = event.progress;
        return;
      case 'library-changed':
        app.library.changed();
        app.search.libraryChanged();
        void this.#findPending();
        return;
      case 'folders-changed':
        void app.attempt(() => app.library.readStatus());
        return;
      case 'run-finished':
        app.activity.finished(event.report);
        app.library.changed();
        void this.#findPending();
        void this.#refreshPending();
        return;
      case 'sync-changed':
        app.connections.onStatus(event.status);
        return;
      case 'connection-step':
        app.connections.onStep(event.step);
        return;
      case 'switch-changed':
        app.models.switched(event.switch);
        return;
      case 'install-changed':
        app.models.installed(event.install);
        return;
      case 'duplicates-changed':
        app.duplicates.onProgress(event.progress);
        return;
      case 'copy-changed':
        app.copying.onProgress(event.progress);
        return;
      case 'import-changed':
        this.#onCheck(event.status);
        return;
      case 'opened':
        this.givenFiles.onOpened(event.paths);
        return;
      case 'menu':
        this.chooseFromMenu(event.item);
        return;
      case 'models-changed':
        void app.attempt(() => app.library.readStatus());
        if (app.host.can.manage) void app.attempt(() => app.models.read());
        return;
      case 'notice':
        app.activity.said(event);
        return;
    }
  }

  /** Reports were missed: whatever is shown may be out of date. */
  async #resync(): Promise<void> {
    const { app } = this;
    app.resyncs += 1;
    app.copying.end(); // where they go on, the next report says so
    if (!app.started || app.startError) return app.open();
    app.search.libraryChanged();
    await app.attempt(async () => {
      await app.library.readStatus();
      app.activity.progress = app.library.status?.progress ?? null;
      app.models.switch = app.library.status?.switch ?? null;
    });
    void app.library.readPictures();
    await app.attempt(() => app.connections.readAgain());
    if (app.host.can.manage) {
      if (app.screen === 'duplicates') await app.duplicates.read();
      if (app.models.list) await app.attempt(() => app.models.read());
      await app.attempt(() => app.importCheck.restore());
    }
    await this.#findPending();
  }

  async #findPending(): Promise<void> {
    const { app } = this;
    const asked = app.pending;
    if (!asked || app.firstRun) return;
    app.pending = null;
    this.#refreshWhenFinished = true;
    await app.find(asked);
  }

  async #refreshPending(): Promise<void> {
    if (!this.#refreshWhenFinished) return;
    this.#refreshWhenFinished = false;
    if (this.app.screen === 'results') await this.app.search.refresh();
  }

  /** Who looks elsewhere is told when a check is over. */
  #onCheck(status: ImportStatus): void {
    const { app } = this;
    const wasRunning = app.importCheck.isRunning;
    app.importCheck.onStatus(status);
    if (!wasRunning || status.state === 'running' || status.state === 'cancelled' || app.screen === 'import-check') return;
    const notice = app.activity.notify(status.state === 'failed' ? 'error' : 'info', () => endText(status), () => status.folder, {
      label: () => t('import.show'),
      act: () => {
        app.activity.dismiss(notice);
        app.screen = 'import-check';
      },
    });
  }
}
