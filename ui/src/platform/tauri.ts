// The host of the desktop window. The only file that knows Tauri.

import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { Event } from '../wire';
import type { Drag, Host } from './host';

export const tauriHost: Host = {
  can: { showInFolder: true, readPaths: true, readClipboard: true, signOut: false, menu: true, manage: true, addPhotos: false },
  signOut: () => Promise.reject(new Error('the window has no session')),

  status: () => invoke('status'),
  reopen: () => invoke('reopen'),

  addFolder: (path, excludes) => invoke('add_folder', { path, excludes }),
  removeFolder: (id) => invoke('remove_folder', { id }),
  pauseFolder: (id, paused) => invoke('pause_folder', { id, paused }),
  setExcludes: (id, excludes) => invoke('set_excludes', { id, excludes }),
  protectFolder: (id, isProtected) => invoke('protect_folder', { id, isProtected }),

  rescan: () => invoke('rescan'),
  pause: () => invoke('pause'),
  resume: () => invoke('resume'),
  skipped: () => invoke('skipped'),
  retry: (ids) => invoke('retry', { ids }),

  search: (request) => invoke('search', { request }),
  searchPasted: (scope, terms, similarity, pageSize) => invoke('search_pasted', { scope, terms, similarity, pageSize }),
  page: (request) => invoke('page', { request }),
  explain: (request) => invoke('explain', { request }),
  exportResults: (request, title) => invoke('export_results', { request, title }),
  copyFiles: (request) => invoke('copy_files', { request }),
  cancelCopy: () => invoke('cancel_copy'),
  library: (request) => invoke('library', { request }),
  picture: (id) => invoke('picture', { id }),

  findDuplicates: () => invoke('find_duplicates'),
  stopFindingDuplicates: () => invoke('stop_finding_duplicates'),
  duplicates: (request) => invoke('duplicates', { request }),
  dismiss: (ids, isMatch) => invoke('dismiss', { ids, isMatch }),
  trash: (request) => invoke('trash', { request }),
  undoTrash: (batch) => invoke('undo_trash', { batch }),
  filesOf: (id) => invoke('files_of', { id }),

  checkFolder: (path) => invoke('check_folder', { path }),
  checkStatus: () => invoke('check_status'),
  cancelCheck: () => invoke('cancel_check'),
  checked: (request) => invoke('checked', { request }),
  copyNew: (request) => invoke('copy_new', { request }),

  preferences: () => invoke('preferences'),
  setPreferences: (preferences) => invoke('set_preferences', { preferences }),

  connection: () => invoke('connection'),
  connect: (request) => invoke('connect', { request }),
  disconnect: () => invoke('disconnect'),
  testConnection: (request) => invoke('test_connection', { request }),
  syncStatus: () => invoke('sync_status'),
  pauseSync: (paused) => invoke('pause_sync', { paused }),
  retrySync: () => invoke('retry_sync'),
  verifySync: (repair) => invoke('verify_sync', { repair }),
  models: () => invoke('models'),
  installModel: (id) => invoke('install_model', { id }),
  cancelInstall: () => invoke('cancel_install'),
  useModel: (id) => invoke('use_model', { id }),
  pauseSwitch: (paused) => invoke('pause_switch', { paused }),
  cancelSwitch: () => invoke('cancel_switch'),
  forgetModel: (id) => invoke('forget_model', { id }),
  removeModel: (id) => invoke('remove_model', { id }),
  embeddingNotes: (id) => invoke('embedding_notes', { id }),

  thumbnailUrl: (id) => picture('thumb', id),
  previewUrl: (id) => picture('preview', id),

  pickFolder: (title) => invoke('pick_folder', { title }),
  pickPhoto: (title) => invoke('pick_photo', { title }),
  pickNewPhotos: () => Promise.reject(new Error('the window adds folders')),
  addFromWeb: () => Promise.reject(new Error('the window adds folders')),
  pathKind: (path) => invoke('path_kind', { path }),
  paste: () => invoke('paste'),
  copyText: (text) => invoke('copy_text', { text }),
  copyPicture: (id) => invoke('copy_picture', { id }),
  open: (id) => invoke('open', { id }),
  showInFolder: (id) => invoke('show_in_folder', { id }),

  notify: (title, body) => invoke('notify', { title, body }),
  showProgress: (share) => invoke('show_progress', { share }),
  setMenu: (menu) => invoke('set_menu', { menu }),
  setTheme: (theme) => invoke('set_theme', { theme }),

  onEvent: async (handler) => {
    const stops = await Promise.all([
      listen<Event>('engine', (event) => handler(event.payload)),
      listen<string[]>('opened', (event) => handler({ kind: 'opened', paths: event.payload })),
      listen<string>('menu', (event) => handler({ kind: 'menu', item: event.payload })),
    ]);
    // What the program was started with waits until somebody listens.
    const paths = await invoke<string[]>('opened');
    if (paths.length > 0) handler({ kind: 'opened', paths });
    return () => stops.forEach((stop) => stop());
  },
  onDrag: (handler) => getCurrentWebview().onDragDropEvent((event) => {
    const drag = asDrag(event.payload);
    if (drag) handler(drag);
  }),
};

type TauriDrag = { type: 'enter' | 'over' | 'leave' } | { type: 'drop'; paths: string[] };

function asDrag(payload: TauriDrag): Drag | null {
  switch (payload.type) {
    case 'enter':
      return { kind: 'over' };
    case 'leave':
      return { kind: 'left' };
    case 'drop':
      return { kind: 'dropped', paths: payload.paths };
    case 'over':
      return null; // once per mouse move; `enter` has said it already
  }
}

/** `thumb://localhost/KIND/ID`, or `http://thumb.localhost/KIND/ID` where the webview knows no other schemes. */
function picture(kind: 'thumb' | 'preview', id: string): string {
  return `${convertFileSrc('', 'thumb')}${kind}/${id}`;
}
