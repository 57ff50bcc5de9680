// The window in Chinese where the engine speaks: why files are skipped, why a folder is away, what a connection test finds,
// where models come from.

import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeScene } from '../scenes.mjs';
import { openLibrary } from './library.mjs';

let library;
let page;
let isQuiet;

before(async () => {
  library = await openLibrary(({ photos }) => {
    writeScene(join(photos, 'scene.png'), { seed: 1, width: 360, height: 240 });
    writeFileSync(join(photos, 'document.jpg'), '%PDF-1.7 and more');
    writeFileSync(join(photos, 'empty.png'), '');
    writeFileSync(join(photos, 'text.png'), 'no picture at all');
    return 1;
  });
  ({ page, isQuiet } = library);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: '简体中文' }).check();
  await page.getByRole('heading', { name: '设置' }).waitFor();
});

after(() => library?.close());

/** What is marked as English on the page: words that the window could not translate. */
const english = () => page.locator('main [lang=en]').allInnerTexts();

test('a skipped file says why', async () => {
  await page.getByRole('button', { name: /^跳过的文件/ }).click();
  const row = (name) => page.getByRole('row').filter({ hasText: name });
  await row('document.jpg').getByText('这不是图片，而是 PDF 文档').waitFor();
  await row('empty.png').getByText('文件是空的').waitFor();
  assert.match(await row('text.png').innerText(), /\s这不是图片\s/);
  assert.deepEqual(await english(), []);
  await isQuiet();
});

test('a connection test says what fails, why, and what helps', async () => {
  await page.getByRole('button', { name: /^共享图库/ }).click();
  // Nothing listens on this computer's port 1.
  await page.getByLabel('地址').first().fill('http://127.0.0.1:1');
  await page.getByRole('button', { name: '测试连接' }).click();
  await page.getByText('还有问题，没有留下任何内容。').waitFor();
  const steps = page.getByRole('listitem');
  await steps.filter({ hasText: '连接端口' }).getByText(/^无法连接 http:\/\/127\.0\.0\.1:1：/).first().waitFor();
  await page.getByText('请检查服务器是否在运行，端口是否正确').first().waitFor();
  // An IP address is the same in all languages.
  assert.deepEqual((await english()).filter((text) => !/^[\d.:, ]+$/.test(text)), []);
  await isQuiet();
});

test('the models say where they come from', async () => {
  await page.getByRole('button', { name: '模型', exact: true }).click();
  await page.getByText(/^由本项目从零开始训练/).waitFor();
  await page.getByText(/^ONNX 模型库中的 VGG-16/).waitFor();
  assert.deepEqual(await english(), []);
  await isQuiet();
});

test('a folder that is away says why', async () => {
  renameSync(library.photos, `${library.photos} elsewhere`);
  await page.getByRole('button', { name: '“Summer”的操作' }).click();
  await page.getByRole('menuitem', { name: '立即查找变化' }).click();
  await page.getByRole('button', { name: /^Summer.*离线/ }).click();
  await page.getByText('文件夹不在原处（驱动器未连接，或文件夹已改名）').waitFor();
  assert.deepEqual(await english(), []);
  await isQuiet();
});
