// How the window is laid out: whether it is narrow, whether the sidebar stands beside the rest or comes over it, and how large
// photos are in it.

import { recall, remember } from './remembered';

/** Rules of style use the same width. */
const NARROW = '(max-width: 860px)';
const CLOSED = 'lookalike.sidebar.closed';
const ROW_HEIGHT = 'lookalike.row-height';

/** How high rows of photos can be, in pixels of the page. */
export const rowHeights = { least: 100, most: 320, usual: 190 };

export class Layout {
  narrow = $state(false);
  /** In a narrow window the sidebar comes over the rest, on request. */
  drawer = $state(false);

  #beside = $state(recall(CLOSED) === null);
  #rowHeight = $state(rememberedHeight());

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

  /** Of the rows of every grid of photos. */
  get rowHeight(): number {
    return this.#rowHeight;
  }

  set rowHeight(wanted: number) {
    this.#rowHeight = Math.max(rowHeights.least, Math.min(rowHeights.most, wanted));
    remember(ROW_HEIGHT, this.#rowHeight === rowHeights.usual ? null : String(this.#rowHeight));
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

function rememberedHeight(): number {
  const height = Number(recall(ROW_HEIGHT));
  return height >= rowHeights.least && height <= rowHeights.most ? height : rowHeights.usual;
}
