// The part of the fake host that plays what is around the page: dialogs, the clipboard, other programs, files dragged in. It
// also notes what is asked of the host and passes on what the host reports.

import type { ErrorReply } from '../wire';
import type { Drag, HostEvent, NativeMenu, NewPhoto, Pasted, PathKind, Stop } from './host';

export class FakeDesktop {
  clipboard: Pasted = { kind: 'nothing' };
  /** Answers of the native dialogs. */
  chosen: string | null = null;
  newPhotos: NewPhoto[] = [];
  kinds = new Map<string, PathKind>();
  menu: NativeMenu[] = [];
  /** What was asked of it, in order. */
  readonly calls: string[] = [];
  /** Makes the next call of a name fail. */
  readonly failures = new Map<string, ErrorReply>();

  #handlers: ((event: HostEvent) => void)[] = [];
  #dragHandlers: ((drag: Drag) => void)[] = [];

  emit(event: HostEvent): void {
    for (const handler of this.#handlers) handler(event);
  }

  drag(drag: Drag): void {
    for (const handler of this.#dragHandlers) handler(drag);
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

  async pathKind(path: string): Promise<PathKind> {
    return this.kinds.get(path) ?? 'missing';
  }

  async paste(): Promise<Pasted> {
    return this.clipboard;
  }

  async copyText(text: string): Promise<void> {
    this.called('copyText', text);
  }

  async copyPicture(id: string): Promise<void> {
    this.called('copyPicture', id);
  }

  async notify(title: string, body: string): Promise<void> {
    this.called('notify', title, body);
  }

  async showProgress(share: number | null): Promise<void> {
    this.called('showProgress', share);
  }

  async setTheme(theme: 'light' | 'dark' | null): Promise<void> {
    this.called('setTheme', theme);
  }

  async setMenu(menu: NativeMenu[]): Promise<void> {
    this.menu = menu;
  }

  async open(id: string): Promise<void> {
    this.called('open', id);
  }

  async showInFolder(id: string): Promise<void> {
    this.called('showInFolder', id);
  }

  async onEvent(handler: (event: HostEvent) => void): Promise<Stop> {
    this.#handlers.push(handler);
    return () => (this.#handlers = this.#handlers.filter((known) => known !== handler));
  }

  async onDrag(handler: (drag: Drag) => void): Promise<Stop> {
    this.#dragHandlers.push(handler);
    return () => (this.#dragHandlers = this.#dragHandlers.filter((known) => known !== handler));
  }

  protected called(name: string, ...details: unknown[]): void {
    this.calls.push([name, ...details].join(' '));
    const failure = this.failures.get(name);
    if (!failure) return;
    this.failures.delete(name);
    throw failure;
  }
}
