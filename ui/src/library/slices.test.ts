// A large library, whose list comes in slices, each only when the test lets it.

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import { tile, withPhotos } from '../test-app';

const PHOTOS = 4500;

describe('a large library', () => {
  let host: FakeHost;
  let app: App;
  let waiting: (() => void)[];

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    withPhotos(host, PHOTOS);
    await host.addFolder('/photos', []);
    await host.addFolder('/archive', []);
    waiting = [];
    host.library = async ({ offset, limit }) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { total: PHOTOS, pictures: host.pictures.slice(offset, offset + limit) };
    };
    app = new App(host);
    render(AppView, { app });
  });
  afterEach(cleanup);

  async function letCome(slices: number): Promise<void> {
    for (let i = 0; i < slices; i++) {
      await waitFor(() => expect(waiting).not.toEqual([]));
      waiting.shift()?.();
    }
  }

  it('is there for everything else before the first photo is', async () => {
    await fireEvent.click(await screen.findByRole('button', { name: /^Settings/ }));
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeTruthy();
  });

  it('shows its first photos, and how many there are, after the first slice', async () => {
    await letCome(1);
    await tile(/^photo-1\.jpg/);
    expect(screen.getByText('4,500 photos')).toBeTruthy();
    expect(app.library.pictures).toHaveLength(1000);
    await waitFor(() => expect(waiting, 'the next slice is on its way').toHaveLength(1));
  });

  it('grows in few steps while the rest comes, keeping what is selected', async () => {
    const lengths = new Set<number>();
    for (let slice = 1; slice <= 5; slice++) {
      await letCome(1);
      await waitFor(() => expect(waiting.length === 1 || app.library.pictures.length === PHOTOS).toBe(true));
      if (slice === 1) await fireEvent.click(await tile(/^photo-2\.jpg/), { ctrlKey: true });
      lengths.add(app.library.pictures.length);
    }
    expect([...lengths]).toEqual([1000, 2000, 4000, 4500]);
    expect(new Set(app.library.pictures.map(({ id }) => id)).size, 'none twice').toBe(PHOTOS);
    expect(app.selectedPhoto?.file_name).toBe('photo-2.jpg');
  });

  it('is left for a folder although not all of it has come', async () => {
    await letCome(2);
    await tile(/^photo-1\.jpg/);
    await fireEvent.click(screen.getByRole('button', { name: /^archive/ }));
    expect(app.library.pictures).toEqual([]);
    await letCome(2); // the one that was on its way, and the first of the folder
    await tile(/^photo-1\.jpg/);
    expect(app.library.pictures, 'none of the list that was left').toHaveLength(1000);
  });
});
