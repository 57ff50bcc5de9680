// What only a desktop has, in the real window: photos to open, a second start, the clipboard, a web address of this
// computer's own network, the colours, the size that the window was left in.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { addFirstFolder, indexed, withTemporaryLibrary, withWindow } from './app.mjs';
import { writeScene } from './scenes.mjs';

const SCENES = 8;

function step(what) {
  console.log(`  ${what}`);
}

/** A server of this computer that has one picture. */
async function serving(file, action) {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(readFileSync(file)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await action(`http://127.0.0.1:${server.address().port}/holiday.png`);
  } finally {
    server.close();
  }
}

const first = (name) => `return document.querySelector('[role=gridcell]')?.getAttribute('aria-label')?.startsWith(${JSON.stringify(name)})`;
const says = (text) => `return document.body.innerText.includes(${JSON.stringify(text)})`;

await withTemporaryLibrary(async ({ photos, data }) => {
  const scene = (seed) => join(photos, `scene-${seed}.png`);
  for (let seed = 1; seed <= SCENES; seed++) writeScene(scene(seed), { seed, width: 480, height: 320 });
  const size = { width: 1100, height: 700 };

  await withWindow(data, async (window) => {
    step('remembers the photo that it was started with until there is a folder to search');
    await window.until('the first-run screen', says('Find the photos that look alike'));
    await addFirstFolder(window, photos);
    await window.until('its look-alikes', first('scene-5.png'), 60);

    step('searches by the photo that a second start is given');
    const second = spawnSync(process.env.E2E_APPLICATION, ['--data-dir', data, scene(3)], { timeout: 30_000 });
    assert.equal(second.status, 0, String(second.stderr));
    await window.until('the look-alikes of the other photo', first('scene-3.png'));

    step('copies a picture, and searches by what is on the clipboard');
    await window.type('[role=grid]', '\uE014\uE009c\uE000');
    await window.until('the copy', says('Picture copied.'));
    await window.run(`document.querySelector('button[aria-label="Close the search"]')?.click()`);
    await window.type('body', '\uE009v\uE000');
    await window.until('the copied picture to be found', `return /Same picture/.test(document.querySelector('[role=gridcell]')?.getAttribute('aria-label') ?? '') && ${first('scene-3.png').slice('return '.length)}`);

    step('searches by an address of the own network');
    await serving(scene(7), async (address) => {
      await window.type('form[role=search] input', `${address}\uE007`);
      await window.until('the photo at the address', first('scene-7.png'));
    });

    step('is dark when that is chosen');
    await window.goTo('Settings');
    await window.until('the settings', `return document.querySelector('main h1')?.innerText === 'Settings'`);
    await window.run(`[...document.querySelectorAll('main label')].find((label) => label.innerText.trim() === 'Dark').click()`);
    await window.until('dark colours', `return document.documentElement.dataset.theme === 'dark' && getComputedStyle(document.documentElement).colorScheme === 'dark'`);

    await window.resize(size.width, size.height);
    await window.until('its new size', `return Math.abs(innerWidth - ${size.width}) < 60`);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // it counts as left there once it rests
    assert.equal(await window.run(`return document.querySelectorAll('[role=alert]').length`), 0, 'nothing went wrong unseen');
  }, [scene(5)]);

  await withWindow(data, async (window) => {
    step('is as large, and as dark, as it was left');
    await window.until('the library', `return document.querySelectorAll('[role=gridcell]').length > 0`);
    const { width, theme } = await window.run('return { width: innerWidth, theme: document.documentElement.dataset.theme }');
    assert.ok(Math.abs(width - size.width) < 60, `${width} pixels wide`);
    assert.equal(theme, 'dark');
  });
});
console.log('the window is at home on the desktop');
