// What can be done with results: folded, put in another order, taken out as a list and as copies, and compared.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { api, chooseFolder, indexed, openLibrary, tile, until } from './library.mjs';
import { nothingBeyondTheEdge, picturesLoaded, tiles } from './page.mjs';

const SCENES = 30;
const SHOTS = 3;

let library;
let page;
let isQuiet;
/** What the burst is folded behind, and what lies there. */
let burst;

before(async () => {
  library = await openLibrary(({ photos, allowed }) => {
    mkdirSync(join(allowed, 'Chosen'));
    for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 360, height: 240 });
    return SCENES;
  }, { viewport: { width: 1280, height: 2400 } }); // so high that all results are drawn
  ({ page, isQuiet } = library);
  burst = await addBurst();
});

after(() => library?.close());

/**
 * Adds near-identical shots of another scene than the first, in the midst of a band so that all of them lie in it, and tells
 * what they are folded behind: one of them, or a scene that the model takes for as good as the same.
 */
async function addBurst() {
  const { results, limits } = await lookFor('scene-1.png');
  const edges = [limits.similar, limits.same_scene, limits.same_picture];
  const toEdge = ({ similarity }) => Math.min(...edges.map((edge) => Math.abs(edge - similarity)));
  const between = results.filter(({ similarity }) => similarity > limits.similar && similarity < limits.same_picture);
  const [other] = between.toSorted((a, b) => toEdge(b) - toEdge(a));
  const seed = Number(/\d+/.exec(other.file_name)[0]);
  for (let shot = 1; shot <= SHOTS; shot++) writeScene(join(library.photos, `burst-${shot}.png`), { seed, width: 360 - 9 * shot, height: 240 - 6 * shot });
  await indexed(page, 'Summer', SCENES + SHOTS);

  const found = (await lookFor('scene-1.png')).results;
  const shots = found.filter(({ file_name }) => file_name.startsWith('burst-'));
  const [rank] = shots.map((shot) => shot.folds_behind ?? shot.rank).toSorted((a, b) => a - b);
  const leader = found.find((hit) => hit.rank === rank);
  const members = found.filter((hit) => hit.folds_behind === rank).map(({ file_name }) => file_name);
  for (const { file_name } of shots) assert.ok(file_name === leader.file_name || members.includes(file_name), `${file_name} is folded behind ${leader.file_name}`);
  assert.equal(members.length, leader.near_identical);
  return { leader: leader.file_name, members };
}

async function lookFor(name) {
  const { pictures } = await api(page, '/library', { folder: null, offset: 0, limit: 100, order: 'newest' });
  const { id } = pictures.find(({ file_name }) => file_name === name);
  return api(page, '/search', { query: { kind: 'image', id }, scope: 'local', similarity: 0, page: 1, page_size: 100, filter: null, crop: null, more: [], less: [], fold: true });
}

const names = async () => (await tiles(page)).map((label) => label.split(' · ')[0]);

/** The photo that the burst lies behind; `state` is what its name says of that. */
const leader = (state) => page.getByRole('gridcell', { name: new RegExp(`^${burst.leader} .*near-identical photos? ${state}`) });
const shownMembers = async () => (await names()).filter((name) => burst.members.includes(name)).toSorted();

test('near-identical photos lie folded behind the first of them', async () => {
  await tile(page, 'scene-1.png').click();
  await leader('folded').waitFor();
  assert.deepEqual(await shownMembers(), []);
  await page.getByText(/^\d+ folded$/).waitFor();
  const fold = (state) => leader(state).getByRole('button', { name: /^\d+ near-identical photos?$/ });
  assert.equal(await fold('folded').getAttribute('aria-label'), `${burst.members.length} near-identical photos`);
  await fold('folded').click();
  await leader('unfolded').waitFor();
  assert.deepEqual(await shownMembers(), burst.members.toSorted());
  await fold('unfolded').click();
  await leader('folded').waitFor();
  assert.deepEqual(await shownMembers(), []);
  await isQuiet();
});

