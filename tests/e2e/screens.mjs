// Pictures of the window for the README, into docs/screens/, of a library that this makes itself.
// With GTK_THEME=Adwaita:dark in the environment, the dark ones.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addFirstFolder, indexed, picturesLoaded, withTemporaryLibrary, withWindow } from './app.mjs';
import { writeScene } from './scenes.mjs';

const out = join(process.env.E2E_ROOT, 'docs', 'screens');
const suffix = process.env.GTK_THEME?.endsWith(':dark') ? '-dark' : '';

async function take(window, name) {
  await new Promise((resolve) => setTimeout(resolve, 400)); // let transitions end
  const path = join(out, `${name}${suffix}.png`);
  writeFileSync(path, await window.screenshot());
  // A palette keeps the files small enough for a repository.
  execFileSync('convert', [path, '-resize', '1280x', '-dither', 'FloydSteinberg', '-colors', '256', `PNG8:${path}`]);
  console.log(`  ${path}`);
}

function addLibrary(photos) {
  const shapes = [[720, 480], [480, 640], [720, 405], [720, 480], [600, 600]];
  for (let seed = 1; seed <= 44; seed++) {
    const [width, height] = shapes[seed % shapes.length];
    writeScene(join(photos, `IMG_${2400 + seed * 3}.png`), { seed, width, height });
  }
  const sunset = { seed: 13, width: 720, height: 480 };
  writeScene(join(photos, 'sunset, straightened.png'), { ...sunset, view: [0.06, 0.06, 0.94, 0.94] });
  writeScene(join(photos, 'sunset for the wall.png'), { ...sunset, light: 1.12, warm: 10 });
  writeScene(join(photos, 'sunset (small).png'), { ...sunset, width: 300, height: 200 });
  writeScene(join(photos, 'sunset, cool.png'), { ...sunset, warm: -14 });
  writeScene(join(photos, 'sunset.png'), sunset);
}

mkdirSync(out, { recursive: true });
await withTemporaryLibrary(async ({ photos, data }) => {
  addLibrary(photos);
  await withWindow(data, async (window) => {
    await window.resize(1280, 820);
    await window.until('the first-run screen', `return document.querySelector('.ways') !== null`);
    if (!suffix) await take(window, 'first-run');
    await addFirstFolder(window, photos);
    await indexed(window, 48); // sunset.png lies there twice
    await window.until('the end of indexing', `return document.querySelector('.pill .done') !== null`, 60);
    await picturesLoaded(window, '[role=gridcell] img');
    if (!suffix) await take(window, 'library');
    await window.type('form[role=search] input', `${join(photos, 'sunset.png')}\uE007`);
    await window.until('results', `return document.querySelectorAll('[role=gridcell]').length > 3 && document.querySelector('aside')`);
    await picturesLoaded(window, '[role=gridcell] img, aside img');
    await window.click('[role=gridcell]:nth-child(2)');
    await take(window, 'results');
  });
});
