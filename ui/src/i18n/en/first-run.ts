// Texts of the window without any folder yet.

export const firstRun = {
  'first.title': 'Find the photos that look alike',
  'first.what': 'Add a folder of photos, pick one, and see every photo that looks like it: copies, edits, the same moment, the same subject.',
  'first.privacy': 'Nothing leaves this computer unless you connect a server.',
  'first.privacy.server': 'The photos you look for go to this Lookalike server, and no further unless it is connected to others.',
  'first.drop': 'Drop a photo here',
  'first.drop.or': 'or pick one, or paste it',
  'first.type': 'or type a path',
  'first.pending': 'We will look for “{name}” as soon as you add a folder.',
  'first.pending.pasted': 'We will look for your pasted picture as soon as you add a folder.',
  'first.pending.forget': 'Forget this photo',
};
