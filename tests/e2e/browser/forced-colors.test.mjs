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

/** The colour that most of something is painted in: the system's colours are in no computed style. */
async function ground(locator) {
  const picture = (await locator.screenshot()).toString('base64');
  return page.evaluate(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, image.height);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const colour = data.slice(at, at + 3).join(' ');
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts].toSorted(([, a], [, b]) => b - a)[0][0].split(' ').map(Number);
  }, picture);
}

/** So much that it is seen: the system leaves a hint of what a background was. */
async function differ(one, other) {
  const [marked, plain] = [await ground(one), await ground(other)];
  const most = Math.max(...marked.map((channel, i) => Math.abs(channel - plain[i])));
  assert.ok(most > 80, `${marked} stands out from ${plain}`);
}

test('the current entry of the sidebar', async () => {
  const entry = (name) => page.getByRole('button', { name });
  await differ(entry(/^All photos/), entry(/^Duplicates/));
  await entry(/^Duplicates/).click();
  await differ(entry(/^Duplicates/), entry(/^All photos/));
  await entry(/^Summer/).click();
  await differ(entry(/^Summer/), entry(/^Duplicates/));
  const colours = await page.locator('.entry[aria-current]').evaluate((current) => [current, ...current.querySelectorAll('span, small')].map((part) => getComputedStyle(part).color));
  assert.equal(new Set(colours).size, 1, 'all of its words are in one colour, that of the entry');
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
  const outlines = (await page.getByRole('gridcell').evaluateAll((cells) => cells.map((cell) => `${cell.ariaSelected} ${getComputedStyle(cell).outlineStyle}`))).toSorted();
  assert.deepEqual(outlines, ['false none', 'false none', 'true solid']);
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
  await slider.press('Home');
  const { x, y, height } = await slider.boundingBox();
  const column = (left) => ({ screenshot: () => page.screenshot({ clip: { x: x + left, y: y + 10, width: 2, height: height - 20 } }) });
  await differ(column(6), column(-6)); // at the very left, in the midst of it and beside it
  await isQuiet();
});
