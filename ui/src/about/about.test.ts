// The page about Lookalike as a user meets it, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { LOCAL } from '../connections/connections.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import LicenceTexts from './LicenceTexts.svelte';
import { matching, readParts, readTexts } from './parts';

describe('the page about Lookalike', () => {
  let host: FakeHost;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    await host.addFolder('/photos', []);
  });
  afterEach(cleanup);

  async function open(): Promise<void> {
    const app = new App(host);
    render(AppView, { app });
    await screen.findByRole('button', { name: 'Settings' });
    app.showAbout();
    await screen.findByRole('heading', { name: 'About Lookalike' });
  }

  it('names the version, the model with its licence, and what leaves the computer', async () => {
    await open();
    expect(screen.getByText('Version 0.0.0')).toBeTruthy();
    expect(screen.getByText('Fake, licence MIT')).toBeTruthy();
    expect(screen.getByText(/^Nothing\. Photos, names and searches stay on this computer/)).toBeTruthy();
  });

  it('does not claim that nothing leaves where a server is connected', async () => {
    await host.connect({ settings: LOCAL, secrets: { milvus_token: null, s3_access_key: null, s3_secret_key: null } });
    await open();
    expect(await screen.findByText(/^You have connected a server/)).toBeTruthy();
    expect(screen.queryByText(/^Nothing\./)).toBeNull();
  });

  it('lists the parts by licence, and finds one', async () => {
    await open();
    const parts = within(screen.getByRole('region', { name: 'Made with' }));
    await parts.findByText(/^MIT$/, { selector: 'summary' });
    const svelte = parts.getByText(/^svelte \d/);
    expect((svelte.closest('details') as HTMLDetailsElement).open).toBe(false);
    await fireEvent.input(parts.getByRole('searchbox', { name: 'Find a part or a licence' }), { target: { value: 'Svelte' } });
    await waitFor(() => expect((parts.getByText(/^svelte \d/).closest('details') as HTMLDetailsElement).open).toBe(true));
    expect(parts.queryByText(/^serde \d/)).toBeNull();
    await fireEvent.input(parts.getByRole('searchbox'), { target: { value: 'no such thing' } });
    expect(await parts.findByText('No part and no licence is called that.')).toBeTruthy();
  });

  it('shows the licence of a part with its notice', async () => {
    const [svelte] = (await readParts()).flatMap(({ parts }) => parts).filter((part) => part.startsWith('svelte '));
    if (svelte === undefined) throw new Error('svelte is not listed');
    render(LicenceTexts, { part: svelte, onclose: () => undefined });
    expect(await screen.findByText(/Svelte Contributors/)).toBeTruthy();
    expect(screen.getByRole('dialog', { name: `Licence of ${svelte}`, hidden: true })).toBeTruthy();
  });

  it('has a text for every part', async () => {
    const texts = await readTexts();
    const parts = (await readParts()).flatMap(({ parts }) => parts);
    expect(parts.filter((part) => !texts.has(part))).toEqual([]);
  });

  it('lists a whole licence by its name', async () => {
    const [group] = matching(await readParts(), 'unicode-3.0').filter(({ licence }) => licence === 'Unicode-3.0');
    expect(group?.parts.length).toBeGreaterThan(5);
  });
});
