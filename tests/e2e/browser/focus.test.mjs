// Where the keyboard's focus is once what had it has gone: never on nothing.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { chooseFolder, openLibrary, tile, until } from './library.mjs';

const SCENES = 24;

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos, allowed }) => {
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
    // Nothing else is like it, so that its copy is the only one of its kind.
    writeScene(join(photos, 'flat.png'), { seed: 3, width: 300, height: 300, view: [0.5, 0.02, 0.503, 0.022], warm: 120 });
    copyFileSync(join(photos, 'flat.png'), join(photos, 'flat copy.png'));
    mkdirSync(join(allowed, 'Card'));
    writeScene(join(allowed, 'Card', 'new.png'), { seed: 3, width: 300, height: 300, view: [0.5, 0.02, 0.503, 0.022], warm: -120 });
    return SCENES + 1;
  }, { viewport: { width: 1280, height: 600 } }); // so low that not all photos are in view
  ({ page, isQuiet } = library);
});

after(() => library?.close());

/** What has the focus, as a screen reader would name it. */
function focused() {
  return page.evaluate(() => {
    const { tagName, textContent, role, ariaLabel } = document.activeElement;
    return `${role ?? tagName.toLowerCase()} ${(ariaLabel ?? textContent).trim().slice(0, 80)}`;
  });
}

async function focusIsOn(name) {
  let found = '';
  await until(`the focus is on ${name}`, async () => name.test((found = await focused())), 5).catch((error) => {
    throw new Error(`the focus is on “${found}”`, { cause: error });
  });
}

/** By the keyboard alone, as who needs the focus does it. */
async function press(button) {
  await button.focus();
  await page.keyboard.press('Enter');
}

const results = () => page.getByRole('heading', { name: /look-alikes?$/ });
const chip = (name) => page.getByRole('button', { name: `Take off: ${name}` });

async function selectLast() {
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  return page.getByRole('gridcell', { selected: true }).getAttribute('aria-label');
}

test('looking for look-alikes leads to them', async () => {
  const name = await selectLast();
  await page.keyboard.press('s');
  await results().waitFor();
  await focusIsOn(/^grid Look-alikes/);
  await page.keyboard.press('ArrowRight');
  assert.match(await page.getByRole('gridcell', { selected: true }).getAttribute('aria-label'), new RegExp(`^${name}`), 'the keys go on there');
  await isQuiet();
});

test('Tab goes on from the recent searches to what follows them', async () => {
  await page.keyboard.press('/');
  const recent = page.getByRole('region', { name: 'Recent searches' });
  await recent.getByRole('button', { name: /^Forget scene-/ }).last().focus();
  await page.keyboard.press('Tab');
  await focusIsOn(/^button Filters/);
  await recent.waitFor({ state: 'hidden' });
  await page.keyboard.press('Tab');
  await focusIsOn(/^button Pick…/);
  await isQuiet();
});

test('Escape leads back to the photo that was left', async () => {
  const name = await selectLast();
  await page.keyboard.press('s');
  await results().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  await focusIsOn(/^grid Photos/);
  const left = page.getByRole('gridcell', { name, selected: true });
  const { y, height } = await left.boundingBox();
  assert.ok(y > 0 && y + height <= 600, 'it is in view');
  await isQuiet();
});

test('the button on a tile leads to the look-alikes, and shows no ring to who uses the mouse', async () => {
  await page.getByRole('button', { name: /^All photos/ }).click();
  const first = page.getByRole('gridcell').first();
  await first.hover();
  await first.getByRole('button', { name: 'Find look-alikes' }).click();
  await results().waitFor();
  await focusIsOn(/^grid Look-alikes/);
  assert.equal(await page.getByRole('grid').evaluate((grid) => grid.matches(':focus-visible')), false);
  await isQuiet();
});

