/**
 * A ledger's HTTP surface as far as an import uses it, with faults on demand: what the real service would do
 * is asked in the acceptance tests; here the import meets answers that a healthy service hardly gives.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeLedger {
  readonly url: string;
  /** Acts by idempotency key, as first posted. */
  readonly acts: Map<string, Record<string, unknown>>;
  /** `METHOD path` of every request, in order. */
  readonly asked: string[];
  readonly batchSizes: number[];
  /** Called before a request is answered; a returned status or `'reset'` is the answer. */
  fault:
    | ((request: string, count: number, body: string) => number | 'reset' | 'lost-answer' | undefined)
    | undefined;
  /** An item's own answer instead of 201. */
  refuse: ((act: Record<string, unknown>) => { status: number; code: string } | undefined) | undefined;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function problem(status: number, code: string): object {
  return { status, code, title: code, detail: `refused as ${code}` };
}

export async function startFakeLedger(): Promise<FakeLedger> {
  const acts = new Map<string, Record<string, unknown>>();
  const positions = new Map<string, number>();
  const asked: string[] = [];
  const batchSizes: number[] = [];

  function resultOf(act: Record<string, unknown>): object {
    const key = String(act.idempotencyKey);
    const refused = fake.refuse?.(act);
    if (refused !== undefined) return { status: refused.status, body: problem(refused.status, refused.code) };
    const first = acts.get(key);
    if (first !== undefined) {
      if (JSON.stringify(first) === JSON.stringify(act))
        return { status: 201, body: { position: positions.get(key), breaches: [] } };
      return { status: 422, body: { ...problem(422, 'idempotency-key-reused'), differs: ['note'] } };
    }
    acts.set(key, act);
    positions.set(key, acts.size);
    return { status: 201, body: { position: acts.size, breaches: act.note === 'beyond' ? [{}] : [] } };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const body = await bodyOf(request);
    const fault = fake.fault?.(line, asked.filter((one) => one === line).length, body);
    if (fault === 'reset') return void request.socket.destroy();
    if (typeof fault === 'number') {
      response.writeHead(fault, { 'content-type': 'application/problem+json', 'retry-after': '0' });
      return void response.end(JSON.stringify(problem(fault, `fault-${fault}`)));
    }
    if (request.method !== 'POST') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ position: acts.size }));
    }
    const items = (JSON.parse(body) as { acts: Record<string, unknown>[] }).acts;
    batchSizes.push(items.length);
    const results = items.map(resultOf);
    if (fault === 'lost-answer') return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ results }));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeLedger = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    acts,
    asked,
    batchSizes,
    fault: undefined,
    refuse: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
