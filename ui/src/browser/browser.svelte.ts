// The application in a browser: the session, and the one question that the host asks of the page.

import { App } from '../app.svelte';
import { httpHost } from '../platform/http';
import { Session } from './session.svelte';

export interface FolderQuestion {
  /** Name of the folder that was dropped, where one was. */
  dropped: string | null;
  answer: (path: string | null) => void;
}

export class Browser {
  readonly session = new Session();
  readonly app: App;
  question = $state.raw<FolderQuestion | null>(null);

  constructor() {
    this.app = new App(httpHost(this.session.client, {
      standing: () => this.session.standing(),
      signOut: () => this.session.signOut(),
      isSearchOnly: () => this.session.isSearchOnly,
      chooseFolder: (dropped) => this.#ask(dropped),
    }));
  }

  #ask(dropped: string | null): Promise<string | null> {
    this.question?.answer(null);
    return new Promise((resolve) => {
      const question: FolderQuestion = {
        dropped,
        answer: (path) => {
          if (this.question === question) this.question = null;
          resolve(path);
        },
      };
      this.question = question;
    });
  }
}