test('taking a filter off leads to the next one, and at last to the photos', async () => {
  await page.getByRole('button', { name: 'Filters' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'PNG' }).check();
  await dialog.getByRole('combobox', { name: 'Orientation' }).selectOption({ index: 1 });
  await dialog.getByRole('spinbutton').first().fill('0');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  const chips = page.getByRole('button', { name: /^Take off: / });
  const [first, second, third] = await chips.evaluateAll((buttons) => buttons.map(({ ariaLabel }) => ariaLabel));
  await press(chips.nth(1));
  await focusIsOn(new RegExp(`^button ${third}$`));
  await page.keyboard.press('Enter');
  await focusIsOn(new RegExp(`^button ${first}$`));
  assert.ok(second);
  await page.keyboard.press('Enter');
  await focusIsOn(/^grid Look-alikes/);
  await isQuiet();
});

test('refreshing the results leads to them', async () => {
  writeScene(join(library.photos, 'late.png'), { seed: 40, width: 480, height: 320 });
  const refresh = page.getByRole('button', { name: 'Refresh' });
  await refresh.waitFor({ timeout: 30_000 });
  await press(refresh);
  await refresh.waitFor({ state: 'hidden' });
  await focusIsOn(/^grid Look-alikes/);
  await isQuiet();
});

test('finding duplicates leads to the first photo of the first group', async () => {
  await page.getByRole('button', { name: /^Duplicates/ }).click();
  await press(page.getByRole('button', { name: /^(Find duplicates|Go on)$/ }));
  await page.getByRole('article').first().waitFor({ timeout: 60_000 });
  await focusIsOn(/^button (scene|flat)/);
  await isQuiet();
});

test('taking back what went from the duplicates leads to the groups', async () => {
  await page.getByRole('combobox', { name: 'Kind of duplicates' }).selectOption({ label: 'Same file' });
  await page.getByRole('article').first().waitFor();
  await press(page.getByRole('button', { name: 'Mark all but the suggested' }));
  await press(page.getByRole('button', { name: 'Review…' }));
  await press(page.getByRole('dialog').getByRole('button', { name: 'Move to the trash' }));
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  await focusIsOn(/^h2 No duplicates/);
  await press(undo);
  await undo.waitFor({ state: 'hidden' });
  await focusIsOn(/^button flat/);
  await isQuiet();
});

test('choosing the folder to check leads to the head of its check', async () => {
  await page.getByRole('button', { name: /^Check before import/ }).click();
  await press(page.getByRole('button', { name: 'Choose a folder…' }));
  await chooseFolder(page, { allowed: library.allowed, name: 'Card' });
  await page.getByText(/^1 photo is new, /).waitFor({ timeout: 60_000 });
  await focusIsOn(/^h1 Check before import$/);
  await isQuiet();
});

test('opening what Lookalike is made of leads to its head', async () => {
  await page.getByRole('button', { name: 'Settings' }).click();
  await press(page.getByRole('button', { name: 'About Lookalike…' }));
  await focusIsOn(/^h1 About Lookalike$/);
  await isQuiet();
});

test('testing a connection leaves the focus on its button', async () => {
  await page.getByRole('button', { name: /^Shared library/ }).click();
  await page.getByRole('textbox', { name: 'Address' }).first().fill('http://127.0.0.1:9');
  await press(page.getByRole('button', { name: 'Test connection' }));
  await page.getByText('Something does not work yet').waitFor({ timeout: 60_000 });
  await focusIsOn(/^button Test connection$/);
  await isQuiet();
});

test('trying a skipped file again leads to the next one', async () => {
  for (const name of ['a.png', 'b.png', 'c.png']) writeFileSync(join(library.photos, name), 'no picture at all');
  const skipped = page.getByRole('button', { name: /^Skipped files/ });
  await skipped.waitFor({ timeout: 60_000 });
  await skipped.click();
  await page.getByRole('button', { name: 'Retry c.png' }).waitFor({ timeout: 60_000 });
  writeScene(join(library.photos, 'b.png'), { seed: 50, width: 480, height: 320 });
  await press(page.getByRole('button', { name: 'Retry b.png' }));
  await page.getByRole('button', { name: 'Retry b.png' }).waitFor({ state: 'hidden', timeout: 60_000 });
  await focusIsOn(/^button Retry [ac]\.png$/);
  await isQuiet();
});
