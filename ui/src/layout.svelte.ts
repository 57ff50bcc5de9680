// How the window is laid out: whether it is narrow, and whether the sidebar stands beside the rest or comes over it.

import { recall, remember } from './remembered';

/** Rules of style use the same width. */
const NARROW = '(max-width: 860px)';
const CLOSED = 'lookalike.sidebar.closed';

export class Layout {
  narrow = $state(false);
  /** In a narrow window the sidebar comes over the rest, on request. */
  drawer = $state(false);

  #beside = $state(recall(CLOSED) === null);

  get sidebarOpen(): boolean {
    return this.narrow ? this.drawer : this.#beside;
  }

  toggleSidebar(): void {
    if (this.narrow) {
      this.drawer = !this.drawer;
      return;
    }
    this.#beside = !this.#beside;
    remember(CLOSED, this.#beside ? null : '1');
  }

  /** Follows the width of the window. */
  watch(): () => void {
    const query = window.matchMedia?.(NARROW);
    if (!query) return () => {};
    const follow = () => {
      this.narrow = query.matches;
      this.drawer = false;
    };
    follow();
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }
}
