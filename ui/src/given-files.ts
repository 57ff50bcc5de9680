// Files that the window is given: dropped on it, or opened with the program.

import type { App } from './app.svelte';
import { t } from './i18n/index.svelte';
import type { Drag } from './platform/host';

export class GivenFiles {
  /** What the program was asked to open before there was a library to look in. */
  #waiting: string[] = [];

  constructor(private readonly app: App) {}

  onDrag(drag: Drag): void {
    this.app.dragging = drag.kind === 'over';
    if (drag.kind !== 'dropped') return;
    if (this.app.screen === 'import-check') void this.#check(drag.paths);
    else void this.#take(drag.paths);
  }

  onOpened(paths: string[]): void {
    if (this.app.started) void this.#take(paths);
    else this.#waiting = [...this.#waiting, ...paths];
  }

  async takeWaiting(): Promise<void> {
    await this.#take(this.#waiting.splice(0));
  }

  async #take(paths: string[]): Promise<void> {
    const [first] = paths;
    if (first === undefined) return;
    if (paths.length > 1) await this.#takeSeveral(paths);
    else await this.app.findPath(first);
  }

  /** Folders are added, all of them; of several photos the first is searched. */
  async #takeSeveral(paths: string[]): Promise<void> {
    const { app } = this;
    const kinds = await Promise.all(paths.map((path) => app.host.pathKind(path)));
    const photos = paths.filter((_, i) => kinds[i] === 'file');
    for (const [i, path] of paths.entries()) {
      if (kinds[i] === 'folder') await app.addFolder(path, []);
    }
    if (photos.length > 1) app.activity.notify('info', t('query.several'));
    if (photos[0] !== undefined) await app.find({ kind: 'path', path: photos[0] });
  }

  /** Before import, one folder at a time. */
  async #check(paths: string[]): Promise<void> {
    const { app } = this;
    const kinds = await app.attempt(() => Promise.all(paths.map((path) => app.host.pathKind(path))));
    const folders = paths.filter((_, i) => kinds?.[i] === 'folder');
    const [folder] = folders;
    if (folders.length > 1) app.activity.notify('info', t('import.several'));
    if (folder !== undefined) await app.checkFolder(folder);
    else if (kinds && paths[0] !== undefined) await app.findPath(paths[0]);
  }
}
