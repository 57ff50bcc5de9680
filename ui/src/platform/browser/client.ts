// Requests to `lookalike serve`, which this page came from. The session is a cookie that only the browser sees.
// Failures come as problem details (RFC 9457) and leave as an `ErrorReply`.

import { t } from '../../i18n/index.svelte';
import type { ErrorCode, ErrorReply, Saying } from '../../wire';

export const API = '/api/v1';

/** Learns from every request how the server and the session stand. */
export interface Watcher {
  answered(): void;
  unreachable(): void;
  /** A request was refused for want of a session. */
  signedOut(): void;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export class Client {
  constructor(readonly watcher: Watcher) {}

  /** The answer, whatever it says. Rejects only when there is none. */
  async ask(method: Method, path: string, body?: unknown): Promise<Response> {
    const request: RequestInit = { method, credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/json' } };
    if (body instanceof FormData) request.body = body;
    else if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers = { ...request.headers, 'Content-Type': 'application/json' };
    }
    let response: Response;
    try {
      response = await fetch(API + path, request);
    } catch {
      this.watcher.unreachable();
      throw unanswered();
    }
    this.watcher.answered();
    return response;
  }

  /** What a good answer holds; anything else is an `ErrorReply`. */
  async request<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const text = await this.text(method, path, body);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** A good answer as it is. */
  async text(method: Method, path: string, body?: unknown): Promise<string> {
    const response = await this.ask(method, path, body);
    if (response.status === 401) this.watcher.signedOut();
    if (!response.ok) throw await problemOf(response);
    return response.text();
  }
}

/** Why a request was refused, in the server's words where it has any: a proxy in between may answer with a page of its own. */
export async function problemOf(response: Response): Promise<ErrorReply> {
  const problem = await readProblem(response);
  const message = problem.detail ?? problem.title ?? t('server.failed', { status: String(response.status) });
  const said = { ...(problem.detail_said && { message_said: problem.detail_said }), ...(problem.hint_said && { hint_said: problem.hint_said }) };
  return { code: (problem.code ?? 'internal') as ErrorCode, message, hint: problem.hint ?? null, ...said };
}

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  hint?: string | null;
  detail_said?: Saying;
  hint_said?: Saying;
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    const read: unknown = await response.json();
    return read !== null && typeof read === 'object' ? read : {};
  } catch {
    return {};
  }
}

function unanswered(): ErrorReply {
  return { code: 'remote-failed', message: t('server.unreachable'), hint: t('server.unreachable.hint') };
}
