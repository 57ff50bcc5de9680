// Where the system sets all colours, as high contrast on Windows does: what is current, pressed or selected can be told.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { openLibrary } from './library.mjs';

const SCENES = 3;

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos }) => {
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 360, height: 240 });
    return SCENES;
  }, { forcedColors: 'active' });
  ({ page, isQuiet } = library);
});

after(() => library?.close());

const colours = (locator) => locator.evaluate((element) => {
  const { backgroundColor, color, outlineStyle } = getComputedStyle(element);
  return { backgroundColor, color, outlineStyle };
});

async function differ(one, other) {
  const [marked, plain] = [await colours(one), await colours(other)];
  assert.notEqual(marked.backgroundColor, plain.backgroundColor);
  assert.notEqual(marked.color, marked.backgroundColor, 'and its words can be read');
}

test('the current entry of the sidebar', async () => {
  const entry = (name) => page.getByRole('button', { name });
  await differ(entry(/^All photos/), entry(/^Duplicates/));
  await entry(/^Duplicates/).click();
  await differ(entry(/^Duplicates/), entry(/^All photos/));
  await entry(/^Summer/).click();
  await differ(entry(/^Summer/), entry(/^Duplicates/));
  const [words, name] = [await colours(page.locator('.entry[aria-current] small')), await colours(entry(/^Summer/))];
  assert.equal(words.color, name.color, 'its small words too');
  await isQuiet();
});

test('the item of a menu that the keys are on', async () => {
  await page.getByRole('gridcell').first().click({ button: 'right' });
  await page.keyboard.press('ArrowDown');
  const items = page.getByRole('menuitem');
  await differ(items.nth(1), items.nth(0));
  await page.keyboard.press('Escape');
  await isQuiet();
});

test('the selected photo', async () => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  assert.equal((await colours(page.getByRole('gridcell', { selected: true }))).outlineStyle, 'solid');
  assert.equal((await colours(page.getByRole('gridcell', { selected: false }).first())).outlineStyle, 'none');
  await isQuiet();
});

test('what is switched on in a comparison', async () => {
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('c');
  await page.keyboard.press('d');
  const toggle = (name) => page.getByRole('dialog').getByRole('button', { name, exact: true });
  await page.getByRole('slider', { name: 'Brightness' }).waitFor();
  await differ(toggle('Difference'), toggle('Swipe'));
  await page.keyboard.press('Escape');
  await isQuiet();
});

test('the handle of the similarity', async () => {
  await page.getByRole('gridcell').first().click();
  const slider = page.getByRole('slider', { name: 'Similarity at least' });
  await slider.waitFor();
  const [handle, around] = await slider.evaluate((input) => [getComputedStyle(input, '::-webkit-slider-thumb'), getComputedStyle(document.body)].map((style) => style.backgroundColor));
  assert.notEqual(handle, around);
  await isQuiet();
});
