// Texts of photos side by side.

export const compare = {
  'compare.label': '{n} photo compared|{n} photos compared',
  'compare.close': 'Close the comparison',
  'compare.keep': 'Keep this one',
  'compare.keep.of': 'Keep this one: {name}',
  'compare.keep.means': 'The other one goes to the trash.|The others go to the trash.',
  'compare.trash': 'Move {name} to the trash',
  'compare.swipe': 'Swipe',
  'compare.divider': 'Divider',
  'compare.difference': 'Difference',
  'compare.difference.means': 'Black where both are the same.',
  'compare.difference.stretched': 'Their shapes differ, so one is stretched to the other.',
  'compare.amplify': 'Brightness',
  'compare.amplify.times': '×{n}',
  'compare.better': '{name} has the better file: {reason}.',
  'compare.facts': 'Facts',
  'compare.differs': 'differs',
  'compare.best': 'most',
  'compare.unknown': 'unknown',
  'compare.folder': 'Folder',
};
