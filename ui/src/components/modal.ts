// Opens dialogs as modal, so that the browser keeps the focus inside and closes them on Esc; and gives the focus back.

/** Where the focus was before a dialog had it: the last place first, then those before it, as one dialog may replace another. */
const before = new WeakMap<HTMLDialogElement, Element[]>();

export function modal(dialog: HTMLDialogElement): () => void {
  const active = document.activeElement;
  const around = active?.closest('dialog');
  const places = [...(active ? [active] : []), ...((around && before.get(around)) ?? [])];
  before.set(dialog, places);
  dialog.showModal();
  return () => {
    dialog.close();
    // The browser gives the focus back itself where the dialog is closed by Esc, but not where it is simply gone.
    const now = document.activeElement;
    if (now !== null && now !== document.body && !dialog.contains(now)) return;
    const back = places.find((place) => place.isConnected && place !== document.body);
    if (back instanceof HTMLElement) back.focus();
  };
}

/** As `modal`, for a dialog whose keys act on what it shows: its first button is not where they should go. */
export function modalStage(dialog: HTMLDialogElement): () => void {
  const close = modal(dialog);
  dialog.focus();
  return close;
}
