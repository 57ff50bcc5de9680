// The library where only some of it is shown: by the names of files and folders, and by what photos are.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { openLibrary, tile, until } from './library.mjs';

const NAMES = ['Beach/sunset_1.png', 'Beach/pier.png', 'Hills/sunset 100%.png', 'Hills/meadow.png', '海边/日落.png'];

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos }) => {
    for (const [i, name] of NAMES.entries()) {
      mkdirSync(dirname(join(photos, name)), { recursive: true });
      writeScene(join(photos, name), { seed: i + 1, width: 360, height: i % 2 === 0 ? 240 : 480 });
    }
    return NAMES.length;
  });
  ({ page, isQuiet } = library);
});

after(() => library?.close());

const field = () => page.getByRole('textbox', { name: 'Find by name or folder' });
const shown = () => page.getByRole('gridcell').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label')).toSorted());

/** Only these are shown, and it is said how many they are. */
async function found(...names) {
  await until(`only ${names} are shown`, async () => JSON.stringify(await shown()) === JSON.stringify(names.toSorted()));
  await page.getByRole('status').filter({ hasText: new RegExp(`^${names.length} photos? found$`) }).waitFor({ state: 'attached' });
}

const all = () => until('all are shown', async () => (await shown()).length === NAMES.length);

test('Ctrl+F and a word lead to photos by their names, from the keyboard alone', async () => {
  await page.keyboard.press('Control+f');
  await page.keyboard.type('SUN');
  await found('sunset 100%.png', 'sunset_1.png');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('gridcell', { selected: true }).waitFor();
  await isQuiet();
});

test('a folder counts as well, and so does a sign as it stands', async () => {
  for (const [text, names] of [['beach', ['pier.png', 'sunset_1.png']], ['hills sun', ['sunset 100%.png']], ['%', ['sunset 100%.png']], ['_', ['sunset_1.png']], ['海边', ['日落.png']]]) {
    await field().fill(text);
    await found(...names);
  }
  await isQuiet();
});

test('it stays over a look at a photo, a reload, and the way back', async () => {
  await field().fill('beach');
  await found('pier.png', 'sunset_1.png');
  await tile(page, 'pier.png').click();
  await page.getByRole('heading', { name: /look/ }).first().waitFor();
  await page.goBack();
  await found('pier.png', 'sunset_1.png');
  assert.doesNotMatch(page.url(), /beach/, 'the address does not say what was typed');
  await page.reload();
  await found('pier.png', 'sunset_1.png');
  assert.equal(await field().inputValue(), 'beach');
  await isQuiet();
});

test('where nothing is called that, it says so and shows all again', async () => {
  await field().fill('volcano');
  await page.getByRole('heading', { name: 'No photos found' }).waitFor();
  await page.getByRole('button', { name: 'Show all photos' }).click();
  await all();
  await isQuiet();
});

test('F filters the library, in its address', async () => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('f');
  const dialog = page.getByRole('dialog', { name: 'Which photos are shown' });
  await dialog.getByRole('combobox', { name: 'Orientation' }).selectOption({ label: 'Upright' });
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await found('meadow.png', 'pier.png');
  await page.waitForURL(/filter=/);
  const stranger = await library.context.newPage();
  await stranger.goto(page.url());
  await stranger.getByRole('button', { name: 'Take off: Upright' }).waitFor();
  await stranger.close();
  await page.getByRole('button', { name: 'Take off: Upright' }).click();
  await all();
  await isQuiet();
});
