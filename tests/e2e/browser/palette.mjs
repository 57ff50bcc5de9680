// A PNG of few colours from one of many, without any tool: the browser takes it apart, and median cut chooses the colours.

import { deflateSync } from 'node:zlib';
import { chunk } from '../scenes.mjs';

const COLOURS = 256;
/** Of each channel, so many bits tell colours apart: finer differences are not seen. */
const BITS = 6;
const SHIFT = 8 - BITS;

/** `page` is any page of the browser. */
export async function asPalettePng(page, png) {
  const { width, height, pixels } = await decoded(page, png);
  const counts = new Uint32Array(1 << (3 * BITS));
  const cellOf = (at) => ((pixels[at] >> SHIFT) << (2 * BITS)) | ((pixels[at + 1] >> SHIFT) << BITS) | (pixels[at + 2] >> SHIFT);
  for (let at = 0; at < pixels.length; at += 4) counts[cellOf(at)] += 1;
  const cells = [...counts.keys()].filter((cell) => counts[cell] > 0);
  const boxes = cut(cells, counts);
  const colourOf = new Uint8Array(counts.length);
  const sums = boxes.map(() => [0, 0, 0, 0]);
  boxes.forEach((box, i) => box.forEach((cell) => (colourOf[cell] = i)));
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const colour = colourOf[cellOf(at)];
      rows[y * (width + 1) + 1 + x] = colour;
      const sum = sums[colour];
      for (let channel = 0; channel < 3; channel++) sum[channel] += pixels[at + channel];
      sum[3] += 1;
    }
  }
  const palette = Buffer.from(sums.flatMap(([red, green, blue, count]) => [red, green, blue].map((sum) => Math.round(sum / count))));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

async function decoded(page, png) {
  const { width, height, base64 } = await page.evaluate(async (source) => {
    const bitmap = await createImageBitmap(await (await fetch(source)).blob());
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const blob = new Blob([canvas.getImageData(0, 0, width, height).data]);
    const url = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.readAsDataURL(blob);
    });
    return { width, height, base64: url.slice(url.indexOf(',') + 1) };
  }, `data:image/png;base64,${png.toString('base64')}`);
  return { width, height, pixels: Buffer.from(base64, 'base64') };
}

/** Halves what is most spread and most used, until there are as many boxes as colours. */
function cut(cells, counts) {
  let boxes = [weighed(cells, counts)];
  while (boxes.length < COLOURS) {
    boxes.sort((a, b) => b.weight - a.weight);
    const [largest, ...others] = boxes;
    if (largest.cells.length < 2) break;
    const { channel } = largest;
    const sorted = largest.cells.toSorted((a, b) => part(a, channel) - part(b, channel));
    const half = sorted.reduce((sum, cell) => sum + Math.sqrt(counts[cell]), 0) / 2;
    let sum = 0;
    let at = sorted.findIndex((cell) => (sum += Math.sqrt(counts[cell])) >= half);
    at = Math.min(Math.max(1, at), sorted.length - 1);
    boxes = [...others, weighed(sorted.slice(0, at), counts), weighed(sorted.slice(at), counts)];
  }
  return boxes.map(({ cells }) => cells);
}

const part = (cell, channel) => (cell >> (BITS * (2 - channel))) & ((1 << BITS) - 1);

function weighed(cells, counts) {
  let channel = 0;
  let spread = -1;
  for (let candidate = 0; candidate < 3; candidate++) {
    let [low, high] = [Infinity, -Infinity];
    for (const cell of cells) {
      low = Math.min(low, part(cell, candidate));
      high = Math.max(high, part(cell, candidate));
    }
    if (high - low > spread) [channel, spread] = [candidate, high - low];
  }
  const used = cells.reduce((sum, cell) => sum + Math.sqrt(counts[cell]), 0);
  return { cells, channel, weight: cells.length < 2 ? 0 : spread * spread * Math.sqrt(used) };
}
