import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sayings } from './engine';
import { setLanguage } from './index.svelte';
import { spoken, translated } from './said';
import { zhEngine } from './zh-engine';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('the engine’s sentences', () => {
  beforeEach(() => setLanguage('zh-CN'));
  afterEach(() => setLanguage('en'));

  it('are all known in Chinese, with the same values', () => {
    expect(Object.keys(zhEngine).sort()).toEqual(Object.keys(sayings).sort());
    for (const [code, english] of Object.entries(sayings)) {
      expect(placeholders(zhEngine[code as keyof typeof sayings]), code).toEqual(placeholders(english));
    }
  });

  it('hold others, and names as they are', () => {
    const said = { code: 'reason-at', values: { path: '/a.jpg', reason: { code: 'another-thing', values: { what: { code: 'web-page', values: {} } } } } };
    expect(spoken('/a.jpg: this is not a picture but a web page', said)).toBe('/a.jpg：这不是图片，而是网页');
  });

  it('are told in English where they are not known', () => {
    expect(translated('brand new', { code: 'brand-new', values: {} })).toBeNull();
    expect(spoken('brand new', { code: 'constructor', values: {} })).toBe('brand new');
    expect(spoken('what a decoder says', undefined)).toBe('what a decoder says');
  });

  it('are the engine’s own in English', () => {
    setLanguage('en');
    expect(spoken('the file is empty', { code: 'empty', values: {} })).toBe('the file is empty');
  });
});
