// Signing in, being signed out, and choosing a folder, as someone in a browser meets them. The server is faked at `fetch`.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import type { FolderInfo, Status } from '../wire';
import { Browser } from './browser.svelte';
import BrowserView from './BrowserView.svelte';

class SilentEvents extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readyState = 1;
  set onopen(opened: () => void) {
    queueMicrotask(opened);
  }
  close(): void {}
}

/** The part of the server that these tests meet: a door, one library, and folders. */
class FakeServer {
  readonly code = 'good-code';
  cookie = false;
  isUp = true;
  roots: string[] = [];
  children: Record<string, string[]> = {};
  folders: FolderInfo[] = [];
  searchOnly = false;
  asked: string[] = [];
  readonly #library = new FakeHost();

  readonly fetch = async (url: string, { method = 'GET', body }: RequestInit): Promise<Response> => {
    if (!this.isUp) throw new TypeError('Failed to fetch');
    const path = url.replace('/api/v1', '');
    const asked = `${method} ${path}`;
    this.asked.push(asked);
    const sent = (typeof body === 'string' ? JSON.parse(body) : {}) as { code?: string; path?: string; excludes?: string[] };
    if (asked === 'POST /session') return sent.code === this.code ? this.#enter() : refused('unauthorized', 'Wrong code.');
    if (!this.cookie) return refused('unauthorized', 'Sign in first.');
    if (asked === 'DELETE /session') return this.#leave();
    if (asked === 'POST /folders') {
      this.folders = [await this.#library.addFolder(sent.path ?? '', sent.excludes ?? [])];
      return Response.json(this.folders[0]);
    }
    if (path.startsWith('/roots/children')) {
      const folders = this.children[new URLSearchParams(path.split('?')[1]).get('path') ?? ''];
      return folders ? Response.json({ folders }) : refused('not-found', 'This folder is not allowed.', 404);
    }
    if (path === '/session') return Response.json({ search_only: this.searchOnly });
    if (path === '/roots') return Response.json({ roots: this.roots });
    if (path === '/status') return Response.json({ ...(await this.#library.status()), folders: this.folders } satisfies Status);
    if (path === '/library') return Response.json({ total: 0, pictures: [] });
    if (path === '/connection') return Response.json(this.#library.remote.info);
    return Response.json({});
  };

  #enter(): Response {
    this.cookie = true;
    return new Response(null, { status: 204 });
  }

  #leave(): Response {
    this.cookie = false;
    return new Response(null, { status: 204 });
  }
}

function refused(code: string, detail: string, status = 401): Response {
  return Response.json({ type: 'about:blank', title: 'Refused', status, detail, code }, { status });
}

describe('the page of a browser', () => {
  let server: FakeServer;

  beforeEach(() => {
    setLanguage('en');
    server = new FakeServer();
    vi.stubGlobal('fetch', server.fetch);
    vi.stubGlobal('EventSource', SilentEvents);
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
    vi.useRealTimers();
    history.replaceState(null, '', '/');
  });

  const open = () => render(BrowserView, { browser: new Browser() });
  const isIn = () => screen.findByRole('heading', { name: 'Find the photos that look alike' });
  const isOut = () => screen.findByRole('heading', { name: 'Sign in to Lookalike' });

  async function type(code: string): Promise<void> {
    await fireEvent.input(await screen.findByRole('textbox', { name: 'Address, code or token' }), { target: { value: code } });
    await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  }

  it('signs in by the code in the address, which leaves the address', async () => {
    history.replaceState(null, '', '/#code=good-code');
    open();
    await isIn();
    expect(location.href).not.toContain('code');
  });

  it('needs no code while the session of an earlier visit lasts', async () => {
    server.cookie = true;
    open();
    await isIn();
    expect(server.asked[0]).toBe('GET /session');
  });

  it('keeps a session although an old address with a used code is opened', async () => {
    server.cookie = true;
    history.replaceState(null, '', '/#code=used');
    open();
    await isIn();
  });

  it('takes a code that comes into the address later', async () => {
    open();
    await isOut();
    history.replaceState(null, '', '/#code=good-code');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    await isIn();
  });

  it('knows what a token may do before it shows anything', async () => {
    server.searchOnly = true;
    server.folders = [await new FakeHost().addFolder('/srv/photos', [])];
    open();
    await isOut();
    await type('good-code');
    expect(await screen.findByText('You may search and look here, and change nothing.')).toBeTruthy();
    expect(server.asked).not.toContain('GET /connection');
    expect(server.asked).not.toContain('GET /import-check');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('refuses a wrong code and says so beside the field', async () => {
    open();
    await isOut();
    await type('bad-code');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('This code does not open the door.');
    expect(screen.getByRole('textbox').getAttribute('aria-describedby')).toBe(alert.id);
    await type(' good-code ');
    await isIn();
  });

  it('takes the whole address where the code is asked for', async () => {
    open();
    await isOut();
    await type('http://127.0.0.1:5005/#code=good-code');
    await isIn();
  });

  it('speaks Chinese at the door, too', async () => {
    open();
    await isOut();
    await fireEvent.change(screen.getByRole('combobox', { name: 'Language' }), { target: { value: 'zh-CN' } });
    expect(await screen.findByRole('heading', { name: '登录 Lookalike' })).toBeTruthy();
  });

  it('signs out, and says when the server ended the session', async () => {
    server.cookie = true;
    server.folders = [await new FakeHost().addFolder('/srv/photos', [])];
    open();
    await fireEvent.click(await screen.findByRole('button', { name: 'Sign out' }));
    await isOut();
    expect(screen.queryByText('Your session has ended.'), 'no news to who did it').toBeNull();
    await type('good-code');

    const look = await screen.findByRole('button', { name: /^Shared library/ });
    server.cookie = false;
    await fireEvent.click(look);
    await isOut();
    expect(screen.getByText('Your session has ended.')).toBeTruthy();
  });

  it('says that the server does not answer, until it does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.isUp = false;
    open();
    await vi.advanceTimersByTimeAsync(100);
    expect(screen.getByRole('alert').textContent).toMatch(/Lookalike does not answer\..*goes on by itself.*started anew, you sign in again/);
    server.isUp = true;
    await vi.advanceTimersByTimeAsync(4000);
    expect(screen.getByRole('heading', { name: 'Sign in to Lookalike' })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('says so where something else answers in the place of the server', async () => {
    vi.stubGlobal('fetch', async () => new Response('Bad gateway', { status: 502 }));
    open();
    expect((await screen.findByRole('alert')).textContent).toContain('Lookalike does not answer.');
  });

  it('names another reason than the code where there is one', async () => {
    open();
    await isOut();
    vi.stubGlobal('fetch', async () => refused('wrong-origin', 'This request comes from a page of another site.', 403));
    await type('good-code');
    expect((await screen.findByRole('alert')).textContent).toContain('a page of another site');
  });

  describe('chooses a folder', () => {
    beforeEach(() => {
      server.cookie = true;
      server.roots = ['/srv/photos', '/mnt/archive'];
      server.children = { '/srv/photos': ['/srv/photos/2024', '/srv/photos/2025'], '/srv/photos/2025': [] };
    });

    async function askForFolder(): Promise<HTMLElement> {
      open();
      await fireEvent.click(await screen.findByRole('button', { name: 'Add a folder…' }));
      return screen.findByRole('dialog', { name: 'Choose a folder on the server' });
    }

    it('by walking down from the allowed ones, with the focus on the list', async () => {
      const dialog = within(await askForFolder());
      const root = await dialog.findByRole('button', { name: '/srv/photos' });
      await waitFor(() => expect(document.activeElement).toBe(root));
      expect((dialog.getByRole('button', { name: 'Choose' }) as HTMLButtonElement).disabled, 'nothing to choose yet').toBe(true);
      await fireEvent.click(root);
      await fireEvent.click(await dialog.findByRole('button', { name: '2025' }));
      expect(await dialog.findByText('There are no folders in here.')).toBeTruthy();
      await waitFor(() => expect(document.activeElement, 'the focus is never lost').toBe(dialog.getByRole('button', { name: 'Up' })));
      await fireEvent.click(dialog.getByRole('button', { name: 'Choose “2025”' }));
      await screen.findByRole('button', { name: 'Actions for 2025' });
      expect(server.asked).toContain('POST /folders');
      expect(screen.queryByRole('dialog')).toBeNull();
    });

    it('by the keyboard: arrows, and Backspace to go up', async () => {
      const dialog = within(await askForFolder());
      const first = await dialog.findByRole('button', { name: '/srv/photos' });
      await waitFor(() => expect(document.activeElement).toBe(first));
      await fireEvent.keyDown(first, { key: 'ArrowDown' });
      expect(document.activeElement?.textContent).toBe('/mnt/archive');
      await fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowUp' });
      await fireEvent.click(first);
      await waitFor(() => expect(document.activeElement).toBe(dialog.getByRole('button', { name: '2024' })));
      await fireEvent.keyDown(document.activeElement as Element, { key: 'Backspace' });
      expect(await dialog.findByRole('button', { name: '/mnt/archive' })).toBeTruthy();
    });

    it('and says why one cannot be entered, staying where it was', async () => {
      const dialog = within(await askForFolder());
      await fireEvent.click(await dialog.findByRole('button', { name: '/mnt/archive' }));
      expect((await dialog.findByRole('alert')).textContent).toContain('This folder is not allowed.');
      expect(dialog.getByRole('button', { name: '/srv/photos' })).toBeTruthy();
    });

    it('anew where another one is dropped meanwhile: what was asked first is cancelled', async () => {
      const browser = new Browser();
      render(BrowserView, { browser });
      await isIn();
      const answers = [browser.app.host.pickFolder('first'), browser.app.host.pickFolder('second')];
      expect(await answers[0]).toBeNull();
      await waitFor(() => expect(screen.getAllByRole('dialog'), 'one at a time').toHaveLength(1));
      const third = browser.app.host.pickFolder('third');
      expect(await answers[1], 'also where its dialog was open').toBeNull();
      const dialog = within(await screen.findByRole('dialog'));
      await fireEvent.click(await dialog.findByRole('button', { name: '/srv/photos' }));
      await fireEvent.click(await dialog.findByRole('button', { name: 'Choose “photos”' }));
      expect(await third).toBe('/srv/photos');
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    });

    it('or is told how to allow one', async () => {
      server.roots = [];
      const dialog = within(await askForFolder());
      expect(await dialog.findByText('lookalike serve --allow-root DIRECTORY')).toBeTruthy();
      await fireEvent.click(dialog.getByRole('button', { name: 'Cancel' }));
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    });
  });

  it('offers only what a browser can do', async () => {
    server.cookie = true;
    server.folders = [await new FakeHost().addFolder('/srv/photos', [])];
    open();
    const field = await screen.findByRole('textbox', { name: 'Search by photo' });
    expect(field.getAttribute('placeholder')).toBe('Drop a photo, paste one, or type its address');
    await fireEvent.keyDown(window, { key: '/' });
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: '/etc/cat.jpg' } });
    await fireEvent.submit(screen.getByRole('search'));
    expect((await screen.findByRole('alert')).textContent, 'paths of the server are not for typing').toContain('“/etc/cat.jpg” is not the address of a photo.');
    await fireEvent.keyDown(window, { key: '?' });
    expect(await screen.findByText('Open in a new tab')).toBeTruthy();
  });
});
