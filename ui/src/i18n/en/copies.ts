// Texts of copies of photos and lists of results.

export const copies = {
  'copies.choose': 'Copy file to a folder…|Copy {n} photos to a folder…',
  'copies.title': 'Copy photos to this folder',
  'copies.running': 'Copying photos',
  'copies.progress': '{done} of {total} · {size}',
  'copies.stopping': 'Stopping',
  'copies.stopped': 'Stopped: {text}',
  'copies.copied': '{n} copied',
  'copies.there': '{n} was there already|{n} were there already',
  'copies.failed': '{n} failed',
  'copies.and': ', ',

  'export.open': 'Export…',
  'export.title': 'Save the list of results',
  'export.csv': 'List as CSV…',
  'export.json': 'List as JSON…',
  'export.done': 'List of {n} result saved.|List of {n} results saved.',
};
