// The library as the window shows it: folders and counts, and the photos of the chosen folder, in the chosen order.

import { SvelteSet } from 'svelte/reactivity';
import { asErrorReply, type Host } from '../platform/host';
import { recall, remember } from '../remembered';
import type { ErrorReply, LibraryOrder, Picture, SearchFilter, Status } from '../wire';

export const ORDERS: readonly LibraryOrder[] = ['newest', 'oldest', 'added', 'largest'];
const REMEMBERED = 'lookalike.library.order';
/** What of a folder, or of all, is shown: by words in the names of files and folders, and by what the photos are. */
export interface Narrowing {
  text: string;
  filter: SearchFilter | null;
}

export const WHOLE: Narrowing = { text: '', filter: null };

const CHUNK = 1000;
/** Whoever types is not done with every letter. */
const TYPING_MS = 150;
/** While photos come in, the list is read again at most this often, and less often where reading it takes long. */
const REREAD_AFTER_MS = 1500;

export class Library {
  status = $state.raw<Status | null>(null);
  /** The folder shown; null for all. */
  folder = $state<number | null>(null);
  /** What is typed to find by name. */
  text = $state('');
  filter = $state.raw<SearchFilter | null>(null);
  order = $state<LibraryOrder>(ORDERS.find((order) => order === recall(REMEMBERED)) ?? 'newest');
  /** As far as they have been read, the first of them first. */
  pictures = $state.raw<Picture[]>([]);
  /** What they are the answer to. */
  answered = $state.raw<Narrowing>(WHOLE);
  /** How many there are, read or not. */
  total = $state(0);
  loading = $state(false);
  error = $state.raw<ErrorReply | null>(null);
  selected = $state(-1);
  /** The field for names is to have the focus. */
  naming = $state(false);

  readonly folders = $derived(this.status?.folders ?? []);

  #turn = 0;
  #rereadTimer: ReturnType<typeof setTimeout> | null = null;
  #lastReadTook = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

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

  get narrowing(): Narrowing {
    return { text: this.text, filter: this.filter };
  }

  show(folder: number | null, narrowing: Narrowing): void {
    if (folder === this.folder && isSame(narrowing, this.narrowing)) return;
    clearTimeout(this.#typing);
    this.folder = folder;
    ({ text: this.text, filter: this.filter } = narrowing);
    this.answered = WHOLE;
    this.pictures = [];
    this.total = 0;
    this.selected = -1;
    void this.readPictures();
  }

  findByName(text: string): void {
    this.text = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#narrow(), TYPING_MS);
  }

  filterBy(filter: SearchFilter | null): void {
    this.filter = filter;
    this.#narrow();
  }

  #narrow(): void {
    this.selected = -1;
    void this.readPictures(true);
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
    const { narrowing } = this;
    const growing = isNew || this.pictures.length === 0;
    const started = performance.now();
    this.loading = true;
    try {
      const read: Picture[] = [];
      let shown = 0;
      for (;;) {
        const reply = await this.host.library({ folder: this.folder, ...narrowing, offset: read.length, limit: CHUNK, order: this.order });
        if (turn !== this.#turn) return;
        read.push(...reply.pictures);
        this.total = reply.total;
        if (read.length >= reply.total || reply.pictures.length === 0) break;
        if (!growing || read.length < 2 * shown) continue;
        this.#replace(read.slice(), narrowing);
        shown = read.length;
      }
      this.#replace(read, narrowing);
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

  #replace(read: Picture[], narrowing: Narrowing): void {
    if (!isSame(narrowing, this.answered)) this.answered = narrowing;
    const selected = this.pictures[this.selected]?.id;
    this.pictures = read;
    if (selected !== undefined) this.selected = read.findIndex((picture) => picture.id === selected);
  }
}

export function isNarrowed(narrowing: Narrowing): boolean {
  return narrowing.text.trim() !== '' || narrowing.filter !== null;
}

function isSame(a: Narrowing, b: Narrowing): boolean {
  return a.text === b.text && JSON.stringify(a.filter) === JSON.stringify(b.filter);
}

function isWithin(path: string, folder: string): boolean {
  const separator = folder.includes('\\') ? '\\' : '/';
  const ended = (text: string) => (text.endsWith(separator) ? text : text + separator);
  return ended(path).startsWith(ended(folder));
}