test('the key g folds and unfolds as well', async () => {
  await leader('folded').click();
  await page.keyboard.press('g');
  await leader('unfolded').waitFor();
  await page.keyboard.press('g');
  await leader('folded').waitFor();
  await isQuiet();
});

test('nothing is folded where folding is off, also after a reload', async () => {
  const box = page.getByRole('checkbox', { name: 'Fold near-identical' });
  await box.uncheck();
  await leader('folded').waitFor({ state: 'hidden' });
  assert.deepEqual(await shownMembers(), burst.members.toSorted());
  await page.reload();
  await tile(page, 'scene-1.png').click();
  await tile(page, burst.members[0]).waitFor();
  assert.equal(await box.isChecked(), false);
  await box.check();
  await leader('folded').waitFor();
  await isQuiet();
});

/** Sorts by something else, and waits until the photos stand otherwise for it. */
async function sortBy(label) {
  const before = await tiles(page);
  await page.getByRole('combobox', { name: 'Sort by' }).selectOption({ label });
  await page.waitForFunction((before) => {
    const now = [...document.querySelectorAll('[role=gridcell]')].map((cell) => cell.getAttribute('aria-label'));
    return now.length > 0 && now.join('\n') !== before.join('\n');
  }, before);
}

test('the results stand in another order, as one list', async () => {
  await page.getByRole('checkbox', { name: 'Fold near-identical' }).uncheck();
  await tile(page, burst.members[0]).waitFor();
  const order = page.getByRole('combobox', { name: 'Sort by' });
  const bands = page.locator('[role=grid] h2');
  assert.ok((await bands.count()) > 0, 'by similarity, bands have their headings');
  const before = await names();
  await sortBy('Name');
  assert.equal(await bands.count(), 0, 'one list has no bands');
  assert.notDeepEqual(await names(), before);
  await sortBy('Largest');
  assert.equal(await bands.count(), 0, 'bands do not follow each other here');
  const labels = (await tiles(page)).filter((label) => !label.includes('Your photo'));
  for (const label of labels) assert.match(label, / · (Same picture|Same scene|Similar|Weak)( ·|$)/, 'the tile names its band all the same');
  assert.deepEqual((await names()).toSorted(), before.toSorted(), 'they are the same photos');
  await order.selectOption({ label: 'Similarity' });
  await bands.first().waitFor();
  await isQuiet();
});

test('the order of the library is kept', async () => {
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  const order = page.getByRole('combobox', { name: 'Sort by' });
  const read = page.waitForResponse((response) => response.url().endsWith('/library'));
  await order.selectOption({ label: 'Largest' });
  await read;
  await page.reload();
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  assert.equal(await order.inputValue(), 'largest');
  await order.selectOption({ label: 'Newest' });
  await isQuiet();
});

/** The photos whose row lies at the upper edge of the grid, and where they lie. */
function atTheEdge() {
  return page.locator('main .scroller').evaluate((scroller) => {
    const edge = scroller.getBoundingClientRect().top;
    const rows = [...scroller.querySelectorAll('.row')].filter((row) => row.getBoundingClientRect().top <= edge && row.getBoundingClientRect().bottom > edge);
    return { top: scroller.scrollTop, names: rows.flatMap((row) => [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.ariaLabel)) };
  });
}

test('photos are made larger and smaller, and the one at the upper edge stays there', async () => {
  const whole = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 420 });
  const slider = page.getByRole('slider', { name: 'Size of photos' });
  assert.equal(await slider.getAttribute('aria-valuetext'), 'Rows 190 pixels high');
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home'); // one is selected, far above the edge
  // In the midst of a row. The page hears of it with the next frame.
  await page.locator('main .scroller').evaluate((scroller) => new Promise((resolve) => {
    scroller.scrollTop = 600;
    requestAnimationFrame(() => requestAnimationFrame(resolve));
  }));
  const before = await atTheEdge();
  assert.equal(before.top, 600);
  for (const [key, height] of [['End', 320], ['Home', 100]]) {
    await slider.press(key);
    assert.equal(await slider.getAttribute('aria-valuetext'), `Rows ${height} pixels high`);
    await until(`${before.names[0]} is at the edge`, async () => (await atTheEdge()).names.includes(before.names[0]));
  }
  await page.getByRole('grid').focus();
  for (let step = 0; step < 3; step++) await page.keyboard.press(']');
  await slider.and(page.locator('[aria-valuetext="Rows 190 pixels high"]')).waitFor();
  await until('all is where it was', async () => JSON.stringify(await atTheEdge()) === JSON.stringify(before));
  await page.keyboard.press('[');
  await page.reload();
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  assert.equal(await slider.getAttribute('aria-valuetext'), 'Rows 160 pixels high', 'as it was left');
  await page.setViewportSize(whole);
  await isQuiet();
});

