// The window over a fake host with made-up photos, for tests of what a user does in it.

import { fireEvent, render, screen } from '@testing-library/svelte';
import { App } from './app.svelte';
import AppView from './App.svelte';
import { FakeHost, fakeId } from './platform/fake';

export function withPhotos(host: FakeHost, count: number): void {
  host.pictures = Array.from({ length: count }, (_, i) => ({
    id: fakeId(i + 1), file_name: `photo-${i + 1}.jpg`, width: 4000, height: 3000, paths: [`/photos/photo-${i + 1}.jpg`], similarity: Math.max(30, 95 - i) / 100,
  }));
}

export const tile = (name: RegExp) => screen.findByRole('gridcell', { name });

export async function openLibrary(count: number): Promise<{ app: App; host: FakeHost }> {
  const host = new FakeHost();
  withPhotos(host, count);
  await host.addFolder('/photos', []);
  const app = new App(host);
  render(AppView, { app });
  if (count > 0) await tile(/^photo-1\.jpg/);
  return { app, host };
}

/** Looks for photos like the first one. */
export async function openResults(count: number): Promise<{ app: App; host: FakeHost }> {
  const opened = await openLibrary(count);
  await fireEvent.click(await tile(/^photo-1\.jpg/));
  await screen.findByRole('heading', { name: /look-alike/ });
  return opened;
}
