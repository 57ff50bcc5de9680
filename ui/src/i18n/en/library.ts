// Texts of the photos of the library, and finding them by name.

export const library = {
  'library.empty.title': 'No photos here yet',
  'library.empty.text.readonly': 'As soon as there are some, they show up here.',
  'library.empty.text': 'No pictures were found in your folders. Add another folder, or check what was left out.',
  'library.scanning.title': 'Looking through your folders',
  'library.scanning.text': 'Photos appear here as they are found. You can search as soon as the first ones are in.',
  'library.name': 'Find by name or folder',
  'library.name.clear': 'Show all names',
  'library.found': '{n} photo found|{n} photos found',
  'library.none': 'No photos found',
  'library.none.name': 'No file or folder here has “{text}” in its name.',
  'library.none.filter': 'No photo here passes the filter.',
  'library.none.both': 'No photo here passes the filter and has “{text}” in the name of its file or folder.',
  'library.none.all': 'Show all photos',
  'library.grid': 'Photos',
  'library.offline': 'This folder cannot be reached now. Its photos stay searchable by thumbnail.',
};
