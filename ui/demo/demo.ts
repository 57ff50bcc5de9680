// The window over a made-up library, for looking at it in a browser: `npm run dev`, then /demo/?first-run, /demo/?busy …

import { mount } from 'svelte';
import { App } from '../src/app.svelte';
import '../src/app.css';
import AppView from '../src/App.svelte';
import { sayWhatIsWrong } from '../src/i18n/field-words';
import { languageChoice, setLanguage } from '../src/i18n/index.svelte';
import { FakeHost, fakeId } from '../src/platform/fake';
import { fakeMember } from '../src/platform/fake-duplicates';
import { fakeImportFile } from '../src/platform/fake-import';

const asked = new URLSearchParams(location.search);
const host = new FakeHost();
host.thumbnail = picture;

const shapes: [number, number][] = [[4032, 3024], [3024, 4032], [4000, 2250], [2000, 2000], [6000, 4000], [9000, 3000]];
const count = Number(asked.get('photos') ?? 400);

/** Every twelfth photo is one of three that are nearly the same; looking for photos like the first one, rank and number agree. */
function near(i: number) {
  const behind = (i % 12) - 8;
  return behind === 0 ? { nearIdentical: 2 } : behind === 1 || behind === 2 ? { foldsBehind: i + 1 - behind } : {};
}

host.pictures = Array.from({ length: asked.has('first-run') ? 0 : count }, (_, i) => {
  const [width, height] = shapes[(i * 7) % shapes.length] ?? [4, 3];
  const name = `IMG_${String(2000 + i)}.jpg`;
  return { id: fakeId(i + 1), file_name: name, width, height, paths: i % 9 === 4 ? [`/photos/${name}`, `/backup/${name}`] : [`/photos/${name}`], similarity: 0.97 - 0.6 * (i / count) ** 0.4, offline: i % 31 === 30, ...near(i), takenAt: `${2025 - (i % 20)}-07-14T18:20:00`, bytes: 2_000_000 + ((i * 7919) % 5_000_000) };
});
if (!asked.has('first-run')) {
  await host.addFolder('/home/ann/Pictures/Summer in the mountains', []);
  await host.addFolder('/home/ann/Pictures/Family', []);
  await host.addFolder('/media/ann/USB BLUE/Archive', []);
  host.folders = host.folders.map((folder, i) => ({ ...folder, scanned_at: i === 1 ? null : 1, state: i === 2 ? 'offline' : 'watching', state_reason: i === 2 ? 'Offline: “USB BLUE” is not connected' : null }));
  host.skippedFiles = [
    { id: 1, path: '/home/ann/Pictures/Family/IMG_0042.jpg', code: 'truncated', message: 'The file ends in the middle of the picture.' },
    { id: 2, path: '/home/ann/Pictures/Family/movie-poster.psd', code: 'format-not-supported', message: 'Photoshop files cannot be read.' },
  ];
}
host.fakeDuplicates.groups = Array.from({ length: asked.has('first-run') ? 0 : 120 }, (_, i) => ({
  kind: i % 3 === 0 ? 'same-file' as const : 'same-picture' as const,
  members: [0, 1, 2].slice(0, 2 + (i % 2)).map((j) => fakeMember(i * 3 + j + 1, { keep: j === 0 ? 'most-pixels' : null, is_protected: i % 7 === 6 && j === 0, bytes: 4_200_000 / (j + 1) })),
}));
host.fakeDuplicates.progress = { done: count, total: count, is_running: false, rate: 0 };
const checked = Array.from({ length: 240 }, (_, i) => fakeImportFile(i + 1, {
  path: `/media/ann/CARD/DCIM/DSC_${String(4000 + i)}.jpg`, file_name: `DSC_${String(4000 + i)}.jpg`, is_repeated: i % 41 === 40,
  ...(i % 3 === 0 ? { verdict: 'same-file', match_id: fakeId(i + 1), match_path: `/home/ann/Pictures/Summer in the mountains/IMG_${String(2000 + i)}.jpg`, similarity: 1 } as const : {}),
  ...(i % 3 === 1 ? { verdict: 'same-picture', match_id: fakeId(i + 7), match_path: `/home/ann/Pictures/Family/IMG_${String(2006 + i)}.jpg`, similarity: 0.99 - i / 2000 } as const : {}),
  ...(i % 60 === 59 ? { verdict: 'unreadable', reason: 'The file ends in the middle of the picture.' } as const : {}),
}));
if (asked.has('check')) {
  host.fakeImport.files = checked;
  host.fakeImport.begin('/media/ann/CARD/DCIM');
  host.fakeImport.finish();
  if (asked.get('check') === 'running') host.fakeImport.change({ state: 'running', total: 1240, done: 240, rate: 41.3, seconds_left: 24 });
}
host.chosen = '/home/ann/Pictures/New from card';
if (asked.has('scanning')) host.progress = { stage: 'scanning', scanned: 812, total: 30, done: 0, skipped: 0, rate: 0, seconds_left: null };
if (asked.has('busy')) host.progress = { stage: 'indexing', scanned: 20113, total: 20113, done: 1284, skipped: 2, rate: 41.3, seconds_left: 421 };
host.writable = !asked.has('read-only');

function picture(id: string): string {
  const number = parseInt(id.slice(-6), 16);
  const [width, height] = shapes[((number - 1) * 7) % shapes.length] ?? [4, 3];
  const hue = (number * 47) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 70% 80%)"/><stop offset="1" stop-color="hsl(${hue + 40} 60% 55%)"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#s)"/><circle cx="${width * (0.2 + (number % 5) / 8)}" cy="${height * 0.3}" r="${height * 0.09}" fill="#fff6d6"/><path d="M0 ${height} L0 ${height * 0.7} L${width * 0.3} ${height * 0.45} L${width * 0.55} ${height * 0.75} L${width * 0.7} ${height * 0.6} L${width} ${height * 0.85} L${width} ${height}Z" fill="hsl(${hue + 180} 35% 30%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
setLanguage(languageChoice());
sayWhatIsWrong();
mount(AppView, { target, props: { app: new App(host) } });
