// Who signs in with a token that may only search meets nothing that the server then refuses.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { openLibrary, tile } from './library.mjs';
import { dropFiles, openPage } from './page.mjs';
import { makeToken } from './server.mjs';

let library;
let page;
let isQuiet;
const refused = [];

before(async () => {
  library = await openLibrary(({ photos, own }) => {
    for (let seed = 1; seed <= 4; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
    writeScene(join(own, 'edited.png'), { seed: 2, width: 360, height: 240, light: 1.1 });
    return 4;
  });
  ({ page, isQuiet } = await openPage(library.browser));
  page.on('response', (response) => response.status() === 403 && refused.push(response.url()));
  await page.goto(library.server.origin);
  await page.getByLabel('Address, code or token').fill(makeToken(library.data, 'guest', '--search-only'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await tile(page, 'scene-1.png').waitFor();
  await isQuiet(/status of 401/); // the question whether there is a session already
});

after(() => library?.close());

test('the page says so, and offers no place to change anything', async () => {
  await page.getByText('You may search and look here, and change nothing.').waitFor();
  for (const name of [/^Duplicates/, /^Check before import/, /^Models/, /^Shared library/, 'Add a folder…', 'Actions for Summer']) {
    assert.equal(await page.getByRole('button', { name }).count(), 0, String(name));
  }
});

test('all that is offered is allowed', async () => {
  await page.getByRole('button', { name: /^Summer/ }).click();
  await tile(page, 'scene-2.png').click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Preview/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Find look-alikes' }).click();
  await page.getByRole('heading', { name: /look-alike/ }).waitFor();
  const exported = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByRole('menuitem', { name: 'List as CSV…' }).click();
  await exported;
  await dropFiles(page, [join(library.own, 'edited.png')]);
  await tile(page, 'scene-2.png').waitFor();
  await page.getByRole('button', { name: /^Settings/ }).click();
  await page.getByText('so these can be looked at here').waitFor();
  await page.getByRole('button', { name: 'About Lookalike…' }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'About Lookalike' }).waitFor();
  assert.deepEqual(refused, []);
  assert.equal(await page.getByRole('alert').count(), 0);
  await isQuiet();
});
