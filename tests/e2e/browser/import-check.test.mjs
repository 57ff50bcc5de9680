// Before an import, and among duplicates: what is there already.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { addAnotherFolder, chooseFolder, indexed, openLibrary } from './library.mjs';
import { picturesLoaded } from './page.mjs';

const SCENES = 4;

let library;
let page;
let isQuiet;
const inAllowed = (...names) => join(library.allowed, ...names);

before(async () => {
  library = await openLibrary(({ photos, allowed }) => {
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
    for (const name of ['Card', 'Imported']) mkdirSync(join(allowed, name));
    copyFileSync(join(photos, 'scene-1.png'), join(allowed, 'Card', 'IMG_1.png'));
    writeScene(join(allowed, 'Card', 'IMG_2.png'), { seed: 2, width: 240, height: 160 });
    // Flat colours: no landscape of the library is anything like them.
    for (const [name, warm] of [['IMG_3.png', 120], ['IMG_4.png', -120]]) writeScene(join(allowed, 'Card', name), { seed: 3, width: 300, height: 300, view: [0.5, 0.02, 0.503, 0.022], warm });
    copyFileSync(join(allowed, 'Card', 'IMG_3.png'), join(allowed, 'Card', 'IMG_3 again.png'));
    writeFileSync(join(allowed, 'Card', 'broken.png'), 'no picture at all');
    return SCENES;
  });
  ({ page, isQuiet } = library);
});

after(() => library?.close());

const column = (name) => page.getByRole('region', { name });

test('nothing is checked, and nothing imported, before a folder is chosen', async () => {
  await page.getByRole('button', { name: /^Check before import/ }).click();
  await page.getByRole('heading', { name: 'Do I already have these?' }).waitFor();
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Do I already have these?' }).waitFor();
  await isQuiet();
});

test('a folder is compared with the library', async () => {
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
  await chooseFolder(page, { allowed: library.allowed, name: 'Card' });
  await page.getByText(/^2 photos are new, /).waitFor({ timeout: 60_000 });
  await column(/^Already here 1/).getByText('IMG_1.png').waitFor();
  await column(/^Already here 1/).getByText('Here: Summer/scene-1.png').waitFor();
  await column(/^Same picture, different file 1/).getByText('IMG_2.png').waitFor();
  await column(/^New 3/).getByText('IMG_4.png').waitFor();
  await column(/^New 3/).getByText('More than once in this folder').first().waitFor();
  await page.getByText('1 file could not be read').first().click();
  await page.getByText(inAllowed('Card', 'broken.png')).waitFor();
  await picturesLoaded(page, 'main section section img');
  assert.deepEqual(readdirSync(inAllowed('Imported')), [], 'nothing is copied unasked');
  assert.equal(await page.locator('nav .entry .count').first().innerText(), String(SCENES), 'nothing has joined the library');
  await isQuiet();
});

test('the same picture in another file is compared with the one of the library', async () => {
  await column(/^Same picture, different file/).getByRole('button', { name: /^IMG_2\.png/ }).click();
  const comparison = page.getByRole('dialog', { name: '2 photos compared' });
  await comparison.getByText('scene-2.png has the better file: the most pixels.').waitFor();
  await picturesLoaded(page, 'dialog.compare img');
  await page.keyboard.press('Escape');
  await comparison.waitFor({ state: 'hidden' });
  await isQuiet();
});

test('the check is found again after a reload', async () => {
  await page.reload();
  await page.getByRole('button', { name: /^Check before import/ }).click();
  await column(/^New 3/).getByText('IMG_4.png').waitFor();
  await isQuiet();
});

test('a folder of the library is not checked', async () => {
  await page.getByRole('button', { name: 'Check another folder…' }).click();
  await chooseFolder(page, { allowed: library.allowed, name: 'Summer' });
  const alert = page.getByRole('alert').filter({ hasText: 'is in your library.' });
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await column(/^New 3/).getByText('IMG_4.png').waitFor();
  await isQuiet();
});

test('only the chosen ones are copied', async () => {
  mkdirSync(inAllowed('Some'));
  const choice = column(/^New 3/).getByRole('checkbox', { name: /^IMG_4\.png/ });
  await choice.focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Copy 1 of the 2 new ones to a folder…' }).click();
  await chooseFolder(page, { allowed: library.allowed, name: 'Some' });
  await page.getByText('1 copied').waitFor();
  const copied = readdirSync(inAllowed('Some'));
  assert.ok(copied.length === 1 && copied[0].startsWith('IMG_3'), String(copied));
  await column(/^New 3/).getByRole('checkbox', { name: 'Choose all' }).check();
  assert.ok(await choice.isChecked());
  await isQuiet();
});

test('the new ones are copied, each once, and their folder joins the library', async () => {
  await page.getByRole('button', { name: 'Copy the 2 new ones to a folder…' }).click();
  await chooseFolder(page, { allowed: library.allowed, name: 'Imported' });
  await page.getByText('2 copied').waitFor();
  const copied = readdirSync(inAllowed('Imported'));
  assert.equal(copied.length, 2);
  assert.ok(copied.includes('IMG_4.png') && copied.some((name) => name.startsWith('IMG_3')), String(copied));
  assert.ok(existsSync(inAllowed('Card', 'IMG_4.png')), 'what was copied stays where it was');
  await page.getByRole('button', { name: 'Add “Imported” to the library' }).click();
  await page.locator('nav .entry .count', { hasText: new RegExp(`^${SCENES + 2}$`) }).first().waitFor({ timeout: 60_000 });
  await isQuiet();
});

