// Where the focus goes when what has it is taken away: never to nothing, from where no key would lead on.

/** Where keys are of most use, the best first. */
const PLACES = ['[role=grid]', '[role=feed] [tabindex="0"]', 'h2[tabindex]', 'h1[tabindex]', 'button:enabled'];
const LISTS = 'ul, ol, tbody';
const TAKES_KEYS = 'button:enabled, input:enabled, [tabindex]';

/** Looks after the focus until what it answers is called. */
export function keepFocus(): () => void {
  let last: HTMLElement | null = null;
  /** What has the focus was disabled, mostly only while something is being done. */
  let wasDisabled = false;

  function onfocusin({ target }: FocusEvent) {
    last = target instanceof HTMLElement ? target : null;
    wasDisabled = false;
  }

  /** Who clicks beside everything wants the focus nowhere. */
  function onpointerdown({ target }: PointerEvent) {
    if (target instanceof Node && !last?.contains(target)) last = null;
  }

  const observer = new MutationObserver((changes) => {
    if (!last) return;
    wasDisabled ||= last.matches(':disabled');
    const active = document.activeElement;
    if (active !== null && active !== document.body) return;
    if (!last.isConnected) (neighbourOf(last, changes) ?? bestPlace())?.focus({ preventScroll: true });
    else if (wasDisabled) last.focus();
  });

  addEventListener('focusin', onfocusin);
  addEventListener('pointerdown', onpointerdown, true);
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
  return () => {
    observer.disconnect();
    removeEventListener('focusin', onfocusin);
    removeEventListener('pointerdown', onpointerdown, true);
  };
}

/** In the list that something was taken from: what followed it, else what is last, else the list itself. */
function neighbourOf(gone: HTMLElement, changes: readonly MutationRecord[]): HTMLElement | null {
  const change = changes.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(gone)));
  const list = change?.target;
  if (!(list instanceof Element) || !list.isConnected || !list.matches(LISTS)) return null;
  const next = change?.nextSibling;
  const following = next instanceof Element ? next : next instanceof CharacterData ? next.nextElementSibling : null;
  const entry = following?.isConnected ? following : list.lastElementChild;
  return entry?.querySelector<HTMLElement>(TAKES_KEYS) ?? list.closest<HTMLElement>('[tabindex]');
}

/** A dialog keeps the focus to itself. */
function bestPlace(): HTMLElement | null {
  const dialog = [...document.querySelectorAll<HTMLElement>('dialog[open]')].at(-1);
  if (dialog?.matches('[tabindex]')) return dialog;
  const scope = dialog ?? document;
  for (const place of PLACES) {
    const found = scope.querySelector<HTMLElement>(place);
    if (found) return found;
  }
  return null;
}
