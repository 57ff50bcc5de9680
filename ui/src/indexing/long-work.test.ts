import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { setLanguage } from '../i18n/index.svelte';
import { FakeHost, idle } from '../platform/fake';
import { fakeMember } from '../platform/fake-duplicates';
import { fakeImportFile } from '../platform/fake-import';

const report = { scanned: 3, embedded: 3, recognised: 1, unchanged: 0, removed: 0, skipped: [], offline: [], cancelled: false, seconds: 60 };
const indexing = { ...idle, stage: 'indexing' as const, total: 100 };

describe('long work', () => {
  let host: FakeHost;
  let stop: () => void;

  beforeEach(async () => {
    vi.useFakeTimers();
    setLanguage('en');
    host = new FakeHost();
    stop = await new App(host).start();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    setLanguage('en');
  });

  const told = (name: string) => host.calls.filter((call) => call.startsWith(`${name} `));
  const later = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

  it('is in the task bar while it goes on, at most once a second', async () => {
    for (let done = 10; done < 20; done++) {
      host.emit({ kind: 'progress', progress: { ...indexing, done } });
      await later(0.2);
    }
    host.emit({ kind: 'progress', progress: { ...indexing, done: 100 } });
    host.emit({ kind: 'run-finished', report: { ...report, seconds: 3 } });
    expect(told('showProgress')).toEqual(['showProgress 0.1', 'showProgress 0.15', 'showProgress 1', 'showProgress ']);
    expect(told('notify'), 'it was soon over').toEqual([]);
  });

  it('leaves the task bar while it is paused', async () => {
    host.emit({ kind: 'progress', progress: { ...indexing, done: 10 } });
    host.emit({ kind: 'progress', progress: { ...indexing, stage: 'paused', done: 10 } });
    expect(told('showProgress')).toEqual(['showProgress 0.1', 'showProgress ']);
  });

  it('says when photos are in, in the user’s language, but not that nothing was new', () => {
    host.emit({ kind: 'run-finished', report: { ...report, embedded: 0, recognised: 0 } });
    host.emit({ kind: 'run-finished', report: { ...report, cancelled: true } });
    host.emit({ kind: 'run-finished', report });
    setLanguage('zh-CN');
    host.emit({ kind: 'run-finished', report: { ...report, skipped: [{ id: 1, path: '/a', code: 'damaged', message: '' }] } });
    expect(told('notify')).toEqual(['notify Your photos can be searched Indexing is done. 4 new photos.', 'notify 您的照片可以搜索了 索引完成，新增 4 张照片。 跳过了 1 个文件。']);
  });

  it('says how many duplicates there are, where all were compared', async () => {
    host.fakeDuplicates.groups = [{ kind: 'same-file', members: [fakeMember(1), fakeMember(2)] }];
    await host.findDuplicates();
    await later(30);
    host.fakeDuplicates.setProgress({ is_running: false, done: 200 });
    await later(1);
    expect(told('notify'), 'it was stopped').toEqual([]);
    await host.findDuplicates();
    await later(30);
    host.fakeDuplicates.setProgress({ is_running: false, done: 400 });
    await later(1);
    expect(told('notify')).toEqual(['notify All photos have been compared 1 group: 1 files could go, 2 MB']);
    expect(host.calls.filter((call) => call.startsWith('showProgress')).at(-1)).toBe('showProgress ');
  });

  it('says when another model is in use, but not when that was given up', async () => {
    host.fakeModels.use('big');
    await later(30);
    host.fakeModels.progressSwitch(null);
    await later(1);
    expect(told('notify')).toEqual([]);
    host.fakeModels.use('big');
    await later(30);
    vi.spyOn(host, 'status').mockResolvedValue({ ...(await host.status()), model: { ...(await host.status()).model, id: 'big' } });
    host.fakeModels.exchange('big');
    await later(1);
    expect(told('notify')).toEqual(['notify Big is in use now Searches are answered by it from now on.']);
  });

  it('says what the check of a card found, where it took long', async () => {
    host.fakeImport.files = [fakeImportFile(1), fakeImportFile(2), fakeImportFile(3, { verdict: 'same-file' })];
    for (const seconds of [5, 30]) {
      host.fakeImport.begin('/card');
      host.fakeImport.change({ done: 1 });
      await later(seconds);
      host.fakeImport.finish();
    }
    expect(told('notify')).toEqual(['notify The check before import is done 2 new photos, 1 already in your library.']);
  });
});
