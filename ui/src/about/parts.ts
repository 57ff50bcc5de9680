// What Lookalike is made of, by licence: written by scripts/licences.py. Read when it is looked at.

export interface Group {
  licence: string;
  /** "name version" */
  parts: string[];
}

export async function readParts(): Promise<Group[]> {
  const { default: byLicence } = await import('./third-party.json');
  return Object.entries<string[]>(byLicence).map(([licence, parts]) => ({ licence, parts }));
}

/** Parts with the word in their name, and all parts of a licence with the word in its. */
export function matching(groups: readonly Group[], word: string): Group[] {
  const wanted = word.trim().toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  return groups.map((group) => (has(group.licence) ? group : { ...group, parts: group.parts.filter(has) })).filter(({ parts }) => parts.length > 0);
}

export function count(groups: readonly Group[]): number {
  return groups.reduce((sum, { parts }) => sum + parts.length, 0);
}
