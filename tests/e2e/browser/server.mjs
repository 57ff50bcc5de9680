// The real `lookalike serve` over a library of its own.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.E2E_LOOKALIKE;
if (!program) throw new Error('E2E_LOOKALIKE is not set: start this through tests/e2e/browser/run.sh');

const PRINTED_ADDRESS = /https?:\/\/\S+#code=[^\s"'<>]+/;

/** Folders for the server's photos, its data, and the photos of who uses the browser; `remove` takes them away. */
export function temporaryFolders() {
  const home = mkdtempSync(join(tmpdir(), 'lookalike-browser-'));
  const [allowed, data, own] = ['allowed', 'data', 'own'].map((name) => join(home, name));
  const photos = join(allowed, 'Summer');
  for (const folder of [photos, join(allowed, 'Winter'), own]) mkdirSync(folder, { recursive: true });
  return { allowed, photos, data, own, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Starts the server; resolves once it has printed the address that signs a browser in. */
export async function startServer({ data, allowed, port }) {
  port ??= await freePort();
  const args = ['serve', '--bind', `127.0.0.1:${port}`, '--data-dir', data, ...(allowed ? ['--allow-root', allowed] : [])];
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no address within a minute; the server said:\n${said}`)), 60_000);
    const hear = (text) => {
      said += text;
      const printed = PRINTED_ADDRESS.exec(said)?.[0];
      if (!printed) return;
      clearTimeout(late);
      resolve(printed);
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`)));
  });
  return {
    address,
    port,
    origin: new URL(address).origin,
    said: () => said,
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

/** A token of this name, as the administrator makes one. */
export function makeToken(data, name, ...rights) {
  return execFileSync(program, ['token', 'create', name, ...rights, '--data-dir', data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
