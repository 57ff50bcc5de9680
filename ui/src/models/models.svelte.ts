// The models that there are, the switch and the download under way.

import type { Host } from '../platform/host';
import type { InstallInfo, ModelEntry, SwitchInfo } from '../wire';

export class Models {
  /** Null until they have been read for the first time. */
  list = $state.raw<ModelEntry[] | null>(null);
  switch = $state.raw<SwitchInfo | null>(null);
  install = $state.raw<InstallInfo | null>(null);

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
    if (events !== this.#events) return;
    this.switch = reply.switch;
    this.install = reply.install;
  }
}
