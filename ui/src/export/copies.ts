// Copies of photos in a folder of the user's choice, and what became of them in words.

import type { App } from '../app.svelte';
import { t } from '../i18n/index.svelte';
import { spoken } from '../i18n/said';
import type { CopyReport, Selection } from '../wire';

const NAMED = 3;

export async function copyFiles(app: App, selection: Selection): Promise<void> {
  const folder = await app.attempt(() => app.host.pickFolder(t('copies.title')));
  if (!folder) return;
  const report = await whileCopying(app, () => app.host.copyFiles({ selection, folder }));
  if (report) app.activity.notify(report.failed.length > 0 ? 'error' : 'info', () => copiesText(report), () => failedText(report) ?? folder);
}

/** Tells how far it is, where it takes a while, and lets it be stopped. */
export async function whileCopying(app: App, copy: () => Promise<CopyReport>): Promise<CopyReport | undefined> {
  app.copying.begin();
  const report = await app.attempt(copy);
  app.copying.end();
  return report;
}

export async function stopCopying(app: App): Promise<void> {
  app.copying.isStopping = true;
  const isAsked = await app.attempt(async () => {
    await app.host.cancelCopy();
    return true;
  });
  if (!isAsked) app.copying.isStopping = false;
}

/** "12 copied, 1 was there already, 1 failed" */
export function copiesText({ copied, there_already, failed, is_cancelled }: CopyReport): string {
  const parts = [t('copies.copied', { n: copied })];
  if (there_already > 0) parts.push(t('copies.there', { n: there_already }));
  if (failed.length > 0) parts.push(t('copies.failed', { n: failed.length }));
  const text = parts.join(t('copies.and'));
  return is_cancelled ? t('copies.stopped', { text }) : text;
}

/** Which files were not copied, and why. */
export function failedText({ failed }: CopyReport): string | null {
  const lines = failed.slice(0, NAMED).map(({ path, message, message_said }) => `${path}: ${spoken(message, message_said)}`);
  if (failed.length > NAMED) lines.push(t('trash.review.more', { n: failed.length - NAMED }));
  return lines.length > 0 ? lines.join('\n') : null;
}
