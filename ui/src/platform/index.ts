// What the UI runs in.

/** Whether this page is in the desktop window, where Tauri has put its bridge before any script ran. */
export function isInWindow(): boolean {
  return '__TAURI_INTERNALS__' in window;
}
