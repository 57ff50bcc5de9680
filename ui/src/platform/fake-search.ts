// The part of the fake host that plays searching: frozen result sets, ranked by band, thresholds before paging.

import { bands } from '../search/bands';
import type { Band, BandCounts, BandLimits, ErrorReply, PageRequest, Scope, SearchHit, SearchReply } from '../wire';
import { inOrder, type FakePicture } from './fake-pictures';

export const limits: BandLimits = { same_picture: 0.85, same_scene: 0.7, similar: 0.55 };

interface ResultSet {
  request: string;
  queryId: string;
  scope: Scope;
  fallback: ErrorReply | null;
  hits: SearchHit[];
}

export class FakeSearch {
  #sets = new Map<string, ResultSet>();

  constructor(private readonly library: { pictures: FakePicture[] }) {}

  /** The name of the new result set. `away`: why the shared library does not answer. */
  freeze(request: string, queryId: string, scope: Scope, away: ErrorReply | null): string {
    const hits = this.library.pictures
      .map((picture) => asHit(picture, queryId))
      .sort((a, b) => bands.indexOf(a.band) - bands.indexOf(b.band) || b.similarity - a.similarity)
      .map((hit, i) => ({ ...hit, rank: i + 1 }));
    const name = `${this.#sets.size + 1}:${queryId}`;
    const fallback = scope === 'shared' ? away : null;
    this.#sets.set(name, { request, queryId, scope: fallback ? 'local' : scope, fallback, hits });
    return name;
  }

  page({ result_set, order, similarity, page, page_size }: PageRequest): SearchReply {
    const set = this.#sets.get(result_set);
    if (!set) throw { code: 'result-set-gone', message: 'gone', hint: null } satisfies ErrorReply;
    const { hits } = set;
    const passing = inOrder(hits.filter((hit) => hit.similarity >= similarity), order, this.library.pictures);
    const first = (page - 1) * page_size;
    return {
      query: set.request, query_id: set.queryId, query_width: 600, query_height: 400, model: 'fake', limits, scope: set.scope, fallback: set.fallback, result_set,
      frozen_at: 1_800_000_000, total: passing.length, total_is_exact: true, bands: countBands(hits), page, page_size,
      similarities: hits.map((hit) => hit.similarity).sort((a, b) => b - a), results: passing.slice(first, first + page_size), took_ms: 3,
    };
  }
}

function asHit(picture: FakePicture, queryId: string): SearchHit {
  const isQuery = picture.id === queryId;
  const similarity = isQuery ? 1 : picture.similarity;
  return {
    rank: 0, id: picture.id, path: picture.paths[0] ?? '', file_name: picture.file_name, similarity, distance: 1 / similarity - 1,
    band: isQuery ? 'same-file' : bandOf(similarity), width: picture.width, height: picture.height, is_query: isQuery, reasons: picture.reasons ?? [],
    near_identical: picture.nearIdentical ?? 0, folds_behind: picture.foldsBehind ?? null,
    places: picture.paths.map((path) => ({ path, offline: picture.offline ?? false, device: null })),
  };
}

function bandOf(similarity: number): Band {
  if (similarity >= 1) return 'same-file';
  if (similarity >= limits.same_picture) return 'same-picture';
  if (similarity >= limits.same_scene) return 'same-scene';
  return similarity >= limits.similar ? 'similar' : 'weak';
}

function countBands(hits: SearchHit[]): BandCounts {
  const of = (band: Band) => hits.filter((hit) => hit.band === band).length;
  return { same_file: of('same-file'), same_picture: of('same-picture'), same_scene: of('same-scene'), similar: of('similar'), weak: of('weak') };
}
