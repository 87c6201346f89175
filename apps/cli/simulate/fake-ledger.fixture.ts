/**
 * A stand-in for the service that keeps the rules a simulation depends on: keys, the sandbox clock, the age of
 * requests. It declines an employee's acts beyond ten.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeLedger {
  readonly url: string;
  readonly calls: string[];
  /** By idempotency key, in the order of arrival. */
  readonly acts: Map<string, Record<string, unknown>>;
  /** Of draws, incidents and outcomes: where each was posted, and when by the clock of the ledger. */
  readonly told: Map<
    string,
    { readonly path: string; readonly body: Record<string, unknown>; readonly atMs: number }
  >;
  readonly policies: Map<string, number>;
  nowMs: number;
  close(): Promise<void>;
}

export async function fakeLedger({ sandbox }: { sandbox: boolean }): Promise<FakeLedger> {
  const answers = new Map<string, { status: number; body: unknown }>();
  const used = new Map<string, number>();

  function decide(key: string, body: Record<string, unknown>) {
    const known = answers.get(key);
    if (known !== undefined) return { ...known, replayed: true };
    const ageMs = ledger.nowMs - Date.parse(String(body.occurredAt));
    if (ageMs < -5 * 60_000) return problem(422, 'occurred-at-in-future');
    if (body.mode === 'request' && ageMs > 15 * 60_000) return problem(422, 'occurred-at-too-old');
    const before = used.get(String(body.employee)) ?? 0;
    const beyond = before >= 10;
    const declined = beyond && body.mode === 'request';
    if (!declined) used.set(String(body.employee), before + 1);
    const finding = beyond ? 'decline' : 'within';
    const answer = {
      status: 201,
      body: {
        status: declined ? 'declined' : 'accepted',
        decision: { policyVersion: 1, guardrails: [{ id: 'ten-each', finding }] },
        breaches: beyond && !declined ? [{ id: 'ten-each' }] : [],
      },
    };
    answers.set(key, answer);
    ledger.acts.set(key, body);
    return { ...answer, replayed: false };
  }

  function tell(path: string, key: string, body: Record<string, unknown>) {
    const replayed = ledger.told.has(key);
    const atMs = ledger.nowMs;
    if (Date.parse(String(body.occurredAt)) > atMs + 5 * 60_000) return problem(422, 'occurred-at-in-future');
    if (!replayed) ledger.told.set(key, { path, body, atMs });
    return { status: 201, body: {}, replayed };
  }

  function answer(method: string, path: string, key: string, text: string) {
    if (path === '/v1/sandbox/clock') {
      if (!sandbox) return problem(404, 'sandbox-off');
      ledger.nowMs = Date.parse((JSON.parse(text) as { now: string }).now);
      return { status: 200, body: {}, replayed: false };
    }
    if (method === 'PUT') return { status: 200, body: {}, replayed: false };
    if (key === '' && !path.endsWith('/batch')) return problem(400, 'idempotency-key-missing');
    if (path.endsWith('/policies')) {
      const version = ledger.policies.get(key) ?? ledger.policies.size + 1;
      ledger.policies.set(key, version);
      return { status: 201, body: { version, status: 'draft' }, replayed: false };
    }
    if (path.endsWith('/activate')) return { status: 201, body: {}, replayed: false };
    if (path.endsWith('/acts')) return decide(key, JSON.parse(text) as Record<string, unknown>);
    if (path.endsWith('/acts/batch')) {
      const { acts } = JSON.parse(text) as { acts: (Record<string, unknown> & { idempotencyKey: string })[] };
      const results = acts.map(({ idempotencyKey, ...act }) => decide(idempotencyKey, act));
      return {
        status: 200,
        body: { results: results.map(({ status, body }) => ({ status, body })) },
        replayed: results.every((result) => result.replayed),
      };
    }
    const telling = /\/(incidents|outcomes|draws)(\/batch)?$/.exec(path);
    if (telling === null) return problem(404, 'not-found');
    if (telling[2] === undefined) return tell(path, key, JSON.parse(text) as Record<string, unknown>);
    const items = (
      JSON.parse(text) as Record<string, (Record<string, unknown> & { idempotencyKey: string })[]>
    )[telling[1]!]!;
    const at = path.slice(0, -'/batch'.length);
    const results = items.map(({ idempotencyKey, ...body }) => tell(at, idempotencyKey, body));
    return {
      status: 200,
      body: { results: results.map(({ status, body }) => ({ status, body })) },
      replayed: results.every((result) => result.replayed),
    };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      ledger.calls.push(`${method} ${url}`);
      const key = String(request.headers['idempotency-key'] ?? '').replace(/^"|"$/g, '');
      const { status, body, replayed } = answer(method, url, key, Buffer.concat(chunks).toString());
      if (replayed) response.setHeader('idempotent-replayed', 'true');
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ledger: FakeLedger = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    acts: new Map(),
    told: new Map(),
    policies: new Map(),
    nowMs: Date.now(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return ledger;
}

function problem(status: number, code: string) {
  return { status, body: { status, code, detail: code }, replayed: false };
}
