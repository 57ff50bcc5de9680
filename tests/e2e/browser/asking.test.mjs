// The ways to ask: by an address, once more, by a part, by a mirrored copy; and in a window that is narrow.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { openLibrary, tile } from './library.mjs';
import { dropFiles, nothingBeyondTheEdge, picturesLoaded } from './page.mjs';

const SCENES = 8;
const uploaded = (own) => join(own, 'mirrored-4.png');

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos, own }) => {
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
    writeScene(uploaded(own), { seed: 4, width: 480, height: 320, view: [1, 0, 0, 1] });
    return SCENES;
  });
  ({ page, isQuiet } = library);
});

after(() => library?.close());

const bar = () => page.getByRole('textbox', { name: 'Search by photo' });
const recent = () => page.getByRole('region', { name: 'Recent searches' });

async function ask(text) {
  await bar().fill(text);
  await bar().press('Enter');
}

test('an address that is not a public one is refused, with what to do', async () => {
  await ask(`${library.server.origin}/photo.jpg`);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  const [message, ...hint] = (await alert.innerText()).split('\n').filter((line) => line.trim() !== '');
  assert.match(message, /\w+/);
  assert.ok(hint.join(' ').length > 0, `“${message}” says what to do`);
  await page.getByRole('button', { name: 'Clear search' }).first().click();
  await alert.waitFor({ state: 'hidden' });
  await isQuiet(/status of 4\d\d/);
});

test('other text is not the address of a photo', async () => {
  await ask('holidays');
  const alert = page.getByRole('alert').filter({ hasText: '“holidays” is not the address of a photo.' });
  assert.equal(await bar().inputValue(), 'holidays', 'to be mended');
  await alert.getByRole('button', { name: 'Find “holidays” by name' }).click();
  await page.getByText('No file or folder here has “holidays” in its name.').waitFor();
  await page.getByRole('button', { name: 'Show all photos' }).click();
  await bar().fill('');
  await ask('ftp://example.org/photo.jpg');
  const other = page.getByRole('alert').filter({ hasText: '“ftp://example.org/photo.jpg” is not the address of a photo.' });
  await other.getByText('An address begins with https:// or http://.').waitFor();
  await other.getByRole('button', { name: 'Dismiss' }).click();
  await bar().fill('');
  await isQuiet();
});

test('recent searches are made again, and forgotten', async () => {
  await tile(page, 'scene-2.png').click();
  await page.getByRole('complementary').getByText('scene-2.png').waitFor();
  await dropFiles(page, [uploaded(library.own)]);
  await page.getByRole('complementary').getByText('mirrored-4.png').waitFor();
  await bar().click();
  await recent().getByRole('button', { name: 'Forget mirrored-4.png' }).waitFor();
  await recent().getByRole('button', { name: /^scene-2\.png/ }).click();
  await page.getByRole('complementary').getByText('scene-2.png').waitFor();
  assert.equal(await recent().count(), 0, 'it closes when one is chosen');
  await isQuiet();
});

test('after a reload the recent searches are there, but for what was uploaded', async () => {
  await page.reload();
  await page.getByRole('heading', { name: /look-alike/ }).waitFor(); // the search by a photo of the library goes on
  await bar().click();
  await recent().getByRole('button', { name: /^scene-2\.png/ }).waitFor();
  assert.equal(await recent().getByText('mirrored-4.png').count(), 0);
  await recent().getByRole('button', { name: 'Forget all' }).click();
  await recent().waitFor({ state: 'hidden' });
  assert.equal(await page.getByRole('button', { name: 'Show recent searches' }).count(), 0, 'there is nothing to show any more');
  await isQuiet();
});

test('a mirrored copy says that it is one', async () => {
  await dropFiles(page, [uploaded(library.own)]);
  await page.getByRole('gridcell', { name: /^scene-4\.png .*Mirrored/ }).waitFor();
  await isQuiet();
});

