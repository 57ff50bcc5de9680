// What the UI needs from whatever it runs in. Everything that crosses is a `wire` type or plain text;
// every promise rejects with an `ErrorReply`.

import type {
  ConnectionInfo,
  ConnectRequest,
  EmbeddingNote,
  ErrorReply,
  Event,
  FolderInfo,
  LibraryReply,
  LibraryRequest,
  ModelsReply,
  PageRequest,
  PictureDetails,
  Scope,
  SearchReply,
  SearchRequest,
  SkippedFile,
  Status,
  SyncStatus,
  TestReport,
  VerifyReport,
} from '../wire';

/** What the clipboard held. A picture stays with the host until the next paste, so that it can be searched again. */
export type Pasted = { kind: 'path'; path: string } | { kind: 'picture' } | { kind: 'nothing' };

/** Files dragged over or dropped on the window. */
export type Drag = { kind: 'over' } | { kind: 'left' } | { kind: 'dropped'; paths: string[] };

export type PathKind = 'folder' | 'file' | 'missing';

export type Stop = () => void;

/** What the engine reports; `resync` when reports were missed, so that everything shown has to be read again. */
export type HostEvent = Event | { kind: 'resync' };

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

  rescan(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  skipped(): Promise<SkippedFile[]>;
  /** An empty list retries all; answers how many are tried. */
  retry(ids: number[]): Promise<number>;

  search(request: SearchRequest): Promise<SearchReply>;
  /** Searches with the picture of the last paste. */
  searchPasted(scope: Scope, similarity: number, pageSize: number): Promise<SearchReply>;
  page(request: PageRequest): Promise<SearchReply>;
  library(request: LibraryRequest): Promise<LibraryReply>;
  picture(id: string): Promise<PictureDetails>;

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
  pathKind(path: string): Promise<PathKind>;
  /** `data` is what a paste event brought, where it was one. */
  paste(data?: DataTransfer | null): Promise<Pasted>;
  copyText(text: string): Promise<void>;
  open(id: string): Promise<void>;
  showInFolder(id: string): Promise<void>;

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
