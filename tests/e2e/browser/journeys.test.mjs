// What people do with Lookalike in a browser, against the real server: each journey starts where the one before ended.

import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { addFolder, dropFiles, launch, openPage, picturesLoaded, tiles } from './page.mjs';
import { makeToken, startServer, temporaryFolders } from './server.mjs';

const SCENES = 12;
const folders = temporaryFolders();
const { allowed, photos, own, data } = folders;
/** Not in the library: smaller, brighter and a little cropped. */
const edited = (seed) => join(own, `edited-${seed}.png`);
const UNAUTHORISED = /status of 401/;

let server;
let browser;
let page;
let isQuiet;
let context;

before(async () => {
  for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
  for (const seed of [3, 5, 7, 9]) writeScene(edited(seed), { seed, width: 360, height: 240, view: [0.03, 0.03, 0.97, 0.97], light: 1.12 });
  writeFileSync(join(own, 'notes.png'), 'no picture at all');
  server = await startServer({ data, allowed });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  folders.remove();
});

async function comesFirst(name) {
  const first = page.getByRole('gridcell').first();
  await first.and(page.getByRole('gridcell', { name })).waitFor().catch(async (error) => {
    throw new Error(`${name} should come first, and not ${(await tiles(page))[0]}`, { cause: error });
  });
}

/** The photo of this number is found: first, and as the same picture. */
async function findsScene(seed) {
  await comesFirst(`scene-${seed}.png · Same picture`);
  await picturesLoaded(page, '[role=gridcell] img, aside img');
}

test('a wrong code is refused, and the page says so', async () => {
  const visitor = await openPage(browser);
  await visitor.page.goto(`${server.origin}/#code=not-the-code`);
  await visitor.page.getByRole('alert').filter({ hasText: 'This code does not open the door.' }).waitFor();
  assert.equal(new URL(visitor.page.url()).hash, '', 'the code leaves the address all the same');
  await visitor.page.getByLabel('Address, code or token').fill(`${server.origin}/#code=neither`);
  await visitor.page.getByRole('button', { name: 'Sign in' }).click();
  await visitor.page.getByRole('alert').waitFor();
  assert.equal(await visitor.page.getByRole('grid').count(), 0);
  await visitor.isQuiet(UNAUTHORISED);
  await visitor.context.close();
});

test('the printed address signs in, once, and its code leaves the address', async () => {
  ({ page, context, isQuiet } = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] }));
  const { 'content-security-policy': policy } = (await page.goto(server.address)).headers();
  assert.match(policy, /script-src 'self'; style-src 'self';/, 'what the page runs under');
  await page.getByRole('heading', { name: 'Find the photos that look alike' }).waitFor();
  assert.equal(page.url(), `${server.origin}/`);
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
  await page.reload();
  await page.getByRole('heading', { name: 'Find the photos that look alike' }).waitFor();
  await isQuiet();

  const second = await openPage(browser);
  await second.page.goto(server.address);
  await second.page.getByRole('alert').filter({ hasText: 'This code does not open the door.' }).waitFor();
  await second.context.close();
});

test('a token signs in, as often as one likes', async () => {
  const token = makeToken(data, 'laptop');
  for (let visit = 1; visit <= 2; visit++) {
    const visitor = await openPage(browser);
    await visitor.page.goto(server.origin);
    await visitor.page.getByLabel('Address, code or token').fill(token);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    await visitor.page.getByRole('heading', { name: 'Find the photos that look alike' }).waitFor();
    await visitor.isQuiet(UNAUTHORISED);
    await visitor.context.close();
  }
});

test('a folder below an allowed one is added, and its thumbnails are shown', async () => {
  await addFolder(page, { allowed, name: 'Summer', photos: SCENES });
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  await picturesLoaded(page, '[role=gridcell] img');
  assert.equal((await tiles(page)).length, SCENES);
  await isQuiet();
});

test('a new photo on the server appears by itself', async () => {
  writeScene(join(photos, 'late.png'), { seed: 40, width: 480, height: 320 });
  await page.getByRole('gridcell', { name: 'late.png' }).waitFor({ timeout: 30_000 });
  await isQuiet();
});

test('a photo picked from this computer finds its look-alike', async () => {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Pick…' }).click();
  await (await chooser).setFiles(edited(9));
  await findsScene(9);
  await page.getByRole('complementary').getByText('edited-9.png').waitFor();
  await isQuiet();
});

test('a dropped photo finds its look-alike', async () => {
  await dropFiles(page, [edited(5)], { before: () => page.getByText('Drop to find look-alikes').waitFor() });
  await findsScene(5);
  await page.getByText('Drop to find look-alikes').waitFor({ state: 'hidden' });
  await isQuiet();
});

test('a dropped folder is asked for among the folders of the server', async () => {
  await dropFiles(page, [own]);
  const dialog = page.getByRole('dialog', { name: 'Choose a folder on the server' });
  await dialog.getByText('where the folder “own” lies').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await isQuiet();
});