test('a part of the photo is drawn, moved and resized, and taken off', async () => {
  const panel = page.getByRole('complementary');
  const picture = panel.getByRole('application', { name: 'Part of the photo to look for' });
  const part = () => panel.getByText(/^A part counts: /);
  const drag = async ([fromX, fromY], [toX, toY]) => {
    const { x, y, width, height } = await picture.boundingBox(); // a chip above moves it down
    const searched = page.waitForResponse((response) => response.url().includes('/search'));
    await page.mouse.move(x + fromX * width, y + fromY * height);
    await page.mouse.down();
    await page.mouse.move(x + (fromX + toX) / 2 * width, y + (fromY + toY) / 2 * height);
    await page.mouse.move(x + toX * width, y + toY * height);
    await page.mouse.up();
    await searched;
    await page.getByRole('button', { name: 'Take off: A part of the photo' }).waitFor();
    // "37% wide, 50% high, 13% from the left, 20% from the top."
    return (await part().innerText()).match(/\d+(?=%|\s%)/g).map(Number);
  };
  const near = (got, wanted) => got.every((value, i) => Math.abs(value - wanted[i]) <= 2);
  const said = [await drag([0.2, 0.2], [0.6, 0.7]), await drag([0.4, 0.45], [0.5, 0.55]), await drag([0.7, 0.55], [0.9, 0.55])];
  const wanted = [[40, 50, 20, 20], [40, 50, 30, 30], [60, 50, 30, 30]];
  for (const [i, got] of said.entries()) assert.ok(near(got, wanted[i]), `${['drawn', 'moved', 'resized'][i]}: ${got} and not ${wanted[i]}`);

  await panel.getByRole('button', { name: 'Look for the whole photo' }).click();
  await panel.getByText('The whole photo counts.').waitFor();
  await page.getByRole('gridcell', { name: /^scene-4\.png/ }).waitFor();
  await isQuiet();
});

test('by keys too, and Escape takes the part off', async () => {
  const picture = page.getByRole('application', { name: 'Part of the photo to look for' });
  await picture.focus();
  const words = page.getByText(/^A part counts: 50\s?% wide, 50\s?% high, 25\s?% from the left/);
  await picture.press('ArrowRight');
  await words.waitFor();
  await page.getByRole('button', { name: 'Take off: A part of the photo' }).waitFor();
  await picture.press('Escape');
  await page.getByText('The whole photo counts.').waitFor();
  await isQuiet();
});

test('in a narrow window the sidebar comes over the photos and goes again', async () => {
  await page.setViewportSize({ width: 360, height: 720 });
  await nothingBeyondTheEdge(page);
  const open = page.getByRole('button', { name: 'Show the sidebar' });
  await open.click();
  const drawer = page.getByRole('dialog', { name: 'Sidebar' });
  await drawer.getByRole('button', { name: /^All photos/ }).waitFor();
  await nothingBeyondTheEdge(page);
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  assert.ok(await open.evaluate((button) => button === document.activeElement), 'the focus is back where it was');

  await open.click();
  await drawer.getByRole('button', { name: /^All photos/ }).click();
  await drawer.waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  await picturesLoaded(page, '[role=gridcell] img');
  await nothingBeyondTheEdge(page);
  await isQuiet();
});

for (const screen of ['Duplicates', 'Check before import', 'Models', 'Shared library', 'Settings']) {
  test(`${screen} fits into a narrow window`, async () => {
    await page.getByRole('button', { name: 'Show the sidebar' }).click();
    await page.getByRole('dialog', { name: 'Sidebar' }).getByRole('button', { name: new RegExp(`^${screen}`) }).click();
    await page.getByRole('dialog', { name: 'Sidebar' }).waitFor({ state: 'hidden' });
    await page.locator('main h1, main h2').first().waitFor();
    await nothingBeyondTheEdge(page);
    await isQuiet();
  });
}

test('in a wide window the sidebar stands beside, and stays hidden where it was hidden', async () => {
  await page.setViewportSize({ width: 1200, height: 800 });
  await page.getByRole('button', { name: 'Hide the sidebar' }).click();
  await page.getByRole('navigation').waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByRole('button', { name: 'Show the sidebar' }).waitFor();
  assert.equal(await page.getByRole('navigation').count(), 0);
  await page.getByRole('button', { name: 'Show the sidebar' }).click();
  await page.getByRole('navigation').waitFor();
  await isQuiet();
});
