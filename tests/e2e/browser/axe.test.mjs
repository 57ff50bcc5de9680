// Every screen in a browser, in light and dark, before axe: nothing that keeps someone out.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { addFolder, launch, openPage, picturesLoaded } from './page.mjs';
import { startServer, temporaryFolders } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCENES = 5;
const folders = temporaryFolders();
const { allowed, photos, data } = folders;

let server;
let browser;
let page;

before(async () => {
  for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
  writeFileSync(join(photos, 'broken.png'), 'no picture at all');
  server = await startServer({ data, allowed });
  browser = await launch();
  // Only here, for axe itself; the journeys run under the real policy.
  ({ page } = await openPage(browser, { bypassCSP: true, reducedMotion: 'reduce' }));
});

after(async () => {
  await browser?.close();
  await server?.stop();
  folders.remove();
});

async function passes() {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join('\n')}`);
    assert.deepEqual(told, [], `in ${colorScheme}`);
  }
}

test('the door, before and after a wrong code', async () => {
  await page.goto(server.origin);
  await page.getByRole('heading', { name: 'Sign in to Lookalike' }).waitFor();
  await passes();
  await page.getByLabel('Address, code or token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await passes();
});

test('the first run', async () => {
  await page.goto(server.address);
  await page.getByRole('heading', { name: 'Find the photos that look alike' }).waitFor();
  await passes();
});

test('the choice of a folder on the server', async () => {
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  await page.getByRole('button', { name: allowed }).click();
  await page.getByRole('button', { name: 'Summer' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
});

test('the library, and the menu of a photo', async () => {
  await addFolder(page, { allowed, name: 'Summer', photos: SCENES });
  await picturesLoaded(page, '[role=gridcell] img');
  await passes();
  await page.getByRole('gridcell').first().click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  await passes();
  await page.keyboard.press('Escape');
});

test('the look-alikes, with one selected', async () => {
  await page.getByRole('gridcell').first().click();
  await page.getByRole('complementary').waitFor();
  await page.getByRole('gridcell').first().click();
  await page.getByRole('region', { name: 'Selected photo' }).waitFor();
  await picturesLoaded(page, '[role=gridcell] img, aside img');
  await passes();
});

test('the preview', async () => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('Space');
  await picturesLoaded(page, 'dialog .picture img');
  await passes();
  await page.keyboard.press('Escape');
});

test('the skipped files', async () => {
  await page.getByRole('button', { name: /^Skipped files/ }).click();
  await page.getByRole('cell', { name: /\/broken\.png$/ }).waitFor();
  await passes();
});

test('the models', async () => {
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('listitem').filter({ hasText: 'In use' }).waitFor();
  await passes();
});

test('the shared library', async () => {
  await page.getByRole('button', { name: /^Shared library/ }).click();
  await page.getByRole('heading', { name: 'Shared library' }).waitFor();
  await passes();
});

test('the dialogs: a folder, its removal, the shortcuts', async () => {
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  await page.getByRole('dialog', { name: 'Add a folder' }).waitFor();
  await passes();
  await page.getByRole('dialog').getByRole('button', { name: 'Choose…' }).click();
  await page.getByRole('dialog', { name: 'Choose a folder on the server' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Actions for Summer' }).click();
  await page.getByRole('menuitem', { name: 'Remove from library…' }).click();
  await page.getByRole('dialog').waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
});

test('the server away', async () => {
  await server.stop();
  await page.getByRole('alert').filter({ hasText: 'Lookalike does not answer.' }).first().waitFor();
  await passes();
});
