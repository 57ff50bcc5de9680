// The screen of the shared library as a user meets it, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import type { TestStep } from '../wire';

function step(target: TestStep['target'], name: string, change: Partial<TestStep> = {}): TestStep {
  return { target, step: name, label: name, state: 'ok', ms: 3, detail: 'fine', code: null, hint: null, remedy: null, ...change };
}

describe('the shared library', () => {
  let host: FakeHost;
  let app: App;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    await host.addFolder('/photos', []);
    app = new App(host);
    render(AppView, { app });
    await fireEvent.click(await screen.findByRole('button', { name: 'Shared library' }));
    await screen.findByRole('heading', { name: 'Shared library' });
  });
  afterEach(cleanup);

  const field = (name: string) => screen.getAllByLabelText(name)[0] as HTMLInputElement;
  const type = (input: HTMLInputElement, value: string) => fireEvent.input(input, { target: { value } });

  it('connects with secrets that are masked, sent once and forgotten here', async () => {
    await type(field('Address'), 'https://milvus.example:19530');
    const token = field('Token, or user:password');
    expect(token.type, 'secrets are masked').toBe('password');
    await type(token, 'root:hunter2');
    await fireEvent.click(screen.getByLabelText('Share the pictures too'));
    await type(await screen.findByLabelText('Access key'), 'key');
    await type(screen.getByLabelText<HTMLInputElement>('Secret key'), 'secret');
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));

    await screen.findByText('Connected. Changes are sent by themselves.');
    expect(host.remote.received?.settings.milvus.address).toBe('https://milvus.example:19530');
    expect(host.remote.received?.secrets).toEqual({ milvus_token: 'root:hunter2', s3_access_key: 'key', s3_secret_key: 'secret' });
    expect(token.value, 'nothing typed stays in the window').toBe('');
    expect(token.placeholder).toBe('known; leave empty to keep it');
    expect(document.body.innerHTML).not.toContain('hunter2');
  });

  it('fills in what a kind of server needs', async () => {
    await fireEvent.click(screen.getByLabelText('Share the pictures too'));
    await fireEvent.change(await screen.findByLabelText('Kind of server'), { target: { value: 'aws' } });
    expect(app.connections.form.store).toMatchObject({ endpoint: 'https://s3.us-east-1.amazonaws.com', path_style: false, bucket: 'lookalike' });
  });

  it('shows each step of a test, its cause and what to do, and makes the change that would help', async () => {
    host.remote.steps = [
      step('milvus', 'name'), step('milvus', 'tcp'),
      step('milvus', 'tls', { state: 'failed', detail: 'It speaks TLS, and the address says http.', code: 'tls', hint: 'Use https.', remedy: 'use-tls' }),
      step('milvus', 'sign-in', { state: 'off', detail: 'not tried' }),
    ];
    await fireEvent.click(screen.getByRole('button', { name: 'Test connection' }));
    expect(await screen.findByText('It speaks TLS, and the address says http.')).toBeTruthy();
    expect(screen.getByText('Use https.')).toBeTruthy();
    expect(screen.getByText('not tried')).toBeTruthy();
    expect(screen.getByRole('status').textContent).toContain('does not work yet');

    host.remote.steps = [step('milvus', 'name'), step('milvus', 'tls')];
    await fireEvent.click(screen.getByRole('button', { name: 'Use TLS' }));
    expect(await screen.findByText('Everything works. Nothing was left behind.')).toBeTruthy();
    expect(host.calls).toContain('testConnection https://127.0.0.1:19530');
    expect(host.remote.info.enabled, 'a test connects nothing').toBe(false);
  });

  it('says how syncing stands, pauses, goes on and retries', async () => {
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));
    await screen.findByRole('heading', { name: 'Syncing' });
    host.remote.setStatus({
      state: 'syncing', pending: 40, done: 1200, parked: 1, rate: 55,
      parked_pictures: [{ id: 'ab', file_name: 'beach.jpg', code: 'file-changed', message: 'It has changed since it was indexed.' }],
    });
    expect(await screen.findByText('1,200')).toBeTruthy();
    expect(screen.getByText('It has changed since it was indexed.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Resume' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(screen.queryByText('beach.jpg')).toBeNull());
  });

  it('says why it is blocked and what to do', async () => {
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));
    await screen.findByRole('heading', { name: 'Syncing' });
    host.remote.setStatus({ state: 'blocked', problem: { code: 'remote-failed', message: 'Milvus does not accept the password.', hint: 'Enter it again.' } });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('does not accept the password');
    expect(alert.textContent).toContain('Enter it again.');
  });

  it('compares, and mends what differs', async () => {
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));
    host.remote.differences = { missing: 2, surplus: 1, different: 0 };
    await fireEvent.click(await screen.findByRole('button', { name: 'Compare' }));
    expect(await screen.findByText('2 missing there, 1 too many there, 0 different.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Compare and mend' }));
    expect(await screen.findByText(/Catalog and servers agree/)).toBeTruthy();
  });

  it('searches the shared library, and says when this computer answers in its place', async () => {
    expect(screen.queryByRole('combobox', { name: 'Where to look' }), 'offered only when connected').toBeNull();
    host.pictures = [{ id: '0'.repeat(64), file_name: 'a.jpg', width: 4, height: 3, paths: ['/photos/a.jpg'], similarity: 0.9 }];
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));
    const scope = await screen.findByRole('combobox', { name: 'Where to look' });
    await app.find({ kind: 'path', path: '/desk/cat.jpg' });
    await fireEvent.change(scope, { target: { value: 'shared' } });
    await waitFor(() => expect(host.calls.at(-1)).toMatch(/^page/));
    expect(app.search.results.fallback).toBeNull();
    host.remote.away = { code: 'remote-failed', message: 'Milvus cannot be reached.', hint: null };
    await app.search.refresh();
    expect(await screen.findByText(/From this computer; the shared library does not answer: Milvus cannot be reached\./)).toBeTruthy();
  });

  it('disconnects and says that everything stays here', async () => {
    await fireEvent.click(screen.getByRole('button', { name: 'Connect' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Disconnect' }));
    expect(await screen.findByText(/everything stays on this computer/)).toBeTruthy();
    expect(screen.queryByRole('heading', { name: 'Syncing' })).toBeNull();
  });
});

describe('a connection that cannot be read', () => {
  afterEach(cleanup);

  it('is said, with what mends it', async () => {
    setLanguage('en');
    const host = new FakeHost();
    await host.addFolder('/photos', []);
    host.remote.info = { ...host.remote.info, problem: { code: 'io', message: 'The settings are damaged.', hint: null } };
    render(AppView, { app: new App(host) });
    await fireEvent.click(await screen.findByRole('button', { name: 'Shared library' }));
    expect((await screen.findByText('The settings are damaged.')).parentElement?.textContent).toContain('Connecting again mends it.');
  });
});
