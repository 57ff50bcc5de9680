// What Lookalike is made of, by licence, and the texts of these licences: written by scripts/licences.py. Read when they are
// looked at.

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

/** Stands alone in a line before each text and the parts that it is of. */
const RULE = /^={80}\n/m;

/** The licence texts and notices of each part. */
export async function readTexts(): Promise<Map<string, string[]>> {
  const { default: all } = await import('./third-party.txt?raw');
  const texts = new Map<string, string[]>();
  for (const entry of all.split(RULE).slice(1)) {
    const end = entry.indexOf('\n\n');
    const text = entry.slice(end + 2);
    for (const part of entry.slice(0, end).split('\n')) texts.set(part, [...(texts.get(part) ?? []), text]);
  }
  return texts;
}
