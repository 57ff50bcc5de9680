// Texts of what there is in a browser only: signing in, rights, the clipboard, folders of the server.

export const browser = {
  'server.unreachable': 'Lookalike does not answer.',
  'server.unreachable.hint': 'Is “lookalike serve” still running? This page goes on by itself as soon as it answers. If it was started anew, you sign in again.',
  'server.failed': 'The server answered with an error ({status}).',

  'signin.title': 'Sign in to Lookalike',
  'signin.text': 'When it started, “lookalike serve” printed an address. Open that address in this browser, or paste it here. It works once; a token works again and again.',
  'signin.code': 'Address, code or token',
  'signin.submit': 'Sign in',
  'signin.refused': 'This code does not open the door.',
  'signin.refused.hint': 'It may be mistyped, used already, or older than ten minutes. A fresh one comes with a new start of “lookalike serve”; a token with “lookalike token create NAME”.',
  'signin.ended': 'Your session has ended.',
  'signin.out': 'Sign out',

  'rights.search-only': 'You may search and look here, and change nothing.',
  'rights.no-links': 'You may not search by an address.',
  'rights.no-links.hint': 'The token that you signed in with is for photos of yours and of this library. Save the photo, and drop it here.',

  'clipboard.no-reading': 'This browser does not let the page look at the clipboard.',
  'clipboard.no-reading.hint': 'Press Ctrl+V (⌘V on a Mac) instead.',
  'clipboard.no-writing': 'This browser does not let the page use the clipboard.',
  'clipboard.no-writing.hint': 'Select the path in the facts of the photo and copy it from there.',

  'browse.title': 'Choose a folder on the server',
  'browse.dropped': 'A browser does not tell where the folder “{name}” lies. Please show it here, among the folders of the server.',
  'browse.none': 'This server does not let any folder be chosen from a browser. Whoever runs it allows one with:',
  'browse.none.command': 'lookalike serve --allow-root DIRECTORY',
  'browse.roots': 'Folders that this server allows, and all below them',
  'browse.list': 'Folders',
  'browse.up': 'Up',
  'browse.empty': 'There are no folders in here.',
  'browse.choose': 'Choose',
  'browse.choose.name': 'Choose “{name}”',
};
