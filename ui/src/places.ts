// Where one can be in the window, and how the address says it. Nothing secret stands there: a photo is named by its content,
// and what only this page knows (an upload, an address on the web) is left out.

import { WHOLE, type Narrowing } from './library/library.svelte';
import { LOWEST } from './search/bands';
import { NO_FILTER } from './search/filter';
import type { Sought } from './search/question.svelte';
import type { Screen } from './app.svelte';

export interface Place {
  screen: Screen;
  /** Of the library, or of the skipped files; null for all. */
  folder: number | null;
  /** Of the library. The address does not say what was typed. */
  narrowing: Narrowing;
  /** Of the results; null where the address does not say what was looked for. */
  sought: Sought | null;
  /** The photo that is looked at alone. */
  photo: string | null;
}

export const START: Place = { screen: 'library', folder: null, narrowing: WHOLE, sought: null, photo: null };

const NAMES: Record<Screen, string> = {
  library: 'library', results: 'search', skipped: 'skipped', duplicates: 'duplicates', 'import-check': 'import-check', models: 'models',
  connections: 'connections', settings: 'settings', about: 'about',
};
const ID = /^[0-9a-f]{64}$/;

export function addressOf({ screen, folder, narrowing, sought, photo }: Place): string {
  const query = new URLSearchParams();
  let path = `#/${NAMES[screen]}`;
  if ((screen === 'library' || screen === 'skipped') && folder !== null) path += `/${folder}`;
  if (screen === 'library' && narrowing.filter) query.set('filter', JSON.stringify(narrowing.filter));
  if (screen === 'results' && sought?.asked.kind === 'image') {
    path += `/${sought.asked.id}`;
    query.set('from', String(sought.threshold));
    if (sought.scope !== 'local') query.set('scope', sought.scope);
    if (sought.filter) query.set('filter', JSON.stringify(sought.filter));
  }
  if (photo !== null) query.set('photo', photo);
  return query.size > 0 ? `${path}?${query}` : path;
}

/** Null where an address is none of ours. */
export function placeAt(address: string): Place | null {
  if (address === '' || address === '#') return START;
  const [, name, below, query] = /^#\/([a-z-]+)(?:\/(\w+))?(?:\?(.*))?$/.exec(address) ?? [];
  const screen = (Object.keys(NAMES) as Screen[]).find((screen) => NAMES[screen] === name);
  if (!screen) return null;
  const said = new URLSearchParams(query);
  const photo = said.get('photo');
  const folder = below !== undefined && /^\d{1,15}$/.test(below) ? Number(below) : null;
  const narrowing = screen === 'library' ? { text: '', filter: filterIn(said.get('filter')) } : WHOLE;
  return { screen, folder, narrowing, sought: screen === 'results' && below !== undefined && ID.test(below) ? soughtIn(below, said) : null, photo: photo !== null && ID.test(photo) ? photo : null };
}

/** Two places that one goes back and forth between; what is only set differently there is the same place. */
export function isSamePlace(a: Place, b: Place): boolean {
  return isSameButPhoto(a, b) && (a.photo === null) === (b.photo === null);
}

export function isSameButPhoto(a: Place, b: Place): boolean {
  return a.screen === b.screen && a.folder === b.folder && questionOf(a) === questionOf(b);
}

function questionOf({ sought }: Place): string | null {
  if (!sought) return null;
  return sought.asked.kind === 'image' ? sought.asked.id : JSON.stringify(sought.asked);
}

/** The name of the photo comes with the answer. */
function soughtIn(id: string, said: URLSearchParams): Sought {
  const threshold = Number(said.get('from') ?? NaN);
  return {
    asked: { kind: 'image', id, name: '' }, scope: said.get('scope') === 'shared' ? 'shared' : 'local', filter: filterIn(said.get('filter')),
    crop: null, more: [], less: [], threshold: threshold >= LOWEST && threshold <= 1 ? threshold : null,
  };
}

/** As far as it is one; whether its values are any, the engine looks. */
function filterIn(text: string | null): Sought['filter'] {
  try {
    const said: unknown = JSON.parse(text ?? 'null');
    if (said === null || typeof said !== 'object') return null;
    const known = Object.entries(said).filter(([field, value]) => field in NO_FILTER && (field === 'formats') === Array.isArray(value));
    return { ...NO_FILTER, ...(Object.fromEntries(known) as Partial<typeof NO_FILTER>) };
  } catch {
    return null;
  }
}
