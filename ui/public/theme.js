// The chosen theme, before anything is painted. A file of its own, and no module, because the page's policy allows no
// script within it and modules wait until the page is read. What is chosen, and how, is in src/settings/theme.svelte.ts.
(() => {
  const chosen = localStorage.getItem('lookalike.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
