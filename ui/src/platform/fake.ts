// A host without an engine, for unit tests and for looking at the window in a browser. It keeps a made-up library
// in memory and does what the engine's contract says, most of it in a part for each topic.

import type {
  AddedPicture, ConnectionInfo, ConnectRequest, CopyNewRequest, CopyReport, CopyRequest, DuplicatesProgress, DuplicatesReply, DuplicatesRequest, EmbeddingNote, ErrorReply, Explained,
  ExplainRequest, ExportRequest, FolderInfo, ImportReply, ImportRequest, ImportStatus, LibraryReply, LibraryRequest, ModelsReply, PageRequest, PictureDetails, PictureFile, Preferences,
  PreferencesReply, Progress, Query, Reason, Scope, SearchReply, SearchRequest, SkippedFile, Status, SyncStatus, TestReport, TrashReport, TrashRequest, VerifyReport,
} from '../wire';
import { FakeConnection } from './fake-connection';
import { FakeDesktop } from './fake-desktop';
import { FakeDuplicates } from './fake-duplicates';
import { FakeImport } from './fake-import';
import { FakeModels } from './fake-models';
import { fakeId, listed, type FakePicture } from './fake-pictures';
import { FakeSearch, limits } from './fake-search';
import { FakeTrash } from './fake-trash';
import type { Abilities, Host, Restored, Terms } from './host';

export { fakeId };

export const idle: Progress = { stage: 'idle', scanned: 0, total: 0, done: 0, skipped: 0, rate: 0, seconds_left: null };

export class FakeHost extends FakeDesktop implements Host {
  /** As in the window; a test of the browser changes it. */
  can: Abilities = { showInFolder: true, readPaths: true, readClipboard: true, signOut: false, menu: false, manage: true, addPhotos: false };
  pictures: FakePicture[] = [];
  folders: FolderInfo[] = [];
  skippedFiles: SkippedFile[] = [];
  progress: Progress = idle;
  writable = true;
  notEmbedded = 0;
  thumbnail = (id: string): string => `fake:thumb/${id}`;

  /** What the latest search was narrowed or bent by. */
  terms: Terms | null = null;
  /** What the pixels say of a picture. */
  readonly explained = new Map<string, Reason[]>();
  copyReport: CopyReport = { copied: 1, bytes: 2_000_000, there_already: 0, failed: [], is_cancelled: false };
  fakePreferences: PreferencesReply = {
    preferences: { workers: null, kept_pictures_mib: 512 }, cores: 2, kept_pictures_bytes: 0, thumbnails_bytes: 4_000_000, catalog_bytes: 1_000_000, indexes_bytes: 500_000,
  };
  readonly remote = new FakeConnection((event) => this.emit(event));
  readonly fakeDuplicates = new FakeDuplicates((event) => this.emit(event));
  readonly fakeImport = new FakeImport((event) => this.emit(event));
  readonly fakeModels = new FakeModels((event) => this.emit(event));
  readonly fakeTrash = new FakeTrash(this);
  readonly #search = new FakeSearch(this);

  async signOut(): Promise<void> {
    this.called('signOut');
  }

  async status(): Promise<Status> {
    this.called('status');
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
    this.called('addFolder', path);
    const folder: FolderInfo = {
      id: this.folders.length + 1, path, name: path.split('/').at(-1) ?? path, state: 'watching', state_reason: null,
      files: this.pictures.length, skipped: 0, excludes, is_protected: false, scanned_at: null,
    };
    this.folders = [...this.folders, folder];
    return folder;
  }

  async removeFolder(id: number): Promise<void> {
    this.called('removeFolder', id);
    this.folders = this.folders.filter((folder) => folder.id !== id);
  }

  async pauseFolder(id: number, paused: boolean): Promise<void> {
    this.called('pauseFolder', id, paused);
    this.#change(id, { state: paused ? 'paused' : 'watching' });
  }

  async setExcludes(id: number, excludes: string[]): Promise<void> {
    this.called('setExcludes', id);
    this.#change(id, { excludes });
  }

  async protectFolder(id: number, isProtected: boolean): Promise<void> {
    this.called('protectFolder', id, isProtected);
    this.#change(id, { is_protected: isProtected });
  }

