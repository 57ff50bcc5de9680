// The places that the user has been to, in the history of the browser or of the window: back and forth, a reload and a
// bookmark lead where they say. An entry holds the whole place, and its address what may be seen of it.

import { addressOf, isSameButPhoto, isSamePlace, placeAt, type Place } from './places';

interface Entry {
  place: Place;
  /** The life of the page that wrote it. */
  page: number;
  /** How many places of that life come before it. */
  depth: number;
}

/** Browsers take only so many changes of the address in a time, and a handle that is dragged makes more. */
const REST_MS = 500;

export class Visits {
  /** Whether the place before is one of this window, and not another page. */
  canGoBack = $state(false);

  readonly #page = Math.random();
  #entry: Entry | null = null;
  #before: Place | null = null;
  #writing: ReturnType<typeof setTimeout> | undefined;

  /** Where the address leads to, and whether what it says was known to this life of the page. Null: nowhere that is ours. */
  read(): { place: Place; isOfThisPage: boolean } | null {
    clearTimeout(this.#writing);
    const kept = entryIn(history.state);
    const place = kept?.place ?? placeAt(location.hash);
    if (!place) return null;
    const isOfThisPage = kept?.page === this.#page;
    this.#entry = { place, page: this.#page, depth: isOfThisPage ? kept.depth : 0 };
    this.#before = null;
    this.canGoBack = this.#entry.depth > 0;
    return { place, isOfThisPage };
  }

  /** The user was led to `place` by an address, and it may be another one than it said. */
  arrive(place: Place): void {
    this.#replace(place);
  }

  /** The user is at `place` now. */
  note(place: Place): void {
    const last = this.#entry?.place;
    if (!last) this.#replace(place);
    else if (isSamePlace(last, place)) this.#replaceSoon(place);
    else if (place.photo === null && this.#before && isSamePlace(this.#before, place) && isSameButPhoto(last, place)) history.back(); // a photo is closed
    else this.#push(place);
  }

  /** Nobody is anywhere any more: what waits is not written. */
  end(): void {
    clearTimeout(this.#writing);
  }

  #push(place: Place): void {
    this.#finish();
    const last = this.#entry;
    this.#before = last?.place ?? null;
    this.#entry = { place, page: this.#page, depth: (last?.depth ?? 0) + 1 };
    this.canGoBack = true;
    history.pushState($state.snapshot(this.#entry), '', addressOf(place));
  }

  #replaceSoon(place: Place): void {
    if (!this.#entry) return;
    this.#entry = { ...this.#entry, place };
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.#replace(place), REST_MS);
  }

  #replace(place: Place): void {
    this.#entry = { page: this.#page, depth: this.#entry?.depth ?? 0, place };
    this.#finish();
  }

  /** Writes what waits. */
  #finish(): void {
    clearTimeout(this.#writing);
    if (this.#entry) history.replaceState($state.snapshot(this.#entry), '', addressOf(this.#entry.place));
  }
}

/** What an entry of ours holds. One that says something else than its address was written by an older page. */
function entryIn(state: unknown): Entry | null {
  try {
    const entry = state as Entry;
    return addressOf(entry.place) === location.hash ? entry : null;
  } catch {
    return null;
  }
}
