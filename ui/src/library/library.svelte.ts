// The library as the window shows it: folders and counts, and the photos of the chosen folder, in the chosen order.

import { SvelteSet } from 'svelte/reactivity';
import { asErrorReply, type Host } from '../platform/host';
import { recall, remember } from '../remembered';
import type { ErrorReply, LibraryOrder, Picture, Status } from '../wire';

export const ORDERS: readonly LibraryOrder[] = ['newest', 'oldest', 'added', 'largest'];
const REMEMBERED = 'lookalike.library.order';
const CHUNK = 1000;
/** While photos come in, the list is read again at most this often, and less often where reading it takes long. */
const REREAD_AFTER_MS = 1500;

export class Library {
  status = $state.raw<Status | null>(null);
  /** The folder shown; null for all. */
  folder = $state<number | null>(null);
  order = $state<LibraryOrder>(ORDERS.find((order) => order === recall(REMEMBERED)) ?? 'newest');
  /** As far as they have been read, the first of them first. */
  pictures = $state.raw<Picture[]>([]);
  /** How many there are, read or not. */
  total = $state(0);
  loading = $state(false);
  error = $state.raw<ErrorReply | null>(null);
  selected = $state(-1);

  readonly folders = $derived(this.status?.folders ?? []);

  #turn = 0;
  #rereadTimer: ReturnType<typeof setTimeout> | null = null;
  #lastReadTook = 0;

  constructor(private readonly host: Host) {}

  /** Nobody waits for the photos: of a large library they come for seconds. */
  async start(): Promise<void> {
    await this.readStatus();
    void this.readPictures();
  }

  async readStatus(): Promise<void> {
    this.status = await this.host.status();
  }

  /** Where a file lies, as the sidebar names its folder: without the way to that. */
  placeOf(path: string): string {
    const folder = this.folders.find((folder) => isWithin(path, folder.path));
    return folder ? `${folder.name}${path.slice(folder.path.length)}` : path;
  }

  /** Whether a folder of this computer, or one that it lies in, is in the library. */
  holds(path: string): boolean {
    return this.folders.some((folder) => isWithin(path, folder.path));
  }

  show(folder: number | null): void {
    if (folder === this.folder) return;
    this.folder = folder;
    this.pictures = [];
    this.total = 0;
    this.selected = -1;
    void this.readPictures();
  }

  sortBy(order: LibraryOrder): void {
    if (order === this.order) return;
    this.order = order;
    remember(REMEMBERED, order);
    this.selected = -1;
    void this.readPictures(true);
  }

  /** The engine said that pictures came or went. */
  changed(): void {
    if (this.#rereadTimer) return;
    const wait = this.pictures.length === 0 ? 150 : Math.max(REREAD_AFTER_MS, 10 * this.#lastReadTook);
    this.#rereadTimer = setTimeout(() => {
      this.#rereadTimer = null;
      void this.readPictures();
      this.readStatus().catch((thrown: unknown) => (this.error = asErrorReply(thrown)));
    }, wait);
  }

  /**
   * Reads all of the list in slices. One that is new is shown as it comes: the first slice at once, and then whenever there is
   * twice as much, so that laying it out costs little more than once. Later ones replace the list in one go.
   */
  async readPictures(isNew = false): Promise<void> {
    const turn = ++this.#turn;
    const growing = isNew || this.pictures.length === 0;
    const started = performance.now();
    this.loading = true;
    try {
      const read: Picture[] = [];
      let shown = 0;
      for (;;) {
        const reply = await this.host.library({ folder: this.folder, offset: read.length, limit: CHUNK, order: this.order });
        if (turn !== this.#turn) return;
        read.push(...reply.pictures);
        this.total = reply.total;
        if (read.length >= reply.total || reply.pictures.length === 0) break;
        if (!growing || read.length < 2 * shown) continue;
        this.#replace(read.slice());
        shown = read.length;
      }
      this.#replace(read);
      this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = asErrorReply(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
      this.#lastReadTook = performance.now() - started;
    }
  }

  /** They have no file left here; the engine will say so too, after its next look. */
  forget(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const gone = new SvelteSet(ids);
    const before = this.pictures.length;
    this.pictures = this.pictures.filter(({ id }) => !gone.has(id));
    this.total -= before - this.pictures.length;
    this.selected = Math.min(this.selected, this.pictures.length - 1);
  }

  #replace(read: Picture[]): void {
    const selected = this.pictures[this.selected]?.id;
    this.pictures = read;
    if (selected !== undefined) this.selected = read.findIndex((picture) => picture.id === selected);
  }
}

function isWithin(path: string, folder: string): boolean {
  const separator = folder.includes('\\') ? '\\' : '/';
  const ended = (text: string) => (text.endsWith(separator) ? text : text + separator);
  return ended(path).startsWith(ended(folder));
}
