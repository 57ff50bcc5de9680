// The two languages and the switch between them. No file outside this folder holds text that a user reads.

import { recall, remember } from '../remembered';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof en;
export type Language = 'en' | 'zh-CN';
export type LanguageChoice = Language | 'system';

export const languages: { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh-CN', name: '简体中文' },
];

const dictionaries: Record<Language, Record<Key, string>> = { en, 'zh-CN': zh };
const REMEMBERED = 'lookalike.language';

let choice = $state<LanguageChoice>(remembered());
let ofSystem = $state<Language>(systemLanguage());

window.addEventListener('languagechange', () => {
  ofSystem = systemLanguage();
  document.documentElement.lang = language();
});

function remembered(): LanguageChoice {
  const remembered = recall(REMEMBERED);
  return remembered === 'en' || remembered === 'zh-CN' ? remembered : 'system';
}

function systemLanguage(): Language {
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
}

export function languageChoice(): LanguageChoice {
  return choice;
}

/** The language in use. */
export function language(): Language {
  return choice === 'system' ? ofSystem : choice;
}

export function setLanguage(next: LanguageChoice): void {
  choice = next;
  remember(REMEMBERED, next === 'system' ? null : next);
  document.documentElement.lang = language();
}

/** The text for a key. `{name}` is replaced; the number `n` also picks the form and is written with separators. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const forms = dictionaries[language()][key].split('|');
  const count = typeof values.n === 'number' ? values.n : 1;
  const one = forms[0] ?? '';
  const form = new Intl.PluralRules(language()).select(count) === 'one' ? one : (forms[1] ?? one);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/** What was said by `t` with no values, in the language of now, whichever it was said in; null for any other text. */
export function sayAgain(text: string): string | null {
  if (Object.values(dictionaries[language()]).includes(text)) return text;
  for (const dictionary of Object.values(dictionaries)) {
    const found = Object.entries(dictionary).find(([, words]) => words === text);
    if (found) return t(found[0] as Key);
  }
  return null;
}

export function number(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}

export function percent(fraction: number): string {
  return new Intl.NumberFormat(language(), { style: 'percent' }).format(fraction);
}

/** How similar something is, rounded down: what does not reach a threshold never reads as if it did, nor what is not the same as 100 %. */
export function similarity(value: number): string {
  return percent(Math.floor(100 * value + 1e-9) / 100);
}

export function clock(unixSeconds: number): string {
  return new Intl.DateTimeFormat(language(), { hour: 'numeric', minute: '2-digit' }).format(unixSeconds * 1000);
}

/** `YYYY-MM-DD`. */
export function calendarDay(text: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(text));
}

/** A camera's local time, `YYYY-MM-DDTHH:MM:SS`, which names no time zone and is shown as it stands. */
export function cameraTime(text: string): string {
  const time = Date.parse(`${text}Z`);
  if (Number.isNaN(time)) return text;
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }).format(time);
}

export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let step = bytes === 0 ? 1 : 0; // no "0 byte"
  let value = bytes;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const unit = units[step] ?? 'byte';
  const digits = value < 10 && step > 0 ? 1 : 0;
  const unitDisplay = unit === 'byte' ? 'long' : 'short'; // short, there is no plural of it
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}
