// What the UI needs from whatever it runs in. Everything that crosses is a `wire` type or plain text;
// every promise rejects with an `ErrorReply`.

import type {
  AddedPicture,
  ConnectionInfo,
  ConnectRequest,
  CopyNewRequest,
  CopyReport,
  CopyRequest,
  DuplicatesProgress,
  DuplicatesReply,
  DuplicatesRequest,
  EmbeddingNote,
  ErrorReply,
  Event,
  Explained,
  ExplainRequest,
  ExportRequest,
  FolderInfo,
  ImportReply,
  ImportRequest,
  ImportStatus,
  KeptFile,
  LibraryReply,
  LibraryRequest,
  ModelsReply,
  PageRequest,
  PictureDetails,
  PictureFile,
  Preferences,
  PreferencesReply,
  Scope,
  SearchReply,
  SearchRequest,
  SkippedFile,
  Status,
  SyncStatus,
  TestReport,
  TrashReport,
  TrashRequest,
  VerifyReport,
} from '../wire';

/** What the clipboard held. A picture stays with the host until the next paste, so that it can be searched again. */
export type Pasted = { kind: 'path'; path: string } | { kind: 'picture' } | { kind: 'nothing' };

/** Files dragged over or dropped on the window. */
export type Drag = { kind: 'over' } | { kind: 'left' } | { kind: 'dropped'; paths: string[] };

/** What narrows or bends a search, beside the picture it begins with. */
export type Terms = Pick<SearchRequest, 'filter' | 'crop' | 'more' | 'less' | 'fold'>;

/** What came back from the trash, and what did not. */
export interface Restored {
  back: number;
  kept: KeptFile[];
}

/** A photo that the user has picked to be added. */
export interface NewPhoto {
  name: string;
  send(): Promise<AddedPicture>;
}

export type PathKind = 'folder' | 'file' | 'missing';

export type Stop = () => void;

/** What the engine reports; `resync` when reports were missed, so that everything shown has to be read again. */
export type HostEvent =
  | Event
  | { kind: 'resync' }
  /** The program was asked to open these: by an argument, or by files dragged onto its icon. */
  | { kind: 'opened'; paths: string[] }
  /** An item of the native menu was chosen. */
  | { kind: 'menu'; item: string };
/** A native menu; `item` comes back as it is. `checked`: of one that is chosen or not, whether it is. `null`: a separator. */
export interface NativeMenu {
  label: string;
  items: ({ item: string; label: string; keys?: string; checked?: boolean } | null)[];
}

/** What not every host can do. Menus, keys and texts follow it. */
export interface Abilities {
  /** Show a photo's file in the desktop's file manager. */
  showInFolder: boolean;
  /** Read photos and folders of the user's computer by their path. */
  readPaths: boolean;
  /** Look at the clipboard whenever it wants; otherwise a paste event has to bring what is on it. */
  readClipboard: boolean;
  /** End the session: there is one. */
  signOut: boolean;
  /** Has a native menu. */
  menu: boolean;
  /** More than search and look, which is all that some who sign in may do. */
  manage: boolean;
  /** Take photos into the library that lie in none of its folders. */
  addPhotos: boolean;
}

export interface Host {
  readonly can: Abilities;
  signOut(): Promise<void>;

  status(): Promise<Status>;
  /** Tries again to become the one that writes to the library. */
  reopen(): Promise<Status>;

  addFolder(path: string, excludes: string[]): Promise<FolderInfo>;
  removeFolder(id: number): Promise<void>;
  pauseFolder(id: number, paused: boolean): Promise<void>;
  setExcludes(id: number, excludes: string[]): Promise<void>;
  /** Files of a protected folder cannot go to the trash. */
  protectFolder(id: number, isProtected: boolean): Promise<void>;

