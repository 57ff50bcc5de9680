// Texts of the window around everything: navigation, native menu, and what all dialogs, fields and errors have.

export const frame = {
  'nav.label': 'Library',
  'nav.sidebar': 'Sidebar',
  'nav.sidebar.open': 'Show the sidebar',
  'nav.sidebar.close': 'Hide the sidebar',
  'nav.all': 'All photos',
  'nav.folders': 'Folders',
  'nav.skipped': 'Skipped files',
  'nav.models': 'Models',
  'nav.language': 'Language',
  'nav.shortcuts': 'Keyboard shortcuts',
  'nav.back': 'Back',
  'nav.connections': 'Shared library',

  'visits.gone': 'The photo that you looked for is not here any more.',
  'visits.gone.hint': 'A page forgets what was uploaded or pasted when it is loaded again. Drop the photo once more to find its look-alikes.',

  'menu.file': 'File',
  'menu.edit': 'Edit',
  'menu.view': 'View',
  'menu.help': 'Help',
  'menu.find': 'Find look-alikes of a photo…',
  'menu.find-by-name': 'Find by name or folder',
  'menu.theme': 'Theme: {name}',
  'menu.nothing-selected': 'Select a photo first.',

  'dialog.cancel': 'Cancel',
  'dialog.close': 'Close',

  'field.missing': 'Please fill this in.',
  'field.no-date': 'Please give a whole date.',
  'field.no-number': 'Please give a number.',
  'field.whole-number': 'Please give a whole number.',
  'field.least': 'Not less than {least}, please.',
  'field.most': 'Not more than {most}, please.',
  'field.too-short': 'At least {n} character, please.|At least {n} characters, please.',
  'field.characters': 'Not all of these characters can be used here.',

  'loading': 'Loading',

  'error.start.title': 'Lookalike could not open your library',
  'error.start.hint': 'Your photos are untouched.',
  'error.retry': 'Try again',
  'error.dismiss': 'Dismiss',
};
