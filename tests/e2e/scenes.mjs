// Made-up photos: landscapes drawn by code, so that tests and the pictures in the README need nobody's photos.
// A scene is a function of where one looks, so that a crop or a smaller copy of it is a true near-duplicate.

import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

/** Seeded, so that every run makes the same pictures. */
function random(seed) {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const mix = (a, b, t) => a.map((value, i) => value + (b[i] - value) * t);
const clamp = (value) => Math.min(1, Math.max(0, value));
const smooth = (t) => t * t * (3 - 2 * t);

function hash(x, y, seed) {
  let h = Math.imul(x, 374761393) + Math.imul(y, 668265263) + Math.imul(seed, 2246822519);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

function noise(x, y, seed) {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const u = smooth(x - x0);
  const v = smooth(y - y0);
  const top = hash(x0, y0, seed) * (1 - u) + hash(x0 + 1, y0, seed) * u;
  const bottom = hash(x0, y0 + 1, seed) * (1 - u) + hash(x0 + 1, y0 + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

function fractal(x, y, seed, octaves = 4) {
  let sum = 0;
  for (let i = 0, size = 0.5, step = 1; i < octaves; i++, size /= 2, step *= 2) sum += size * noise(x * step, y * step, seed + i);
  return sum;
}

// Upper sky, horizon, near ground, light.
const palettes = [
  [[38, 66, 120], [255, 178, 122], [36, 32, 58], [255, 226, 170]],
  [[92, 158, 214], [222, 236, 240], [38, 70, 54], [255, 250, 224]],
  [[14, 20, 46], [52, 74, 120], [8, 12, 24], [226, 232, 255]],
  [[120, 92, 150], [250, 196, 196], [70, 44, 76], [255, 224, 214]],
  [[198, 120, 66], [252, 220, 150], [96, 46, 24], [255, 244, 200]],
  [[70, 130, 140], [216, 226, 196], [30, 56, 50], [255, 246, 210]],
  [[150, 176, 196], [236, 232, 226], [74, 84, 92], [255, 255, 250]],
];

/** Colour (0 .. 255) at x (0 .. 1.5) and y (0 .. 1, downwards). */
function scene(seed) {
  const dice = random(seed);
  const palette = palettes[Math.floor(dice() * palettes.length)];
  const [zenith, horizonColour, ground, light] = palette;
  const night = palette === palettes[2];
  const horizon = 0.45 + dice() * 0.25;
  const sun = { x: 0.2 + dice() * 1.1, y: horizon * (0.25 + dice() * 0.6), size: 0.03 + dice() * 0.05 };
  const water = dice() < 0.45;
  const firs = !water && dice() < 0.5;
  // Lit windows make sense after sunset only.
  const town = !firs && [palettes[0], palettes[2], palettes[3]].includes(palette) && dice() < 0.6;
  const ridges = Array.from({ length: 2 + Math.floor(dice() * 3) }, (_, i) => ({
    seed: seed * 31 + i,
    base: horizon - 0.02 + i * 0.09,
    tall: 0.34 - i * 0.06,
    rough: 1.3 + dice() * 2.4,
  }));
  const clouds = dice();

  function sky(x, y) {
    let colour = mix(zenith, horizonColour, smooth(clamp(y / horizon)));
    const distance = Math.hypot(x - sun.x, y - sun.y);
    colour = mix(colour, light, 0.75 * Math.exp(-distance / 0.16) * (night ? 0.4 : 1));
    const cloud = clamp((fractal(x * 2.2, y * 7, seed + 7) - 0.5 + clouds * 0.14) * 3.2);
    colour = mix(colour, mix(light, horizonColour, 0.4), cloud * (night ? 0.18 : 0.6));
    if (night && hash(Math.round(x * 420), Math.round(y * 420), seed) > 0.9965) colour = light;
    if (distance < sun.size) colour = mix(colour, light, clamp((sun.size - distance) * 160));
    return colour;
  }

  function land(x, y) {
    let colour = null;
    ridges.forEach((ridge, i) => {
      const peaks = ridge.base - ridge.tall * (fractal(x * ridge.rough + i * 9, 1, ridge.seed, 5) - 0.32);
      const trees = firs && i === ridges.length - 1 ? 0.07 * Math.abs(((x * 34 + noise(x * 9, 3, seed)) % 1) - 0.5) * (0.5 + noise(x * 34, 8, seed)) : 0;
      if (y <= peaks + trees) return;
      const near = (i + 1) / ridges.length;
      const shade = mix(horizonColour, ground, 0.25 + 0.7 * near);
      const lit = fractal(x * 14, y * 20, ridge.seed + 3) - 0.45;
      colour = mix(shade, lit > 0 ? light : ground, Math.abs(lit) * 0.55);
      const haze = clamp(1 - (y - peaks) * 5) * (1 - near) * 0.5;
      colour = mix(colour, horizonColour, haze);
    });
    return colour;
  }

  function buildings(x, y) {
    const column = Math.floor(x * 22);
    const top = horizon + 0.16 - 0.26 * hash(column, 1, seed) * noise(x * 2, 2, seed);
    if (y < top) return null;
    const lit = hash(Math.floor(x * 154), Math.floor(y * 90), seed) > 0.72 && (x * 154) % 1 > 0.35 && (y * 90) % 1 > 0.4;
    return lit ? mix(light, [255, 200, 110], 0.5) : mix(ground, horizonColour, 0.12 * hash(column, 4, seed));
  }

  const above = (x, y) => (town && buildings(x, y)) || land(x, y) || sky(x, y);
  const shore = Math.min(0.86, horizon + 0.12);

  return (x, y) => {
    if (!water || y < shore) return above(x, y);
    const depth = (y - shore) / (1 - shore);
    const ripple = (noise(x * 16, y * 150, seed) - 0.5) * (0.02 + 0.05 * depth);
    const mirrored = above(x + ripple, shore - (y - shore) * 0.9 + ripple);
    const glint = clamp(1 - Math.abs(x - sun.x) * 7) * clamp(noise(x * 30, y * 200, seed + 2) * 3 - 1.9);
    return mix(mix(mirrored, ground, 0.2 + 0.3 * depth), light, glint * 0.8);
  };
}

/**
 * Draws a scene into a PNG. `view` is the part looked at (left, top, right, bottom in 0 .. 1), `light` brightens,
 * `warm` shifts towards red.
 */
export function writeScene(path, { seed, width, height, view = [0, 0, 1, 1], light = 1, warm = 0 }) {
  const colourAt = scene(seed);
  const [left, top, right, bottom] = view;
  const aspect = width / height;
  const rows = Buffer.alloc(height * (1 + width * 3));
  let at = 0;
  for (let j = 0; j < height; j++) {
    rows[at++] = 0;
    const y = top + ((bottom - top) * (j + 0.5)) / height;
    for (let i = 0; i < width; i++) {
      const x = (left + ((right - left) * (i + 0.5)) / width) * aspect;
      const [r, g, b] = colourAt(x, y);
      const grain = (hash(i, j, seed + 5) - 0.5) * 5;
      rows[at++] = Math.max(0, Math.min(255, (r + grain) * light + warm));
      rows[at++] = Math.max(0, Math.min(255, (g + grain) * light + warm / 4));
      rows[at++] = Math.max(0, Math.min(255, (b + grain) * light - warm));
    }
  }
  writeFileSync(path, png(width, height, rows));
}

function png(width, height, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 3 })), chunk('IEND', Buffer.alloc(0))]);
}

/** A part of a PNG file, with its checksum. */
export function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
