// Results that show nearly the same as one above them lie folded behind it.

import type { SearchHit } from '../wire';

export interface Folding {
  visible: SearchHit[];
  /** How many lie behind the result of a rank, folded or not. */
  behind: ReadonlyMap<number, number>;
}

/**
 * Folds results behind those that stand for them, where these are here. The ones of an unfolded rank follow it at once; in a
 * list that is cut into bands only as far as they are of its band, so that each stays under its own header.
 */
export function fold(hits: readonly SearchHit[], unfolded: ReadonlySet<number>, inBands: boolean): Folding {
  const leaders = new Map(hits.filter((hit) => hit.folds_behind === null).map((hit) => [hit.rank, hit]));
  const groups = new Map<number, SearchHit[]>();
  for (const hit of hits) {
    if (hit.folds_behind === null || !leaders.has(hit.folds_behind)) continue;
    const group = groups.get(hit.folds_behind);
    if (group) group.push(hit);
    else groups.set(hit.folds_behind, [hit]);
  }
  const follows = (hit: SearchHit, leader: SearchHit) => !inBands || hit.band === leader.band;
  const visible = hits.flatMap((hit) => {
    const leader = hit.folds_behind === null ? undefined : leaders.get(hit.folds_behind);
    if (leader) return unfolded.has(leader.rank) && !follows(hit, leader) ? [hit] : [];
    const group = unfolded.has(hit.rank) ? (groups.get(hit.rank) ?? []) : [];
    return [hit, ...group.filter((member) => follows(member, hit))];
  });
  return { visible, behind: new Map([...groups].map(([rank, group]) => [rank, group.length])) };
}
