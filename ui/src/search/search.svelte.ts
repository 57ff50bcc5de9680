// One search: puts its question to the engine, and what comes of it into its results.

import { asErrorReply, type Host } from '../platform/host';
import type { ErrorReply, SearchReply } from '../wire';
import { fileName, sameQuestion } from './asked';
import { Question, type Asked, type Sought } from './question.svelte';
import { PAGE, ResultSet } from './result-set.svelte';

/** What is known of the query once the engine has read it. */
export interface QueryPicture {
  id: string;
  path: string;
  width: number;
  height: number;
}

export class Search {
  readonly question = new Question(() => this.refresh());
  readonly results: ResultSet;
  query = $state.raw<QueryPicture | null>(null);
  loading = $state(false);
  error = $state.raw<ErrorReply | null>(null);

  /** Answers to anything older than this are dropped. */
  #turn = 0;

  constructor(
    private readonly host: Host,
    private readonly usualThreshold: () => number,
  ) {
    this.results = new ResultSet(host, (thrown) => this.#failed(thrown));
  }

  get sought(): Sought | null {
    const { asked, scope, filter, crop, more, less } = this.question;
    return asked && { asked, scope, filter, crop, more, less, threshold: this.results.threshold };
  }

  async ask(asked: Asked): Promise<void> {
    // What was chosen before anything was asked is meant for this.
    if (this.question.asked) this.#straighten();
    await this.#run(asked, this.usualThreshold());
  }

  /** Comes back to a search. What is still here of it is not asked for again. */
  async seek(sought: Sought): Promise<void> {
    const threshold = sought.threshold ?? this.usualThreshold();
    const isHere = this.query !== null && JSON.stringify({ ...this.sought, threshold }) === JSON.stringify({ ...sought, threshold });
    if (isHere) {
      if (threshold !== this.results.threshold) await this.results.setThreshold(threshold);
      return;
    }
    this.#straighten();
    this.question.bend(sought);
    await this.#run(sought.asked, threshold);
  }

  /** The same question to the library as it is now. */
  async refresh(): Promise<void> {
    const { asked } = this.question;
    if (asked) await this.#run(asked, this.results.threshold);
  }

  /** Loads more of the results, but not while others are on their way. */
  async loadMore(): Promise<void> {
    if (!this.loading) await this.results.loadMore();
  }

  /** What was found may not be all any more. */
  libraryChanged(): void {
    this.results.outdated = this.query !== null;
  }

  clear(): void {
    this.#turn += 1;
    this.question.clear();
    this.results.order = 'similarity';
    this.query = null;
    this.error = null;
    this.loading = false;
    this.results.stop();
    this.results.empty();
  }

  async #run(asked: Asked, threshold: number): Promise<void> {
    const turn = ++this.#turn;
    const { question, results } = this;
    // A photo from the web may take seconds: what looks like another one must not stand there meanwhile.
    if (asked.kind === 'url' && !(question.asked && sameQuestion(question.asked, asked))) {
      this.query = null;
      results.empty();
    }
    results.stop();
    question.asked = asked;
    this.error = null;
    this.loading = true;
    results.threshold = threshold;
    try {
      const reply = await this.#search(asked);
      if (turn !== this.#turn) return;
      const firstPage = results.order === 'similarity' ? reply : await results.firstPage(reply.result_set, threshold);
      if (turn !== this.#turn) return;
      this.#learn(reply);
      results.take(reply, firstPage, threshold);
      await results.setThreshold(threshold);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.query = null;
      this.#failed(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  #search(asked: Asked): Promise<SearchReply> {
    const { scope, terms } = this.question;
    if (asked.kind === 'pasted') return this.host.searchPasted(scope, terms, 0, PAGE);
    const query = asked.kind === 'image' ? { kind: 'image' as const, id: asked.id } : asked;
    return this.host.search({ query, ...terms, scope, similarity: 0, page: 1, page_size: PAGE });
  }

  /** What the answer says of the query. */
  #learn(reply: SearchReply): void {
    const { asked } = this.question;
    if (asked?.kind === 'image' && asked.name === '') this.question.asked = { ...asked, name: fileName(reply.query) };
    this.query = { id: reply.query_id, path: reply.query, width: reply.query_width, height: reply.query_height };
  }

  /** Another query: it begins unbent, with all photos, and by similarity. */
  #straighten(): void {
    this.question.straighten();
    this.results.order = 'similarity';
  }

  #failed(thrown: unknown): void {
    const error = asErrorReply(thrown);
    this.results.empty();
    // The engine keeps only the latest sets: asking again makes a new one.
    if (error.code === 'result-set-gone') void this.refresh();
    else this.error = error;
  }
}
