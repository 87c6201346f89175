/**
 * Aim: the load generator counts what it gets, not what it hopes for; keys are never used twice; and a stall
 * counts for every request that it held up.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type LoadOptions, runLoad } from './load.ts';
import { BUDGET_MARK, KEY_MARK, RequestStamp } from './request-stamp.ts';

let server: Server;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Seen {
  readonly keys: string[];
  readonly budgets: Set<string>;
}

async function serve(
  answer: (body: string, response: ServerResponse) => void,
): Promise<Seen & { port: number }> {
  const seen: Seen = { keys: [], budgets: new Set() };
  server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      for (const [, key] of body.matchAll(/"key":"([^"]*)"/g)) seen.keys.push(key!);
      for (const [, budget] of body.matchAll(/"employee":"([^"]*)"/g)) seen.budgets.add(budget!);
      answer(body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ...seen, port: (server.address() as AddressInfo).port };
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const ACT = `{"key":"${KEY_MARK}","employee":"e${BUDGET_MARK}"}`;
function options(port: number, given: Partial<LoadOptions> = {}): LoadOptions {
  return {
    host: '127.0.0.1',
    port,
    template: { method: 'POST', path: '/acts', headers: {}, body: ACT },
    firstNumber: 0,
    budgets: 50,
    connections: 8,
    warmUpMs: 50,
    durationMs: 300,
    expectedStatus: 201,
    marker: '"status":"accepted"',
    ...given,
  };
}
const ACCEPTED = '{"status":"accepted"}';

describe('a closed loop', () => {
  it('acknowledges what was acknowledged, with a key of its own for each act', async () => {
    const seen = await serve((_body, response) => reply(response, 201, ACCEPTED));
    const result = await runLoad(options(seen.port));
    expect(result.errors).toEqual({});
    expect(result.acknowledged).toBe(result.requests);
    expect(seen.keys).toHaveLength(result.requests);
    expect(new Set(seen.keys).size).toBe(result.requests);
    expect(seen.budgets.size).toBe(50);
    expect(result.nextNumber).toBe(result.requests);
    expect(result.measured.requests).toBeLessThan(result.requests);
    expect(result.measured.requests).toBeGreaterThan(100);
  });

  it('counts batches act by act, in replies of many pieces', async () => {
    const seen = await serve((body, response) => {
      const acts = (JSON.parse(body) as unknown[]).length;
      const text = JSON.stringify(
        Array.from({ length: acts }, () => ({ status: 'accepted', pad: 'x'.repeat(900) })),
      );
      response.writeHead(200, { 'content-length': text.length });
      for (let at = 0; at < text.length; at += 10_000) response.write(text.slice(at, at + 10_000));
      response.end();
    });
    const body = `[${Array.from({ length: 100 }, () => ACT).join()}]`;
    const result = await runLoad(
      options(seen.port, {
        template: { method: 'POST', path: '/batch', headers: {}, body },
        expectedStatus: 200,
        connections: 2,
      }),
    );
    expect(result.errors).toEqual({});
    expect(result.acknowledged).toBe(result.requests * 100);
    expect(new Set(seen.keys).size).toBe(result.acknowledged);
  });

  it('reports other statuses and declined acts as errors, with an example', async () => {
    let count = 0;
    const { port } = await serve((_body, response) => {
      count++;
      if (count % 10 === 0) reply(response, 503, '{"code":"engine-unavailable"}');
      else if (count % 10 === 5) reply(response, 201, '{"status":"declined"}');
      else reply(response, 201, ACCEPTED);
    });
    const result = await runLoad(options(port));
    const names = Object.keys(result.errors).sort();
    expect(names).toEqual(['status 201, 0 of 1 as expected', 'status 503, 0 of 1 as expected']);
    expect(result.errors[names[1]!]!.example).toContain('engine-unavailable');
    const wrong = Object.values(result.errors).reduce((sum, error) => sum + error.count, 0);
    expect(result.acknowledged + wrong).toBe(result.requests);
  });

  it('reports lost connections', async () => {
    let count = 0;
    const { port } = await serve((_body, response) => {
      if (++count === 40) response.socket?.destroy();
      else reply(response, 201, ACCEPTED);
    });
    const result = await runLoad(options(port));
    expect(result.errors['connection lost']?.count).toBe(1);
    expect(result.acknowledged).toBe(result.requests - 1);
  });
});

describe('a fixed rate', () => {
  it('sends what is due', async () => {
    const { port } = await serve((_body, response) => reply(response, 201, ACCEPTED));
    const result = await runLoad(options(port, { ratePerSecond: 500, durationMs: 600 }));
    expect(result.errors).toEqual({});
    expect(Math.abs(result.measured.requests - 300)).toBeLessThanOrEqual(2);
  });

  it('counts a stall for every request that it held up (coordinated omission)', async () => {
    let stalledUntil = 0;
    let count = 0;
    const { port } = await serve((_body, response) => {
      count++;
      if (count === 100) stalledUntil = performance.now() + 400;
      const waitMs = Math.max(0, stalledUntil - performance.now());
      if (waitMs === 0) reply(response, 201, ACCEPTED);
      else setTimeout(() => reply(response, 201, ACCEPTED), waitMs);
    });
    const result = await runLoad(
      options(port, { ratePerSecond: 400, connections: 2, warmUpMs: 0, durationMs: 1_000 }),
    );
    expect(result.acknowledged).toBe(result.requests);
    // 400 ms of a second: two requests on the wire, the others waiting for a connection. A client that waits
    // with them would have seen two slow replies among 400, and a 90th percentile below a millisecond.
    expect(result.measured.latencyUs.p90).toBeGreaterThan(200_000);
    expect(result.measured.latencyUs.max).toBeGreaterThan(390_000);
  });
});

describe('a stamp', () => {
  it('writes running numbers in place and visits every budget', () => {
    const stamp = new RequestStamp({
      method: 'POST',
      path: '/a',
      headers: { a: 'b' },
      body: `[${ACT},${ACT}]`,
    });
    expect(stamp.acts).toBe(2);
    expect(stamp.stamp(1_234, 10).toString()).toBe(
      'POST /a HTTP/1.1\r\nhost: 127.0.0.1\r\na: b\r\ncontent-length: 89\r\n\r\n' +
        '[{"key":"000000001234","employee":"e000006"},{"key":"000000001235","employee":"e000005"}]',
    );
    const visited = new Set<string>();
    for (let at = 0; at < 10_000; at++) {
      visited.add(/"e(\d+)"/.exec(stamp.stamp(at, 10_000).toString('latin1', 60, 120))?.[1] ?? '');
    }
    expect(visited.size).toBe(10_000);
  });
});
