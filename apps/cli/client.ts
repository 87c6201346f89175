/**
 * The service's API as the command line uses it: keep-alive connections, the same request again (with the same
 * idempotency key) when no answer came, and problems as readable errors.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { CommandFailure, EXIT_CODES, wrongUsage } from './failure.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface LedgerReply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the reply's shape depends on the call; callers know theirs
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface RequestOptions {
  /** Sent as JSON; a string or bytes are sent as they are, with the caller's `content-type`. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  /** Says that a POST without a key may be sent twice, because its items carry their keys. */
  readonly repeatable?: boolean;
}

export interface ClientOptions {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** Bearer key; absent for calls that need none (health). */
  readonly key?: string;
  /** Connections kept open; requests beyond wait their turn. Default 8. */
  readonly connections?: number;
  /** How long one answer may take. Default 30 s. */
  readonly timeoutMs?: number;
  /** How long a request is tried again before the service counts as gone. Default 30 s. */
  readonly retryForMs?: number;
}

/** One mistake in what was sent. */
export interface ProblemEntry {
  readonly pointer?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly advice?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Problem details (RFC 9457) as the service writes them. */
export interface Problem {
  readonly status?: number;
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly advice?: string;
  readonly errors?: readonly ProblemEntry[];
  readonly differs?: readonly string[];
}

/** The service answered 4xx or 5xx where the command needed a success. */
export class ProblemReply extends CommandFailure {
  override readonly name = 'ProblemReply';
  readonly reply: LedgerReply;
  constructor(what: string, reply: LedgerReply) {
    const problem = problemOf(reply.body);
    const advice = adviceFor(reply.status) ?? problem.advice;
    super(`${what}: ${describeProblem(reply.status, problem)}`, {
      exitCode: reply.status === 503 ? EXIT_CODES.unreachable : EXIT_CODES.failed,
      ...(advice !== undefined && { advice }),
    });
    this.reply = reply;
  }
}

const WITHOUT_ANSWER = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CLOSED',
]);
/** Before the first answer there is nobody to wait for: a refused connection is reported after this long. */
const FIRST_CONTACT_MS = 1_500;

export class LedgerClient {
  readonly url: string;
  readonly #pool: Pool;
  readonly #key: string | undefined;
  readonly #retryForMs: number;
  #reached = false;

