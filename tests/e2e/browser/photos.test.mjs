// What can be done with photos and their files: copied to the clipboard, moved to the trash and taken back.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { addAnotherFolder, api, openLibrary, tile, until } from './library.mjs';
import { nothingBeyondTheEdge } from './page.mjs';

const SCENES = 6;
const PROTECTED = 'keepsake.png';
const LONG = `${'a name without end '.repeat(10)}.png`;

let library;
let page;
let isQuiet;
const lies = (name, folder = 'Summer') => existsSync(join(library.allowed, folder, name));

before(async () => {
  library = await openLibrary(({ photos, allowed }) => {
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 360, height: 240 });
    writeScene(join(allowed, 'Winter', PROTECTED), { seed: 20, width: 360, height: 240 });
    return SCENES;
  }, { permissions: ['clipboard-read', 'clipboard-write'] });
  ({ page, isQuiet } = library);
  await addAnotherFolder(page, { allowed: library.allowed, name: 'Winter', files: 1 });
});

after(() => library?.close());

/** Selects a photo of the library; a click on it would search. */
async function select(name) {
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  const labels = await page.getByRole('gridcell').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label')));
  const at = labels.indexOf(name);
  assert.ok(at >= 0, `${name} is among ${labels}`);
  for (let i = 0; i < at; i++) await page.keyboard.press('ArrowRight');
  await page.getByRole('gridcell', { name, selected: true }).waitFor();
}

const lastCopy = () => page.getByRole('dialog', { name: 'This is the last copy of 1 photo' });
const inTrash = () => page.getByRole('status').filter({ hasText: /1 file, .* is in the trash\./ });

test('Ctrl+C copies the picture itself', async () => {
  await select('scene-2.png');
  await page.keyboard.press('Control+c');
  await page.getByText('Picture copied.').waitFor();
  const copied = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const { width, height } = await createImageBitmap(await item.getType('image/png'));
    return { types: item.types, width, height };
  });
  assert.deepEqual(copied, { types: ['image/png'], width: 360, height: 240 });
  await isQuiet();
});

test('what is said of it covers no control', async () => {
  await select('scene-1.png');
  await tile(page, 'scene-2.png').click({ modifiers: ['Control'] });
  await page.keyboard.press('Control+c');
  await page.getByText('Picture copied.').waitFor();
  const places = await page.evaluate(() => ['.notices', '.together'].map((part) => document.querySelector(part).getBoundingClientRect().toJSON()));
  assert.ok(places[1].bottom <= places[0].top, JSON.stringify(places));
  await page.getByRole('button', { name: 'Choose none' }).click();
  await isQuiet();
});

test('the last copy of a photo is asked about, and left', async () => {
  await select('scene-1.png');
  await page.keyboard.press('Delete');
  await lastCopy().getByRole('button', { name: 'Leave it' }).click();
  await lastCopy().waitFor({ state: 'hidden' });
  assert.ok(lies('scene-1.png'));
  assert.equal(await tile(page, 'scene-1.png').count(), 1);
  await isQuiet();
});

test('it goes to the trash all the same, and comes back', async () => {
  await select('scene-1.png');
  await page.keyboard.press('Delete');
  await lastCopy().getByRole('button', { name: 'Move it all the same' }).click();
  await inTrash().waitFor();
  await tile(page, 'scene-1.png').waitFor({ state: 'hidden' });
  assert.equal(lies('scene-1.png'), false);
  await inTrash().getByRole('button', { name: 'Undo' }).click();
  await page.getByText('1 file is back where it was.').waitFor();
  await tile(page, 'scene-1.png').waitFor({ timeout: 30_000 });
  assert.ok(lies('scene-1.png'));
  await isQuiet();
});

test('of a photo that lies in two places only the chosen file goes', async () => {
  copyFileSync(join(library.photos, 'scene-3.png'), join(library.photos, 'scene-3 copy.png'));
  const { pictures } = await api(page, '/library', { folder: null, offset: 0, limit: 100, order: 'newest' });
  const { id } = pictures.find(({ file_name }) => file_name === 'scene-3.png');
  await until('the copy is found', async () => (await api(page, `/pictures/${id}`)).places.length === 2);
  await select('scene-3.png').catch(() => select('scene-3 copy.png'));
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'Move 1 photo to the trash?' });
  await question.getByText('1 photo lies in several places: only its ticked files go.').waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'hidden' });
  assert.ok(lies('scene-3.png') && lies('scene-3 copy.png'));

  await page.keyboard.press('Delete');
  await question.getByText(/^2 files, /).waitFor();
  await question.getByRole('checkbox', { name: 'Summer/scene-3.png' }).focus();
  await page.keyboard.press('Space');
  await question.getByText(/^1 file, /).waitFor();
  await question.getByRole('button', { name: 'Move to the trash' }).click();
  await inTrash().waitFor();
  assert.ok(lies('scene-3.png') && !lies('scene-3 copy.png'));
  await inTrash().getByRole('button', { name: 'Undo' }).click();
  await page.getByText('1 file is back where it was.').waitFor();
  assert.ok(lies('scene-3 copy.png'));
  await isQuiet();
});

