// The connection to Milvus and an object store: what is set up, what is being typed, how a test and syncing stand.

import type { Host } from '../platform/host';
import type { ConnectRequest, ConnectionInfo, ConnectionSettings, Remedy, Secrets, StoreSettings, SyncStatus, TestReport, TestStep, VerifyReport } from '../wire';

export const LOCAL: ConnectionSettings = {
  milvus: {
    address: 'http://127.0.0.1:19530', own_ca: null, database: 'default', collection: null, consistency: 'bounded',
    index: { kind: 'hnsw', m: 16, ef_construction: 200, ef: 128, nlist: 1024, nprobe: 32, search_list: 128 },
  },
  store: null,
  device_name: '',
};

export const LOCAL_STORE: StoreSettings = {
  endpoint: 'http://127.0.0.1:9000', region: 'us-east-1', path_style: true, own_ca: null, bucket: 'lookalike', upload: 'originals', public_address: null, link_hours: 168,
};

export type Preset = 'compose' | 'minio' | 'aws' | 'garage' | 'other';

/** What a preset says about an object store; what it does not say stays. */
export const presets: Record<Preset, Partial<StoreSettings>> = {
  compose: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1', path_style: true },
  minio: { region: 'us-east-1', path_style: true },
  aws: { endpoint: 'https://s3.us-east-1.amazonaws.com', region: 'us-east-1', path_style: false },
  garage: { endpoint: 'http://127.0.0.1:3900', region: 'garage', path_style: true },
  other: {},
};

export class Connections {
  info = $state.raw<ConnectionInfo | null>(null);
  status = $state.raw<SyncStatus | null>(null);
  /** What is in the fields; nothing of it counts before it is saved. */
  form = $state<ConnectionSettings>(structuredClone(LOCAL));
  /** Typed secrets; empty ones leave what is known. They go to the engine and are forgotten here. */
  secrets = $state({ milvus_token: '', s3_access_key: '', s3_secret_key: '' });
  steps = $state.raw<TestStep[]>([]);
  tested = $state.raw<TestReport | null>(null);
  verified = $state.raw<VerifyReport | null>(null);
  busy = $state<'test' | 'save' | 'verify' | 'repair' | null>(null);
  /** Changes a second, the newest last. */
  rates = $state.raw<number[]>([]);

  constructor(readonly host: Host) {}

  /** Who may not see the connection itself still sees whether there is one. */
  get connected(): boolean {
    return this.info?.enabled ?? (this.status !== null && this.status.state !== 'off');
  }

  async read(): Promise<void> {
    if (this.host.can.manage) this.#take(await this.host.connection());
    this.status = await this.host.syncStatus();
  }

  /** As `read`, but leaves what is being typed. */
  async readAgain(): Promise<void> {
    if (this.host.can.manage) this.info = await this.host.connection();
    this.status = await this.host.syncStatus();
  }

  onStatus(status: SyncStatus): void {
    this.status = status;
    this.rates = [...this.rates.slice(-59), status.rate];
  }

  onStep(step: TestStep): void {
    if (this.busy === 'test') this.steps = [...this.steps, step];
  }

  async test(): Promise<void> {
    await this.#while('test', async () => {
      this.steps = [];
      this.tested = null;
      this.tested = await this.host.testConnection(this.#request());
      this.steps = this.tested.steps;
    });
  }

  async save(): Promise<void> {
    await this.#while('save', async () => {
      this.#take(await this.host.connect(this.#request()));
      this.secrets = { milvus_token: '', s3_access_key: '', s3_secret_key: '' };
      this.status = await this.host.syncStatus();
    });
  }

  async disconnect(): Promise<void> {
    await this.#while('save', async () => {
      this.#take(await this.host.disconnect());
      this.status = await this.host.syncStatus();
    });
  }

  async verify(repair: boolean): Promise<void> {
    await this.#while(repair ? 'repair' : 'verify', async () => {
      this.verified = await this.host.verifySync(repair);
    });
  }

  usePreset(preset: Preset): void {
    this.form.store = { ...LOCAL_STORE, ...this.form.store, ...presets[preset] };
  }

  /** Makes the change that would let a failed step pass. */
  apply(remedy: Remedy, target: TestStep['target']): void {
    const speak = (address: string, tls: boolean) => address.replace(/^https?:\/\//, tls ? 'https://' : 'http://');
    if (remedy === 'use-tls' || remedy === 'drop-tls') {
      const tls = remedy === 'use-tls';
      if (target === 'milvus') this.form.milvus.address = speak(this.form.milvus.address, tls);
      else if (this.form.store) this.form.store.endpoint = speak(this.form.store.endpoint, tls);
    }
    if (remedy === 'other-collection') this.form.milvus.collection = `${this.form.milvus.collection ?? 'lookalike'}_2`;
  }

  #take(info: ConnectionInfo): void {
    this.info = info;
    if (info.settings) this.form = structuredClone(info.settings);
  }

  #request(): ConnectRequest {
    const typed = (text: string) => (text === '' ? null : text);
    const secrets: Secrets = {
      milvus_token: typed(this.secrets.milvus_token), s3_access_key: typed(this.secrets.s3_access_key), s3_secret_key: typed(this.secrets.s3_secret_key),
    };
    return { settings: $state.snapshot(this.form), secrets };
  }

  async #while(busy: NonNullable<typeof this.busy>, work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = busy;
    try {
      await work();
    } finally {
      this.busy = null;
    }
  }
}
