// Smoke test of the real window: from an empty data directory to the right look-alike.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addFirstFolder, indexed, picturesLoaded, withTemporaryLibrary, withWindow } from './app.mjs';
import { writeScene } from './scenes.mjs';

const SCENES = 15;

function step(what) {
  console.log(`  ${what}`);
}

/** The bundled model under another name, as an installed one lies. */
function installTwin(folder) {
  const bundled = join(process.env.E2E_ROOT, 'models', 'lookalike-s');
  const manifest = readFileSync(join(bundled, 'model.toml'), 'utf8');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.toml'), manifest.replace(/^id = .*$/m, 'id = "twin"').replace(/^name = .*$/m, 'name = "Twin"'));
  copyFileSync(join(bundled, 'lookalike-s.onnx'), join(folder, 'lookalike-s.onnx'));
}

await withTemporaryLibrary(async ({ photos, data }) => {
  for (let seed = 1; seed <= SCENES; seed++) writeScene(join(photos, `scene-${seed}.png`), { seed, width: 480, height: 320 });
  // The picture to be found: smaller, brighter and a little cropped.
  writeScene(join(photos, 'scene-9-edited.png'), { seed: 9, width: 360, height: 240, view: [0.03, 0.03, 0.97, 0.97], light: 1.12 });
  writeFileSync(join(photos, 'broken.png'), Buffer.from('89504e470d0a1a0a0000000d', 'hex'));

  installTwin(join(data, 'models', 'twin'));

  await withWindow(data, async (window) => {
    step('starts with nothing and asks for a folder');
    await window.until('the first-run screen', `return document.body.innerText.includes('Find the photos that look alike')`);
    await addFirstFolder(window, photos);

    step('indexes the folder while showing its photos');
    await indexed(window, SCENES + 1);
    await window.until('the end of indexing', `return document.querySelector('.pill')?.innerText.includes('Up to date')`, 60);
    await picturesLoaded(window, '[role=gridcell] img');

    step('searches by a click on a photo');
    await window.click('[role=gridcell][aria-label="scene-9.png"]');
    await window.until('results', `return /\\d+ look-alikes?/.test(document.querySelector('h1')?.innerText ?? '')`);
    await picturesLoaded(window, '[role=gridcell] img, aside img');
    const [first, second] = await window.run(`return [...document.querySelectorAll('[role=gridcell]')].map((tile) => tile.getAttribute('aria-label'))`);
    assert.equal(first, 'scene-9.png · Your photo', 'the photo itself comes first and is marked');
    assert.match(second ?? '', /^scene-9-edited\.png · Same picture/, 'the edited copy comes right after it');

    step('searches by a path typed into the query bar');
    await window.type('form[role=search] input', `${join(photos, 'scene-3.png')}\uE007`);
    await window.until('the other photo first', `return document.querySelector('[role=gridcell]')?.getAttribute('aria-label').startsWith('scene-3.png')`);

    step('lists the file that is no picture, with a reason');
    await window.goTo('Skipped files');
    await window.until('the skipped file', `return document.querySelector('table')?.innerText.includes('broken.png')`);

    step('finds a copy, and keeps the older one');
    copyFileSync(join(photos, 'scene-3.png'), join(photos, 'copy of scene-3.png'));
    await window.goTo('Duplicates');
    await window.click('main .empty button');
    await window.until('the group', `return document.querySelector('main')?.innerText.includes('copy of scene-3.png')`, 60);
    rmSync(join(photos, 'copy of scene-3.png'));

    step('switches to another model, and back at once');
    await window.goTo('Models');
    const inUse = (name) => `return [...document.querySelectorAll('main li')].some((row) => row.innerText.startsWith('${name} In use'))`;
    await window.until('the models', inUse('Lookalike S'));
    await window.click('button[aria-label="Use Twin"]');
    await window.until('the switch', inUse('Twin'), 60);
    await window.click('button[aria-label="Go back to Lookalike S"]');
    await window.until('the way back', inUse('Lookalike S'));

    step('says that nothing is shared yet, and offers to connect');
    await window.goTo('Shared library');
    await window.until('the shared library', `return document.querySelector('main h1')?.innerText === 'Shared library' && document.querySelector('main').innerText.includes('Not connected')`);

    assert.deepEqual(await window.run('return window.violations'), [], 'nothing in the page went against the content security policy');
  });

  await withWindow(data, async (window) => {
    step('knows its photos when started again');
    await indexed(window, SCENES + 1);
    await picturesLoaded(window, '[role=gridcell] img');
  });
});
console.log('The window works.');
