/** A service in this process with one book, as the wire shows it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../service.ts';
import { startHere } from '../start-here.fixture.ts';

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  readonly body: any;
}

export interface CallOptions {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export class ServedBook {
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'goodwill-served-'));
  #service: Service | undefined;

  /** With two baristas at one location, and a policy of so many coffees each in force. */
  static async open(coffees: number): Promise<ServedBook> {
    const served = new ServedBook();
    await served.start();
    await served.#stated('', { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
    await served.#stated('/locations/soho', { timeZone: 'Europe/London' });
    for (const id of ['ann', 'bob']) await served.#stated(`/employees/${id}`, { roles: ['barista'] });
    await served.draft(coffees);
    await served.call('POST', '/policies/1/activate', {}, { key: 'activate-1' });
    return served;
  }

  async start(): Promise<void> {
    this.#service = await startHere(this.#dataDir);
  }

  async stop(): Promise<void> {
    await this.#service!.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async call(method: string, path: string, body?: object, options: CallOptions = {}): Promise<Called> {
    const { url, adminKey } = this.#service!;
    const { key, headers, signal } = options;
    const reply = await fetch(`${url}/v1/books/london${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await reply.text();
    const isJson = /json/.test(reply.headers.get('content-type') ?? '');
    return {
      status: reply.status,
      headers: reply.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** @returns the version */
  async draft(coffees: number): Promise<number> {
    const limit = {
      id: 'coffees',
      per: ['employee'],
      window: 'lifetime',
      allow: { count: coffees },
      beyond: 'decline',
    };
    const document = { currency: 'GBP', title: `${coffees} coffees`, uncovered: 'allow', limits: [limit] };
    const drafted = await this.call('POST', '/policies', document, { key: `policy-${coffees}` });
    if (drafted.status !== 201) throw new Error(drafted.text);
    return drafted.body.version;
  }

  /** Every fourth is Bob's, the others are Ann's. @returns the act */
  async coffee(i: number): Promise<string> {
    const act = {
      kind: 'comp',
      trigger: 'recovery',
      employee: i % 4 === 0 ? 'bob' : 'ann',
      location: 'soho',
    };
    const posted = await this.call(
      'POST',
      '/acts',
      { ...act, retailMinor: 390, costMinor: 80 },
      { key: `act-${i}` },
    );
    if (posted.status !== 201) throw new Error(posted.text);
    return posted.body.id;
  }

  async #stated(path: string, body: object): Promise<void> {
    const reply = await this.call('PUT', path, body);
    if (reply.status !== 200) throw new Error(reply.text);
  }
}
