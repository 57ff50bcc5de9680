import { afterEach, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { installText } from './words';

afterEach(() => setLanguage('en'));

it('a download is told in bytes, not in photos', () => {
  const install = { id: 'big', done: 12_000_000, total: 102_000_000, rate: 3_100_000 };
  expect(installText(install)).toBe('12 MB of 102 MB · 3.1 MB/s');
  setLanguage('zh-CN');
  expect(installText(install)).toMatch(/ · 每秒 3\.1\sMB$/);
});
