// The models as a user meets them, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';

describe('the models', () => {
  let host: FakeHost;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    await host.addFolder('/photos', []);
  });
  afterEach(cleanup);

  async function open(): Promise<void> {
    render(AppView, { app: new App(host) });
    await fireEvent.click(await screen.findByRole('button', { name: /^Models/ }));
    await screen.findByRole('heading', { name: 'Models' });
  }

  const row = async (name: RegExp) => {
    const heading = await screen.findByRole('heading', { name, level: 2 });
    const item = heading.closest('li');
    if (!item) throw new Error('a model is a list item');
    return within(item);
  };

  it('are listed with state, size and licence', async () => {
    await open();
    const fake = await row(/^Fake In use/);
    expect(fake.getByText('12 MB')).toBeTruthy();
    expect(fake.getByText('Licence MIT')).toBeTruthy();
    const big = await row(/^Big Not fetched yet/);
    expect(big.getByText('102 MB')).toBeTruthy();
    expect(big.getByText(/limits of likeness are estimates/)).toBeTruthy();
  });

  it('are fetched with progress, put to use with progress, and left again at once', async () => {
    await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Fetch Big' }));
    host.fakeModels.progressInstall({ id: 'big', done: 51_000_000, total: 102_442_452, rate: 3_100_000 });
    expect(await screen.findByText('51 MB of 102 MB · 3.1 MB/s')).toBeTruthy();
    host.fakeModels.finishInstall();

    await fireEvent.click(await screen.findByRole('button', { name: 'Use Big' }));
    const base = host.fakeModels.switch;
    if (!base) throw new Error('a switch has begun');
    host.fakeModels.progressSwitch({ ...base, done: 100, rate: 41, seconds_left: 420 });
    expect(await screen.findByText('100 of 400 · 41/s · 7 min left')).toBeTruthy();
    expect(screen.getByText(/^Fake answers your searches/), 'it says that nothing is lost meanwhile').toBeTruthy();
    expect(screen.getByRole('button', { name: 'Models 25%' }), 'the sidebar shows how far it is').toBeTruthy();

    await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    expect(await screen.findByText('Paused at 100 of 400')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await screen.findByRole('button', { name: 'Pause' });

    host.fakeModels.exchange('big');
    await row(/^Big In use/);
    expect(screen.queryByRole('heading', { name: /Switching/ })).toBeNull();
    await fireEvent.click(await screen.findByRole('button', { name: 'Go back to Fake' }));
    await row(/^Fake In use/);
  });

  it('give up a switch and a download on request', async () => {
    await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Fetch Big' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await screen.findByRole('button', { name: 'Fetch Big' });
    expect(screen.queryByText(/was cancelled/), 'no notice of what one has just done').toBeNull();
    host.fakeModels.change('big', { state: 'ready' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Use Big' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('heading', { name: /Switching/ })).toBeNull());
    expect(host.calls).toContain('cancelSwitch');
  });

  it('say why a download or a switch stopped', async () => {
    await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Fetch Big' }));
    host.fakeModels.finishInstall({ code: 'download-failed', message: 'example.com cannot be reached', hint: 'Check the connection.' });
    expect(await screen.findByText('example.com cannot be reached')).toBeTruthy();
    host.fakeModels.change('big', { state: 'ready' });
    host.fakeModels.use('big');
    const base = host.fakeModels.switch;
    if (!base) throw new Error('a switch has begun');
    host.fakeModels.progressSwitch({ ...base, state: 'failed', reason: { code: 'io', message: 'the disk is full', hint: null } });
    expect(await screen.findByText('the disk is full')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(host.calls).toContain('pauseSwitch false');
  });

  it('list the photos that are known by their thumbnail only', async () => {
    await open();
    host.fakeModels.notes.big = [{ id: 'a', path: '/away/cat.jpg', is_found: true, reason: 'the drive is away' }];
    host.fakeModels.use('big');
    const base = host.fakeModels.switch;
    if (!base) throw new Error('a switch has begun');
    host.fakeModels.progressSwitch({ ...base, from_thumbnail: 1 });
    await fireEvent.click(await screen.findByRole('button', { name: 'Show which' }));
    expect(await screen.findByText('/away/cat.jpg')).toBeTruthy();
  });

  it('say which photos the model in use knows badly or not yet', async () => {
    host.notEmbedded = 3;
    host.fakeModels.notes.fake = [
      { id: 'a', path: '/away/cat.jpg', is_found: true, reason: 'the drive is away' },
      { id: 'b', path: '/away/dog.jpg', is_found: false, reason: 'there is no thumbnail of it' },
    ];
    await open();
    expect(await screen.findByText('2 photos have no vector of Fake yet and cannot be found until they have.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Show which' }));
    expect(await screen.findByText('/away/dog.jpg')).toBeTruthy();
  });

  it('are fetched again where only their vectors are left', async () => {
    host.fakeModels.change('big', { state: 'vectors-only', vectors: 400, missing: 7 });
    host.fakeModels.faulty = [{ id: 'odd', reason: { code: 'model-unusable', message: 'model.toml: id is missing', hint: null } }];
    await open();
    expect((await row(/^Big Files gone/)).getByText('7 photos missing')).toBeTruthy();
    expect(screen.getByText('The folder of model odd cannot be used: model.toml: id is missing')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Fetch Big' }));
    host.fakeModels.finishInstall();
    await row(/^Big Ready/);
    host.fakeModels.change('big', { state: 'vectors-only', source: null });
    await row(/^Big Files gone/);
    expect(screen.queryByRole('button', { name: 'Fetch Big' }), 'there is nowhere to fetch it from').toBeNull();
  });

  it('ask before vectors are forgotten', async () => {
    host.fakeModels.change('big', { state: 'ready', is_immediate: true, vectors: 400 });
    await open();
    await fireEvent.click(screen.getByRole('button', { name: /^Forget what Big knows of 400 photos/ }));
    expect(await screen.findByText(/Its vectors of 400 photos are deleted/)).toBeTruthy();
    expect(host.calls.some((call) => call.startsWith('forgetModel'))).toBe(false);
    await fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Forget' }));
    await screen.findByRole('button', { name: 'Use Big' });
  });

  it('cannot be changed where this window only reads, and speak Chinese', async () => {
    host.writable = false;
    setLanguage('zh-CN');
    render(AppView, { app: new App(host) });
    await fireEvent.click(await screen.findByRole('button', { name: /^模型/ }));
    await row(/^Big 尚未下载/);
    expect(screen.queryByRole('button', { name: '下载 Big' })).toBeNull();
  });
});
