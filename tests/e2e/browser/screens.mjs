// Pictures of every screen for the README, into docs/screens/, of a library that this makes itself:
//
//   tests/e2e/browser/run.sh screens.mjs
//
// They are reduced to 256 colours each, which keeps them small enough for a repository.

import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeScene } from '../scenes.mjs';
import { addAnotherFolder, chooseFolder, tile } from './library.mjs';
import { addFolder, dropFiles, launch, openPage } from './page.mjs';
import { asPalettePng } from './palette.mjs';
import { startServer, temporaryFolders } from './server.mjs';

const out = resolve(dirname(fileURLToPath(import.meta.url)), '../../../docs/screens');
const SIZE = { width: 1280, height: 820 };
const MOST_BYTES = 250_000;

const folders = temporaryFolders();
const { allowed, photos, own, data } = folders;
const sunset = { seed: 13, width: 720, height: 480 };

/** Landscapes of several shapes, and one of them in every way that a photo is passed on. */
function addPhotos() {
  const shapes = [[720, 480], [480, 640], [720, 405], [720, 480], [600, 600]];
  let count = 0;
  const add = (name, options) => {
    writeScene(join(photos, name), options);
    count += 1;
  };
  for (let seed = 1; seed <= 44; seed++) {
    const [width, height] = shapes[seed % shapes.length];
    if (seed !== sunset.seed) add(`IMG_${2400 + seed * 3}.png`, { seed, width, height });
  }
  add('sunset.png', sunset);
  add('sunset, straightened.png', { ...sunset, view: [0.06, 0.06, 0.94, 0.94] });
  add('sunset for the wall.png', { ...sunset, light: 1.12, warm: 10 });
  add('sunset, mirrored.png', { ...sunset, view: [1, 0, 0, 1] });
  add('sunset (small).png', { ...sunset, width: 300, height: 200 });
  add('sunset, cool.png', { ...sunset, warm: -14 });
  writeScene(join(own, 'sunset.png'), { ...sunset, width: 600, height: 400 });
  return count;
}

/** What a phone has as well, and what a memory card brings. */
function addOtherFolders() {
  for (const name of ['Phone', 'Card']) mkdirSync(join(allowed, name));
  for (const name of ['sunset.png', 'sunset for the wall.png', 'IMG_2406.png', 'IMG_2424.png']) copyFileSync(join(photos, name), join(allowed, 'Phone', name));
  for (const name of ['IMG_2412.png', 'IMG_2421.png', 'IMG_2433.png']) copyFileSync(join(photos, name), join(allowed, 'Card', name));
  for (const seed of [2, 9, 16]) writeScene(join(allowed, 'Card', `DSC_0${100 + seed}.png`), { seed, width: 360, height: 240 });
  for (const seed of [104, 123, 125, 126, 130, 131, 141, 145]) writeScene(join(allowed, 'Card', `DSC_0${200 + seed}.png`), { seed, width: 480, height: 320 });
}

/** Where the folders of this run lie is of no interest to anybody. */
function hideWhere(page) {
  return page.evaluate((names) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data } = texts.currentNode;
      const shown = names.reduce((text, [from, to]) => text.replaceAll(from, to), data);
      if (shown !== data) texts.currentNode.data = shown;
    }
  }, [[allowed, '/home/ann/Pictures'], [data, '/home/ann/.local/share/lookalike']]);
}

async function take(page, name) {
  await page.waitForFunction(() => [...document.images].every(({ complete, loading }) => complete || loading === 'lazy'));
  await page.mouse.move(page.viewportSize().width - 1, 1); // over nothing
  await hideWhere(page);
  const path = join(out, `${name}.png`);
  writeFileSync(path, await asPalettePng(workbench, await page.screenshot({ animations: 'disabled', caret: 'hide' })));
  const { size } = statSync(path);
  console.log(`  ${path} ${Math.round(size / 1000)} kB${size > MOST_BYTES ? ' (large)' : ''}`);
}

async function go(page, name) {
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).first().click();
}

mkdirSync(out, { recursive: true });
const count = addPhotos();
addOtherFolders();
const server = await startServer({ data, allowed });
const browser = await launch();
/** Takes pictures apart. */
const workbench = await browser.newPage();
try {
  const { page } = await openPage(browser, { viewport: SIZE, reducedMotion: 'reduce' });
  await page.goto(server.address);
  await page.getByRole('heading', { name: 'Find the photos that look alike' }).waitFor();
  await take(page, 'first-run');

  await addFolder(page, { allowed, name: 'Summer', photos: count });
  await addAnotherFolder(page, { allowed, name: 'Phone', files: 4 });
  await page.locator('nav .entry', { hasText: 'Phone' }).locator('.count', { hasText: /^4$/ }).waitFor();
  await go(page, 'All photos');
  await take(page, 'library');

  await dropFiles(page, [join(own, 'sunset.png')]);
  await page.getByRole('heading', { name: /look-alikes$/ }).waitFor();
  await page.getByRole('gridcell', { name: /Mirrored/ }).waitFor();
  await page.getByRole('gridcell').nth(1).click({ modifiers: ['Control'] });
  await take(page, 'results');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await take(page, 'results-dark');
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });

  await page.setViewportSize({ width: 390, height: 820 });
  await page.getByRole('button', { name: 'Show the sidebar' }).waitFor();
  await take(page, 'narrow');
  await page.setViewportSize(SIZE);

  await tile(page, 'sunset.png').click();
  await tile(page, 'sunset for the wall.png').click({ modifiers: ['Control'] });
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByText(/has the better file/).waitFor();
  await page.keyboard.press('w');
  await page.getByRole('slider', { name: 'Divider' }).waitFor();
  await take(page, 'compare');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Clear search' }).click();
  await go(page, 'Duplicates');
  // Equal files are known at once. What the model takes for the same picture says little of scenes that code has drawn.
  await page.getByRole('article').first().waitFor();
  await page.getByRole('button', { name: 'Keep the suggested one' }).first().click();
  await take(page, 'duplicates');
  await page.getByRole('button', { name: 'Take off all marks' }).click();

  await go(page, 'Check before import');
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
  await chooseFolder(page, { allowed, name: 'Card' });
  await page.getByText(/ (is|are) new, /).waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1000); // the lists are read twice a second
  await take(page, 'import-check');

  await go(page, 'Shared library');
  await page.getByRole('heading', { name: 'Shared library' }).waitFor();
  await take(page, 'connections');
  await go(page, 'Models');
  await page.getByRole('listitem').filter({ hasText: 'In use' }).waitFor();
  await take(page, 'models');
  await go(page, 'Settings');
  await page.getByRole('region', { name: 'Storage' }).waitFor();
  await take(page, 'settings');
  await page.getByRole('button', { name: 'About Lookalike…' }).click();
  await page.getByRole('region', { name: 'Made with' }).waitFor();
  await take(page, 'about');
} finally {
  await browser.close();
  await server.stop();
  folders.remove();
}
