// The models of the fake host: what the engine's contract says of installing and switching, with the time in the test's hand.

import type { EmbeddingNote, ErrorReply, Event, InstallInfo, ModelEntry, ModelFault, ModelsReply, SwitchInfo } from '../wire';

export function fakeModel(id: string, change: Partial<ModelEntry> = {}): ModelEntry {
  return {
    id, name: id, state: 'ready', dimension: 256, bytes: 11_542_800, licence: 'MIT', provenance: 'Made up.', source: null, is_bundled: false,
    bands: { same_picture: 0.85, same_scene: 0.7, similar: 0.55 }, bands_are_estimates: false, vectors: 0, missing: 0, is_immediate: false, ...change,
  };
}

export class FakeModels {
  list: ModelEntry[] = [
    fakeModel('fake', { name: 'Fake', state: 'in-use', is_bundled: true, vectors: 400 }),
    fakeModel('big', { name: 'Big', state: 'available', bytes: 102_442_452, licence: 'Apache-2.0', source: 'https://example.com/big.onnx', bands_are_estimates: true }),
  ];
  faulty: ModelFault[] = [];
  switch: SwitchInfo | null = null;
  install: InstallInfo | null = null;
  /** By model. */
  notes: Record<string, EmbeddingNote[]> = {};

  #installed: { resolve: () => void; reject: (error: ErrorReply) => void } | null = null;

  constructor(private readonly emit: (event: Event) => void) {}

  reply(): ModelsReply {
    return { models: this.list, faulty: this.faulty, switch: this.switch, install: this.install };
  }

  /** Resolves when the test lets it: see `finishInstall`. */
  installModel(id: string): Promise<void> {
    this.progressInstall({ id, done: 0, total: this.#get(id).bytes, rate: 0 });
    return new Promise((resolve, reject) => (this.#installed = { resolve, reject }));
  }

  progressInstall(install: InstallInfo): void {
    this.install = install;
    this.emit({ kind: 'install-changed', install });
  }

  finishInstall(error?: ErrorReply): void {
    const id = this.install?.id;
    this.install = null;
    if (id !== undefined && !error) this.change(id, { state: 'ready' });
    this.emit({ kind: 'install-changed', install: null });
    if (error) this.#installed?.reject(error);
    else this.#installed?.resolve();
  }

  use(id: string): void {
    const model = this.#get(id);
    if (model.is_immediate) this.exchange(id);
    else {
      this.change(id, { state: 'coming' });
      this.progressSwitch({
        target: id, name: model.name, state: 'building', reason: null, is_upgrade: false, done: 0, total: 400, from_thumbnail: 0, left_out: 0, rate: 0, seconds_left: null,
      });
    }
  }

  progressSwitch(info: SwitchInfo | null): void {
    this.switch = info;
    this.emit({ kind: 'switch-changed', switch: info });
  }

  pauseSwitch(paused: boolean): void {
    if (this.switch) this.progressSwitch({ ...this.switch, state: paused ? 'paused' : 'building' });
  }

  cancelSwitch(): void {
    if (this.switch) this.change(this.switch.target, { state: 'ready' });
    this.progressSwitch(null);
  }

  /** The new model takes over; the old one's vectors are kept. */
  exchange(id: string): void {
    for (const model of this.list) {
      if (model.id === id) this.change(id, { state: 'in-use', is_immediate: false, vectors: 400 });
      else if (model.state === 'in-use') this.change(model.id, { state: 'ready', is_immediate: true });
    }
    this.progressSwitch(null);
    this.emit({ kind: 'models-changed' });
  }

  change(id: string, change: Partial<ModelEntry>): void {
    this.list = this.list.map((model) => (model.id === id ? { ...model, ...change } : model));
    this.emit({ kind: 'models-changed' });
  }

  #get(id: string): ModelEntry {
    const model = this.list.find((model) => model.id === id);
    if (!model) throw { code: 'not-found', message: `the model ${id} is not installed`, hint: null } satisfies ErrorReply;
    return model;
  }
}
