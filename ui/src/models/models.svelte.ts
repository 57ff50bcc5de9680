// The models that there are, the switch and the download under way.

import type { Host } from '../platform/host';
import type { EmbeddingNote, InstallInfo, ModelEntry, ModelFault, SwitchInfo } from '../wire';

export class Models {
  /** Null until they have been read for the first time. */
  list = $state.raw<ModelEntry[] | null>(null);
  /** Folders that hold no usable model. */
  faulty = $state.raw<ModelFault[]>([]);
  switch = $state.raw<SwitchInfo | null>(null);
  install = $state.raw<InstallInfo | null>(null);

  /** What is to be said of photos and the model in use. */
  notes = $state.raw<EmbeddingNote[]>([]);
  readonly fromThumbnail = $derived(this.notes.filter((note) => note.is_found).length);
  readonly leftOut = $derived(this.notes.length - this.fromThumbnail);

  /** Counts events: a reply that was under way when one came knows less. */
  #events = 0;

  constructor(private readonly host: Host) {}

  switched(info: SwitchInfo | null): void {
    this.#events += 1;
    this.switch = info;
  }

  installed(info: InstallInfo | null): void {
    this.#events += 1;
    this.install = info;
  }

  async read(): Promise<void> {
    const events = this.#events;
    const reply = await this.host.models();
    this.list = reply.models;
    this.faulty = reply.faulty;
    const inUse = reply.models.find((model) => model.state === 'in-use');
    this.notes = inUse ? await this.host.embeddingNotes(inUse.id) : [];
    if (events !== this.#events) return;
    this.switch = reply.switch;
    this.install = reply.install;
  }
}