test('a pasted picture finds its look-alike, by the keys and by the button', async () => {
  // Among the results before, it may lie too far down to be drawn.
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.evaluate(async (address) => {
    const picture = await (await fetch(address)).blob();
    const bitmap = await createImageBitmap(picture);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': await canvas.convertToBlob() })]);
  }, await page.getByRole('gridcell', { name: 'scene-3.png' }).locator('img').getAttribute('src'));
  await page.keyboard.press('Control+v');
  await page.getByRole('button', { name: 'Pasted picture' }).waitFor();
  await comesFirst(/^scene-3\.png/);

  await page.getByRole('button', { name: 'Clear search' }).click();
  await page.getByRole('button', { name: 'Paste', exact: true }).click();
  await page.getByRole('button', { name: 'Pasted picture' }).waitFor();
  await comesFirst(/^scene-3\.png/);
  await isQuiet();
});

test('what is no picture is refused in words', async () => {
  await dropFiles(page, [join(own, 'notes.png')]);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.innerText(), /\w+/);
  await page.getByRole('button', { name: 'Clear search' }).first().click();
  await isQuiet(/status of 4\d\d/); // the browser reports each refused request
});

test('the way back to an earlier photo uploads it again', async () => {
  await dropFiles(page, [edited(7)]);
  await findsScene(7);
  await dropFiles(page, [edited(5)]);
  await findsScene(5);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await findsScene(7);
  await isQuiet();
});

test('a photo is looked at large, moved on from, and opened in a tab', async () => {
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  const preview = page.getByRole('dialog', { name: /^Preview of / });
  await preview.waitFor();
  await picturesLoaded(page, 'dialog .picture img');
  const name = await preview.getAttribute('aria-label');
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await preview.getAttribute('aria-label'), name);
  await picturesLoaded(page, 'dialog .picture img');

  const opened = context.waitForEvent('page');
  await preview.getByRole('button', { name: 'Open' }).click();
  const tab = await opened;
  await tab.waitForLoadState();
  assert.match(tab.url(), /\/api\/v1\/pictures\/[0-9a-f]{64}\/original$/);
  assert.ok(await tab.evaluate(() => document.images[0]?.naturalWidth > 0), 'the tab shows the photo');
  await tab.close();
  await page.keyboard.press('Escape');
  await isQuiet();
});

test('the menu of a photo offers what a browser can do', async () => {
  await page.getByRole('gridcell', { name: 'scene-2.png' }).click({ button: 'right' });
  const menu = page.getByRole('menu');
  assert.equal(await menu.getByRole('menuitem', { name: 'Show in folder' }).count(), 0);
  await menu.getByRole('menuitem', { name: 'Copy path' }).click();
  await page.getByText('Path copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), join(photos, 'scene-2.png'));
  await isQuiet();
});

test('a file that cannot be read is listed with its reason', async () => {
  copyFileSync(join(own, 'notes.png'), join(photos, 'broken.png'));
  await page.getByRole('button', { name: /^Skipped files/ }).click({ timeout: 60_000 });
  await page.getByRole('cell', { name: /\/broken\.png$/ }).waitFor();
  await isQuiet();
});

test('a second server on the same library only reads, and says so', async () => {
  const reader = await startServer({ data, allowed });
  const visitor = await openPage(browser);
  try {
    await visitor.page.goto(reader.address);
    await visitor.page.getByRole('status').filter({ hasText: 'Another Lookalike is writing to this library' }).waitFor();
    await picturesLoaded(visitor.page, '[role=gridcell] img');
    assert.equal(await visitor.page.getByRole('button', { name: 'Add a folder…' }).count(), 0);
    await visitor.isQuiet();
  } finally {
    await visitor.context.close();
    await reader.stop();
  }
});

test('a server that stops is noticed, and so is its return', async () => {
  await server.stop();
  await page.getByRole('alert').filter({ hasText: 'Lookalike does not answer.' }).first().waitFor();
  server = await startServer({ data, allowed, port: server.port });
  await page.getByText('Lookalike does not answer.').first().waitFor({ state: 'hidden', timeout: 30_000 });
  // Sessions may or may not outlive the process; either way the page shows where it stands.
  const session = await context.request.get(`${server.origin}/api/v1/session`);
  if (!session.ok()) {
    await page.getByRole('heading', { name: 'Sign in to Lookalike' }).waitFor();
    await page.getByLabel('Address, code or token').fill(server.address);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await page.getByRole('button', { name: /^All photos/ }).click();
  await picturesLoaded(page, '[role=gridcell] img');
  await isQuiet(/ERR_|status of 401/);
});

test('signing out ends the session for good', async () => {
  const { cookies } = await context.storageState();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Lookalike' }).waitFor();
  const thief = await openPage(browser, { storageState: { cookies, origins: [] } });
  const response = await thief.context.request.get(`${server.origin}/api/v1/status`);
  assert.equal(response.status(), 401, 'the cookie is worth nothing any more');
  await thief.context.close();
  await isQuiet(UNAUTHORISED);
});
