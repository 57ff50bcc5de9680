// A host without an engine, for unit tests and for looking at the window in a browser. It keeps a made-up library
// in memory and does what the engine's contract says: frozen result sets, ranked by band, thresholds before paging.

import { bands } from '../search/bands';
import { FakeConnection } from './fake-connection';
import type {
  AddedPicture, Band, BandCounts, BandLimits, ConnectionInfo, ConnectRequest, CopyNewRequest, CopyReport, CopyRequest, DuplicatesProgress, DuplicatesReply, DuplicatesRequest, EmbeddingNote, ErrorReply, Explained, ExplainRequest, ExportRequest, FolderInfo, ImportReply, ImportRequest, ImportStatus, LibraryOrder, LibraryReply, LibraryRequest, ModelsReply,
  PageRequest, Picture, PictureDetails, PictureFile, Preferences, PreferencesReply, Progress, Query, Reason, ResultOrder, Scope, SearchHit, SearchReply, SearchRequest, SkippedFile, Status, SyncStatus, TestReport, TrashReport, TrashRequest, VerifyReport,
} from '../wire';
import { FakeDuplicates } from './fake-duplicates';
import { fakeId } from './fake-id';
import { FakeImport } from './fake-import';
import { FakeModels } from './fake-models';
import { FakeTrash } from './fake-trash';
import type { Abilities, Drag, Host, HostEvent, NativeMenu, NewPhoto, Pasted, PathKind, Restored, Stop, Terms } from './host';

export interface FakePicture extends Picture {
  /** Places of the file; several are byte-identical copies. */
  paths: string[];
  /** Similarity to any query. */
  similarity: number;
  offline?: boolean;
  reasons?: Reason[];
  nearIdentical?: number;
  foldsBehind?: number;
  /** `YYYY-MM-DDTHH:MM:SS`. */
  takenAt?: string;
  bytes?: number;
}

export const limits: BandLimits = { same_picture: 0.85, same_scene: 0.7, similar: 0.55 };

export { fakeId };

export const idle: Progress = { stage: 'idle', scanned: 0, total: 0, done: 0, skipped: 0, rate: 0, seconds_left: null };

export class FakeHost implements Host {
  /** As in the window; a test of the browser changes it. */
  can: Abilities = { showInFolder: true, readPaths: true, readClipboard: true, signOut: false, menu: false, manage: true, addPhotos: false };
  pictures: FakePicture[] = [];
  folders: FolderInfo[] = [];
  skippedFiles: SkippedFile[] = [];
  progress: Progress = idle;
  writable = true;
  notEmbedded = 0;
  clipboard: Pasted = { kind: 'nothing' };
  /** Answers of the native dialogs. */
  chosen: string | null = null;
  newPhotos: NewPhoto[] = [];
  kinds = new Map<string, PathKind>();
  /** What was asked of it, in order. */
  readonly calls: string[] = [];
  /** Makes the next call of a name fail. */
  readonly failures = new Map<string, ErrorReply>();
  thumbnail = (id: string): string => `fake:thumb/${id}`;

  readonly remote = new FakeConnection((event) => this.emit(event));
  readonly fakeImport = new FakeImport((event) => this.emit(event));
  /** What the pixels say of a picture. */
  readonly explained = new Map<string, Reason[]>();
  copyReport: CopyReport = { copied: 1, bytes: 2_000_000, there_already: 0, failed: [], is_cancelled: false };
  fakePreferences: PreferencesReply = {
    preferences: { workers: null, kept_pictures_mib: 512 }, cores: 2, kept_pictures_bytes: 0, thumbnails_bytes: 4_000_000, catalog_bytes: 1_000_000, indexes_bytes: 500_000,
  };
  menu: NativeMenu[] = [];
  readonly fakeDuplicates = new FakeDuplicates((event) => this.emit(event));
  readonly fakeTrash = new FakeTrash(this);
  /** What the latest search was narrowed or bent by. */
  terms: Terms | null = null;
  readonly fakeModels = new FakeModels((event) => this.emit(event));

  #handlers: ((event: HostEvent) => void)[] = [];
  #dragHandlers: ((drag: Drag) => void)[] = [];
  #sets = new Map<string, { request: string; scope: Scope; fallback: ErrorReply | null; hits: SearchHit[] }>();