test('the heads of the library and of the results hold their tools in windows of any width, in both languages', async () => {
  const whole = page.viewportSize();
  const widths = [1280, 1061, 1000, 861, 800, 521, 360];
  const fits = async (heading) => {
    await page.getByRole('heading', { name: heading }).waitFor();
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await nothingBeyondTheEdge(page);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    const tops = await page.locator('main select, main .scroller, main input[type=range][step="10"]').evaluateAll((tools) => tools.map((tool) => Math.round(tool.getBoundingClientRect().top)));
    assert.ok(Math.abs(tops[0] - tops[1]) < 8, `order and size stand side by side: ${tops}`);
  };
  for (const [language, ofLibrary, ofResults] of [['zh-CN', '全部照片', /张相似照片$/], ['en', 'All photos', /look-alikes$/]]) {
    await page.evaluate((language) => localStorage.setItem('lookalike.language', language), language);
    await page.reload();
    await fits(ofLibrary);
    await tile(page, 'scene-1.png').click();
    await fits(ofResults);
    await page.keyboard.press('Escape');
  }
  await page.evaluate(() => {
    localStorage.removeItem('lookalike.language');
    localStorage.removeItem('lookalike.row-height');
  });
  await page.setViewportSize(whole);
  await page.reload();
  await page.getByRole('heading', { name: 'All photos' }).waitFor();
  await isQuiet();
});