  #change(id: number, change: Partial<FolderInfo>): void {
    this.folders = this.folders.map((folder) => (folder.id === id ? { ...folder, ...change } : folder));
    this.emit({ kind: 'folders-changed' });
  }

  async rescan(): Promise<void> {
    this.called('rescan');
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
    this.called('retry', ...ids);
    const before = this.skippedFiles.length;
    this.skippedFiles = this.skippedFiles.filter(({ id }) => ids.length > 0 && !ids.includes(id));
    this.emit({ kind: 'library-changed' });
    return before - this.skippedFiles.length;
  }

  async search(request: SearchRequest): Promise<SearchReply> {
    const { query } = request;
    this.called('search', named(query));
    const { filter, crop, more, less, fold } = request;
    this.terms = { filter, crop, more, less, fold };
    const queryId = query.kind === 'image' ? query.id : fakeId(0xfeed);
    return this.#freeze(named(query), queryId, request);
  }

  async searchPasted(scope: Scope, terms: Terms, similarity: number, pageSize: number): Promise<SearchReply> {
    this.called('searchPasted');
    this.terms = terms;
    return this.#freeze('pasted', fakeId(0xfeed), { scope, similarity, page: 1, page_size: pageSize });
  }

  #freeze(request: string, queryId: string, { scope, ...view }: { scope: Scope; similarity: number; page: number; page_size: number }): Promise<SearchReply> {
    return this.page({ result_set: this.#search.freeze(request, queryId, scope, this.remote.away), order: 'similarity', ...view });
  }

  async page(request: PageRequest): Promise<SearchReply> {
    this.called('page', request.page, ...(request.order === 'similarity' ? [] : [request.order, request.similarity]));
    return this.#search.page(request);
  }

  async library(request: LibraryRequest): Promise<LibraryReply> {
    this.called('library', request.offset);
    return listed(request, this.pictures);
  }

  async picture(id: string): Promise<PictureDetails> {
    const picture = this.pictures.find((picture) => picture.id === id);
    if (!picture) throw { code: 'not-found', message: 'no such picture', hint: null } satisfies ErrorReply;
    const places = picture.paths.map((path) => ({ path, offline: picture.offline ?? false, device: null }));
    return { ...picture, format: 'jpeg', bytes: 3_612_345, taken_at: '2025-07-14T18:20:00', camera: 'Fujifilm X-T4', places };
  }

  async findDuplicates(): Promise<DuplicatesProgress> {
    this.called('findDuplicates');
    return this.fakeDuplicates.setProgress({ is_running: true });
  }

  async stopFindingDuplicates(): Promise<DuplicatesProgress> {
    this.called('stopFindingDuplicates');
    return this.fakeDuplicates.setProgress({ is_running: false });
  }

  async duplicates(request: DuplicatesRequest): Promise<DuplicatesReply> {
    this.called('duplicates', request.offset);
    return this.fakeDuplicates.reply(request);
  }

  async dismiss(ids: string[], isMatch: boolean): Promise<void> {
    this.called('dismiss', ...ids, isMatch);
    this.fakeDuplicates.dismiss(ids, isMatch);
  }

  async trash(request: TrashRequest): Promise<TrashReport> {
    this.called('trash', ...request.files, request.even_last);
    return this.fakeDuplicates.knows(request.files) ? this.fakeDuplicates.trash(request) : this.fakeTrash.trash(request);
  }

  async undoTrash(batch: number): Promise<Restored> {
    this.called('undoTrash', batch);
    return this.fakeDuplicates.hasTrashed(batch) ? this.fakeDuplicates.undo(batch) : this.fakeTrash.undo(batch);
  }

  async filesOf(id: string): Promise<PictureFile[]> {
    this.called('filesOf', id);
    return this.fakeTrash.filesOf(id);
  }

  async explain(request: ExplainRequest): Promise<Explained[]> {
    this.called('explain', ...request.ids);
    return request.ids.map((id) => ({ id, reasons: this.explained.get(id) ?? [] }));
  }

  async exportResults(request: ExportRequest): Promise<boolean> {
    this.called('exportResults', request.format, ...request.ids);
    return true;
  }

  async copyFiles(request: CopyRequest): Promise<CopyReport> {
    const { selection } = request;
    this.called('copyFiles', request.folder, ...(selection.kind === 'pictures' ? selection.ids : [selection.similarity]));
    return this.copyReport;
  }

  async cancelCopy(): Promise<void> {
    this.called('cancelCopy');
  }

  async checkFolder(path: string): Promise<ImportStatus> {
    this.called('checkFolder', path);
    return this.fakeImport.begin(path);
  }

  async checkStatus(): Promise<ImportStatus | null> {
    return this.fakeImport.status;
  }

  async cancelCheck(): Promise<void> {
    this.called('cancelCheck');
    this.fakeImport.change({ state: 'cancelled' });
  }

  async checked(request: ImportRequest): Promise<ImportReply> {
    return this.fakeImport.reply(request);
  }

  async copyNew({ folder, files }: CopyNewRequest): Promise<CopyReport> {
    this.called('copyNew', folder, files.kind, ...files.ids);
    return this.copyReport;
  }

  async preferences(): Promise<PreferencesReply> {
    this.called('preferences');
    return this.fakePreferences;
  }

  async setPreferences(preferences: Preferences): Promise<PreferencesReply> {
    this.called('setPreferences', preferences.workers, preferences.kept_pictures_mib);
    this.fakePreferences = { ...this.fakePreferences, preferences };
    return this.fakePreferences;
  }

  async connection(): Promise<ConnectionInfo> {
    return this.remote.info;
  }

  async connect(request: ConnectRequest): Promise<ConnectionInfo> {
    this.called('connect', request.settings.milvus.address);
    return this.remote.connect(request);
  }

  async disconnect(): Promise<ConnectionInfo> {
    this.called('disconnect');
    return this.remote.disconnect();
  }

  async testConnection(request: ConnectRequest): Promise<TestReport> {
    this.called('testConnection', request.settings.milvus.address);
    return this.remote.test();
  }

  async syncStatus(): Promise<SyncStatus> {
    return this.remote.status;
  }

  async pauseSync(paused: boolean): Promise<void> {
    this.called('pauseSync', paused);
    this.remote.setStatus({ state: paused ? 'paused' : 'idle' });
  }

  async retrySync(): Promise<number> {
    this.called('retrySync');
    return this.remote.retry();
  }

  async verifySync(repair: boolean): Promise<VerifyReport> {
    this.called('verifySync', repair);
    return this.remote.verify(repair);
  }

  async models(): Promise<ModelsReply> {
    this.called('models');
    return this.fakeModels.reply();
  }

  async installModel(id: string): Promise<void> {
    this.called('installModel', id);
    await this.fakeModels.installModel(id);
  }

  async cancelInstall(): Promise<void> {
    this.called('cancelInstall');
    this.fakeModels.finishInstall({ code: 'cancelled', message: 'the download was cancelled; what has come is kept', hint: null });
  }

  async useModel(id: string): Promise<void> {
    this.called('useModel', id);
    this.fakeModels.use(id);
  }

  async pauseSwitch(paused: boolean): Promise<void> {
    this.called('pauseSwitch', paused);
    this.fakeModels.pauseSwitch(paused);
  }

  async cancelSwitch(): Promise<void> {
    this.called('cancelSwitch');
    this.fakeModels.cancelSwitch();
  }

  async forgetModel(id: string): Promise<number> {
    this.called('forgetModel', id);
    this.fakeModels.change(id, { vectors: 0, is_immediate: false });
    return 400;
  }

  async removeModel(id: string): Promise<void> {
    this.called('removeModel', id);
    this.fakeModels.change(id, { state: 'available' });
  }

  async embeddingNotes(id: string): Promise<EmbeddingNote[]> {
    this.called('embeddingNotes', id);
    return this.fakeModels.notes[id] ?? [];
  }

  thumbnailUrl(id: string): string {
    return this.thumbnail(id);
  }

  previewUrl(id: string): string {
    return this.thumbnail(id);
  }

  async addFromWeb(url: string): Promise<AddedPicture> {
    this.called('addFromWeb', url);
    return { id: fakeId(0xadd), file_name: 'web.jpg', is_new: true, is_indexed: true };
  }
}

function named(query: Query): string {
  return query.kind === 'path' ? query.path : query.kind === 'url' ? query.url : query.id;
}