  constructor(options: ClientOptions) {
    this.url = options.url.replace(/\/+$/, '');
    this.#key = options.key;
    this.#retryForMs = options.retryForMs ?? 30_000;
    const timeoutMs = options.timeoutMs ?? 30_000;
    this.#pool = new Pool(this.url, {
      connections: options.connections ?? 8,
      pipelining: 1,
      keepAliveTimeout: 10_000,
      connectTimeout: Math.min(timeoutMs, 5_000),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /**
   * One call. Answers of every status come back as they are, but 503 and lost connections are tried again, with
   * the same idempotency key, for as long as `retryForMs`; a 503 that stays comes back as the reply.
   * @throws CommandFailure (exit code 3) when no answer came at all
   */
  async request(method: Method, path: string, options: RequestOptions = {}): Promise<LedgerReply> {
    const repeatable =
      method !== 'POST' || options.idempotencyKey !== undefined || options.repeatable === true;
    const headers = this.#headersFor(options);
    const body = payload(options.body);
    const startedAt = performance.now();
    for (let attempt = 0; ; attempt++) {
      let waitMs = backoffMs(attempt);
      const deadlineMs = this.#reached ? this.#retryForMs : Math.min(FIRST_CONTACT_MS, this.#retryForMs);
      const isTimeLeft = () => performance.now() - startedAt + waitMs < deadlineMs;
      try {
        const reply = await this.#once(method, path, headers, body);
        this.#reached = true;
        if (reply.status !== 503 || !repeatable) return reply;
        waitMs = Math.max(waitMs, retryAfterMs(reply));
        if (performance.now() - startedAt + waitMs >= this.#retryForMs) return reply;
      } catch (error) {
        const code = (error as { code?: string }).code ?? '';
        const neverSent = code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT';
        if (!WITHOUT_ANSWER.has(code) || !(repeatable || neverSent) || !isTimeLeft()) {
          throw unreachable(this.url, error);
        }
      }
      await sleep(waitMs);
    }
  }

  /** As `request`, for calls that must succeed: an answer of 400 and above is thrown as `ProblemReply`. */
  async expect(
    what: string,
    method: Method,
    path: string,
    options: RequestOptions = {},
  ): Promise<LedgerReply> {
    const reply = await this.request(method, path, options);
    if (reply.status >= 400) throw new ProblemReply(what, reply);
    return reply;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #headersFor(options: RequestOptions): Record<string, string> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (this.#key !== undefined) headers.authorization ??= `Bearer ${this.#key}`;
    if (options.idempotencyKey !== undefined) headers['idempotency-key'] = quoted(options.idempotencyKey);
    if (options.body !== undefined) headers['content-type'] ??= 'application/json';
    return headers;
  }

  async #once(
    method: Method,
    path: string,
    headers: Record<string, string>,
    body: string | Uint8Array | null,
  ): Promise<LedgerReply> {
    const answer = await this.#pool.request({ method, path, headers, body });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: parsed(text), headers: answer.headers };
  }
}

/** A structured-field string, so that any printable key survives the header. */
function quoted(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`;
}

function payload(body: unknown): string | Uint8Array | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Doubles from 50 ms to 2 s, with jitter so that many callers do not come back at the same moment. */
function backoffMs(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2);
}

function retryAfterMs(reply: LedgerReply): number {
  const seconds = Number(reply.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 10) * 1_000 : 0;
}

export function problemOf(body: unknown): Problem {
  return typeof body === 'object' && body !== null ? (body as Problem) : {};
}

/** One line: what the service found wrong, its code, and the members at fault. */
export function describeProblem(status: number, problem: Problem): string {
  const members = (problem.errors ?? [])
    .map(({ pointer, detail }) => [pointer, detail].filter(Boolean).join(' '))
    .filter((line) => line !== '')
    .join('; ');
  const said = problem.detail ?? problem.title ?? 'no further explanation';
  const code = problem.code === undefined ? `${status}` : `${status} ${problem.code}`;
  return members === '' ? `${said} (${code})` : `${said} (${code}: ${members})`;
}

/** For a key the command line knows better where it comes from than the service does. */
function adviceFor(status: number): string | undefined {
  if (status !== 401) return undefined;
  return 'Give the key with --key or GOODWILL_ADMIN_KEY, or say with GOODWILL_DATA_DIR where the service keeps its admin.key.';
}

function unreachable(url: string, cause: unknown): CommandFailure {
  const { code, message } = cause as { code?: string; message?: string };
  return new CommandFailure(`The service at ${url} does not answer (${code ?? message ?? String(cause)}).`, {
    exitCode: EXIT_CODES.unreachable,
    advice: 'Start it with `npm start`, or say where it is with --url or GOODWILL_URL.',
    cause,
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the service is and the key to it: `--url`/`--key`, then GOODWILL_URL/GOODWILL_ADMIN_KEY, then the
 * defaults of a service on this machine: its port, and the key it stored in its data directory.
 */
export function connectionOf(
  given: { readonly url?: string; readonly key?: string },
  env: Environment = process.env,
): { url: string; key?: string } {
  const url = given.url || env.GOODWILL_URL || `http://127.0.0.1:${env.GOODWILL_PORT || '3000'}`;
  let protocol: string;
  try {
    protocol = new URL(url).protocol;
  } catch {
    throw wrongUsage(`"${url}" is not a URL.`, 'Write it as http://127.0.0.1:3000.');
  }
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw wrongUsage(`"${url}" is not an http or https URL.`, 'Write it as http://127.0.0.1:3000.');
  }
  const key = given.key || env.GOODWILL_ADMIN_KEY || storedKey(env.GOODWILL_DATA_DIR || './data');
  return key === undefined ? { url: new URL(url).origin } : { url: new URL(url).origin, key };
}

function storedKey(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'admin.key'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
