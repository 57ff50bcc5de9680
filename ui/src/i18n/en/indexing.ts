// Texts of work in the background: how far it is, and what is reported of it.

export const indexing = {
  'activity.idle': 'Up to date',
  'activity.idle.paused': '{n} folder is paused|{n} folders are paused',
  'activity.scanning': 'Looking for changes · {n} file|Looking for changes · {n} files',
  'activity.indexing': '{done} of {total}',
  'activity.rate': '{rate}/s',
  'activity.left.seconds': '{n} s left',
  'activity.left.minutes': '{n} min left',
  'activity.left.hours': '{n} h left',
  'activity.paused': 'Paused at {done} of {total}',
  'activity.pause': 'Pause indexing',
  'activity.resume': 'Resume indexing',
  'activity.label': 'Indexing',
  'activity.finished': 'Indexing is done. {n} new photo.|Indexing is done. {n} new photos.',
  'activity.finished.skipped': '{n} file was skipped.|{n} files were skipped.',
  'activity.skipped': '{n} skipped',

  'notify.indexed': 'Your photos can be searched',
  'notify.switched': '{name} is in use now',
  'notify.switched.text': 'Searches are answered by it from now on.',
  'notify.duplicates': 'All photos have been compared',
  'notify.import': 'The check before import is done',
  'notify.import.text': '{n} new photo, {known} already in your library.|{n} new photos, {known} already in your library.',

  'notice.engine': 'Lookalike reports',

  'banner.readonly': 'Another Lookalike is writing to this library, so this window only reads. You can search; folders cannot be changed here.',
  'banner.readonly.retry': 'Try again',
};
