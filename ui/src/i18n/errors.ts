// Errors as the window shows them. Engine and server tell them in English: elsewhere their code is told in the user's
// language, and their own words are the detail below it.

import type { ErrorReply } from '../wire';
import { isOurs, language, t } from './index.svelte';
import { zhErrors } from './zh-errors';

export interface Told {
  message: string;
  hint: string | null;
  /** The engine's own words, in English, where `message` is not just them. */
  detail: string | null;
}

export function told({ code, message, hint }: ErrorReply): Told {
  // What this page found out by itself is in the user's language already.
  if (language() === 'en' || isOurs(message)) return { message, hint, detail: null };
  return { message: zhErrors[code as keyof typeof zhErrors] ?? zhErrors.internal, hint: null, detail: sentences(message, hint) };
}

/** What the engine says by itself, which has no code. */
export function toldNotice(message: string, hint: string | null): Told {
  if (language() === 'en') return { message, hint, detail: null };
  return { message: t('notice.engine'), hint: null, detail: sentences(message, hint) };
}

function sentences(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join('\n');
}
