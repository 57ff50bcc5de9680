// The part of the fake host that plays Milvus and an object store.

import type { ConnectionInfo, ConnectRequest, Differences, ErrorReply, Event, SyncStatus, TestReport, TestStep, VerifyReport } from '../wire';

const OFF: ConnectionInfo = { settings: null, enabled: false, problem: null, has_milvus_secret: false, has_store_secret: false, secrets_in: 'file' };
const NONE: Differences = { missing: 0, surplus: 0, different: 0 };

export const atRest: SyncStatus = { state: 'off', pending: 0, done: 0, parked: 0, parked_pictures: [], rate: 0, last_success: null, problem: null };

export class FakeConnection {
  info: ConnectionInfo = OFF;
  status: SyncStatus = atRest;
  /** What the next test finds. */
  steps: TestStep[] = [];
  /** What the next comparison finds. */
  differences: Differences = NONE;
  /** Why the shared library does not answer. */
  away: ErrorReply | null = null;
  /** The last request, secrets included: what the window sent. */
  received: ConnectRequest | null = null;

  constructor(readonly emit: (event: Event) => void) {}

  connect(request: ConnectRequest): ConnectionInfo {
    this.received = request;
    const { secrets, settings } = request;
    this.info = {
      settings, enabled: true, problem: null, secrets_in: 'file',
      has_milvus_secret: this.info.has_milvus_secret || secrets.milvus_token !== null,
      has_store_secret: this.info.has_store_secret || secrets.s3_secret_key !== null,
    };
    this.setStatus({ state: 'idle' });
    return this.info;
  }

  disconnect(): ConnectionInfo {
    this.info = { ...this.info, enabled: false };
    this.setStatus({ state: 'off' });
    return this.info;
  }

  test(): TestReport {
    for (const step of this.steps) this.emit({ kind: 'connection-step', step });
    return { ok: this.steps.every(({ state }) => state === 'ok'), steps: this.steps };
  }

  setStatus(change: Partial<SyncStatus>): void {
    this.status = { ...this.status, ...change };
    this.emit({ kind: 'sync-changed', status: this.status });
  }

  retry(): number {
    const { parked } = this.status;
    this.setStatus({ parked: 0, parked_pictures: [] });
    return parked;
  }

  verify(repair: boolean): VerifyReport {
    const found = this.differences;
    if (repair) this.differences = NONE;
    return { found, left: this.differences, rows: this.status.done, objects: this.status.done, examples: [], seconds: 0.1 };
  }
}
