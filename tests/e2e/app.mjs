// What the smoke test and the screenshots both do with the window.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Window, driverIsUp } from './webdriver.mjs';

const driver = required('E2E_DRIVER');
const application = required('E2E_APPLICATION');

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this through tests/e2e/run.sh`);
  return value;
}

/** A folder for photos and one for data, gone again at the end. */
export async function withTemporaryLibrary(action) {
  const home = mkdtempSync(join(tmpdir(), 'lookalike-e2e-'));
  const photos = join(home, 'Summer');
  const data = join(home, 'data');
  mkdirSync(photos);
  try {
    await action({ photos, data });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Opens the window over a data directory, with files to open, and closes it whatever happens; a failure leaves a picture of the window. */
export async function withWindow(data, action, opened = []) {
  await driverIsUp(driver);
  const window = await Window.open(driver, application, ['--data-dir', data, ...opened]);
  try {
    await window.run(`
      window.violations = [];
      addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
    `);
    await action(window);
  } catch (error) {
    const picture = join(tmpdir(), 'lookalike-e2e-failure.png');
    writeFileSync(picture, await window.screenshot());
    console.error(`The window when it failed: ${picture}`);
    await window.close().catch(() => {}); // what failed first is what matters
    throw error;
  }
  await window.close();
  await isGone(data);
}

/** The driver answers before the program has ended; a start in that moment would be handed over to it. */
async function isGone(data) {
  for (let tries = 0; tries < 100; tries++) {
    if (spawnSync('pgrep', ['-f', '--', data]).status === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the window is closed, but its program does not end');
}

/** First run: types the path instead of using the system's dialog, which belongs to GTK and not to us. */
export async function addFirstFolder(window, path) {
  await window.click('.way:first-child button:nth-of-type(2)');
  await window.type('dialog input', path);
  await window.click('dialog button[type=submit]');
}

export function indexed(window, pictures) {
  return window.until(`${pictures} photos to be indexed`, `
    const count = document.querySelector('nav .entry .count');
    return count && count.textContent === '${pictures}' && document.querySelectorAll('[role=gridcell]').length > 0;
  `, 120);
}

/** The pictures that the window draws have arrived. */
export function picturesLoaded(window, selector) {
  return window.until(`${selector} to be loaded`, `
    const pictures = [...document.querySelectorAll('${selector}')];
    return pictures.length > 0 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
  `);
}
