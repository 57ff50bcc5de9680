// Errors as the window shows them. Engine and server tell them in English: elsewhere they are told in the user's language,
// sentence by sentence where each is known, else by their code with their own words as the detail below it.

import type { ErrorReply, Saying } from '../wire';
import { language, sayAgain, t } from './index.svelte';
import { translated } from './said';
import { zhErrors } from './zh-errors';

export interface Told {
  message: string;
  hint: string | null;
  /** The engine's own words, in English, where `message` is not just them. */
  detail: string | null;
}

export function told({ code, message, hint, message_said, hint_said }: ErrorReply): Told {
  // What this page found out by itself is said in any language.
  const own = sayAgain(message);
  if (own !== null) return { message: own, hint: hint && (sayAgain(hint) ?? hint), detail: null };
  if (language() === 'en') return { message, hint, detail: null };
  const known = sentenceBySentence(message, hint, message_said, hint_said);
  if (known) return known;
  const remedy = hint === null ? null : translated(hint, hint_said);
  return { message: zhErrors[code as keyof typeof zhErrors] ?? zhErrors.internal, hint: remedy, detail: sentences(message, remedy === null ? hint : null) };
}

/** What the engine says by itself, which has no code. */
export function toldNotice(message: string, hint: string | null, message_said?: Saying, hint_said?: Saying): Told {
  return sentenceBySentence(message, hint, message_said, hint_said) ?? { message: t('notice.engine'), hint: null, detail: sentences(message, hint) };
}

/** Null where the message is not known in the user's language; a hint that is not is the detail. */
function sentenceBySentence(message: string, hint: string | null, message_said?: Saying, hint_said?: Saying): Told | null {
  const told = translated(message, message_said);
  if (told === null) return null;
  const remedy = hint === null ? null : translated(hint, hint_said);
  return { message: told, hint: remedy, detail: remedy === null ? hint : null };
}

function sentences(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join('\n');
}
