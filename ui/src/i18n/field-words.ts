// What is wrong with a field of a form, in the language of the window: the webview would say it in the system's.

import { calendarDay, number, t } from './index.svelte';

/** Looks after all forms until what it answers is called. */
export function sayWhatIsWrong(): () => void {
  function oninvalid({ target }: Event) {
    if (!(target instanceof HTMLInputElement)) return;
    target.setCustomValidity('');
    target.setCustomValidity(wordsFor(target));
  }

  function oninput({ target }: Event) {
    if (target instanceof HTMLInputElement) target.setCustomValidity('');
  }

  /** Enter in a field clicks the button as well. A field may have been filled by other means than typing. */
  function onclick({ target }: Event) {
    const button = target instanceof Element ? target.closest('button') : null;
    if (button?.type !== 'submit') return;
    for (const field of button.form?.elements ?? []) {
      if (field instanceof HTMLInputElement) field.setCustomValidity('');
    }
  }

  addEventListener('invalid', oninvalid, true);
  addEventListener('input', oninput, true);
  addEventListener('click', onclick, true);
  return () => {
    removeEventListener('invalid', oninvalid, true);
    removeEventListener('input', oninput, true);
    removeEventListener('click', onclick, true);
  };
}

function wordsFor({ validity, type, min, max, minLength }: HTMLInputElement): string {
  const limit = type === 'date' ? calendarDay : (text: string) => number(Number(text));
  if (validity.valueMissing) return t('field.missing');
  if (validity.badInput) return t(type === 'date' ? 'field.no-date' : 'field.no-number');
  if (validity.rangeUnderflow) return t('field.least', { least: limit(min) });
  if (validity.rangeOverflow) return t('field.most', { most: limit(max) });
  if (validity.stepMismatch) return t('field.whole-number');
  if (validity.tooShort) return t('field.too-short', { n: minLength });
  return t('field.characters');
}
