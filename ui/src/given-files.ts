// Files that the window is given: dropped on it, or opened with the program.

import type { Screen } from './app.svelte';
import { t } from './i18n/index.svelte';
import type { Activity } from './indexing/activity.svelte';
import type { Drag, Host } from './platform/host';
import type { Asked } from './search/question.svelte';

/** Whoever does with them what the user wants. */
interface Receiver {
  readonly activity: Pick<Activity, 'notify'>;
  readonly host: Pick<Host, 'pathKind'>;
  readonly screen: Screen;
  readonly started: boolean;
  dragging: boolean;
  attempt<T>(action: () => Promise<T>): Promise<T | undefined>;
  addFolder(path: string, excludes: string[]): Promise<boolean>;
  checkFolder(path: string): Promise<void>;
  find(asked: Asked): Promise<boolean>;
  findPath(path: string): Promise<boolean>;
}

export class GivenFiles {
  /** What the program was asked to open before there was a library to look in. */
  #waiting: string[] = [];

  constructor(private readonly receiver: Receiver) {}

  onDrag(drag: Drag): void {
    this.receiver.dragging = drag.kind === 'over';
    if (drag.kind !== 'dropped') return;
    if (this.receiver.screen === 'import-check') void this.#check(drag.paths);
    else void this.#take(drag.paths);
  }

  onOpened(paths: string[]): void {
    if (this.receiver.started) void this.#take(paths);
    else this.#waiting = [...this.#waiting, ...paths];
  }

  async takeWaiting(): Promise<void> {
    await this.#take(this.#waiting.splice(0));
  }

  async #take(paths: string[]): Promise<void> {
    const [first] = paths;
    if (first === undefined) return;
    if (paths.length > 1) await this.#takeSeveral(paths);
    else await this.receiver.findPath(first);
  }

  /** Folders are added, all of them; of several photos the first is searched. */
  async #takeSeveral(paths: string[]): Promise<void> {
    const { receiver } = this;
    const kinds = await Promise.all(paths.map((path) => receiver.host.pathKind(path)));
    const photos = paths.filter((_, i) => kinds[i] === 'file');
    for (const [i, path] of paths.entries()) {
      if (kinds[i] === 'folder') await receiver.addFolder(path, []);
    }
    if (photos.length > 1) receiver.activity.notify('info', () => t('query.several'));
    if (photos[0] !== undefined) await receiver.find({ kind: 'path', path: photos[0] });
  }

  /** Before import, one folder at a time. */
  async #check(paths: string[]): Promise<void> {
    const { receiver } = this;
    const kinds = await receiver.attempt(() => Promise.all(paths.map((path) => receiver.host.pathKind(path))));
    const folders = paths.filter((_, i) => kinds?.[i] === 'folder');
    const [folder] = folders;
    if (folders.length > 1) receiver.activity.notify('info', () => t('import.several'));
    if (folder !== undefined) await receiver.checkFolder(folder);
    else if (kinds && paths[0] !== undefined) await receiver.findPath(paths[0]);
  }
}