  emit(event: HostEvent): void {
    for (const handler of this.#handlers) handler(event);
  }

  drag(drag: Drag): void {
    for (const handler of this.#dragHandlers) handler(drag);
  }

  async signOut(): Promise<void> {
    this.#called('signOut');
  }

  async status(): Promise<Status> {
    this.#called('status');
    const files = this.pictures.reduce((sum, picture) => sum + picture.paths.length, 0);
    return {
      folders: this.folders, files, images: this.pictures.length, skipped: this.skippedFiles.length, pending_sync: 0,
      model: { id: 'fake', name: 'Fake', dimension: 2, bands: limits, licence: 'MIT' }, not_embedded: this.notEmbedded, switch: this.fakeModels.switch,
      data_dir: '/data', progress: this.progress, writable: this.writable, version: '0.0.0',
    };
  }

  async reopen(): Promise<Status> {
    this.writable = true;
    return this.status();
  }

  async addFolder(path: string, excludes: string[]): Promise<FolderInfo> {
    this.#called('addFolder', path);
    const folder: FolderInfo = {
      id: this.folders.length + 1, path, name: path.split('/').at(-1) ?? path, state: 'watching', state_reason: null,
      files: this.pictures.length, skipped: 0, excludes, is_protected: false, scanned_at: null,
    };
    this.folders = [...this.folders, folder];
    return folder;
  }

  async removeFolder(id: number): Promise<void> {
    this.#called('removeFolder', id);
    this.folders = this.folders.filter((folder) => folder.id !== id);
  }

  async pauseFolder(id: number, paused: boolean): Promise<void> {
    this.#called('pauseFolder', id, paused);
    this.#change(id, { state: paused ? 'paused' : 'watching' });
  }

  async setExcludes(id: number, excludes: string[]): Promise<void> {
    this.#called('setExcludes', id);
    this.#change(id, { excludes });
  }

  async protectFolder(id: number, isProtected: boolean): Promise<void> {
    this.#called('protectFolder', id, isProtected);
    this.#change(id, { is_protected: isProtected });
  }

  #change(id: number, change: Partial<FolderInfo>): void {
    this.folders = this.folders.map((folder) => (folder.id === id ? { ...folder, ...change } : folder));
    this.emit({ kind: 'folders-changed' });
  }

  async rescan(): Promise<void> {
    this.#called('rescan');
  }

  async pause(): Promise<void> {
    this.#setProgress({ ...this.progress, stage: 'paused' });
  }

  async resume(): Promise<void> {
    this.#setProgress({ ...this.progress, stage: 'indexing' });
  }

  #setProgress(progress: Progress): void {
    this.progress = progress;
    this.emit({ kind: 'progress', progress });
  }

  async skipped(): Promise<SkippedFile[]> {
    return this.skippedFiles;
  }

  async retry(ids: number[]): Promise<number> {
    this.#called('retry', ...ids);
    const before = this.skippedFiles.length;
    this.skippedFiles = this.skippedFiles.filter(({ id }) => ids.length > 0 && !ids.includes(id));
    this.emit({ kind: 'library-changed' });
    return before - this.skippedFiles.length;
  }

  async search(request: SearchRequest): Promise<SearchReply> {
    const { query } = request;
    this.#called('search', named(query));
    const { filter, crop, more, less, fold } = request;
    this.terms = { filter, crop, more, less, fold };
    const queryId = query.kind === 'image' ? query.id : fakeId(0xfeed);
    return this.#freeze(named(query), queryId, request);
  }

  async searchPasted(scope: Scope, terms: Terms, similarity: number, pageSize: number): Promise<SearchReply> {
    this.#called('searchPasted');
    this.terms = terms;
    return this.#freeze('pasted', fakeId(0xfeed), { scope, similarity, page: 1, page_size: pageSize });
  }

