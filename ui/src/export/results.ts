// Results of a search as a file, or as copies of their photos: all above the threshold, or those that are chosen.

import type { App } from '../app.svelte';
import type { ActedOn } from '../components/photo-actions';
import type { MenuItem } from '../components/Menu.svelte';
import { t } from '../i18n/index.svelte';
import type { ExportFormat } from '../wire';
import { copyFiles } from './copies';

export async function exportResults(app: App, format: ExportFormat, ids: string[]): Promise<void> {
  const { id, threshold, total } = app.search.results;
  const isDone = await app.attempt(() => app.host.exportResults({ result_set: id, similarity: threshold, ids, format }, t('export.title')));
  if (isDone) app.activity.notify('info', () => t('export.done', { n: ids.length > 0 ? ids.length : total }));
}

/** The list as a file; none chosen: all results. */
export function exportMenu(app: App, chosen: readonly ActedOn[]): MenuItem[] {
  const ids = chosen.map(({ id }) => id);
  return [
    { label: t('export.csv'), icon: 'export', action: () => void exportResults(app, 'csv', ids) },
    { label: t('export.json'), icon: 'export', action: () => void exportResults(app, 'json', ids) },
  ];
}

/** What can be done with all results above the threshold. */
export function resultsMenu(app: App): MenuItem[] {
  const { id, threshold, total } = app.search.results;
  const copies: MenuItem = { label: t('copies.choose', { n: total }), icon: 'folder', action: () => void copyFiles(app, { kind: 'results', result_set: id, similarity: threshold }) };
  return [...exportMenu(app, []), ...(app.host.can.manage ? [copies] : [])];
}
