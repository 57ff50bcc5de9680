// Texts of the program and its parts.

export const about = {
  'about.title': 'About Lookalike',
  'about.version': 'Version {version}',
  'about.own': 'Lookalike may be used, changed and passed on under the MIT licence or the Apache licence 2.0, as you choose.',
  'about.model': 'Model in use',
  'about.model.text': '{name}, licence {licence}',
  'about.privacy': 'What leaves this computer',
  'about.privacy.nothing': 'Nothing. Photos, names and searches stay on this computer. Only a model that you fetch is downloaded.',
  'about.privacy.connected': 'You have connected a server. What it is sent: what you call this computer, and for each photo the numbers that are compared, its file name, size, format and date; the pictures themselves only where you have said so. Nothing goes anywhere else.',
  'about.texts': 'Texts of the licences',
  'about.parts': 'Made with',
  'about.parts.text': '{n} part by others, by its licence.|{n} parts by others, by their licences.',
  'about.parts.search': 'Find a part or a licence',
  'about.parts.search.clear': 'Show all parts',
  'about.parts.count': '{n} part|{n} parts',
  'about.parts.texts': 'Licence of {part}',
  'about.parts.none': 'No part and no licence is called that.',
};
