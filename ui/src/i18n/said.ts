// Sentences of the engine in the user's language. They come in English, with the code and the values by which they are told in
// another.

import type { Said, Saying } from '../wire';
import { language } from './index.svelte';
import { zhEngine } from './zh-engine';

/** A sentence in the language of the window; null where that is not English and it has no other. */
export function translated(english: string, said: Saying | undefined): string | null {
  if (language() === 'en') return english;
  return said ? told(said) : null;
}

/** As `translated`, in English for want of better. */
export function spoken(english: string, said: Saying | undefined): string {
  return translated(english, said) ?? english;
}

function told({ code, values }: Saying): string | null {
  // An engine newer than this page may say more.
  const sentence = Object.hasOwn(zhEngine, code) ? zhEngine[code as keyof typeof zhEngine] : null;
  return sentence?.replace(/\{(\w+)\}/g, (whole, name: string) => part(values[name]) ?? whole) ?? null;
}

function part(value: Said | undefined): string | null | undefined {
  return typeof value === 'object' ? told(value) : value;
}
