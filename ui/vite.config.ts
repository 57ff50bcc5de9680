import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

// The browser's UI while it is worked on: `npm run dev` in front of `lookalike serve`.
const serve = 'http://127.0.0.1:5005';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // Tauri's devUrl names this port; another one would open an empty window.
  server: {
    port: 5173, strictPort: true, host: '127.0.0.1', proxy: { '/api': { target: serve, changeOrigin: true, headers: { origin: serve } } },
    fs: { allow: ['.', '../models', '../src-tauri/icons'] },
  },
  // The oldest webview is WebKitGTK 2.42, which is as Safari 17.2: light-dark() is written out for it.
  // One chunk is the licences of others, which nobody waits for: 1.1 MB.
  build: { chunkSizeWarningLimit: 1_500, target: 'es2022', cssTarget: ['safari17.2', 'chrome120'], modulePreload: { polyfill: false } },
  // A slow or busy machine is no fault: five seconds, the usual limit, have been too short for one.
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], setupFiles: ['src/test-setup.ts'], testTimeout: 60_000 },
});
