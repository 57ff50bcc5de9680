// Chromium, and a page of it that notices what a user would not: errors on the console and breaches of the content security policy.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

function chromiumPath() {
  if (process.env.E2E_CHROMIUM) return process.env.E2E_CHROMIUM;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))).find(existsSync);
  if (!found) throw new Error('no Chromium found: apt-get install chromium, or set E2E_CHROMIUM');
  return found;
}

export function launch() {
  // Root has no sandbox; and the small /dev/shm of containers is too small for large pictures.
  const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath: chromiumPath(), args });
}

/** A page of its own context, so of its own cookies. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 860 }, ...options });
  await context.addInitScript(() => {
    window.violations = [];
    addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  return {
    context,
    page,
    /** Fails where something went wrong unseen since the last look. `expected` are errors that the browser reports by itself. */
    async isQuiet(expected = null) {
      const unexpected = errors.splice(0).filter((error) => !expected?.test(error));
      assert.deepEqual(unexpected, [], 'nothing on the console');
      const violations = await page.evaluate(() => window.violations.splice(0));
      assert.deepEqual(violations, [], 'nothing against the content security policy');
    },
  };
}

/** Drags files or folders of this computer over the page and lets them go, as the desktop does. */
export async function dropFiles(page, paths, { before } = {}) {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    if (type === 'drop') await before?.();
    await devtools.send('Input.dispatchDragEvent', { type, x: 640, y: 430, data });
  }
  await devtools.detach();
}

/** The pictures of a kind that are on screen have arrived. */
export async function picturesLoaded(page, selector) {
  await page.waitForFunction((selector) => {
    const pictures = [...document.querySelectorAll(selector)];
    return pictures.length > 0 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
  }, selector);
}

export function tiles(page) {
  return page.getByRole('gridcell').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label')));
}

/** From the first run to an indexed library, by the dialog that walks the allowed folders. */
export async function addFolder(page, { allowed, name, photos }) {
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose a folder on the server' });
  await dialog.getByRole('button', { name: allowed }).click();
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.getByRole('button', { name: `Choose “${name}”` }).click();
  await page.locator('nav .entry .count', { hasText: new RegExp(`^${photos}$`) }).first().waitFor({ timeout: 120_000 });
  await page.locator('.pill', { hasText: 'Up to date' }).waitFor({ timeout: 120_000 });
}

/** Once the layout has settled, nothing is cut off on the right. */
export async function nothingBeyondTheEdge(page) {
  const beyond = () => [...document.querySelectorAll('body *')]
    .filter((element) => {
      const { right, width, height } = element.getBoundingClientRect();
      return width > 0 && height > 0 && right > innerWidth + 0.5 && element.closest('.visually-hidden') === null;
    })
    .map((element) => `${element.outerHTML.slice(0, 120)} ends at ${element.getBoundingClientRect().right}`);
  // Asked again from here: a text to wait for would have to be evaluated in the page, against its policy.
  let found = await page.evaluate(beyond);
  for (let tries = 0; found.length > 0 && tries < 50; tries++) {
    await page.waitForTimeout(100);
    found = await page.evaluate(beyond);
  }
  assert.deepEqual(found.slice(0, 5), [], 'nothing is cut off on the right');
}
