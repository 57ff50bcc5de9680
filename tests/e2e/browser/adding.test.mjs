// Photos that are added by upload or from the web, without any folder of the server.

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { tile } from './library.mjs';
import { launch, openPage, picturesLoaded } from './page.mjs';
import { startServer, temporaryFolders } from './server.mjs';

const folders = temporaryFolders();
const own = (name) => join(folders.own, name);
let server;
let browser;
let page;
let isQuiet;

before(async () => {
  for (const seed of [1, 2, 3]) writeScene(own(`scene-${seed}.png`), { seed, width: 480, height: 320 });
  copyFileSync(own('scene-1.png'), own('the-same.png'));
  writeFileSync(own('notes.png'), 'no picture at all');
  server = await startServer({ data: folders.data }); // no folder may be chosen on this one
  browser = await launch();
  ({ page, isQuiet } = await openPage(browser));
  await page.goto(server.address);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  folders.remove();
});

async function choose(...names) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('dialog').getByRole('button', { name: 'Choose photos…' }).click();
  await (await chooser).setFiles(names.map(own));
}

test('an empty library begins with them', async () => {
  await page.getByRole('button', { name: 'Add photos…' }).click();
  await choose('scene-1.png', 'scene-2.png');
  await page.getByText('2 added', { exact: true }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await tile(page, 'scene-1.png').waitFor();
  await tile(page, 'scene-2.png').waitFor();
  await picturesLoaded(page, '[role=gridcell] img');
  await isQuiet(/status of 401/);
});

test('each is said to be added, here already, or refused with the reason', async () => {
  await page.getByRole('button', { name: 'Add photos…' }).click();
  await choose('scene-3.png', 'the-same.png', 'notes.png');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 added · 1 here already · 1 not added').waitFor();
  await dialog.getByRole('listitem').filter({ hasText: 'notes.png' }).getByText(/not taken in/).waitFor();
  await dialog.getByRole('textbox').fill(`${server.origin}/favicon.png`);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('1 not added', { exact: true }).waitFor(); // the server fetches only from the public internet
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await tile(page, 'scene-3.png').waitFor();
  await isQuiet(/status of 4\d\d/);
});
