import { beforeEach } from 'vitest';

// Each test begins where a page is opened.
beforeEach(() => history.replaceState(null, '', '/'));

import { afterEach, expect } from 'vitest';

// jsdom lays nothing out and has no ResizeObserver: give every element the size of a usual window.
class FixedSize {
  constructor(private readonly report: ResizeObserverCallback) {}
  observe(target: Element) {
    const contentRect = { width: 1000, height: 700 } as DOMRectReadOnly;
    this.report([{ target, contentRect } as ResizeObserverEntry], this as unknown as ResizeObserver);
  }
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver = FixedSize as unknown as typeof ResizeObserver;
Element.prototype.scrollTo = function () {};
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
};

// What Svelte warns of is a fault in the source, also where nothing shows it yet.
const warned: string[] = [];
const { warn } = console;
console.warn = (...told: unknown[]) => {
  if (String(told[0]).includes('[svelte]')) warned.push(String(told[0]));
  warn(...told);
};
afterEach(() => expect(warned.splice(0), 'Svelte has no reason to warn').toEqual([]));
