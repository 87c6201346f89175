/**
 * Aim: every route lets in exactly the roles it is meant for, no route is without an entry, and a key that is wrong,
 * revoked or half is told the same. The table is written out by hand: it is what the roles mean on the wire.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { ACCESS_ROLES, type AccessRole } from '../../../libs/domain/access/access.ts';
import type { Service } from '../service.ts';
import { startHere } from '../start-here.fixture.ts';
import { putUpGate } from './gate.ts';
import { ROUTE_NEEDS } from './route-capabilities.ts';

const ROLES = Object.keys(ACCESS_ROLES) as AccessRole[];
const EVERY: readonly AccessRole[] = ROLES;
const ADMIN_ALONE: readonly AccessRole[] = ['admin'];
const TILLS: readonly AccessRole[] = ['till', 'crm', 'admin'];
const TELLERS: readonly AccessRole[] = ['crm', 'admin'];
const TELLERS_OF_STORIES: readonly AccessRole[] = ['till', 'crm', 'operations', 'admin'];
const APPROVERS: readonly AccessRole[] = ['approver', 'admin'];
const ADJUSTERS: readonly AccessRole[] = ['operations', 'finance', 'admin'];
const OPERATIONS: readonly AccessRole[] = ['operations', 'admin'];
const REVIEWERS: readonly AccessRole[] = ['reviewer', 'admin'];
const POLICY_READERS: readonly AccessRole[] = ['operations', 'finance', 'reviewer', 'admin'];

const ROUTES: readonly (readonly [method: string, path: string, roles: readonly AccessRole[]])[] = [
  ['GET', '/metrics', POLICY_READERS],
  ['PUT', '/v1/sandbox/clock', ADMIN_ALONE],
  ['GET', '/v1/whoami', EVERY],
  ['GET', '/v1/keys', ADMIN_ALONE],
  ['POST', '/v1/keys', ADMIN_ALONE],
  ['POST', '/v1/keys/{key}/revoke', ADMIN_ALONE],
  ['PUT', '/v1/books/{book}', ADMIN_ALONE],
  ['GET', '/v1/books/{book}', EVERY],
  ['PUT', '/v1/books/{book}/locations/{location}', OPERATIONS],
  ['GET', '/v1/books/{book}/locations/{location}', EVERY],
  ['PUT', '/v1/books/{book}/employees/{employee}', OPERATIONS],
  ['GET', '/v1/books/{book}/employees/{employee}', EVERY],
  ['PUT', '/v1/books/{book}/items/{sku}', OPERATIONS],
  ['GET', '/v1/books/{book}/items/{sku}', EVERY],
  ['PUT', '/v1/books/{book}/campaigns/{campaign}', OPERATIONS],
  ['GET', '/v1/books/{book}/campaigns/{campaign}', EVERY],
  ['POST', '/v1/books/{book}/campaigns/{campaign}/draws', TILLS],
  ['GET', '/v1/books/{book}/campaigns/{campaign}/draws', EVERY],
  ['POST', '/v1/books/{book}/campaigns/{campaign}/draws/batch', TILLS],
  ['POST', '/v1/books/{book}/policies', OPERATIONS],
  ['GET', '/v1/books/{book}/policies', POLICY_READERS],
  ['GET', '/v1/books/{book}/policies/{version}', POLICY_READERS],
  ['GET', '/v1/books/{book}/policies/{version}/diff', POLICY_READERS],
  ['PUT', '/v1/books/{book}/policies/{version}', OPERATIONS],
  ['POST', '/v1/books/{book}/policies/check', POLICY_READERS],
  ['POST', '/v1/books/{book}/policies/{version}/backtest', POLICY_READERS],
  ['POST', '/v1/books/{book}/policies/{version}/shadow', OPERATIONS],
  ['GET', '/v1/books/{book}/policies/{version}/shadow', POLICY_READERS],
  ['GET', '/v1/books/{book}/backtests/{backtest}', POLICY_READERS],
  ['POST', '/v1/books/{book}/backtests/{backtest}/cancel', POLICY_READERS],
  ['POST', '/v1/books/{book}/policies/{version}/submit', OPERATIONS],
  ['POST', '/v1/books/{book}/policies/{version}/approve', OPERATIONS],
  ['POST', '/v1/books/{book}/policies/{version}/reject', OPERATIONS],
  ['POST', '/v1/books/{book}/policies/{version}/activate', OPERATIONS],
  ['POST', '/v1/books/{book}/policies/{version}/roll-back', OPERATIONS],
  ['POST', '/v1/books/{book}/acts', TILLS],
  ['POST', '/v1/books/{book}/acts/batch', TILLS],
  ['POST', '/v1/books/{book}/acts/evaluate', TILLS],
  ['POST', '/v1/books/{book}/acts/{act}/reverse', TILLS],
  ['POST', '/v1/books/{book}/acts/{act}/commit', TILLS],
  ['POST', '/v1/books/{book}/acts/{act}/release', TILLS],
  // A till comes this far to enter a code; without one the domain refuses it.
  ['POST', '/v1/books/{book}/acts/{act}/approve', [...APPROVERS, ...TILLS]],
  ['POST', '/v1/books/{book}/acts/{act}/reject', APPROVERS],
  ['POST', '/v1/books/{book}/approval-codes', APPROVERS],
  ['GET', '/v1/books/{book}/acts', EVERY],
  ['GET', '/v1/books/{book}/acts/{act}', EVERY],
  ['GET', '/v1/books/{book}/employees/{employee}/allowances', EVERY],
  ['GET', '/v1/books/{book}/employees/{employee}/possible', EVERY],
  ['GET', '/v1/books/{book}/buckets', EVERY],
  ['POST', '/v1/books/{book}/adjustments', ADJUSTERS],
  ['GET', '/v1/books/{book}/adjustments', EVERY],
  ['POST', '/v1/books/{book}/incidents', TELLERS],
  ['POST', '/v1/books/{book}/incidents/batch', TELLERS],
  ['GET', '/v1/books/{book}/incidents', EVERY],
  ['GET', '/v1/books/{book}/incidents/{incident}', EVERY],
  ['POST', '/v1/books/{book}/outcomes', TELLERS],
  ['POST', '/v1/books/{book}/outcomes/batch', TELLERS],
  ['GET', '/v1/books/{book}/outcomes', EVERY],
  ['GET', '/v1/books/{book}/metrics/spend', POLICY_READERS],
  ['GET', '/v1/books/{book}/metrics/use', POLICY_READERS],
  ['POST', '/v1/books/{book}/stories', TELLERS_OF_STORIES],
  ['POST', '/v1/books/{book}/stories/{story}/consent', TELLERS_OF_STORIES],
  ['POST', '/v1/books/{book}/stories/{story}/withdraw', TELLERS_OF_STORIES],
  ['POST', '/v1/books/{book}/stories/{story}/publish', OPERATIONS],
  ['POST', '/v1/books/{book}/stories/{story}/retell', TELLERS_OF_STORIES],
  ['POST', '/v1/books/{book}/stories/{story}/take-up', TELLERS_OF_STORIES],
  ['GET', '/v1/books/{book}/stories', EVERY],
  ['GET', '/v1/books/{book}/stories/{story}', EVERY],
  ['POST', '/v1/books/{book}/recognitions', OPERATIONS],
  ['GET', '/v1/books/{book}/recognitions', EVERY],
  ['GET', '/v1/books/{book}/employees/{employee}/nudge', TILLS],
  ['GET', '/v1/books/{book}/metrics/outcomes', POLICY_READERS],
  ['GET', '/v1/books/{book}/metrics/outcomes/compare', POLICY_READERS],
  ['GET', '/v1/books/{book}/signals', REVIEWERS],
  ['GET', '/v1/books/{book}/signals/{signal}', REVIEWERS],
  ['POST', '/v1/books/{book}/signals/{signal}/reviews', REVIEWERS],
];
const OPEN = ['GET /health/live', 'GET /health/ready'];

const dataDir = mkdtempSync(join(tmpdir(), 'goodwill-routes-'));
let service: Service;
const keys = new Map<AccessRole, { id: string; key: string }>();
let calls = 0;

async function call(method: string, path: string, key: string | undefined, body?: unknown) {
  const url = service.url + path.replace('{version}', '1').replaceAll(/\{(\w+)\}/g, 'none');
  const answer = await fetch(url, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'idempotency-key': `call-${++calls}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: () => JSON.parse(text) };
}

beforeAll(async () => {
  service = await startHere(dataDir, { GOODWILL_SANDBOX: 'true' });
  for (const role of ROLES) {
    const made = await call('POST', '/v1/keys', service.adminKey, { subject: `a-${role}`, roles: [role] });
    expect(made.status).toBe(201);
    keys.set(role, made.json());
  }
}, 60_000);
afterAll(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('every route', () => {
  it.each(ROUTES)('%s %s', async (method, path, allowed) => {
    expect((await call(method, path, undefined)).status).toBe(401);
    for (const role of ROLES) {
      const answer = await call(method, path, keys.get(role)!.key);
      const isAllowed = allowed.includes(role);
      expect([role, answer.status === 403 || answer.status === 401]).toEqual([role, !isAllowed]);
      if (isAllowed) continue;
      expect(answer.status).toBe(403);
      const problem = answer.json();
      expect(problem.code).toBe('not-allowed');
      expect(problem.detail).toContain(`a-${role}`);
      for (const having of allowed) expect(problem.advice).toContain(having);
    }
  });

  it('is in the table above, and in the one that the service is served by', async () => {
    const { paths } = (await call('GET', '/openapi.json', undefined)).json();
    const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(
      [...ROUTES.map(([method, path]) => `${method} ${path}`), ...OPEN].sort(),
    );
    const served = Object.keys(ROUTE_NEEDS).map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(served.sort()).toEqual(described.sort());
  });

  it('that says nowhere what it takes cannot be served', () => {
    const app = fastify();
    putUpGate(app, { callerOf: () => undefined } as never);
    expect(() => app.get('/v1/books/:book/secrets', () => 'all of them')).toThrow(
      /GET \/v1\/books\/:book\/secrets says nowhere what it takes/,
    );
    expect(() => app.delete('/v1/books/:book', () => 'gone')).toThrow(/says nowhere/);
  });

  it('is closed to HEAD as to GET, and open without a key only where nothing is told', async () => {
    expect((await call('HEAD', '/v1/keys', keys.get('till')!.key)).status).toBe(403);
    expect((await call('HEAD', '/v1/keys', undefined)).status).toBe(401);
    for (const path of ['/health/live', '/docs', '/openapi.json']) {
      expect((await call('GET', path, undefined)).status).toBe(200);
    }
    expect((await call('GET', '/v1/nothing', undefined)).status).toBe(401);
    expect((await call('GET', '/v1/nothing', keys.get('till')!.key)).status).toBe(404);
  });
});

describe('a key', () => {
  it('that is wrong, revoked, or half is told the same, without a word of why', async () => {
    const made = (await call('POST', '/v1/keys', service.adminKey, { subject: 'x', roles: ['till'] })).json();
    expect((await call('GET', '/v1/whoami', made.key)).json()).toEqual({
      subject: 'x',
      roles: ['till'],
      capabilities: ['acts:write', 'acts:read', 'stories:write'],
      key: made.id,
    });
    const revoked = await call('POST', `/v1/keys/${made.id}/revoke`, service.adminKey, { reason: 'lost' });
    expect(revoked.json()).toMatchObject({ status: 'revoked', reason: 'lost', revokedBy: 'admin' });
    const other = made.key.slice(0, -1) + (made.key.endsWith('0') ? '1' : '0');
    const till = keys.get('till')!;
    const swapped = till.key.slice(0, 14) + made.key.slice(14);
    const answers = [];
    for (const key of [
      made.key,
      other,
      swapped,
      made.key.slice(0, 20),
      `${till.key}0`,
      'glk_',
      'x'.repeat(9_000),
    ]) {
      const answer = await call('GET', '/v1/whoami', key);
      answers.push([answer.status, answer.text]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]![0]).toBe(401);
    expect(answers[0]![1]).not.toMatch(/revok/i);
  });

  it('is shown once: a replay has none and says so; no list has any', async () => {
    const ask = (body: object) =>
      fetch(`${service.url}/v1/keys`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${service.adminKey}`,
          'content-type': 'application/json',
          'idempotency-key': 'till-9-key',
        },
        body: JSON.stringify(body),
      });
    const first = await ask({ subject: 'till-9', roles: ['till'] });
    expect(first.headers.get('cache-control')).toBe('no-store');
    const made = (await first.json()) as { key: string; id: string };
    const again = await ask({ subject: 'till-9', roles: ['till'] });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const replay = (await again.json()) as { key: null; notice: string };
    expect(replay).toEqual({ ...made, key: null, notice: expect.stringMatching(/shown once/) });
    expect((await ask({ subject: 'till-8', roles: ['till'] })).status).toBe(422);
    const listed = await call('GET', '/v1/keys', service.adminKey);
    expect(listed.json().keys.map(({ id }: { id: string }) => id)).toContain(made.id);
    expect(listed.text).not.toContain(made.key.slice(14));
    expect(listed.text).not.toMatch(/[0-9a-f]{64}/);
  });

  it.each<[object, number, string]>([
    [{ subject: 'admin', roles: ['till'] }, 422, 'subject-reserved'],
    [{ subject: 'Ledger', roles: ['till'] }, 422, 'subject-reserved'],
    [{ subject: 'x', roles: [] }, 400, 'body-invalid'],
    [{ subject: 'x', roles: ['till', 'till'] }, 400, 'body-invalid'],
    [{ subject: 'x', roles: ['root'] }, 400, 'body-invalid'],
    [{ subject: 'x', roles: ['constructor'] }, 400, 'body-invalid'],
    [{ subject: 'x', roles: 'till' }, 400, 'body-invalid'],
    [{ subject: '', roles: ['till'] }, 400, 'body-invalid'],
    [{ subject: 'a\nb', roles: ['till'] }, 400, 'body-invalid'],
    [{ subject: 'x'.repeat(129), roles: ['till'] }, 400, 'body-invalid'],
    [{ subject: 'x', roles: ['till'], hash: 'y' }, 400, 'body-invalid'],
    [{ roles: ['till'] }, 400, 'body-invalid'],
  ])('is not made of %j', async (body, status, code) => {
    const answer = await call('POST', '/v1/keys', service.adminKey, body);
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  it('is revoked once, and only if there is one', async () => {
    const made = (await call('POST', '/v1/keys', service.adminKey, { subject: 'y', roles: ['crm'] })).json();
    expect((await call('POST', `/v1/keys/${made.id}/revoke`, service.adminKey)).status).toBe(201);
    expect((await call('POST', `/v1/keys/${made.id}/revoke`, service.adminKey)).json().code).toBe(
      'key-already-revoked',
    );
    for (const id of ['0000000000', 'nothing', '../keys']) {
      const answer = await call('POST', `/v1/keys/${encodeURIComponent(id)}/revoke`, service.adminKey);
      expect([answer.status, answer.json().code]).toEqual([404, 'key-not-found']);
    }
  });
});
