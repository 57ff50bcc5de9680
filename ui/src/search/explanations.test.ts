// Why results match, as their pixels tell: asked for once they are shown, and shown once it is told.

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/index.svelte';
import { fakeId, type FakeHost } from '../platform/fake';
import type { Explained, ExplainRequest } from '../wire';
import { openResults, tile } from '../test-app';

const batches = (host: FakeHost) => host.calls.filter((call) => call.startsWith('explain')).map((call) => call.split(' ').slice(1));

/** Holds every answer back until it is let go. */
function hold(host: FakeHost) {
  const waiting: (() => void)[] = [];
  const explain = host.explain.bind(host);
  host.explain = async (request: ExplainRequest): Promise<Explained[]> => {
    const answer = await explain(request);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return answer;
  };
  return waiting;
}

describe('reasons from the pixels', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(cleanup);

  it('are asked in small batches, for what may have them, and once', async () => {
    const { host, app } = await openResults(60);
    await waitFor(() => expect(batches(host).map((ids) => ids.length)).toEqual([24, 1]));
    const asked = batches(host).flat();
    expect(asked, 'not the photo itself').not.toContain(fakeId(1));
    expect(asked, 'nor what is merely similar').not.toContain(fakeId(27));
    await app.search.results.setThreshold(0.9);
    await app.search.results.setThreshold(0.2);
    expect(batches(host)).toHaveLength(2);
  });

  it('join those that came with the result, on its tile and among its facts', async () => {
    const { host, app } = await openResults(3);
    host.pictures = host.pictures.map((picture, i) => (i === 1 ? { ...picture, reasons: [{ kind: 'same-camera' }] } : picture));
    host.explained.set(fakeId(2), [{ kind: 'mirrored' }, { kind: 'same-camera' }]);
    const waiting = hold(host);
    await app.search.refresh();
    await fireEvent.click(await tile(/^photo-2\.jpg · Same picture · same camera · 94/));
    expect(await screen.findByText('3.6 MB · JPEG')).toBeTruthy();
    await waitFor(() => expect(waiting).toHaveLength(1));
    const read = () => host.calls.length;
    const before = read();
    waiting[0]?.();
    const explained = await tile(/^photo-2\.jpg · Same picture · same camera · Mirrored · 94/);
    expect(explained.textContent).toContain('mirrored');
    expect(screen.getByText('same camera, Mirrored')).toBeTruthy();
    expect(screen.getByText('3.6 MB · JPEG'), 'the facts stayed').toBeTruthy();
    expect(read(), 'nothing was read again').toBe(before);
  });

  it('do not go from one search to the next', async () => {
    const { host, app } = await openResults(30);
    host.explained.set(fakeId(3), [{ kind: 'mirrored' }]);
    const waiting = hold(host);
    await app.search.refresh();
    await waitFor(() => expect(waiting).toHaveLength(1));
    host.explained.clear();
    await app.find({ kind: 'image', id: fakeId(2), name: 'photo-2.jpg' });
    const asked = batches(host).length;
    waiting[0]?.();
    await waitFor(() => expect(waiting.length).toBeGreaterThan(1));
    waiting[1]?.();
    await waitFor(() => expect(waiting.length).toBe(3));
    expect(batches(host).length - asked, 'no second batch of the search before').toBeLessThanOrEqual(2);
    expect(await tile(/^photo-3\.jpg · Same picture · 93/), 'the late answer is dropped').toBeTruthy();
  });

  it('are missed by nobody where they cannot be told', async () => {
    const { host, app } = await openResults(3);
    host.failures.set('explain', { code: 'internal', message: 'out of breath', hint: null });
    await app.search.refresh();
    await waitFor(() => expect(host.failures.size).toBe(0));
    expect(await tile(/^photo-2\.jpg/)).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('are not asked for what is folded away until it is spread out', async () => {
    const { host, app } = await openResults(4);
    host.pictures = host.pictures.map((picture, i) => ({ ...picture, nearIdentical: i === 1 ? 1 : 0, foldsBehind: i === 2 ? 2 : undefined }));
    await app.search.refresh();
    await waitFor(() => expect(batches(host).at(-1)).toEqual([fakeId(2), fakeId(4)]));
    await fireEvent.click(await screen.findByRole('button', { name: '1 near-identical photo' }));
    await waitFor(() => expect(batches(host).at(-1)).toEqual([fakeId(3)]));
  });
});
