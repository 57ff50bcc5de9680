// Folders and skipped files as a user meets them, over the fake host.

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost, idle } from '../platform/fake';
import { withPhotos } from '../test-app';
import { driveOf, folderState, liesIn } from './folder-state';

describe('a folder', () => {
  let host: FakeHost;

  beforeEach(async () => {
    setLanguage('en');
    host = new FakeHost();
    withPhotos(host, 3);
    await host.addFolder('/media/ann/USB BLUE/Archive', ['*.tmp']);
    await host.addFolder('/home/ann/Summer', []);
    change(0, { state: 'offline', state_reason: 'it is not there (drive not connected, or folder renamed)' });
    change(1, { skipped: 2 });
  });
  afterEach(() => {
    cleanup();
    setLanguage('en');
  });

  function change(at: number, change: Partial<FakeHost['folders'][number]>): void {
    host.folders = host.folders.map((folder, i) => (i === at ? { ...folder, ...change } : folder));
  }

  async function openFolder(name: RegExp): Promise<void> {
    render(AppView, { app: new App(host) });
    await fireEvent.click(await screen.findByRole('button', { name }));
  }

  it('shows count, state and the label of its drive in words', async () => {
    render(AppView, { app: new App(host) });
    expect(await screen.findByRole('button', { name: /^Archive.*Offline: USB BLUE.*3$/ })).toBeTruthy();
    expect(screen.getByRole('button', { name: /^Summer.*Watching · 2 skipped.*3$/ })).toBeTruthy();
  });

  it('that lies in one of the library is said to be there already', async () => {
    const app = new App(host);
    render(AppView, { app });
    const [archive] = host.folders;
    host.addFolder = async () => archive as NonNullable<typeof archive>; // as the engine does: that one covers it
    await fireEvent.click(await screen.findByRole('button', { name: 'Add a folder…' }));
    await fireEvent.input(screen.getByLabelText('Folder'), { target: { value: '/media/ann/USB BLUE/Archive/2024/' } });
    await fireEvent.submit(screen.getByLabelText<HTMLInputElement>('Folder').form as HTMLFormElement);
    expect(await screen.findByText('“2024” is in your library already, as a part of “Archive”.')).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await app.addFolder('/media/ann/USB BLUE/Archive', []);
    expect(await screen.findByText('“Archive” is in your library already.')).toBeTruthy();
  });

  it('says in Chinese that it is offline, with the reason in English as the detail', async () => {
    setLanguage('zh-CN');
    await openFolder(/^Archive.*离线：USB BLUE/);
    expect((await screen.findByText(/^it is not there/)).getAttribute('lang')).toBe('en');
    expect(screen.getByText(/此文件夹目前无法访问/)).toBeTruthy();
  });

  it('has its actions on its page, and behind a button and the menu key in the sidebar', async () => {
    await openFolder(/^Summer/);
    const page = within(await screen.findByRole('region', { name: 'About Summer' }));
    await fireEvent.click(page.getByRole('button', { name: 'Pause' }));
    expect(await page.findByRole('button', { name: 'Resume' })).toBeTruthy();
    await fireEvent.click(page.getByRole('button', { name: 'Protect from the trash' }));
    expect(await page.findByText(/Protected: its files cannot go to the trash/)).toBeTruthy();
    await fireEvent.contextMenu(screen.getByRole('button', { name: /^Summer/ }));
    expect(await screen.findByRole('menuitem', { name: 'Resume' })).toBeTruthy();
    await fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
    await fireEvent.click(screen.getByRole('button', { name: 'Actions for Summer' }));
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Leave out…' }));
    expect(await screen.findByRole('dialog', { name: 'Leave out of “Summer”' })).toBeTruthy();
  });

  it('is not said to be up to date while it is paused', async () => {
    await openFolder(/^Summer/);
    const pill = () => document.querySelector('.pill')?.textContent?.trim();
    await waitFor(() => expect(pill()).toBe('Up to date'));
    const page = within(await screen.findByRole('region', { name: 'About Summer' }));
    await fireEvent.click(page.getByRole('button', { name: 'Pause' }));
    await waitFor(() => expect(pill()).toBe('1 folder is paused'));
    await fireEvent.click(await page.findByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(pill()).toBe('Up to date'));
  });

  it('has patterns that can be changed, and says in the dialog why they were not taken', async () => {
    await openFolder(/^Archive/);
    const page = within(await screen.findByRole('region', { name: 'About Archive' }));
    expect(page.getByText('Left out: *.tmp')).toBeTruthy();
    await fireEvent.click(page.getByRole('button', { name: 'Leave out…' }));
    const dialog = within(await screen.findByRole('dialog'));
    const field = dialog.getByRole('textbox', { name: /^Leave out/ }) as HTMLTextAreaElement;
    expect(field.value).toBe('*.tmp');
    host.failures.set('setExcludes', { code: 'invalid-request', message: '“[” is not a pattern', hint: 'Close the bracket.' });
    await fireEvent.input(field, { target: { value: '*.tmp\n [ \n\n' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('“[” is not a pattern');
    await fireEvent.input(field, { target: { value: 'drafts/\n\n*.tmp' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect(await page.findByText('Left out: drafts/ *.tmp')).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says in the dialog why it could not be added', async () => {
    render(AppView, { app: new App(host) });
    await fireEvent.click(await screen.findByRole('button', { name: 'Add a folder…' }));
    const dialog = within(await screen.findByRole('dialog'));
    host.failures.set('addFolder', { code: 'not-found', message: 'there is no folder /no/such', hint: 'Check the spelling.' });
    await fireEvent.input(dialog.getByRole('textbox', { name: 'Folder' }), { target: { value: '/no/such' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Add' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('Check the spelling.');
  });

  it('offers nothing that changes it where this window only reads', async () => {
    host.writable = false;
    await openFolder(/^Summer/);
    const page = within(await screen.findByRole('region', { name: 'About Summer' }));
    expect(page.queryByRole('button', { name: 'Pause' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Actions for Summer' })).toBeNull();
  });

  it('leads to its skipped files, of which one or all are tried again', async () => {
    host.skippedFiles = [
      { id: 1, path: '/home/ann/Summer/a.jpg', code: 'timeout', message: 'it was not decoded within 30 s' },
      { id: 2, path: '/home/ann/Summer/b.jpg', code: 'empty', message: 'it is empty' },
      { id: 3, path: '/home/ann/Summer 2/c.jpg', code: 'damaged', message: 'it is damaged' },
    ];
    await openFolder(/^Summer/);
    await fireEvent.click(await screen.findByRole('button', { name: '2 skipped files' }));
    expect(await screen.findByText('Took too long')).toBeTruthy();
    expect(screen.queryByText('/home/ann/Summer 2/c.jpg'), 'of a folder with a longer name').toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Retry b.jpg' }));
    expect(await screen.findByText('1 file is tried again.')).toBeTruthy();
    await waitFor(() => expect(screen.queryByText('/home/ann/Summer/b.jpg')).toBeNull(), { timeout: 4000 });
    await fireEvent.click(screen.getByRole('button', { name: 'Retry all' }));
    await waitFor(() => expect(host.calls).toContain('retry 1'));
    await fireEvent.change(screen.getByRole('combobox', { name: 'In which folder' }), { target: { value: '' } });
    expect(await screen.findByText('/home/ann/Summer 2/c.jpg')).toBeTruthy();
  });

  it('waits with the others while all is paused', () => {
    const [, folder] = host.folders;
    if (!folder) throw new Error('there are two');
    expect(folderState(folder, { ...idle, stage: 'paused' }).text).toBe('Paused');
    expect(folderState(folder, { ...idle, stage: 'indexing', total: 100, done: 43 }).text).toBe('Indexing 43%');
    expect(folderState({ ...folder, scanned_at: 1 }, { ...idle, stage: 'indexing', total: 100, done: 43 }).text).toBe('Watching');
  });

  it('is known to lie on a drive by where the systems put drives', () => {
    expect(['/run/media/ann/CARD/DCIM', '/Volumes/CARD/DCIM', '/mnt/nas/x', 'D:\\Photos', '/home/ann'].map(driveOf)).toEqual(['CARD', 'CARD', 'nas', 'D:', null]);
    const [, folder] = host.folders;
    if (!folder) throw new Error('there are two');
    expect(liesIn({ ...folder, path: 'D:\\' }, 'D:\\a.jpg')).toBe(true);
  });
});
