// The browser's host at its boundary: what it asks of the server, and what it makes of the answers.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import type { SearchRequest } from '../wire';
import { Client } from './browser/client';
import type { Standing } from './browser/events';
import type { Drag, Host, HostEvent } from './host';
import { httpHost } from './http';

interface Asked {
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

/** Stands in for the server: answers in turn, an `Error` being no answer at all. */
class FakeServer {
  readonly asked: Asked[] = [];
  readonly answers: (Response | Error)[] = [];

  answer(status: number, body?: unknown, type = 'application/json'): void {
    this.answers.push(new Response(body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'Content-Type': type } }));
  }

  readonly fetch = async (path: string, request: RequestInit): Promise<Response> => {
    const { method = 'GET', body } = request;
    this.asked.push({ method, path, body: typeof body === 'string' ? JSON.parse(body) : body, headers: request.headers as Record<string, string> });
    const answer = this.answers.shift() ?? new Response('{}', { status: 200 });
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

class FakeEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeEventSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeEventSource.all.push(this);
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  fails(given: 'up' | 'not up'): void {
    this.readyState = given === 'up' ? 2 : 0;
    this.onerror?.();
  }
  sends(event: HostEvent): void {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
  close(): void {
    this.readyState = 2;
  }
}

const plain = { filter: null, crop: null, more: [], less: [], fold: true };
const photo = (name = 'cat.jpg') => new File(['jpeg'], name, { type: 'image/jpeg' });
const byPath = (path: string): SearchRequest => ({ ...plain, query: { kind: 'path', path }, scope: 'local', similarity: 0.5, page: 1, page_size: 100 });

function dataOf(files: File[], folders: string[] = []): DataTransfer {
  const items = [
    ...files.map((file) => ({ kind: 'file', getAsFile: () => file, webkitGetAsEntry: () => ({ isDirectory: false, name: file.name }) })),
    ...folders.map((name) => ({ kind: 'file', getAsFile: () => new File([], name), webkitGetAsEntry: () => ({ isDirectory: true, name }) })),
  ];
  return { files, items, types: ['Files'] } as unknown as DataTransfer;
}

function drop(data: DataTransfer): Event {
  const event = new Event('drop', { cancelable: true });
  Object.assign(event, { dataTransfer: data });
  window.dispatchEvent(event);
  return event;
}

describe('the host of a browser', () => {
  let server: FakeServer;
  let host: Host;
  let seen: string[];
  let standing: Standing;
  let folder: string | null;
  let dropped: (string | null)[];
  let searchOnly: boolean;

  beforeEach(() => {
    setLanguage('en');
    server = new FakeServer();
    vi.stubGlobal('fetch', server.fetch);
    FakeEventSource.all = [];
    vi.stubGlobal('EventSource', FakeEventSource);
    seen = [];
    standing = 'signed-in';
    folder = '/srv/photos';
    dropped = [];
    searchOnly = false;
    const client = new Client({ answered: () => seen.push('answered'), unreachable: () => seen.push('unreachable'), signedOut: () => seen.push('signed out') });
    host = httpHost(client, {
      standing: async () => standing,
      signOut: async () => {},
      isSearchOnly: () => searchOnly,
      chooseFolder: async (name) => (dropped.push(name), folder),
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('sends a photo that is to be added as a file, and an address as it is', async () => {
    const choose = vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function (this: HTMLInputElement) {
      expect(this.multiple).toBe(true);
      Object.defineProperty(this, 'files', { value: [new File(['a'], 'a.heic'), new File(['b'], 'b.jpg')] });
      this.dispatchEvent(new Event('change'));
    });
    const photos = await host.pickNewPhotos();
    choose.mockRestore();
    expect(photos.map(({ name }) => name)).toEqual(['a.heic', 'b.jpg']);
    server.answer(201, { id: 'x', file_name: 'a.heic', is_new: true, is_indexed: true });
    expect(await photos[0]?.send()).toMatchObject({ is_new: true });
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /api/v1/pictures']);
    expect(((server.asked[0]?.body as FormData).get('file') as File).name).toBe('a.heic');
    await host.addFromWeb('https://example.org/c.jpg');
    expect(server.asked[1]).toMatchObject({ path: '/api/v1/pictures/by-url', body: { url: 'https://example.org/c.jpg' } });
  });

  it('can manage what whoever is signed in may', () => {
    expect(host.can.manage).toBe(true);
    searchOnly = true;
    expect(host.can.manage, 'a session says so only after the host was made').toBe(false);
  });

  describe('asks', () => {
    it('for each thing where the server has it', async () => {
      server.answer(200, { retried: 3 });
      expect(await host.retry([])).toBe(3);
      server.answer(200, { forgotten: 400 });
      expect(await host.forgetModel('a/b')).toBe(400);
      await host.pauseFolder(7, true);
      await host.setExcludes(7, ['*.tmp']);
      await host.protectFolder(7, true);
      await host.duplicates({ folders: [7], kind: null, offset: 0, limit: 20 });
      server.answer(204);
      await host.dismiss(['ab', 'cd'], false);
      await host.trash({ files: [3], keeping: [], even_last: false });
      await host.undoTrash(9);
      await host.filesOf('ab');
      server.answer(204);
      await host.removeFolder(7);
      expect(server.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
        ['POST', '/api/v1/skipped/retry', { ids: [] }],
        ['DELETE', '/api/v1/models/a%2Fb/vectors', undefined],
        ['PATCH', '/api/v1/folders/7', { paused: true }],
        ['PATCH', '/api/v1/folders/7', { excludes: ['*.tmp'] }],
        ['PATCH', '/api/v1/folders/7', { protected: true }],
        ['POST', '/api/v1/duplicates', { folders: [7], kind: null, offset: 0, limit: 20 }],
        ['POST', '/api/v1/duplicates/dismiss', { ids: ['ab', 'cd'], is_match: false }],
        ['POST', '/api/v1/trash', { files: [3], keeping: [], even_last: false }],
        ['POST', '/api/v1/trash/9/undo', undefined],
        ['GET', '/api/v1/pictures/ab/files', undefined],
        ['DELETE', '/api/v1/folders/7', undefined],
      ]);
    });

    it('for an image by its id, and for its pictures by address', async () => {
      const request: SearchRequest = { ...plain, query: { kind: 'image', id: 'ab' }, scope: 'shared', similarity: 0, page: 1, page_size: 10 };
      await host.search(request);
      expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/api/v1/search', body: request });
      expect(host.thumbnailUrl('ab')).toBe('/api/v1/pictures/ab/thumbnail');
      expect(host.previewUrl('ab')).toBe('/api/v1/pictures/ab/preview');
    });

    it('before it opens an original in a new tab', async () => {
      const open = vi.fn();
      vi.stubGlobal('open', open);
      await host.open('ab');
      expect(open).toHaveBeenCalledWith('/api/v1/pictures/ab/original', '_blank', 'noopener');

      server.answer(404);
      server.answer(404, { title: 'Not found', status: 404, detail: 'The drive is away.', code: 'not-found', hint: 'Connect it.' });
      await expect(host.open('ab')).rejects.toMatchObject({ message: 'The drive is away.', hint: 'Connect it.' });
      expect(open).toHaveBeenCalledTimes(1);
    });
    it('for an uploaded photo with what bends the search, where anything does', async () => {
      const [path = ''] = await (async () => {
        const drags: Drag[] = [];
        const stop = await host.onDrag((drag) => drags.push(drag));
        drop(dataOf([photo()]));
        await vi.waitFor(() => expect(drags.at(-1)?.kind).toBe('dropped'));
        stop();
        const last = drags.at(-1);
        return last?.kind === 'dropped' ? last.paths : [];
      })();
      const crop = { x: 0, y: 0, width: 0.5, height: 0.5 };
      await host.search(byPath(path));
      await host.search({ ...byPath(path), crop, more: ['ab'] });
      const terms = server.asked.map(({ body }) => (body as FormData).get('terms'));
      expect(terms).toEqual([JSON.stringify(plain), JSON.stringify({ ...plain, crop, more: ['ab'] })]);
    });
  });

  describe('turns failures into errors that can be shown:', () => {
    it('problem details', async () => {
      server.answer(400, { type: 'about:blank', title: 'Bad request', status: 400, detail: '“notes.txt” is not a picture.', code: 'not-a-picture', hint: 'Pick a JPEG.' }, 'application/problem+json');
      await expect(host.status()).rejects.toEqual({ code: 'not-a-picture', message: '“notes.txt” is not a picture.', hint: 'Pick a JPEG.' });
      server.answer(429, { title: 'Too many requests', status: 429 });
      await expect(host.status(), 'a title is enough').rejects.toMatchObject({ message: 'Too many requests', hint: null });
    });

    it('the page of a proxy', async () => {
      server.answer(502, '<html>Bad gateway</html>', 'text/html');
      await expect(host.status()).rejects.toEqual({ code: 'internal', message: 'The server answered with an error (502).', hint: null });
    });

    it('no answer at all, which the page is told', async () => {
      server.answers.push(new TypeError('Failed to fetch'));
      await expect(host.status()).rejects.toMatchObject({ message: 'Lookalike does not answer.' });
      await host.status();
      expect(seen).toEqual(['unreachable', 'answered']);
    });

    it('the end of the session, which the page is told', async () => {
      server.answer(401, { title: 'Unauthorized', status: 401, detail: 'Sign in first.', code: 'unauthorized' });
      await expect(host.library({ folder: null, text: '', filter: null, offset: 0, limit: 1, order: 'newest' })).rejects.toMatchObject({ message: 'Sign in first.' });
      expect(seen).toContain('signed out');
    });
  });

  describe('sends photos of the user’s computer:', () => {
    async function dropOne(...files: File[]): Promise<string[]> {
      const drags: Drag[] = [];
      const stop = await host.onDrag((drag) => drags.push(drag));
      const event = drop(dataOf(files));
      expect(event.defaultPrevented, 'or the browser would show the file instead of this page').toBe(true);
      await vi.waitFor(() => expect(drags.at(-1)?.kind).toBe('dropped'));
      stop();
      const last = drags.at(-1);
      return last?.kind === 'dropped' ? last.paths : [];
    }

    it('a dropped one, under a name that ends in its own', async () => {
      const [path = ''] = await dropOne(photo('Cat & dog.jpg'));
      expect(path).toMatch(/^upload:\d+\/Cat & dog\.jpg$/);
      expect(await host.pathKind(path)).toBe('file');
      await host.search(byPath(path));
      const { path: to, body, headers } = server.asked[0] ?? {};
      expect(to).toBe('/api/v1/search/upload');
      const form = body as FormData;
      expect([...form.keys()].at(-1), 'the file comes last, so that the server knows what to do with it').toBe('file');
      expect((form.get('file') as File).name).toBe('Cat & dog.jpg');
      expect([form.get('scope'), form.get('similarity'), form.get('page_size')]).toEqual(['local', '0.5', '100']);
      expect(headers?.['Content-Type'], 'the browser adds the boundary').toBeUndefined();
    });

    it('two of one name, each for itself, and again when asked again', async () => {
      const [first = '', second = ''] = await dropOne(photo(), photo());
      expect(first).not.toBe(second);
      await host.search(byPath(first));
      await host.search(byPath(first));
      expect(server.asked).toHaveLength(2);
    });

    it('none that it was never given: paths of the server stay closed', async () => {
      expect(await host.pathKind('/etc/passwd')).toBe('missing');
      await expect(host.search(byPath('/etc/passwd'))).rejects.toMatchObject({ code: 'not-found' });
      expect(server.asked).toHaveLength(0);
    });

    it('a pasted picture, and a pasted file by its name', async () => {
      expect(await host.paste(dataOf([new File(['png'], 'image.png', { type: 'image/png' })]))).toEqual({ kind: 'picture' });
      await host.searchPasted('local', plain, 0, 50);
      expect((server.asked[0]?.body as FormData).get('page_size')).toBe('50');
      expect(await host.paste(dataOf([photo('beach.jpg')]))).toMatchObject({ kind: 'path', path: expect.stringMatching(/beach\.jpg$/) as string });
      expect(await host.paste(dataOf([new File(['words'], 'a.txt', { type: 'text/plain' })]))).toEqual({ kind: 'nothing' });
    });

    it('says so where the browser keeps the clipboard closed', async () => {
      await expect(host.paste()).rejects.toMatchObject({ hint: 'Press Ctrl+V (⌘V on a Mac) instead.' });
    });

    it('one picked in the browser’s dialog, or none', async () => {
      const picked = host.pickPhoto('Pick');
      const input = document.querySelector<HTMLInputElement>('input[type=file]');
      Object.defineProperty(input, 'files', { value: [photo('pick.jpg')] });
      input?.dispatchEvent(new Event('change'));
      expect(await picked).toMatch(/pick\.jpg$/);
      const closed = host.pickPhoto('Pick');
      document.querySelector('input[type=file]')?.dispatchEvent(new Event('cancel'));
      expect(await closed).toBeNull();
      expect(document.querySelector('input[type=file]'), 'nothing stays behind').toBeNull();
    });
  });

  it('asks where on the server a dropped folder lies', async () => {
    const drags: Drag[] = [];
    const stop = await host.onDrag((drag) => drags.push(drag));
    drop(dataOf([], ['Summer']));
    await vi.waitFor(() => expect(drags.at(-1)).toEqual({ kind: 'dropped', paths: ['/srv/photos'] }));
    expect(dropped).toEqual(['Summer']);
    expect(await host.pathKind('/srv/photos')).toBe('folder');
    folder = null;
    drop(dataOf([photo()], ['Winter']));
    await vi.waitFor(() => expect(drags.filter(({ kind }) => kind === 'dropped')).toHaveLength(2));
    expect(drags.at(-1), 'the photo counts all the same').toEqual({ kind: 'dropped', paths: [expect.stringContaining('cat.jpg')] });
    stop();
    drop(dataOf([photo()]));
    expect(drags.filter(({ kind }) => kind === 'dropped')).toHaveLength(2);
  });

  describe('hears events', () => {
    const source = () => FakeEventSource.all.at(-1) as FakeEventSource;
    let events: HostEvent[];
    let stop: () => void;

    beforeEach(async () => {
      vi.useFakeTimers();
      events = [];
      const listening = host.onEvent((event) => events.push(event));
      source().opens();
      stop = await listening;
    });
    afterEach(() => stop());

    it('as they come', () => {
      expect(source().url).toBe('/api/v1/events');
      source().sends({ kind: 'folders-changed' });
      source().dispatchEvent(new Event('resync'));
      expect(events).toEqual([{ kind: 'folders-changed' }, { kind: 'resync' }]);
    });

    it('and reads all again after a gap that the browser mended', () => {
      source().fails('not up');
      source().opens();
      expect(events).toEqual([{ kind: 'resync' }]);
      expect(FakeEventSource.all).toHaveLength(1);
    });

    it('and goes on where the browser has given up, as soon as the server is back', async () => {
      standing = 'unreachable';
      source().fails('up');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(FakeEventSource.all, 'nothing to be heard yet').toHaveLength(1);
      standing = 'signed-in';
      await vi.advanceTimersByTimeAsync(2_000);
      expect(FakeEventSource.all).toHaveLength(2);
      source().opens();
      expect(events).toEqual([{ kind: 'resync' }]);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(FakeEventSource.all, 'and no further').toHaveLength(2);
    });

    it('only while the page is looked at, give or take half a minute', async () => {
      const look = (state: DocumentVisibilityState) => {
        vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
        document.dispatchEvent(new Event('visibilitychange'));
      };
      look('hidden');
      await vi.advanceTimersByTimeAsync(10_000);
      look('visible');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(source().readyState, 'a short absence changes nothing').toBe(FakeEventSource.OPEN);
      look('hidden');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(source().readyState).toBe(FakeEventSource.CLOSED);
      expect(FakeEventSource.all).toHaveLength(1);
      look('visible');
      source().opens();
      expect(events, 'what was missed is read again').toEqual([{ kind: 'resync' }]);
    });

    it('no more once the session has ended or the page has stopped listening', async () => {
      standing = 'signed-out';
      source().fails('up');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(FakeEventSource.all).toHaveLength(1);
      stop();
      expect(source().readyState).toBe(FakeEventSource.CLOSED);
    });
  });
});