  rescan(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  skipped(): Promise<SkippedFile[]>;
  /** An empty list retries all; answers how many are tried. */
  retry(ids: number[]): Promise<number>;

  search(request: SearchRequest): Promise<SearchReply>;
  /** Searches with the picture of the last paste. */
  searchPasted(scope: Scope, terms: Terms, similarity: number, pageSize: number): Promise<SearchReply>;
  page(request: PageRequest): Promise<SearchReply>;
  /** What the pixels of results say about why they match. */
  explain(request: ExplainRequest): Promise<Explained[]>;
  /** Asks where to, and writes the file; false when the user closed the dialog. */
  exportResults(request: ExportRequest, title: string): Promise<boolean>;
  /** Copies photos to a folder that the user has picked. */
  copyFiles(request: CopyRequest): Promise<CopyReport>;
  /** Stops copying, also of new files; what is copied stays. Events tell how far it is. */
  cancelCopy(): Promise<void>;
  library(request: LibraryRequest): Promise<LibraryReply>;
  picture(id: string): Promise<PictureDetails>;

  /** Begins, or goes on with, comparing every picture with all others; events tell how far it is. */
  findDuplicates(): Promise<DuplicatesProgress>;
  stopFindingDuplicates(): Promise<DuplicatesProgress>;
  duplicates(request: DuplicatesRequest): Promise<DuplicatesReply>;
  /** Remembers by content whether these pictures show the same. */
  dismiss(ids: string[], isMatch: boolean): Promise<void>;
  trash(request: TrashRequest): Promise<TrashReport>;
  undoTrash(batch: number): Promise<Restored>;
  /** The files of a picture, on this computer. */
  filesOf(id: string): Promise<PictureFile[]>;

  /** Begins to compare a folder that is not in the library with it; events tell how far it is. Ends the check before. */
  checkFolder(path: string): Promise<ImportStatus>;
  /** The latest check. */
  checkStatus(): Promise<ImportStatus | null>;
  cancelCheck(): Promise<void>;
  checked(request: ImportRequest): Promise<ImportReply>;
  /** Copies new files of the latest check to a folder that the user has picked. */
  copyNew(request: CopyNewRequest): Promise<CopyReport>;

  preferences(): Promise<PreferencesReply>;
  setPreferences(preferences: Preferences): Promise<PreferencesReply>;

  connection(): Promise<ConnectionInfo>;
  connect(request: ConnectRequest): Promise<ConnectionInfo>;
  disconnect(): Promise<ConnectionInfo>;
  /** Each step also comes as an event as it ends. */
  testConnection(request: ConnectRequest): Promise<TestReport>;
  syncStatus(): Promise<SyncStatus>;
  pauseSync(paused: boolean): Promise<void>;
  /** Answers how many parked pictures are tried again. */
  retrySync(): Promise<number>;
  verifySync(repair: boolean): Promise<VerifyReport>;
  models(): Promise<ModelsReply>;
  /** Fetches a model; resolves when it is here. Events tell how far it is. */
  installModel(id: string): Promise<void>;
  cancelInstall(): Promise<void>;
  /** Puts a model to use, at once or by a switch. */
  useModel(id: string): Promise<void>;
  pauseSwitch(paused: boolean): Promise<void>;
  cancelSwitch(): Promise<void>;
  /** Deletes the vectors of a model; answers how many there were. */
  forgetModel(id: string): Promise<number>;
  /** Deletes the files of a model. */
  removeModel(id: string): Promise<void>;
  /** Pictures that a model knows only by their thumbnail, or not at all. */
  embeddingNotes(id: string): Promise<EmbeddingNote[]>;

  /** Address of the small JPEG of a catalogued picture or of the query of a kept result set. */
  thumbnailUrl(id: string): string;
  previewUrl(id: string): string;

  /** Native dialogs; null when the user closed them. */
  pickFolder(title: string): Promise<string | null>;
  pickPhoto(title: string): Promise<string | null>;
  /** None when the user closed the dialog. */
  pickNewPhotos(): Promise<NewPhoto[]>;
  addFromWeb(url: string): Promise<AddedPicture>;
  pathKind(path: string): Promise<PathKind>;
  /** `data` is what a paste event brought, where it was one. */
  paste(data?: DataTransfer | null): Promise<Pasted>;
  copyText(text: string): Promise<void>;
  copyPicture(id: string): Promise<void>;
  open(id: string): Promise<void>;
  showInFolder(id: string): Promise<void>;

  /** Tells the user in the way of the system, where they look elsewhere now. */
  notify(title: string, body: string): Promise<void>;
  /** Share of long work that is done, 0 ..= 1, in the task bar; null: none goes on. */
  showProgress(share: number | null): Promise<void>;
  setMenu(menu: NativeMenu[]): Promise<void>;
  /** What is around the page (title bar, dialogs) is light or dark as well; null: as the system has it. */
  setTheme(theme: 'light' | 'dark' | null): Promise<void>;

  onEvent(handler: (event: HostEvent) => void): Promise<Stop>;
  onDrag(handler: (drag: Drag) => void): Promise<Stop>;
}

/** Whatever was thrown, as an error that can be shown. */
export function asErrorReply(thrown: unknown): ErrorReply {
  if (thrown !== null && typeof thrown === 'object' && 'code' in thrown && 'message' in thrown) {
    return thrown as ErrorReply;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, hint: null };
}
