// Every screen in a browser, in light and dark, before axe: nothing that keeps someone out.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { addAnotherFolder, chooseFolder } from './library.mjs';
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
  writeScene(join(allowed, 'Winter', 'snow.png'), { seed: 30, width: 480, height: 320 });
  copyFileSync(join(photos, 'scene-1.png'), join(allowed, 'Winter', 'scene-1 copy.png'));
  mkdirSync(join(allowed, 'Card'));
  copyFileSync(join(photos, 'scene-2.png'), join(allowed, 'Card', 'known.png'));
  writeScene(join(allowed, 'Card', 'smaller.png'), { seed: 3, width: 240, height: 160 });
  writeScene(join(allowed, 'Card', 'new.png'), { seed: 3, width: 300, height: 300, view: [0.5, 0.02, 0.503, 0.022], warm: -120 });
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

test('the library, narrowed by a name and a filter, and to nothing', async () => {
  await page.keyboard.press('Control+f');
  await page.keyboard.type('scene');
  await page.keyboard.press('Enter');
  await page.keyboard.press('f');
  await page.getByRole('dialog', { name: 'Which photos are shown' }).getByRole('checkbox', { name: 'PNG' }).check();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Take off: PNG' }).waitFor();
  await passes();
  await page.getByRole('textbox', { name: 'Find by name or folder' }).fill('volcano');
  await page.getByRole('heading', { name: 'No photos found' }).waitFor();
  await passes();
  await page.getByRole('button', { name: 'Show all photos' }).click();
  await picturesLoaded(page, '[role=gridcell] img');
});

test('the look-alikes, with one selected', async () => {
  await page.getByRole('gridcell').first().click();
  await page.getByRole('complementary').waitFor();
  await page.getByRole('gridcell').first().click();
  await page.getByRole('region', { name: 'Selected photo' }).waitFor();
  await picturesLoaded(page, '[role=gridcell] img, aside img');
  await passes();
});

test('the recent searches', async () => {
  await page.getByRole('textbox', { name: 'Search by photo' }).click();
  await page.getByRole('region', { name: 'Recent searches' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
});

test('the menu of an export, and the filters', async () => {
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByRole('menu').waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('dialog').waitFor();
  await passes();
  await page.keyboard.press('Escape');
});

test('the preview', async () => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('Space');
  await picturesLoaded(page, 'dialog .picture img');
  await passes();
  await page.keyboard.press('i');
  await page.getByRole('region', { name: 'Information' }).getByText(/ · PNG$/).waitFor();
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
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('button', { name: 'Add photos…' }).click();
  await page.getByRole('dialog', { name: 'Add photos to the library' }).waitFor();
  await page.getByRole('dialog').getByRole('textbox').fill('no address');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await passes();
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

test('the settings, and a number that does not do', async () => {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'This many' }).check();
  await passes();
  await page.getByRole('spinbutton', { name: 'Number of photos at a time' }).fill('99');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await passes();
});

test('what Lookalike is made of', async () => {
  await page.getByRole('button', { name: 'About Lookalike…' }).click();
  await page.getByRole('searchbox').fill('svelte');
  await page.getByText(/^svelte /).first().waitFor();
  await passes();
});

test('the page of a folder, and what is left out', async () => {
  await addAnotherFolder(page, { allowed, name: 'Winter', files: 2 });
  await page.getByRole('button', { name: /^Summer/ }).click();
  const about = page.getByRole('region', { name: 'About Summer' });
  await about.waitFor();
  await passes();
  await about.getByRole('button', { name: 'Leave out…' }).click();
  await page.getByRole('dialog').waitFor();
  await passes();
  await page.keyboard.press('Escape');
});

test('the check before import, before and after', async () => {
  await page.getByRole('button', { name: /^Check before import/ }).click();
  await page.getByRole('heading', { name: 'Do I already have these?' }).waitFor();
  await passes();
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
  await chooseFolder(page, { allowed, name: 'Card' });
  await page.getByRole('region', { name: /^New 1/ }).getByText('new.png').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: /^Copy the/ }).waitFor();
  await passes();
});

test('the duplicates, their folders, and the review', async () => {
  await page.getByRole('button', { name: /^Duplicates/ }).click();
  await passes();
  await page.getByRole('button', { name: /^(Find duplicates|Go on)$/ }).click();
  await page.getByRole('article').first().waitFor({ timeout: 60_000 });
  await picturesLoaded(page, 'article img');
  await passes();
  await page.getByRole('button', { name: 'All folders' }).click();
  await page.getByRole('group', { name: 'Folders with duplicates' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Mark all but the suggested' }).click();
  await page.getByRole('button', { name: 'Review…' }).click();
  await page.getByRole('dialog', { name: 'Move to the trash?' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Take off all marks' }).click();
});

async function chooseTwo() {
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByText('2 photos chosen').waitFor();
}

test('the comparison, side by side, as a difference and swiped', async () => {
  await chooseTwo();
  await passes();
  await page.keyboard.press('c');
  await picturesLoaded(page, 'dialog.compare img');
  await page.getByText(/has the better file/).waitFor();
  await passes();
  for (const key of ['d', 'w']) {
    await page.keyboard.press(key);
    await page.getByRole('dialog').getByRole('slider').waitFor();
    await passes();
  }
  await page.keyboard.press('Escape');
});

test('the questions before photos go to the trash, and what is said afterwards', async () => {
  await chooseTwo();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Delete');
  const review = page.getByRole('dialog', { name: 'Move 2 photos to the trash?' });
  await review.getByText('You can undo it afterwards.').waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape'); // no photo is chosen
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  const snow = page.getByRole('gridcell', { name: 'snow.png', selected: true });
  for (let step = 0; step < SCENES && (await snow.count()) === 0; step++) await page.keyboard.press('ArrowRight');
  assert.equal(await snow.count(), 1);
  await page.keyboard.press('Delete');
  const last = page.getByRole('dialog', { name: 'This is the last copy of 1 photo' });
  await last.waitFor();
  await passes();
  await last.getByRole('button', { name: 'Move it all the same' }).click();
  const told = page.getByRole('status').filter({ hasText: /is in the trash\./ });
  await told.waitFor();
  await passes();
  await told.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('1 file is back where it was.').waitFor();
});

test('the narrow layout, and its drawer', async () => {
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 720 });
  await page.getByRole('button', { name: 'Show the sidebar' }).waitFor();
  await passes();
  await page.getByRole('button', { name: 'Show the sidebar' }).click();
  await page.getByRole('dialog', { name: 'Sidebar' }).waitFor();
  await passes();
  await page.keyboard.press('Escape');
  await page.getByRole('gridcell').first().click();
  await page.getByRole('heading', { name: /look-alike/ }).waitFor();
  await page.getByRole('button', { name: 'Show the query panel' }).click();
  await picturesLoaded(page, '[role=gridcell] img, aside img');
  await passes();
  await page.setViewportSize({ width, height });
});

test('the server away', async () => {
  await server.stop();
  await page.getByRole('alert').filter({ hasText: 'Lookalike does not answer.' }).first().waitFor();
  await passes();
});
