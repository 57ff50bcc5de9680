// The two languages and the switch between them. No other file holds text that a user reads.

import { recall, remember } from '../remembered';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof en;
export type Language = 'en' | 'zh-CN';

export const languages: { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh-CN', name: '简体中文' },
];

const dictionaries: Record<Language, Record<Key, string>> = { en, 'zh-CN': zh };
const REMEMBERED = 'lookalike.language';

let chosen = $state<Language>(initialLanguage());

function initialLanguage(): Language {
  const remembered = recall(REMEMBERED);
  if (remembered === 'en' || remembered === 'zh-CN') return remembered;
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
}

export function language(): Language {
  return chosen;
}

export function setLanguage(next: Language): void {
  chosen = next;
  remember(REMEMBERED, next);
  document.documentElement.lang = next;
}

/** The text for a key. `{name}` is replaced; the number `n` also picks the form and is written with separators. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const forms = dictionaries[chosen][key].split('|');
  const count = typeof values.n === 'number' ? values.n : 1;
  const one = forms[0] ?? '';
  const form = new Intl.PluralRules(chosen).select(count) === 'one' ? one : (forms[1] ?? one);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

export function number(value: number): string {
  return new Intl.NumberFormat(chosen).format(value);
}

export function percent(fraction: number): string {
  return new Intl.NumberFormat(chosen, { style: 'percent' }).format(fraction);
}

export function clock(unixSeconds: number): string {
  return new Intl.DateTimeFormat(chosen, { hour: 'numeric', minute: '2-digit' }).format(unixSeconds * 1000);
}

/** A camera's local time, `YYYY-MM-DDTHH:MM:SS`, which names no time zone and is shown as it stands. */
export function cameraTime(text: string): string {
  const time = Date.parse(`${text}Z`);
  if (Number.isNaN(time)) return text;
  return new Intl.DateTimeFormat(chosen, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(time);
}

export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let step = 0;
  let value = bytes;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const unit = units[step] ?? 'byte';
  const digits = value < 10 && step > 0 ? 1 : 0;
  return new Intl.NumberFormat(chosen, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits }).format(value);
}
