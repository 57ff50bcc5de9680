// The window at different widths: where the sidebar and the query panel are, and how they are reached.

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from './i18n/index.svelte';
import { openLibrary, openResults } from './test-app';

/** Stands in for the width of the window. */
class FakeWidth extends EventTarget {
  matches = true;
  become(narrow: boolean): void {
    this.matches = narrow;
    this.dispatchEvent(new Event('change'));
  }
}

const navigation = () => screen.queryByRole('navigation', { name: 'Library' });
const show = () => screen.getByRole('button', { name: 'Show the sidebar' });

describe('the layout', () => {
  beforeEach(() => {
    setLanguage('en');
    localStorage.clear();
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  describe('of a narrow window', () => {
    let width: FakeWidth;

    beforeEach(() => {
      width = new FakeWidth();
      vi.stubGlobal('matchMedia', () => width);
    });

    it('brings the sidebar over the rest, until something is chosen', async () => {
      const { app } = await openLibrary(3);
      expect(navigation()).toBeNull();
      expect(show().getAttribute('aria-expanded')).toBe('false');
      await fireEvent.click(show());
      const drawer = within(await screen.findByRole('dialog', { name: 'Sidebar' }));
      await fireEvent.click(drawer.getByRole('button', { name: /Duplicates/ }));
      expect(app.screen).toBe('duplicates');
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    });

    it('takes the sidebar away by Esc and by its button', async () => {
      await openLibrary(1);
      await fireEvent.click(show());
      await fireEvent(await screen.findByRole('dialog'), new Event('close')); // what a browser makes of Esc
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
      await fireEvent.click(show());
      await fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Hide the sidebar' }));
      expect(screen.queryByRole('dialog')).toBeNull();
    });

    it('makes room for what is opened out of the sidebar', async () => {
      await openLibrary(1);
      await fireEvent.click(show());
      await fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Keyboard shortcuts' }));
      expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy();
      await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Sidebar' })).toBeNull());
    });

    it('shows the query panel on request, and forgets that', async () => {
      await openResults(3);
      expect(screen.queryByRole('complementary')).toBeNull();
      await fireEvent.click(screen.getByRole('button', { name: 'Show the query panel' }));
      expect(screen.getByRole('complementary', { name: 'You are looking for' })).toBeTruthy();
      cleanup();
      await openResults(3);
      expect(screen.queryByRole('complementary')).toBeNull();
      width.become(false);
      expect(await screen.findByRole('complementary'), 'a wide window has room for it').toBeTruthy();
    });

    it('goes over to a wide one and back', async () => {
      await openLibrary(1);
      width.become(false);
      await waitFor(() => expect(navigation()).toBeTruthy());
      width.become(true);
      await waitFor(() => expect(navigation()).toBeNull());
    });
  });

  it('of a wide window has the sidebar beside the rest, unless it was closed', async () => {
    await openLibrary(1);
    expect(navigation()).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Hide the sidebar' }));
    expect(navigation()).toBeNull();
    cleanup();
    await openLibrary(1);
    expect(navigation(), 'as it was left').toBeNull();
    await fireEvent.click(show());
    expect(navigation()).toBeTruthy();
  });
});
