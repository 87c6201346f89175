/**
 * Aim: what nobody answers ends by itself, when it is due and not when somebody asks: under a real clock, under one
 * that jumps, after the service was down, and once where two processes see it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import {
  goodwill,
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';
import { expectProblem } from './expect-refused.ts';

const POLICY = {
  hold: { for: 'PT2S', then: 'accept' },
  limits: [
    { id: 'all', per: ['book'], window: 'lifetime', allow: { count: 30 }, beyond: 'decline' },
    { id: 'ask', per: ['customer'], window: 'lifetime', allow: { count: 0 }, beyond: 'hold' },
  ],
};

const running: ServiceProcess[] = [];
let dataDir = '';
beforeEach(async () => {
  dataDir = await temporaryDirectory('falling-due');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.kill()));
  await removeDirectory(dataDir);
});

async function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startService(dataDir, { env });
  running.push(service);
  return service;
}

// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
async function post(service: ServiceProcess, path: string, key: string, more: object): Promise<any> {
  return expectStatus(await service.post(`${path}/acts`, key, coffee(more)), 201).json();
}
// biome-ignore lint/suspicious/noExplicitAny: as above
async function get(service: ServiceProcess, path: string): Promise<any> {
  return expectStatus(await service.get(path), 200).json();
}
async function bucket(service: ServiceProcess, path: string): Promise<object> {
  const { used, reserved } = (await get(service, `${path}/buckets?limit=all`)).measures.count;
  return { used, reserved };
}
const reserved = (timeToLive: string) => ({ mode: 'reserve', timeToLive });

describe('what falls due', () => {
  it('ends within a moment of its time while nobody calls', async () => {
    const service = await start();
    const { path } = await openBook(service, 'quiet', POLICY);
    const kept = await post(service, path, 'kept', reserved('PT1S'));
    const asked = await post(service, path, 'asked', { customer: 'c-1' });
    expect([kept.status, asked.status]).toEqual(['reserved', 'pending_approval']);
    await sleep(4_000);
    for (const [act, status] of [
      [kept, 'expired'],
      [asked, 'accepted'],
    ]) {
      const found = await get(service, `${path}/acts/${act.id}`);
      expect(found).toMatchObject({ status, expiry: { dueAt: act.expiresAt } });
      const lateMs = Date.parse(found.expiry.recordedAt) - Date.parse(act.expiresAt);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(1_000);
    }
    expect(await bucket(service, path)).toEqual({ used: 1, reserved: 0 });
    const after = await post(service, path, 'after', {});
    // The two acts, their two ends, and this one: nothing was written twice.
    expect(after.position).toBe(kept.position + 4);
    const { acts } = await get(service, `${path}/acts?atLeast=${after.position}`);
    expect(acts.map(({ status }: { status: string }) => status)).toEqual(['accepted', 'accepted', 'expired']);
    const spend = await get(service, `${path}/metrics/spend?groupBy=day&atLeast=${after.position}`);
    expect(spend.total).toMatchObject({ acts: 2, count: 2, retailMinor: 780 });
    expectProblem(await service.post(`${path}/acts/${kept.id}/commit`, 'late', {}), 409, 'act-expired');
  }, 30_000);

  it('ends when a clock is set past it, before that call is answered', async () => {
    const service = await start({ GOODWILL_SANDBOX: 'true' });
    const set = (now: string) => service.put('/v1/sandbox/clock', { now });
    expectStatus(await set('2026-03-28T22:00:00Z'), 200);
    const { path } = await openBook(service, 'jumping', POLICY);
    const codes = `${path}/approval-codes`;
    const { code, expiresAt } = expectStatus(await service.post(codes, 'code', {}), 201).json();
    expect(expiresAt).toBe('2026-03-28T22:05:00.000Z');
    expectStatus(await set('2026-03-28T22:05:00Z'), 200);
    const asked = await post(service, path, 'asked', { customer: 'c-1' });
    const late = await service.post(`${path}/acts/${asked.id}/approve`, 'late', { code });
    expectProblem(late, 409, 'approval-code-expired');
    expectStatus(await set('2026-03-28T22:00:00Z'), 200);
    const act = await post(service, path, 'kept', reserved('P2D'));
    expect(act.expiresAt).toBe('2026-03-30T22:00:00.000Z');
    expectStatus(await set('2026-03-30T21:59:59.999Z'), 200);
    expect((await get(service, `${path}/acts/${act.id}`)).status).toBe('reserved');
    expectStatus(await set('2026-04-02T00:00:00Z'), 200);
    expectStatus(await set('2026-05-01T00:00:00Z'), 200);
    expect(await get(service, `${path}/acts/${act.id}`)).toMatchObject({
      status: 'expired',
      expiry: { dueAt: '2026-03-30T22:00:00.000Z', recordedAt: '2026-04-02T00:00:00.000Z' },
    });
  });

  it('while the service is down is in force when it is back, with the time it fell due', async () => {
    let service = await start();
    const { path } = await openBook(service, 'down', POLICY);
    const kept = await post(service, path, 'kept', reserved('PT1S'));
    const asked = await post(service, path, 'asked', { customer: 'c-1' });
    const open = await post(service, path, 'open', reserved('P1D'));
    await service.kill();
    await sleep(2_500);
    service = await start();
    const backAt = Date.now();
    await sleep(700);
    expect(await get(service, `${path}/acts/${kept.id}`)).toMatchObject({
      status: 'expired',
      expiry: { dueAt: kept.expiresAt },
    });
    const found = await get(service, `${path}/acts/${asked.id}`);
    expect(found).toMatchObject({ status: 'accepted', expiry: { dueAt: asked.expiresAt } });
    // At the start, not at this question.
    expect(Date.parse(found.expiry.recordedAt)).toBeLessThan(backAt + 500);
    expect((await get(service, `${path}/acts/${open.id}`)).status).toBe('reserved');
    expect(await bucket(service, path)).toEqual({ used: 1, reserved: 1 });
    expect((await post(service, path, 'after', {})).position).toBe(open.position + 3);
    expect(await service.stop()).toBe(0);
    const verified = await goodwill(['verify', '--data-dir', dataDir, '--json']);
    expect([verified.code, JSON.parse(verified.stdout).whole]).toEqual([0, true]);
  }, 30_000);

  it('ends once where two processes see it, and both know', async () => {
    const one = await start();
    const two = await start();
    const { path } = await openBook(one, 'both', POLICY);
    const made = [];
    for (let i = 0; i < 20; i++) {
      made.push(await post(i % 2 === 0 ? one : two, path, `kept-${i}`, reserved('PT2S')));
    }
    await sleep(3_500);
    for (const service of [one, two]) {
      expect(await bucket(service, path)).toEqual({ used: 0, reserved: 0 });
      for (const act of made) {
        expect(await get(service, `${path}/acts/${act.id}`)).toMatchObject({
          status: 'expired',
          expiry: { dueAt: act.expiresAt },
        });
      }
    }
    const after = await post(two, path, 'after', {});
    expect(after.position).toBe(made[0].position + 40);
    for (const service of [one, two]) {
      const { acts } = await get(service, `${path}/acts?status=expired&limit=100&atLeast=${after.position}`);
      expect(acts).toHaveLength(20);
    }
    for (const service of running) expect(await service.stop()).toBe(0);
    const verified = await goodwill(['verify', '--data-dir', dataDir, '--json']);
    expect([verified.code, JSON.parse(verified.stdout).whole]).toEqual([0, true]);
  }, 30_000);

  it('is committed or ends, never both, when the commit comes at its last moment', async () => {
    const service = await start();
    const { path } = await openBook(service, 'last-moment', POLICY);
    let committed = 0;
    for (let round = 0; round < 4; round++) {
      const act = await post(service, path, `kept-${round}`, reserved('PT1S'));
      await sleep(Date.parse(act.expiresAt) - Date.now() - 15);
      const replies = await Promise.all(
        Array.from({ length: 32 }, async (_, i) => {
          await sleep(i);
          return service.post(`${path}/acts/${act.id}/commit`, `commit-${round}-${i}`, {});
        }),
      );
      const won = replies.filter(({ status }) => status === 201).length;
      committed += won;
      expect(won).toBeLessThanOrEqual(1);
      for (const { status } of replies) expect([201, 409]).toContain(status);
      const found = await get(service, `${path}/acts/${act.id}`);
      expect(found.status).toBe(won === 1 ? 'accepted' : 'expired');
      expect(await bucket(service, path)).toEqual({ used: committed, reserved: 0 });
    }
  }, 30_000);
});
