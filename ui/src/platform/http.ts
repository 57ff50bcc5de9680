// The host of a browser: the same engine behind `lookalike serve`. A browser knows no paths of the user's computer, so
// photos from there are files to upload, and folders are those of the server.

import { t } from '../i18n/index.svelte';
import type { AddedPicture, ErrorReply, PictureDetails, SearchReply } from '../wire';
import { API, type Client } from './browser/client';
import { clipOf, readClip, writePicture, writeText, type Clip } from './browser/clipboard';
import { watchDrag, type Dropped } from './browser/drag';
import { save } from './browser/download';
import { EventFeed, type Standing } from './browser/events';
import { pickFiles } from './browser/file-input';
import { isUpload, Uploads } from './browser/uploads';
import type { Drag, Host, Pasted, Terms } from './host';

/** What the page around the host does for it. */
export interface Page {
  standing(): Promise<Standing>;
  signOut(): Promise<void>;
  /** Whether whoever is signed in may search and look, and no more. */
  isSearchOnly(): boolean;
  /** Lets the user walk the server's folders; null when they closed the dialog. `dropped` is the name of one they dropped. */
  chooseFolder(dropped: string | null): Promise<string | null>;
}

export function httpHost(client: Client, page: Page): Host {
  const uploads = new Uploads();
  /** Folders that the user has chosen on the server. */
  const chosen = new Set<string>();
  let pasted: File | null = null;

  const get = <T>(path: string) => client.request<T>('GET', path);
  const post = <T>(path: string, body?: unknown) => client.request<T>('POST', path, body);
  const remove = <T>(path: string) => client.request<T>('DELETE', path);
  const picture = (id: string, part = '') => `/pictures/${encodeURIComponent(id)}${part}`;
  const model = (id: string, part = '') => `/models/${encodeURIComponent(id)}${part}`;

  function searchFile(file: File, fields: Record<string, string | number>, terms: Terms): Promise<SearchReply> {
    const form = new FormData();
    form.append('terms', JSON.stringify(terms));
    for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
    form.append('file', file, file.name);
    return post('/search/upload', form);
  }

  function addFile(file: File): Promise<AddedPicture> {
    const form = new FormData();
    form.append('file', file, file.name);
    return post('/pictures', form);
  }

  async function chooseFolder(dropped: string | null): Promise<string | null> {
    const path = await page.chooseFolder(dropped);
    if (path !== null) chosen.add(path);
    return path;
  }

  function take(clip: Clip | null): Pasted {
    if (!clip) return { kind: 'nothing' };
    if (!clip.isNameless) return { kind: 'path', path: uploads.add(clip.file) };
    pasted = clip.file;
    return { kind: 'picture' };
  }

  async function dropped(what: Dropped, handler: (drag: Drag) => void): Promise<void> {
    const paths = what.files.map((file) => uploads.add(file));
    const [folder] = what.folders;
    handler({ kind: 'left' }); // before a dialog opens over the page
    const path = folder === undefined ? null : await chooseFolder(folder);
    handler({ kind: 'dropped', paths: path === null ? paths : [path, ...paths] });
  }

  return {
    get can() {
      const manage = !page.isSearchOnly();
      return { showInFolder: false, readPaths: false, readClipboard: false, signOut: true, menu: false, manage, addPhotos: manage };
    },
    signOut: () => page.signOut(),

    status: () => get('/status'),
    reopen: () => get('/status'), // whether it writes is up to the server

    addFolder: (path, excludes) => post('/folders', { path, excludes }),
    removeFolder: (id) => remove(`/folders/${id}`),
    pauseFolder: (id, paused) => client.request('PATCH', `/folders/${id}`, { paused }),
    setExcludes: (id, excludes) => client.request('PATCH', `/folders/${id}`, { excludes }),
    protectFolder: (id, isProtected) => client.request('PATCH', `/folders/${id}`, { protected: isProtected }),

    rescan: () => post('/index/rescan'),
    pause: () => post('/index/pause'),
    resume: () => post('/index/resume'),
    skipped: () => get('/skipped'),
    retry: async (ids) => (await post<{ retried: number }>('/skipped/retry', { ids })).retried,

    search: async (request) => {
      const { query, scope, similarity, page_size, filter, crop, more, less, fold } = request;
      if (query.kind !== 'path') return post('/search', request);
      const file = uploads.get(query.path);
      if (!file) throw { code: 'not-found', message: t('query.gone'), hint: t('query.gone.hint') } satisfies ErrorReply;
      return searchFile(file, { scope, similarity, page_size }, { filter, crop, more, less, fold });
    },
    searchPasted: async (scope, terms, similarity, pageSize) => {
      if (!pasted) throw { code: 'not-found', message: t('query.nothing'), hint: t('query.nothing.hint') } satisfies ErrorReply;
      return searchFile(pasted, { scope, similarity, page_size: pageSize }, terms);
    },
    page: (request) => post('/search/page', request),
    explain: (request) => post('/search/explain', request),
    exportResults: async (request) => {
      const text = await client.text('POST', '/search/export', request);
      save(new Blob([text], { type: request.format === 'csv' ? 'text/csv' : 'application/json' }), `look-alikes.${request.format}`);
      return true;
    },
    copyFiles: (request) => post('/copies', request),
    cancelCopy: () => post('/copies/cancel'),
    library: (request) => post('/library', request),
    picture: (id) => get<PictureDetails>(picture(id)),

    findDuplicates: () => post('/duplicates/find'),
    stopFindingDuplicates: () => post('/duplicates/stop'),
    duplicates: (request) => post('/duplicates', request),
    dismiss: (ids, isMatch) => post('/duplicates/dismiss', { ids, is_match: isMatch }),
    trash: (request) => post('/trash', request),
    undoTrash: (batch) => post(`/trash/${batch}/undo`),
    filesOf: (id) => get(picture(id, '/files')),

    checkFolder: (path) => post('/import-check', { path }),
    checkStatus: () => get('/import-check'),
    cancelCheck: () => remove('/import-check'),
    checked: (request) => post('/import-check/files', request),
    copyNew: (request) => post('/import-check/copies', request),

    preferences: () => get('/preferences'),
    setPreferences: (preferences) => client.request('PUT', '/preferences', preferences),

    connection: () => get('/connection'),
    connect: (request) => client.request('PUT', '/connection', request),
    disconnect: () => remove('/connection'),
    testConnection: (request) => post('/connection/test', request),
    syncStatus: () => get('/sync'),
    pauseSync: (paused) => post('/sync/pause', { paused }),
    retrySync: async () => (await post<{ retried: number }>('/sync/retry')).retried,
    verifySync: (repair) => post('/sync/verify', { repair }),
    models: () => get('/models'),
    installModel: (id) => post(model(id, '/install')),
    cancelInstall: () => post('/models/install/cancel'),
    useModel: (id) => post(model(id, '/use')),
    pauseSwitch: (paused) => post('/models/switch/pause', { paused }),
    cancelSwitch: () => remove('/models/switch'),
    forgetModel: async (id) => (await remove<{ forgotten: number }>(model(id, '/vectors'))).forgotten,
    removeModel: (id) => remove(model(id)),
    embeddingNotes: (id) => get(model(id, '/notes')),

    thumbnailUrl: (id) => API + picture(id, '/thumbnail'),
    previewUrl: (id) => API + picture(id, '/preview'),

    pickFolder: () => chooseFolder(null),
    pickPhoto: async () => {
      const [file] = await pickFiles();
      return file ? uploads.add(file) : null;
    },
    pickNewPhotos: async () => (await pickFiles('several')).map((file) => ({ name: file.name, send: () => addFile(file) })),
    addFromWeb: (url) => post('/pictures/by-url', { url }),
    pathKind: async (path) => (isUpload(path) ? 'file' : chosen.has(path) ? 'folder' : 'missing'),
    paste: async (data) => take(data ? clipOf(data) : await readClip()),
    copyText: (text) => writeText(text),
    copyPicture: (id) => writePicture(API + picture(id, '/preview')),
    open: async (id) => {
      const original = picture(id, '/original');
      // Asked first, because a tab that shows nothing but an error helps nobody. Why not is in the body, which HEAD has none of.
      const { ok } = await client.ask('HEAD', original);
      if (!ok) await client.request('GET', original);
      else window.open(API + original, '_blank', 'noopener');
    },
    showInFolder: () => Promise.reject(new Error('a browser has no file manager')),

    notify: async () => {}, // a page that is open is what the user looks at
    showProgress: async () => {},
    setMenu: async () => {},
    setTheme: async () => {},

    onEvent: async (handler) => {
      const feed = new EventFeed(handler, () => page.standing());
      await feed.start();
      return () => feed.stop();
    },
    onDrag: async (handler) => watchDrag({
      over: () => handler({ kind: 'over' }),
      left: () => handler({ kind: 'left' }),
      dropped: (what) => void dropped(what, handler),
    }),
  };
}