  #freeze(request: string, queryId: string, view: { scope: Scope; similarity: number; page: number; page_size: number }): Promise<SearchReply> {
    const hits = this.pictures
      .map((picture) => asHit(picture, queryId))
      .sort((a, b) => bands.indexOf(a.band) - bands.indexOf(b.band) || b.similarity - a.similarity)
      .map((hit, i) => ({ ...hit, rank: i + 1 }));
    const set = `${this.#sets.size + 1}:${queryId}`;
    const fallback = view.scope === 'shared' ? this.remote.away : null;
    this.#sets.set(set, { request, scope: fallback ? 'local' : view.scope, fallback, hits });
    return this.page({ result_set: set, order: 'similarity', ...view });
  }

  async page(request: PageRequest): Promise<SearchReply> {
    this.#called('page', request.page, ...(request.order === 'similarity' ? [] : [request.order, request.similarity]));
    const set = this.#sets.get(request.result_set);
    if (!set) throw { code: 'result-set-gone', message: 'gone', hint: null } satisfies ErrorReply;
    const passing = this.#inOrder(set.hits.filter((hit) => hit.similarity >= request.similarity), request.order);
    const first = (request.page - 1) * request.page_size;
    return {
      query: set.request, query_id: request.result_set.slice(request.result_set.indexOf(':') + 1), query_width: 600, query_height: 400,
      model: 'fake', limits, scope: set.scope, fallback: set.fallback, result_set: request.result_set, frozen_at: 1_800_000_000, total: passing.length, total_is_exact: true, bands: countBands(set.hits),
      page: request.page, page_size: request.page_size, similarities: set.hits.map((hit) => hit.similarity).sort((a, b) => b - a), results: passing.slice(first, first + request.page_size), took_ms: 3,
    };
  }

  async library(request: LibraryRequest): Promise<LibraryReply> {
    this.#called('library', request.offset);
    const words = request.text.toLowerCase().split(/\s+/);
    const formats = request.filter?.formats ?? [];
    const asked = this.pictures.filter(({ paths }) =>
      paths.some((path) => words.every((word) => path.toLowerCase().includes(word))) && (formats.length === 0 || formats.some((format) => paths[0]?.endsWith(`.${format}`))));
    const pictures = this.#inOrder(asked, request.order);
    return { total: pictures.length, pictures: pictures.slice(request.offset, request.offset + request.limit) };
  }

  /** As it stands for orders that its made-up photos know nothing of. */
  #inOrder<T extends { id: string; file_name: string }>(list: T[], order: ResultOrder | LibraryOrder): T[] {
    const of = ({ id }: T) => this.pictures.find((picture) => picture.id === id);
    switch (order) {
      case 'newest':
        return list.toSorted((a, b) => (of(b)?.takenAt ?? '').localeCompare(of(a)?.takenAt ?? ''));
      case 'oldest':
        return list.toSorted((a, b) => (of(a)?.takenAt ?? '').localeCompare(of(b)?.takenAt ?? ''));
      case 'largest':
        return list.toSorted((a, b) => (of(b)?.bytes ?? 0) - (of(a)?.bytes ?? 0));
      case 'name':
        return list.toSorted((a, b) => a.file_name.localeCompare(b.file_name));
      case 'similarity':
      case 'added':
        return list;
    }
  }

  async picture(id: string): Promise<PictureDetails> {
    const picture = this.pictures.find((picture) => picture.id === id);
    if (!picture) throw { code: 'not-found', message: 'no such picture', hint: null } satisfies ErrorReply;
    const places = picture.paths.map((path) => ({ path, offline: picture.offline ?? false, device: null }));
    return { ...picture, format: 'jpeg', bytes: 3_612_345, taken_at: '2025-07-14T18:20:00', camera: 'Fujifilm X-T4', places };
  }

  async findDuplicates(): Promise<DuplicatesProgress> {
    this.#called('findDuplicates');
    return this.fakeDuplicates.setProgress({ is_running: true });
  }

  async stopFindingDuplicates(): Promise<DuplicatesProgress> {
    this.#called('stopFindingDuplicates');
    return this.fakeDuplicates.setProgress({ is_running: false });
  }

  async duplicates(request: DuplicatesRequest): Promise<DuplicatesReply> {
    this.#called('duplicates', request.offset);
    return this.fakeDuplicates.reply(request);
  }

  async dismiss(ids: string[], isMatch: boolean): Promise<void> {
    this.#called('dismiss', ...ids, isMatch);
    this.fakeDuplicates.dismiss(ids, isMatch);
  }

  async trash(request: TrashRequest): Promise<TrashReport> {
    this.#called('trash', ...request.files, request.even_last);
    return this.fakeDuplicates.knows(request.files) ? this.fakeDuplicates.trash(request) : this.fakeTrash.trash(request);
  }

  async undoTrash(batch: number): Promise<Restored> {
    this.#called('undoTrash', batch);
    return this.fakeDuplicates.hasTrashed(batch) ? this.fakeDuplicates.undo(batch) : this.fakeTrash.undo(batch);
  }

  async filesOf(id: string): Promise<PictureFile[]> {
    this.#called('filesOf', id);
    return this.fakeTrash.filesOf(id);
  }

  async explain(request: ExplainRequest): Promise<Explained[]> {
    this.#called('explain', ...request.ids);
    return request.ids.map((id) => ({ id, reasons: this.explained.get(id) ?? [] }));
  }

  async exportResults(request: ExportRequest): Promise<boolean> {
    this.#called('exportResults', request.format, ...request.ids);
    return true;
  }

  async copyFiles(request: CopyRequest): Promise<CopyReport> {
    const { selection } = request;
    this.#called('copyFiles', request.folder, ...(selection.kind === 'pictures' ? selection.ids : [selection.similarity]));
    return this.copyReport;
  }

  async cancelCopy(): Promise<void> {
    this.#called('cancelCopy');
  }

  async checkFolder(path: string): Promise<ImportStatus> {
    this.#called('checkFolder', path);
    return this.fakeImport.begin(path);
  }

  async checkStatus(): Promise<ImportStatus | null> {
    return this.fakeImport.status;
  }

  async cancelCheck(): Promise<void> {
    this.#called('cancelCheck');
    this.fakeImport.change({ state: 'cancelled' });
  }

  async checked(request: ImportRequest): Promise<ImportReply> {
    return this.fakeImport.reply(request);
  }

  async copyNew({ folder, files }: CopyNewRequest): Promise<CopyReport> {
    this.#called('copyNew', folder, files.kind, ...files.ids);
    return this.copyReport;
  }

  async preferences(): Promise<PreferencesReply> {
    this.#called('preferences');
    return this.fakePreferences;
  }

  async setPreferences(preferences: Preferences): Promise<PreferencesReply> {
    this.#called('setPreferences', preferences.workers, preferences.kept_pictures_mib);
    this.fakePreferences = { ...this.fakePreferences, preferences };
    return this.fakePreferences;
  }

  async connection(): Promise<ConnectionInfo> {
    return this.remote.info;
  }

  async connect(request: ConnectRequest): Promise<ConnectionInfo> {
    this.#called('connect', request.settings.milvus.address);
    return this.remote.connect(request);
  }

  async disconnect(): Promise<ConnectionInfo> {
    this.#called('disconnect');
    return this.remote.disconnect();
  }

  async testConnection(request: ConnectRequest): Promise<TestReport> {
    this.#called('testConnection', request.settings.milvus.address);
    return this.remote.test();
  }

  async syncStatus(): Promise<SyncStatus> {
    return this.remote.status;
  }

  async pauseSync(paused: boolean): Promise<void> {
    this.#called('pauseSync', paused);
    this.remote.setStatus({ state: paused ? 'paused' : 'idle' });
  }

  async retrySync(): Promise<number> {
    this.#called('retrySync');
    return this.remote.retry();
  }

  async verifySync(repair: boolean): Promise<VerifyReport> {
    this.#called('verifySync', repair);
    return this.remote.verify(repair);
  }

  async models(): Promise<ModelsReply> {
    this.#called('models');
    return this.fakeModels.reply();
  }

  async installModel(id: string): Promise<void> {
    this.#called('installModel', id);
    await this.fakeModels.installModel(id);
  }

  async cancelInstall(): Promise<void> {
    this.#called('cancelInstall');
    this.fakeModels.finishInstall({ code: 'cancelled', message: 'the download was cancelled; what has come is kept', hint: null });
  }

  async useModel(id: string): Promise<void> {
    this.#called('useModel', id);
    this.fakeModels.use(id);
  }

  async pauseSwitch(paused: boolean): Promise<void> {
    this.#called('pauseSwitch', paused);
    const under_way = this.fakeModels.switch;
    if (under_way) this.fakeModels.progressSwitch({ ...under_way, state: paused ? 'paused' : 'building' });
  }

  async cancelSwitch(): Promise<void> {
    this.#called('cancelSwitch');
    const target = this.fakeModels.switch?.target;
    if (target !== undefined) this.fakeModels.change(target, { state: 'ready' });
    this.fakeModels.progressSwitch(null);
  }

  async forgetModel(id: string): Promise<number> {
    this.#called('forgetModel', id);
    this.fakeModels.change(id, { vectors: 0, is_immediate: false });
    return 400;
  }

  async removeModel(id: string): Promise<void> {
    this.#called('removeModel', id);
    this.fakeModels.change(id, { state: 'available' });
  }

  async embeddingNotes(id: string): Promise<EmbeddingNote[]> {
    this.#called('embeddingNotes', id);
    return this.fakeModels.notes[id] ?? [];
  }

  thumbnailUrl(id: string): string {
    return this.thumbnail(id);
  }

  previewUrl(id: string): string {
    return this.thumbnail(id);
  }

  async pickFolder(): Promise<string | null> {
    return this.chosen;
  }

  async pickPhoto(): Promise<string | null> {
    return this.chosen;
  }

  async pickNewPhotos(): Promise<NewPhoto[]> {
    return this.newPhotos;
  }

  async addFromWeb(url: string): Promise<AddedPicture> {
    this.#called('addFromWeb', url);
    return { id: fakeId(0xadd), file_name: 'web.jpg', is_new: true, is_indexed: true };
  }

  async pathKind(path: string): Promise<PathKind> {
    return this.kinds.get(path) ?? 'missing';
  }

  async paste(): Promise<Pasted> {
    return this.clipboard;
  }

  async copyText(text: string): Promise<void> {
    this.#called('copyText', text);
  }

  async copyPicture(id: string): Promise<void> {
    this.#called('copyPicture', id);
  }

  async notify(title: string, body: string): Promise<void> {
    this.#called('notify', title, body);
  }

  async showProgress(share: number | null): Promise<void> {
    this.#called('showProgress', share);
  }

  async setTheme(theme: 'light' | 'dark' | null): Promise<void> {
    this.#called('setTheme', theme);
  }

  async setMenu(menu: NativeMenu[]): Promise<void> {
    this.menu = menu;
  }

  async open(id: string): Promise<void> {
    this.#called('open', id);
  }

  async showInFolder(id: string): Promise<void> {
    this.#called('showInFolder', id);
  }

  async onEvent(handler: (event: HostEvent) => void): Promise<Stop> {
    this.#handlers.push(handler);
    return () => (this.#handlers = this.#handlers.filter((known) => known !== handler));
  }

  async onDrag(handler: (drag: Drag) => void): Promise<Stop> {
    this.#dragHandlers.push(handler);
    return () => (this.#dragHandlers = this.#dragHandlers.filter((known) => known !== handler));
  }

  #called(name: string, ...details: unknown[]): void {
    this.calls.push([name, ...details].join(' '));
    const failure = this.failures.get(name);
    if (!failure) return;
    this.failures.delete(name);
    throw failure;
  }
}

