// How long the real window takes from a photo to the first row of its look-alikes, in a large library.
//
//   E2E_APPLICATION=target/release/lookalike-desktop E2E_DATA=DATA-DIRECTORY E2E_PHOTO=PHOTO tests/e2e/run.sh measure.mjs
//
// A path in the query bar goes the way of a dropped photo: WebDriver cannot drop files on a window. Bar: 150 ms among 100,000
// photos on two cores. Not part of the tests: figures depend on the machine.

import { withWindow } from './app.mjs';

const ROUNDS = 15;
const BAR = 150;
const { E2E_DATA: data, E2E_PHOTO: photo } = process.env;
if (!data || !photo) throw new Error('E2E_DATA and E2E_PHOTO say what to measure');

await withWindow(data, async (window) => {
  // Indexing is over, or paused.
  await window.until('the library', `return /Up to date|paused/.test(document.querySelector('.pill')?.innerText) && document.querySelector('nav .entry .count') !== null`, 120);
  const total = await window.run(`return document.querySelector('nav .entry .count').innerText`);
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    // Nothing of the search before is left on the screen.
    await window.run(`document.querySelector('form[role=search] .chip button:last-child')?.click()`);
    await window.goTo('All photos');
    await window.until('the library', `return !document.querySelector('main h1')?.innerText.includes('look-alike') && document.querySelector('[role=gridcell]') !== null`);
    await window.run(`
      const input = document.querySelector('form[role=search] input');
      input.value = arguments[0];
      input.dispatchEvent(new Event('input', { bubbles: true }));
      window.took = null;
      requestAnimationFrame(() => {
        const began = performance.now();
        input.form.requestSubmit();
        const look = () => {
          const isThere = document.querySelector('main h1')?.innerText.includes('look-alike') && document.querySelector('[role=gridcell] img')?.complete;
          if (isThere) window.took = performance.now() - began;
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
    `, photo);
    times.push(await window.until('its look-alikes', 'return window.took', 30));
  }
  const first = times[0];
  times.sort((a, b) => a - b);
  const late = times[Math.ceil(0.95 * ROUNDS) - 1];
  console.log(`from a photo to the first row among ${total}: median ${times[ROUNDS >> 1].toFixed(0)} ms, p95 ${late.toFixed(0)} ms, the first ${first.toFixed(0)} ms (bar ${BAR})`);
});
