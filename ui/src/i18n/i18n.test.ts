import { afterEach, describe, expect, it } from 'vitest';
import { en } from './en';
import { cameraTime, fileSize, setLanguage, similarity, t } from './index.svelte';
import { zh } from './zh';

type Topic = Record<string, Record<string, string>>;
const english = import.meta.glob<Topic>(['./en/*.ts', '!**/index.ts'], { eager: true });
const chinese = import.meta.glob<Topic>(['./zh/*.ts', '!**/index.ts'], { eager: true });

/** By the name of the file. */
function keysByTopic(files: Record<string, Topic>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(files).map(([path, topic]) => [path.split('/').at(-1), Object.values(topic).flatMap(Object.keys).sort()]));
}

const placeholders = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

describe('the dictionaries', () => {
  afterEach(() => setLanguage('en'));

  it('have the same keys in both languages, topic by topic', () => {
    expect(keysByTopic(chinese)).toEqual(keysByTopic(english));
  });

  it('have each key in one topic, and all topics', () => {
    const keys = Object.values(keysByTopic(english)).flat();
    expect(keys.sort()).toEqual(Object.keys(en).sort());
    expect(Object.keys(zh).sort()).toEqual(keys);
  });

  it('use the same values in both languages', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(placeholders(zh[key]), key).toEqual(placeholders(en[key]));
    }
  });

  it('leave no text empty', () => {
    for (const text of [...Object.values(en), ...Object.values(zh)]) expect(text.trim()).not.toBe('');
  });

  it('choose the form by the number and write it with separators', () => {
    expect(t('results.count', { n: 1 })).toBe('1 look-alike');
    expect(t('results.count', { n: 1212 })).toBe('1,212 look-alikes');
    setLanguage('zh-CN');
    expect(t('results.count', { n: 1212 })).toBe('1,212 张相似照片');
    expect(document.documentElement.lang, 'screen readers need to know').toBe('zh-CN');
  });

  it('write when a photo was taken to the second, as the camera says it', () => {
    expect(cameraTime('2025-07-14T18:20:05')).toMatch(/^Jul 14, 2025, 6:20:05\sPM$/);
    setLanguage('zh-CN');
    expect(cameraTime('2025-07-14T18:20:05')).toBe('2025年7月14日 18:20:05');
  });

  it('write sizes as people read them', () => {
    expect(fileSize(3_612_345)).toBe('3.6 MB');
    expect([0.6, 0.5999, 0.29, 0.9996, 1].map(similarity), 'never more than it is').toEqual(['60%', '59%', '29%', '99%', '100%']);
    expect([1, 712].map(fileSize)).toEqual(['1 byte', '712 bytes']);
  });
});
