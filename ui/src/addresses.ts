// Between the window and its address: where the user is goes into the one, and where the other leads the user goes.

import type { DialogShown, Screen } from './app.svelte';
import { t } from './i18n/index.svelte';
import type { Activity } from './indexing/activity.svelte';
import { WHOLE, type Library } from './library/library.svelte';
import type { Place } from './places';
import type { Abilities } from './platform/host';
import type { Asked } from './search/question.svelte';
import type { Search } from './search/search.svelte';
import type { Visits } from './visits.svelte';
import type { ErrorReply } from './wire';

/** What tells where the user is. */
interface Whereabouts {
  readonly library: Pick<Library, 'folder' | 'narrowing'>;
  readonly search: Pick<Search, 'sought'>;
  readonly started: boolean;
  readonly startError: ErrorReply | null;
  readonly firstRun: boolean;
  readonly screen: Screen;
  readonly skippedIn: number | null;
  readonly selectedPhoto: { id: string } | undefined;
  readonly previewing: boolean;
  readonly awaited: string | null;
}

/** What takes the user to another place. */
interface Ways extends Whereabouts {
  readonly activity: Pick<Activity, 'notify'>;
  readonly host: { readonly can: Pick<Abilities, 'readPaths'> };
  readonly library: Pick<Library, 'folder' | 'folders' | 'narrowing' | 'show'>;
  readonly search: Pick<Search, 'sought' | 'seek'>;
  screen: Screen;
  dialog: DialogShown | null;
  previewing: boolean;
  awaited: string | null;
  offers(screen: Screen): boolean;
  showLibrary(folder: number | null): void;
  showSkipped(folder: number | null): void;
  showDuplicates(): Promise<void>;
  showModels(): Promise<void>;
  showConnections(): Promise<void>;
  showSettings(): Promise<void>;
}

export function noteVisit(app: Whereabouts & { readonly visits: Pick<Visits, 'note'> }): void {
  const place = placeIn(app);
  if (place) app.visits.note(place);
}

/** Goes where the address leads: by the history, by a reload, by hand. */
export function goToAddress(app: Ways & { readonly visits: Pick<Visits, 'read' | 'arrive'> }): void {
  const found = app.started ? app.visits.read() : null;
  if (!found) return;
  const { place, isOfThisPage } = found;
  app.dialog = null;
  app.previewing = false;
  app.awaited = place.photo;
  goTo(app, place, isOfThisPage);
  const arrived = placeIn(app);
  if (arrived) app.visits.arrive(arrived);
}

/** Where the user is; null while nothing of the library is shown. */
function placeIn(app: Whereabouts): Place | null {
  if (!app.started || app.startError || app.firstRun) return null;
  const { screen } = app;
  return {
    screen,
    folder: screen === 'library' ? app.library.folder : screen === 'skipped' ? app.skippedIn : null,
    narrowing: screen === 'library' ? app.library.narrowing : WHOLE,
    sought: screen === 'results' ? app.search.sought : null,
    photo: app.previewing ? (app.selectedPhoto?.id ?? null) : app.awaited,
  };
}

function goTo(app: Ways, { screen, folder, narrowing, sought }: Place, isOfThisPage: boolean): void {
  const known = app.library.folders.some(({ id }) => id === folder) ? folder : null;
  if (!app.offers(screen)) app.showLibrary(null);
  else if (screen === 'skipped') app.showSkipped(known);
  else if (screen === 'duplicates') void app.showDuplicates();
  else if (screen === 'models') void app.showModels();
  else if (screen === 'connections') void app.showConnections();
  else if (screen === 'settings') void app.showSettings();
  else if (screen !== 'results') {
    app.screen = screen;
    if (screen === 'library') app.library.show(known, narrowing);
  } else if (sought && (isOfThisPage || lasts(app, sought.asked))) {
    app.screen = 'results';
    void app.search.seek(sought);
  } else {
    app.showLibrary(null);
    app.activity.notify('info', () => t('visits.gone'), () => t('visits.gone.hint'));
  }
}

/** What a browser uploads or pastes is gone with the page. */
function lasts({ host }: Pick<Ways, 'host'>, { kind }: Asked): boolean {
  return kind === 'image' || kind === 'url' || (kind === 'path' && host.can.readPaths);
}