test('once they are in the library, the same folder is checked again by one click', async () => {
  await indexed(page, 'Imported', 2);
  await page.getByRole('button', { name: /^Check before import/ }).click();
  await page.getByText(/check again: the lists say what was new before\.$/).waitFor();
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('Nothing in this folder is new.').waitFor({ timeout: 60_000 });
  await column(/^Already here 4/).getByText('IMG_4.png', { exact: true }).waitFor();
  await column(/^New 0/).getByText('None').waitFor();
  await isQuiet();
});

test('duplicates are shown of all folders, or of some', async () => {
  mkdirSync(inAllowed('Backup'));
  copyFileSync(join(library.photos, 'scene-2.png'), inAllowed('Backup', 'scene-2.png'));
  copyFileSync(join(library.photos, 'scene-2.png'), join(library.photos, 'scene-2 copy.png'));
  copyFileSync(join(library.photos, 'scene-1.png'), inAllowed('Backup', 'scene-1.png'));
  await addAnotherFolder(page, { allowed: library.allowed, name: 'Backup', files: 2 });
  await indexed(page, 'Summer', SCENES + 1);
  await page.getByRole('button', { name: /^Duplicates/ }).click();
  await page.getByRole('button', { name: /^(Find duplicates|Look again|Go on)$/ }).click();
  // The model takes scenes 3 and 4 for the same picture; files are the same or not.
  await page.getByRole('combobox', { name: 'Kind of duplicates' }).selectOption({ label: 'Same file' });
  const groups = page.getByRole('article', { name: /^Group of / });
  const files = (name) => groups.getByRole('button', { name: new RegExp(`^${name.replace('.', '\\.')} `) });
  await files('scene-1.png').first().waitFor({ timeout: 60_000 });
  await files('scene-2 copy.png').waitFor();
  assert.equal(await files('scene-1.png').count(), 2);

  await page.getByRole('button', { name: 'All folders' }).click();
  const choice = page.getByRole('group', { name: 'Folders with duplicates' });
  await choice.getByRole('checkbox', { name: 'Summer' }).check();
  await page.keyboard.press('Escape');
  await choice.waitFor({ state: 'hidden' });
  await files('scene-1.png').first().waitFor({ state: 'hidden' });
  await files('scene-2 copy.png').waitFor();

  await page.getByRole('button', { name: 'Summer', exact: true }).last().click();
  await choice.getByRole('checkbox', { name: 'Summer' }).uncheck();
  await choice.getByRole('checkbox', { name: 'Backup' }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'No duplicates within these folders' }).waitFor();
  await page.getByRole('button', { name: 'Show all folders' }).click();
  await files('scene-1.png').first().waitFor();
  await isQuiet();
});

test('duplicates go to the trash after a review, and come back', async () => {
  await page.getByRole('button', { name: 'Mark all but the suggested' }).click();
  await page.getByText(/^\d+ files?, .*, to the trash$/).waitFor();
  await page.getByRole('button', { name: 'Review…' }).click();
  const review = page.getByRole('dialog', { name: 'Move to the trash?' });
  await review.getByRole('button', { name: 'Move to the trash' }).click();
  await review.waitFor({ state: 'hidden' });
  const told = page.getByRole('status').filter({ hasText: /in the trash\./ });
  await told.waitFor();
  const left = [inAllowed('Backup', 'scene-1.png'), join(library.photos, 'scene-1.png')].filter((path) => existsSync(path));
  assert.equal(left.length, 1, 'one of each stays');
  await told.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(/files? (is|are) back where (it was|they were)\./).waitFor();
  assert.ok(existsSync(inAllowed('Backup', 'scene-1.png')) && existsSync(join(library.photos, 'scene-1.png')));
  await isQuiet();
});

test('in a narrow window the similarity of duplicates is still there', async () => {
  writeScene(join(library.photos, 'small-2.png'), { seed: 2, width: 240, height: 160 });
  await indexed(page, 'Summer', SCENES + 2);
  await page.getByRole('combobox', { name: 'Kind of duplicates' }).selectOption({ label: 'Both kinds' });
  await page.getByRole('button', { name: /^(Find duplicates|Look again|Go on)$/ }).click();
  await page.setViewportSize({ width: 800, height: 860 });
  const number = page.locator('article .how').first();
  await number.waitFor();
  const cut = await number.evaluate((number) => {
    const { right, width } = number.getBoundingClientRect();
    return { text: number.textContent, within: right <= number.closest('.band').getBoundingClientRect().right + 0.5, whole: number.scrollWidth <= Math.ceil(width) };
  });
  assert.ok(cut.within && cut.whole && /%/.test(cut.text), JSON.stringify(cut));
  await isQuiet();
});
