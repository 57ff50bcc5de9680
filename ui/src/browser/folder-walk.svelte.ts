// A walk through the folders that the server lets be chosen: the allowed ones, and what lies below them.

import type { Client } from '../platform/browser/client';
import { asErrorReply } from '../platform/host';
import type { ErrorReply } from '../wire';

export class FolderWalk {
  /** Null until they are known. */
  roots = $state.raw<string[] | null>(null);
  /** Where the walk is; null at the allowed folders themselves. */
  here = $state<string | null>(null);
  /** Absolute paths of the folders to go on to. */
  folders = $state.raw<string[]>([]);
  loading = $state(false);
  error = $state.raw<ErrorReply | null>(null);

  /** The ways back, the nearest last. */
  #before: (string | null)[] = [];

  constructor(private readonly client: Client) {}

  async start(): Promise<void> {
    await this.#read(async () => {
      const { roots } = await this.client.request<{ roots: string[] }>('GET', '/roots');
      this.roots = roots;
      this.#show(null, roots);
    });
  }

  async enter(path: string): Promise<void> {
    if (await this.#read(() => this.#go(path))) this.#before.push(path);
  }

  async up(): Promise<void> {
    const to = this.#before.at(-2) ?? null;
    if (await this.#read(() => this.#go(to))) this.#before.pop();
  }

  async #go(path: string | null): Promise<void> {
    if (path === null) return this.#show(null, this.roots ?? []);
    const { folders } = await this.client.request<{ folders: string[] }>('GET', `/roots/children?path=${encodeURIComponent(path)}`);
    this.#show(path, folders);
  }

  #show(here: string | null, folders: string[]): void {
    this.here = here;
    this.folders = folders;
  }

  async #read(action: () => Promise<void>): Promise<boolean> {
    if (this.loading) return false;
    this.loading = true;
    this.error = null;
    try {
      await action();
      return true;
    } catch (thrown) {
      this.error = asErrorReply(thrown);
      return false;
    } finally {
      this.loading = false;
    }
  }
}
