import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyInTheTauriHost = {
  'no-restricted-imports': [
    'error',
    { patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/platform/tauri.ts knows Tauri; use the Host interface.' }] },
  ],
};

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/wire.ts'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  { files: ['src/**', 'demo/**'], ignores: ['src/platform/tauri.ts'], rules: onlyInTheTauriHost },
);
