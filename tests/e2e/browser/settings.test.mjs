// Settings, what Lookalike is made of, the page of a folder, and the files that were skipped.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { addAnotherFolder, openLibrary, tile } from './library.mjs';

const SCENES = 4;

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos, allowed }) => {
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 360, height: 240 });
    writeScene(join(allowed, 'Winter', 'snow.png'), { seed: 30, width: 360, height: 240 });
    for (const name of ['broken.png', 'mended.png']) writeFileSync(join(photos, name), 'no picture at all');
    return SCENES;
  });
  ({ page, isQuiet } = library);
});

after(() => library?.close());

const theme = () => page.evaluate(() => [document.documentElement.dataset.theme ?? null, getComputedStyle(document.body).backgroundColor]);

test('the theme is chosen, and is there again before anything is painted', async () => {
  await page.keyboard.press('Control+Comma');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  const [before, light] = await theme();
  assert.equal(before, null);
  await page.getByRole('group', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).check();
  const [chosen, dark] = await theme();
  assert.equal(chosen, 'dark');
  assert.notEqual(dark, light);
  const { 'content-security-policy': policy } = (await page.reload({ waitUntil: 'commit' })).headers();
  assert.match(policy, /script-src 'self'/);
  await page.waitForFunction(() => document.body !== null);
  assert.equal((await theme())[0], 'dark', 'by the first paint');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  assert.deepEqual(await theme(), ['dark', dark]);
  await page.getByRole('group', { name: 'Theme' }).getByRole('radio', { name: 'Follow the system' }).check();
  assert.deepEqual(await theme(), [null, light]);
  await isQuiet();
});

test('all of the page scrolls, also what is empty beside the settings', async () => {
  const edges = await page.locator('main .list').evaluate((list) => [list.getBoundingClientRect().right, list.closest('main').getBoundingClientRect().right]);
  assert.equal(edges[0], edges[1]);
  await isQuiet();
});

test('the language is chosen, and is there again after a reload', async () => {
  await page.getByRole('radio', { name: '简体中文' }).check();
  await page.getByRole('heading', { name: '设置' }).waitFor();
  assert.match(await page.evaluate(() => document.documentElement.lang), /^zh/);
  await page.reload();
  await page.getByRole('button', { name: '设置' }).click();
  await page.getByRole('heading', { name: '设置' }).waitFor();
  await page.getByRole('radio', { name: 'English' }).check();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await isQuiet();
});

test('how many photos are worked on at a time is kept, where it can be', async () => {
  await page.getByRole('group', { name: 'Photos worked on at a time' }).getByRole('radio', { name: 'This many' }).check();
  const number = page.getByRole('spinbutton', { name: 'Number of photos at a time' });
  await number.fill('99');
  await number.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Give a whole number from 1 to 64.' }).waitFor();
  await number.fill('3');
  await number.press('Enter');
  await page.getByRole('region', { name: 'Indexing' }).getByText('Saved').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await page.reload();
  await page.getByRole('button', { name: 'Settings' }).click();
  assert.equal(await number.inputValue(), '3');
  await isQuiet();
});

test('what Lookalike is made of can be searched, and each part shows its licence', async () => {
  await page.getByRole('button', { name: 'About Lookalike…' }).click();
  await page.getByRole('heading', { name: 'About Lookalike' }).waitFor();
  const parts = page.getByRole('region', { name: 'Made with' });
  await parts.getByRole('searchbox', { name: 'Find a part or a licence' }).fill('svelte');
  await parts.getByRole('button', { name: /^svelte / }).first().click();
  const licence = page.getByRole('dialog', { name: /^Licence of svelte / });
  await licence.getByText(/Svelte Contributors/).waitFor();
  await licence.getByRole('button', { name: 'Close' }).click();
  await licence.waitFor({ state: 'hidden' });
  await parts.getByRole('searchbox').fill('no such part');
  await parts.getByText('No part and no licence is called that.').waitFor();
  await isQuiet();
});

test('the page of a folder says what is left out, and changes it', async () => {
  await addAnotherFolder(page, { allowed: library.allowed, name: 'Winter', files: 1 });
  await page.getByRole('button', { name: /^Summer/ }).click();
  const about = page.getByRole('region', { name: 'About Summer' });
  await about.getByText(library.photos, { exact: true }).waitFor();
  await about.getByText('Nothing is left out.').waitFor();
  await about.getByRole('button', { name: 'Leave out…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Leave out of “Summer”' });
  await dialog.getByRole('textbox').fill('scene-4.*');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await about.getByText('Left out: scene-4.*').waitFor();
  await tile(page, 'scene-4.png').waitFor({ state: 'hidden', timeout: 30_000 });
  await about.getByRole('button', { name: 'Leave out…' }).click();
  await dialog.getByRole('textbox').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await tile(page, 'scene-4.png').waitFor({ timeout: 30_000 });
  await isQuiet();
});

test('a folder is paused, and goes on', async () => {
  const about = page.getByRole('region', { name: 'About Summer' });
  await about.getByRole('button', { name: 'Pause' }).click();
  await about.getByText('Paused').waitFor();
  writeScene(join(library.photos, 'meanwhile.png'), { seed: 40, width: 360, height: 240 });
  await about.getByRole('button', { name: 'Resume' }).click();
  await about.getByText('Watching').or(about.getByText('Checked now and then')).waitFor();
  await tile(page, 'meanwhile.png').waitFor({ timeout: 30_000 });
  await isQuiet();
});

test('a skipped file is tried again, and leaves the list once it can be read', async () => {
  await page.getByRole('region', { name: 'About Summer' }).getByRole('button', { name: '2 skipped files' }).click();
  await page.getByRole('heading', { name: 'Skipped files' }).waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'In which folder' }).locator('option:checked').innerText(), 'Summer');
  const row = (name) => page.getByRole('row').filter({ hasText: name });
  await row('broken.png').getByRole('button', { name: 'Retry broken.png' }).click();
  await page.getByText('1 file is tried again.').waitFor();
  await row('broken.png').waitFor();
  writeFileSync(join(library.photos, 'mended.png'), readFileSync(join(library.photos, 'scene-1.png')));
  await row('mended.png').waitFor({ state: 'hidden', timeout: 30_000 });
  await row('broken.png').waitFor();
  await isQuiet();
});
