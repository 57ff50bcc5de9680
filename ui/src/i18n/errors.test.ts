import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import AppView from '../App.svelte';
import { FakeHost } from '../platform/fake';
import type { ErrorCode } from '../wire';
import { told } from './errors';
import { setLanguage, t } from './index.svelte';

const error = { code: 'io' as const, message: 'cannot write /data/catalog: no space left', hint: 'Free some space.' };

describe('an error', () => {
  beforeEach(() => setLanguage('zh-CN'));
  afterEach(() => {
    cleanup();
    setLanguage('en');
  });

  it('is told in the engine’s words in English', () => {
    setLanguage('en');
    expect(told(error)).toEqual({ message: error.message, hint: error.hint, detail: null });
  });

  it('is told by its code in Chinese, with the engine’s words as the detail', () => {
    expect(told(error)).toEqual({ message: '读取或写入文件失败。', hint: null, detail: `${error.message}\n${error.hint}` });
  });

  it('has a sentence even where its code is not known', () => {
    expect(told({ ...error, code: 'brand-new' as ErrorCode }).message).toBe('程序内部出错。您的照片没有任何改动。');
  });

  it('is told sentence by sentence where these are known', () => {
    const server = { code: 'milvus-at', values: { address: 'http://nas:19530' } };
    const known = {
      code: 'remote-failed' as const, message: 'Milvus at http://nas:19530 cannot be reached', hint: 'Look at the server’s own log.',
      message_said: { code: 'unreachable', values: { server } }, hint_said: { code: 'look-at-log', values: {} },
    };
    expect(told(known)).toEqual({ message: '无法连接Milvus（http://nas:19530）', hint: '请查看服务器的日志。', detail: null });
    expect(told({ ...known, hint_said: { code: 'brand-new', values: {} } }), 'a hint that is not known is not lost').toEqual({ message: '无法连接Milvus（http://nas:19530）', hint: null, detail: known.hint });
  });

  it('has its remedy in Chinese where only that is known', () => {
    expect(told({ ...error, hint_said: { code: 'look-at-log', values: {} } })).toEqual({ message: '读取或写入文件失败。', hint: '请查看服务器的日志。', detail: error.message });
  });

  it('that this page found out itself is told in the language of now', () => {
    const own = { code: 'io' as const, message: t('clipboard.no-writing'), hint: t('clipboard.no-writing.hint') };
    expect(told(own)).toEqual({ message: own.message, hint: own.hint, detail: null });
    setLanguage('en');
    expect(told(own)).toEqual({ message: t('clipboard.no-writing'), hint: t('clipboard.no-writing.hint'), detail: null });
  });

  it('of another path with the same code is another notice', async () => {
    const host = new FakeHost();
    const app = new App(host);
    for (const path of ['/a.jpg', '/b.jpg', '/b.jpg']) app.activity.failed({ code: 'io', message: `cannot read ${path}`, hint: null });
    expect(app.activity.notices).toHaveLength(2);
  });

  it('is shown with its detail, where a page cannot be and in a notice', async () => {
    const host = new FakeHost();
    host.failures.set('status', { code: 'catalog-unusable', message: 'the catalog is damaged', hint: null });
    const app = new App(host);
    render(AppView, { app });
    const alert = within(await screen.findByRole('alert'));
    expect(alert.getByText(/图库的目录无法使用/)).toBeTruthy();
    expect(alert.getByText('the catalog is damaged').getAttribute('lang'), 'so that it is read out as English').toBe('en');
    await fireEvent.click(screen.getByRole('button', { name: '重试' }));
    host.emit({ kind: 'notice', message: 'Indexing stopped', hint: 'Free some space.' });
    expect(await screen.findByText('Lookalike 的消息')).toBeTruthy();
    expect(screen.getByText(/Indexing stopped/)).toBeTruthy();
  });
});
