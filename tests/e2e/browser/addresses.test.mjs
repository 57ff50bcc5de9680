// An address for every view: back, forth, reload and bookmarks, as the browser itself does them.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { openLibrary, tile } from './library.mjs';
import { dropFiles } from './page.mjs';

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos, own }) => {
    for (let seed = 1; seed <= 6; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
    writeScene(join(own, 'edited.png'), { seed: 3, width: 360, height: 240, light: 1.1 });
    return 6;
  });
  ({ page, isQuiet } = library);
});

after(() => library?.close());

const hash = () => new URL(page.url()).hash;
const title = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
const settled = (pattern) => page.waitForFunction((source) => new RegExp(source).test(location.hash), pattern.source);

test('the code is gone from it, and the library stands in its place', async () => {
  // Signing in goes on while the page is there already.
  await page.waitForFunction(() => location.hash === '#/library');
  assert.equal(hash(), '#/library');
});

test('each view is found again after a reload, and by the way back and forth', async () => {
  await page.getByRole('button', { name: /^Summer/ }).click();
  await title('Summer');
  const folder = hash();
  assert.match(folder, /^#\/library\/\d+$/);
  for (const [entry, name, place] of [[/^Duplicates/, 'Duplicates', '#/duplicates'], [/^Check before/, 'Check before import', '#/import-check'], [/^Settings/, 'Settings', '#/settings']]) {
    await page.getByRole('button', { name: entry }).click();
    await title(name);
    await page.reload();
    await title(name);
    assert.equal(hash(), place);
  }
  await page.getByRole('button', { name: 'About Lookalike…' }).click();
  assert.equal(hash(), '#/about');
  for (const name of ['Settings', 'Check before import', 'Duplicates', 'Summer']) {
    await page.goBack();
    await title(name);
  }
  assert.equal(hash(), folder);
  await page.goForward();
  await title('Duplicates');
  await isQuiet();
});

test('a search by a photo of the library is found again with its threshold and its filter', async () => {
  await page.goto(`${library.server.origin}/`);
  await tile(page, 'scene-3.png').click();
  await page.getByRole('heading', { name: /look-alike/ }).waitFor();
  await page.getByRole('slider', { name: 'Similarity at least' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('f');
  await page.getByRole('dialog').getByRole('checkbox', { name: 'PNG' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await settled(/from=0\.2.*filter=/);
  const address = page.url();
  assert.doesNotMatch(address, /scene-3/, 'no name of a photo');
  await page.reload();
  await title('5 look-alikes');
  const stranger = await library.context.newPage();
  await stranger.goto(address);
  await stranger.getByRole('heading', { level: 1, name: '5 look-alikes' }).waitFor();
  await stranger.locator('form[role=search] .chip', { hasText: 'scene-3.png' }).waitFor();
  await stranger.close();
  await isQuiet();
});

test('a preview is found again, and the way back closes it', async () => {
  await page.goto(`${library.server.origin}/#/library`);
  await tile(page, 'scene-4.png').click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Preview/ }).click();
  await page.getByRole('dialog', { name: /scene-4\.png/ }).waitFor();
  await page.reload();
  await page.getByRole('dialog', { name: /scene-4\.png/ }).waitFor();
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(hash(), '#/library');
});

test('an uploaded photo is gone with the page, which says so', async () => {
  await dropFiles(page, [join(library.own, 'edited.png')]);
  await tile(page, 'scene-3.png').waitFor();
  await page.getByRole('button', { name: /^Settings/ }).click();
  await title('Settings');
  await page.keyboard.press('Alt+ArrowLeft');
  await page.getByRole('heading', { name: /look-alike/ }).waitFor();
  assert.equal(hash(), '#/search');
  await page.reload();
  await page.getByText('The photo that you looked for is not here any more.').waitFor();
  await title('All photos');
  await isQuiet();
});

test('who signs out leaves nothing of it in the address', async () => {
  await tile(page, 'scene-2.png').click();
  await page.getByRole('heading', { name: /look-alike/ }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Lookalike' }).waitFor();
  assert.equal(hash(), '');
});
