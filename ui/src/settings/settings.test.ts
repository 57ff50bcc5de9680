// The settings as a user meets them, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { language, setLanguage } from '../i18n/index.svelte';
import { FakeHost } from '../platform/fake';
import { setTheme } from './theme.svelte';
import early from '../../public/theme.js?raw';
import page from '../../index.html?raw';

const root = document.documentElement;

describe('the settings', () => {
  let host: FakeHost;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    await host.addFolder('/photos', []);
  });
  afterEach(() => {
    cleanup();
    setTheme('system');
    setLanguage('en');
  });

  async function open(): Promise<void> {
    render(AppView, { app: new App(host) });
    await fireEvent.click(await screen.findByRole('button', { name: 'Settings' }));
    await screen.findByRole('heading', { name: 'Settings' });
  }

  const section = async (name: string) => within(await screen.findByRole('region', { name }));

  it('open by Ctrl and comma, also while one types', async () => {
    render(AppView, { app: new App(host) });
    await fireEvent.keyDown(await screen.findByRole('textbox', { name: 'Search by photo' }), { key: ',', ctrlKey: true });
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Keyboard shortcuts' }));
    expect(await screen.findByText('Ctrl+,'), 'and the list of keys says so').toBeTruthy();
  });

  it('change the theme, and remember it', async () => {
    await open();
    const theme = within(screen.getByRole('group', { name: 'Theme' }));
    await fireEvent.click(theme.getByRole('radio', { name: 'Dark' }));
    expect(root.dataset.theme).toBe('dark');
    expect(localStorage.getItem('lookalike.theme')).toBe('dark');
    await fireEvent.click(theme.getByRole('radio', { name: 'Follow the system' }));
    expect(root.dataset.theme, 'the system decides').toBeUndefined();
    expect(localStorage.getItem('lookalike.theme')).toBeNull();
  });

  it('apply the remembered theme before anything is painted', () => {
    setTheme('dark');
    delete root.dataset.theme;
    new Function(early)();
    expect(root.dataset.theme).toBe('dark');
    expect(page, 'asked for in the head, and no module').toMatch(/<script src="\/theme\.js"><\/script>[^]*<\/head>/);
  });

  it('change the language, and follow the system again', async () => {
    await open();
    await fireEvent.click(screen.getByRole('radio', { name: '简体中文' }));
    expect(await screen.findByRole('heading', { name: '设置' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('radio', { name: '跟随系统', checked: false }));
    expect(language()).toBe('en');
    expect(localStorage.getItem('lookalike.language')).toBeNull();
    const spoken = vi.spyOn(navigator, 'language', 'get').mockReturnValue('zh-CN');
    window.dispatchEvent(new Event('languagechange'));
    expect(await screen.findByRole('heading', { name: '设置' })).toBeTruthy();
    spoken.mockRestore();
    window.dispatchEvent(new Event('languagechange'));
  });

  it('keep the number of workers as it is changed, and say so', async () => {
    await open();
    const indexing = await section('Indexing');
    expect((indexing.getByRole('radio', { name: 'As many as cores (2)' }) as HTMLInputElement).checked).toBe(true);
    await fireEvent.click(indexing.getByRole('radio', { name: 'This many' }));
    const field = await indexing.findByRole('spinbutton', { name: 'Number of photos at a time' });
    await fireEvent.change(field, { target: { value: '6' } });
    await waitFor(() => expect(host.calls).toContain('setPreferences 6 512'));
    expect(await indexing.findByText('Saved')).toBeTruthy();
    await fireEvent.click(indexing.getByRole('radio', { name: 'As many as cores (2)' }));
    await waitFor(() => expect(host.fakePreferences.preferences.workers).toBeNull());
  });

  it('say what a number must be, and send none that is not', async () => {
    await open();
    const field = await (await section('Storage')).findByRole('spinbutton', { name: /^Room for pictures/ });
    for (const wrong of ['15', '1048577', '1.5', '']) {
      await fireEvent.change(field, { target: { value: wrong } });
      expect((await screen.findByRole('alert')).textContent, wrong).toBe('Give a whole number from 16 to 1,048,576.');
    }
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(host.calls.filter((call) => call.startsWith('setPreferences'))).toEqual([]);
    await fireEvent.change(field, { target: { value: '1024' } });
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    expect(host.calls).toContain('setPreferences  1024');
  });

  it('say why a change was not taken, and take it back', async () => {
    await open();
    const indexing = await section('Indexing');
    host.failures.set('setPreferences', { code: 'io', message: 'cannot write settings.toml', hint: 'Free some space.' });
    await fireEvent.click(indexing.getByRole('radio', { name: 'This many' }));
    expect((await screen.findByRole('alert')).textContent).toMatch(/cannot write settings\.toml\s+Free some space\./);
    await waitFor(() => expect((indexing.getByRole('radio', { name: 'As many as cores (2)' }) as HTMLInputElement).checked).toBe(true));
  });

  it('show what is stored, and where', async () => {
    await open();
    const storage = await section('Storage');
    expect(storage.getByText('4 MB')).toBeTruthy();
    await fireEvent.click(storage.getByRole('button', { name: 'Copy the path of the data directory' }));
    expect(host.calls).toContain('copyText /data');
  });

  it('can be looked at where this window only reads', async () => {
    host.writable = false;
    await open();
    expect(await screen.findByText(/these can be looked at here/)).toBeTruthy();
    expect((await (await section('Storage')).findByRole('spinbutton') as HTMLInputElement).disabled).toBe(true);
  });

  it('can be read again where that failed', async () => {
    host.failures.set('preferences', { code: 'io', message: 'cannot read settings.toml', hint: null });
    await open();
    expect((await screen.findByRole('alert')).textContent).toContain('cannot read settings.toml');
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('region', { name: 'Storage' })).toBeTruthy();
  });

  it('lead to the models, the shared library and the page about Lookalike', async () => {
    await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Choose models…' }));
    await screen.findByRole('heading', { name: 'Models' });
    await fireEvent.click(screen.getByRole('button', { name: 'Settings' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Shared library…' }));
    await screen.findByRole('heading', { name: 'Shared library' });
    await fireEvent.click(screen.getByRole('button', { name: 'Settings' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'About Lookalike…' }));
    await screen.findByRole('heading', { name: 'About Lookalike' });
  });
});