function named(query: Query): string {
  return query.kind === 'path' ? query.path : query.kind === 'url' ? query.url : query.id;
}

function asHit(picture: FakePicture, queryId: string): SearchHit {
  const isQuery = picture.id === queryId;
  const similarity = isQuery ? 1 : picture.similarity;
  return {
    rank: 0, id: picture.id, path: picture.paths[0] ?? '', file_name: picture.file_name, similarity, distance: 1 / similarity - 1,
    band: isQuery ? 'same-file' : bandOf(similarity), width: picture.width, height: picture.height, is_query: isQuery, reasons: picture.reasons ?? [],
    near_identical: picture.nearIdentical ?? 0, folds_behind: picture.foldsBehind ?? null,
    places: picture.paths.map((path) => ({ path, offline: picture.offline ?? false, device: null })),
  };
}

function bandOf(similarity: number): Band {
  if (similarity >= 1) return 'same-file';
  if (similarity >= limits.same_picture) return 'same-picture';
  if (similarity >= limits.same_scene) return 'same-scene';
  return similarity >= limits.similar ? 'similar' : 'weak';
}

function countBands(hits: SearchHit[]): BandCounts {
  const of = (band: Band) => hits.filter((hit) => hit.band === band).length;
  return { same_file: of('same-file'), same_picture: of('same-picture'), same_scene: of('same-scene'), similar: of('similar'), weak: of('weak') };
}
