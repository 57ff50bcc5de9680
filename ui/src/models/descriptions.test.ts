import { afterEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeModel } from '../platform/fake-models';
import { translatedDescription, zhDescriptions } from './descriptions';

const manifests = import.meta.glob<string>(['../../../models/catalogue.toml', '../../../models/*/model.toml'], { query: '?raw', import: 'default', eager: true });

describe('the descriptions of models', () => {
  afterEach(() => setLanguage('en'));

  it('are in Chinese for every model that Lookalike brings and offers', () => {
    const ids = Object.values(manifests).flatMap((text) => [...text.matchAll(/^id = "(.+)"$/gm)].map(([, id]) => id));
    expect(ids.length).toBeGreaterThan(3);
    expect(Object.keys(zhDescriptions).sort()).toEqual(ids.sort());
  });

  it('are the model’s own in English, and for what the user has added', () => {
    const bundled = fakeModel('lookalike-s-4', { is_bundled: true });
    expect(translatedDescription(bundled)).toBe('Made up.');
    setLanguage('zh-CN');
    expect(translatedDescription(bundled)).toContain('由本项目从零开始训练');
    expect(translatedDescription(fakeModel('vgg16-12')), 'a name is not enough').toBeNull();
  });
});
