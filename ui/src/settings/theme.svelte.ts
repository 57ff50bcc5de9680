// Light or dark: as the system has it, or as the user has chosen. The colours are in app.css; public/theme.js applies what
// is remembered before anything is painted.

import { recall, remember } from '../remembered';

export type ThemeChoice = 'system' | 'light' | 'dark';

export const themes: readonly ThemeChoice[] = ['system', 'light', 'dark'];

const REMEMBERED = 'lookalike.theme';

let choice = $state<ThemeChoice>(remembered());

function remembered(): ThemeChoice {
  const remembered = recall(REMEMBERED);
  return remembered === 'light' || remembered === 'dark' ? remembered : 'system';
}

export function themeChoice(): ThemeChoice {
  return choice;
}

export function setTheme(next: ThemeChoice): void {
  choice = next;
  remember(REMEMBERED, next === 'system' ? null : next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}
