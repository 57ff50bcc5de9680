// How the browser holds up with a large library: scrolling all of it, and from dropping a photo to its look-alikes.
//
//   E2E_LOOKALIKE=target/release/lookalike node tests/e2e/browser/measure.mjs DATA-DIRECTORY PHOTO
//
// DATA-DIRECTORY is of an indexed library, best of 100,000 photos; PHOTO is any. Bars: no frame of more than 50 ms while
// scrolling, memory that stays flat. Not part of the tests: figures depend on the machine.

import { dropFiles, launch, openPage } from './page.mjs';
import { startServer } from './server.mjs';

const FRAME_BAR = 50;
const SECONDS = 20;
const DROPS = 10;

const [data, photo] = process.argv.slice(2);
if (!photo) throw new Error('usage: measure.mjs DATA-DIRECTORY PHOTO');

const server = await startServer({ data });
const browser = await launch();
try {
  const { page } = await openPage(browser);
  const began = Date.now();
  await page.goto(server.address);
  await page.getByRole('gridcell').first().waitFor();
  console.log(`first photos after ${Date.now() - began} ms`);
  await page.locator('.pill', { hasText: 'Up to date' }).waitFor({ timeout: 120_000 });
  const total = await page.locator('nav .entry .count').first().innerText();
  await whole(page);
  await scrolling(page, total);
  await dropping(page);
} finally {
  await browser.close();
  await server.stop();
}

/** The list of the library has come, part by part: the grid no longer grows. */
async function whole(page) {
  let before = -1;
  for (;;) {
    const height = await page.evaluate(() => document.querySelector('main .scroller').scrollHeight);
    if (height === before) return;
    before = height;
    await page.waitForTimeout(1500);
  }
}

async function scrolling(page, total) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  const memory = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    const { nodes } = await devtools.send('Memory.getDOMCounters');
    return { heap: usedSize / 2 ** 20, nodes };
  };
  const before = await memory();
  const tasks = await traced(devtools, () => page.evaluate((seconds) => new Promise((resolve) => {
    const grid = document.querySelector('main .scroller');
    const end = performance.now() + seconds * 1000;
    const begin = performance.now();
    const last = grid.scrollHeight - grid.clientHeight;
    const step = (now) => {
      grid.scrollTop = last * Math.min(1, (now - begin) / (seconds * 1000));
      if (now < end) requestAnimationFrame(step);
      else resolve();
    };
    requestAnimationFrame(step);
  }), SECONDS));
  const after = await memory();
  const longest = Math.max(...tasks);
  const over = tasks.filter((ms) => ms > FRAME_BAR).length;
  console.log(`scrolling ${total} photos in ${SECONDS} s: longest task of the page's main thread ${longest.toFixed(1)} ms, ${over} over ${FRAME_BAR} ms (bar: none)`);
  console.log(`memory: heap ${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MiB, ${before.nodes} → ${after.nodes} nodes`);
}

/** Milliseconds of the tasks of the page's main thread, as the browser's own trace has them. */
async function traced(devtools, action) {
  const events = [];
  devtools.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await devtools.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'] } });
  await action();
  const complete = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
  await devtools.send('Tracing.end');
  await complete;
  const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  return events.filter(({ name, pid, tid, dur }) => name === 'RunTask' && dur > 0 && main.has(`${pid} ${tid}`)).map(({ dur }) => dur / 1000);
}

async function dropping(page) {
  const times = [];
  for (let i = 0; i < DROPS; i++) {
    await dropFiles(page, [photo], { before: async () => {
      await page.evaluate(() => {
        window.rowAfter = null;
        addEventListener('drop', () => {
          const began = performance.now();
          const look = () => {
            const isThere = document.querySelector('main h1')?.innerText.includes('look-alike') && document.querySelector('[role=gridcell] img')?.complete;
            if (isThere) window.rowAfter = performance.now() - began;
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }, { once: true, capture: true });
      });
    } });
    times.push(await page.waitForFunction(() => window.rowAfter).then((handle) => handle.jsonValue()));
    // Nothing of the search before is left on the screen.
    await page.locator('form[role=search] .chip button:last-child').click();
    await page.waitForTimeout(500);
  }
  times.sort((a, b) => a - b);
  console.log(`from dropping a photo to the first row: median ${times[DROPS >> 1].toFixed(0)} ms, longest ${times.at(-1).toFixed(0)} ms`);
}