async function exported(item) {
  await page.getByRole('button', { name: 'Export…' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  const file = await download;
  await page.getByText(/^List of \d+ results? saved\.$/).first().waitFor();
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

test('the results are taken out as a list', async () => {
  await page.reload();
  await tile(page, 'scene-1.png').click();
  await page.getByRole('heading', { name: /look-alikes$/ }).waitFor();
  const shown = await names();
  const count = Number(/^\d+/.exec(await page.getByRole('heading', { name: /look-alikes$/ }).innerText())[0]);
  const json = await exported('List as JSON…');
  assert.equal(json.name, 'look-alikes.json');
  const list = JSON.parse(json.text);
  assert.equal(list.length, count + 1, 'all of them and the photo itself, and no weaker ones');
  const csv = await exported('List as CSV…');
  assert.equal(csv.name, 'look-alikes.csv');
  const [header, ...lines] = csv.text.trim().split(/\r?\n/);
  assert.match(header, /rank/);
  assert.equal(lines.length, count + 1);
  const ranked = list.map(({ file_name, path }) => file_name ?? path.split('/').at(-1));
  assert.deepEqual(ranked.filter((name) => shown.includes(name)).toSorted(), shown.filter((name) => ranked.includes(name)).toSorted());
  for (const name of shown) assert.ok(csv.text.includes(name), `${name} is listed`);
  await isQuiet();
});

test('the results are copied to a folder, and a second time are there already', async () => {
  const copy = async () => {
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('menuitem', { name: /^Copy \d+ photos to a folder…/ }).click();
    await chooseFolder(page, { allowed: library.allowed, name: 'Chosen' });
  };
  await copy();
  const done = page.getByText(/^\d+ copied$/);
  const count = Number(/^\d+/.exec(await done.innerText())[0]);
  const files = readdirSync(join(library.allowed, 'Chosen'));
  assert.equal(files.length, count);
  for (const name of burst.members) assert.deepEqual(readFileSync(join(library.allowed, 'Chosen', name)), readFileSync(join(library.photos, name)));
  await page.getByRole('button', { name: 'Dismiss' }).last().click();
  await copy();
  await page.getByText(`0 copied, ${count} were there already`).waitFor();
  assert.equal(readdirSync(join(library.allowed, 'Chosen')).length, count, 'nothing lies there twice');
  await page.getByRole('button', { name: 'Dismiss' }).last().click();
  await isQuiet();
});

test('two photos are compared: side by side, and as their difference', async () => {
  await page.getByRole('button', { name: /^All photos/ }).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('button', { name: 'Compare' }).click();
  const comparison = page.getByRole('dialog', { name: '2 photos compared' });
  await picturesLoaded(page, 'dialog.compare img');
  await comparison.getByText(/has the better file: /).waitFor();
  await comparison.getByRole('button', { name: 'Difference' }).click();
  await comparison.getByText('Black where both are the same.').waitFor();
  const brightness = comparison.getByRole('slider', { name: 'Brightness' });
  assert.equal(await brightness.getAttribute('aria-valuetext'), '×4');
  await brightness.press('ArrowRight');
  assert.equal(await brightness.getAttribute('aria-valuetext'), '×5');
  await picturesLoaded(page, 'dialog.compare img');
  await page.keyboard.press('d');
  await comparison.getByText('Black where both are the same.').waitFor({ state: 'hidden' });
  await page.keyboard.press('d');
  await comparison.getByText('Black where both are the same.').waitFor();
  await page.keyboard.press('w');
  await comparison.getByRole('slider', { name: 'Divider' }).waitFor();
  await page.keyboard.press('Escape');
  await comparison.waitFor({ state: 'hidden' });
  await isQuiet();
});

test('in a narrow window compared photos lie above each other, with room for all that is done with them', async () => {
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 900 });
  await page.getByRole('navigation', { name: 'Library' }).waitFor({ state: 'hidden' });
  await page.getByRole('grid').focus();
  await page.keyboard.press('c');
  const comparison = page.getByRole('dialog', { name: '2 photos compared' });
  await comparison.waitFor();
  await picturesLoaded(page, 'dialog.compare figure img');
  const places = await comparison.locator('figure').evaluateAll((figures) => figures.map((figure) => figure.getBoundingClientRect().toJSON()));
  assert.equal(places[0].left, places[1].left);
  assert.ok(places[0].bottom <= places[1].top, 'one above the other');
  for (const { width } of places) assert.ok(width > 300, 'each as wide as the window lets it be');
  const close = comparison.getByRole('button', { name: 'Close the comparison' });
  for (const key of [null, 'w', 'd']) {
    if (key) await page.keyboard.press(key);
    await nothingBeyondTheEdge(page);
    assert.equal(await comparison.getByRole('button', { name: /^Keep this one: / }).count(), 2);
    await close.waitFor();
  }
  await page.keyboard.press('Escape');
  await comparison.waitFor({ state: 'hidden' });
  await page.setViewportSize({ width, height });
  await isQuiet();
});

test('of compared photos one is kept: the other goes to the trash, and comes back', async () => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('c');
  const comparison = page.getByRole('dialog', { name: '2 photos compared' });
  const [kept, gone] = await comparison.locator('figcaption span').allInnerTexts();
  await comparison.getByRole('button', { name: `Keep this one: ${kept}` }).click();
  await page.getByRole('dialog', { name: 'This is the last copy of 1 photo' }).getByRole('button', { name: 'Move it all the same' }).click();
  await comparison.waitFor({ state: 'hidden' });
  await tile(page, gone).waitFor({ state: 'hidden' });
  assert.equal(existsSync(join(library.photos, gone)), false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await tile(page, gone).waitFor({ timeout: 30_000 });
  assert.ok(existsSync(join(library.photos, gone)) && existsSync(join(library.photos, kept)));
  assert.equal(await comparison.count(), 0, 'it does not begin again by itself');
  await isQuiet();
});