test('of several photos it is said how many go', async () => {
  await select('scene-4.png');
  await tile(page, 'scene-5.png').click({ modifiers: ['Control'] });
  await page.getByText('2 photos chosen').waitFor();
  await page.getByRole('button', { name: 'Move 2 photos to the trash' }).click();
  const review = page.getByRole('dialog', { name: 'Move 2 photos to the trash?' });
  await review.getByText(/^2 files, .*You can undo it afterwards\.$/).waitFor();
  await review.getByText('scene-4.png').waitFor();
  await review.getByRole('button', { name: 'Move to the trash' }).click();
  const last = page.getByRole('dialog', { name: 'This is the last copy of 2 photos' });
  await last.getByRole('button', { name: 'Move them all the same' }).click();
  const told = page.getByRole('status').filter({ hasText: /2 files, .* are in the trash\./ });
  await told.waitFor();
  assert.ok(!lies('scene-4.png') && !lies('scene-5.png'));
  await told.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('2 files are back where they were.').waitFor();
  assert.ok(lies('scene-4.png') && lies('scene-5.png'));
  await tile(page, 'scene-4.png').waitFor({ timeout: 30_000 });
  await isQuiet();
});

test('a photo of a protected folder stays, and it is said why', async () => {
  await page.getByRole('button', { name: 'Actions for Winter' }).click();
  await page.getByRole('menuitem', { name: 'Protect from the trash' }).click();
  await page.getByRole('button', { name: /^Winter.*Protected/ }).waitFor();
  await select(PROTECTED);
  await page.keyboard.press('Delete');
  const alert = page.getByRole('alert').filter({ hasText: '1 file stays: its folder is protected.' });
  await alert.getByText(PROTECTED).waitFor();
  assert.ok(lies(PROTECTED, 'Winter'));
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await isQuiet();
});

test('in the preview a photo goes to the trash, and comes back without leaving it', async () => {
  await select('scene-6.png');
  await page.keyboard.press('Space');
  const preview = page.getByRole('dialog', { name: /^Preview of / });
  await preview.waitFor();
  await page.keyboard.press('Delete');
  await lastCopy().getByRole('button', { name: 'Move it all the same' }).click();
  await lastCopy().waitFor({ state: 'hidden' });
  const told = preview.getByRole('status').filter({ hasText: /1 file, .* is in the trash\./ });
  await told.waitFor();
  assert.equal(lies('scene-6.png'), false);
  assert.notEqual(await preview.getAttribute('aria-label'), 'Preview of scene-6.png', 'the next one is shown');
  await told.getByRole('button', { name: 'Undo' }).click();
  await preview.getByText('1 file is back where it was.').waitFor();
  assert.ok(lies('scene-6.png'));
  await page.keyboard.press('Escape');
  await preview.waitFor({ state: 'hidden' });
  await tile(page, 'scene-6.png').waitFor({ timeout: 30_000 });
  await isQuiet();
});

test('in the preview I tells what is known of a photo, in windows of any width', async () => {
  await select('scene-2.png');
  await page.keyboard.press('Space');
  const preview = page.getByRole('dialog', { name: /^Preview of / });
  const picture = preview.locator('.picture');
  const facts = preview.getByRole('region', { name: 'Information' });
  const whole = await picture.boundingBox();
  await page.keyboard.press('i');
  await facts.getByText('360 × 240').waitFor();
  await facts.getByText(/ · PNG$/).waitFor();
  await facts.getByText(join(library.photos, 'scene-2.png')).waitFor();
  assert.ok((await picture.boundingBox()).width < whole.width, 'the photo makes room');
  await page.keyboard.press((await preview.getByRole('button', { name: 'Next photo' }).isEnabled()) ? 'ArrowRight' : 'ArrowLeft');
  await preview.getByTitle('scene-2.png').waitFor({ state: 'hidden' });
  await facts.getByRole('listitem').filter({ hasText: await facts.getByRole('heading').innerText() }).first().waitFor();
  const size = page.viewportSize();
  for (const width of [800, 360]) {
    await page.setViewportSize({ width, height: size.height });
    await nothingBeyondTheEdge(page);
    const [above, below] = [await picture.boundingBox(), await facts.boundingBox()];
    assert.ok(above.y + above.height <= below.y && above.height > 200, `${width} px: it lies above, with room: ${JSON.stringify([above, below])}`);
  }
  await page.setViewportSize(size);
  await page.keyboard.press('i');
  await facts.waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await isQuiet();
});

test('in the preview a long name makes nothing wider than the window', async () => {
  writeScene(join(library.photos, LONG), { seed: 12, width: 360, height: 240 });
  await tile(page, LONG).waitFor({ timeout: 30_000 });
  await select(LONG);
  await page.keyboard.press('Space');
  const preview = page.getByRole('dialog', { name: /^Preview of / });
  await preview.getByTitle(LONG).waitFor();
  await nothingBeyondTheEdge(page);
  await page.keyboard.press('Escape');
  await isQuiet();
});
