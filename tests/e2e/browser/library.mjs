// A library of its own in a browser: made-up photos, a server over them, and a page that is signed in and has them indexed.

import { addFolder, launch, openPage, picturesLoaded } from './page.mjs';
import { startServer, temporaryFolders } from './server.mjs';

/** `make` puts the photos into the folders and answers how many different ones are in the first, which is added. */
export async function openLibrary(make, options = {}) {
  const folders = temporaryFolders();
  let server;
  let browser;
  try {
    const photos = make(folders);
    server = await startServer(folders);
    browser = await launch();
    const visitor = await openPage(browser, options);
    await visitor.page.goto(server.address);
    await addFolder(visitor.page, { allowed: folders.allowed, name: 'Summer', photos });
    await picturesLoaded(visitor.page, '[role=gridcell] img');
    return { ...folders, ...visitor, server, browser, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function close() {
    await browser?.close();
    await server?.stop();
    folders.remove();
  }
}

/** What the page itself may ask the server, with its session. */
export function api(page, path, body) {
  return page.evaluate(async ({ path, body }) => {
    const request = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`/api/v1${path}`, request);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }, { path, body });
}

/** Through the dialog that walks the allowed folders, down to this one. */
export async function chooseFolder(page, { allowed, name }) {
  const dialog = page.getByRole('dialog', { name: 'Choose a folder on the server' });
  await dialog.getByRole('button', { name: allowed }).click();
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.getByRole('button', { name: `Choose “${name}”` }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** A further folder, from the sidebar, with so many files. */
export async function addAnotherFolder(page, { allowed, name, files }) {
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a folder' });
  await dialog.getByRole('button', { name: 'Choose…' }).click();
  await chooseFolder(page, { allowed, name });
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await indexed(page, name, files);
}

/** So many files of a folder are in the library. */
export async function indexed(page, folder, files) {
  await until(`${files} files of ${folder} are in the library`, async () => (await api(page, '/status')).folders.find(({ name }) => name === folder)?.files === files);
  await page.locator('.pill', { hasText: 'Up to date' }).waitFor({ timeout: 60_000 });
}

/** The photos whose file is called this, among all or among the results. */
export function tile(page, name) {
  return page.getByRole('gridcell', { name: new RegExp(`^${name.replaceAll('.', '\\.')}( ·|$)`) });
}

/** Waits for what only the server or the disk knows. */
export async function until(what, isTrue, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; !(await isTrue()); await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (Date.now() > end) throw new Error(`within ${seconds} s: ${what}`);
  }
}
