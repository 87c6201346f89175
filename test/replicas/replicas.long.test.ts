/**
 * Aim: three replicas on one cluster keep every promise of one, whatever fails: a limit of all of them together is
 * exact, what was acknowledged is there once, what was unknown is settled by the same key on any replica, nobody
 * waits beyond the deadline. A short storm; the long suite weathers a longer one.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedFromEnvironment } from '../crash/seeded.ts';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import { chaos, DEADLINE_MS, SETTLED_WITHIN_MS } from './chaos.ts';
import { Replicas } from './replicas.ts';

const LIMIT = { id: 'five', per: ['employee'], window: 'lifetime', allow: { count: 5 }, beyond: 'decline' };

describe('three replicas in a storm', () => {
  it('accept exactly what the limit allows, once', async () => {
    const weathered = await chaos({
      requests: 2_000,
      allowed: 200,
      connections: 64,
      faults: 12,
      seed: seedFromEnvironment(),
    });
    console.info(JSON.stringify(weathered));
    expect(weathered).toMatchObject({ accepted: 200, declined: 1_800 });
    expect(Object.keys(weathered.faults)).toHaveLength(9);
    // Otherwise the storm was none.
    expect(weathered.unknown).toBeGreaterThan(0);
    expect(weathered.slowestMs).toBeLessThan(DEADLINE_MS);
    expect(weathered.settledMs).toBeLessThan(SETTLED_WITHIN_MS);
  }, 180_000);
});

describe('what one replica has acknowledged', () => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await Replicas.start(3, { nodes: 3 });
  }, 60_000);
  afterAll(() => replicas.stop());

  it('is at once known to the others: by id, in allowances, in decisions, and under its key', async () => {
    const [first, second, third] = replicas.up();
    const { path } = await openBook(first!, 'at-once', { limits: [LIMIT] });
    for (let n = 1; n <= 5; n++) {
      const by = replicas.get(n % 3);
      const reply = expectStatus(await by.post(`${path}/acts`, `act-${n}`, coffee()), 201);
      const act = reply.json();
      expect(act.status).toBe('accepted');
      for (const replica of [first!, second!, third!]) {
        expect(expectStatus(await replica.get(`${path}/acts/${act.id}`), 200).json().position).toBe(
          act.position,
        );
        const { allowances, position } = expectStatus(
          await replica.get(`${path}/employees/emp-1/allowances?atLeast=${act.position}`),
          200,
        ).json();
        expect(position).toBe(act.position);
        expect(allowances[0].measures.count).toMatchObject({ used: n, remaining: 5 - n });
        const again = await replica.post(`${path}/acts`, `act-${n}`, coffee());
        expect(again.headers['idempotent-replayed']).toBe('true');
        expect(again.text).toBe(reply.text);
      }
    }
    for (const [i, replica] of replicas.up().entries()) {
      const evaluated = await replica.post(`${path}/acts/evaluate`, `evaluate-${i}`, coffee());
      expect(evaluated.json().status).toBe('declined');
      const other = await replica.post(`${path}/acts`, 'act-1', coffee({ reason: 'another' }));
      expect(other.status).toBe(422);
    }
  }, 60_000);

  it('is in the views of the others where a position is asked for', async () => {
    const { path } = await openBook(replicas.get(0), 'views', { limits: [LIMIT] });
    for (let n = 0; n < 6; n++) {
      const writer = replicas.get(n % 3);
      const act = expectStatus(await writer.post(`${path}/acts`, `view-${n}`, coffee()), 201).json();
      for (const reader of replicas.up()) {
        const register = expectStatus(await reader.get(`${path}/acts?atLeast=${act.position}`), 200).json();
        expect(register.acts[0].id).toBe(act.id);
        const spend = expectStatus(
          await reader.get(`${path}/metrics/spend?groupBy=day&atLeast=${act.position}`),
          200,
        ).json();
        expect(spend.total.acts).toBe(Math.min(n + 1, 5));
      }
    }
  }, 60_000);

  it('is still known to a replica that was killed, and to one that starts with an empty directory', async () => {
    const { path } = await openBook(replicas.get(0), 'restart', { limits: [LIMIT] });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const reply = expectStatus(await replicas.get(n).post(`${path}/acts`, `restart-${n}`, coffee()), 201);
      ids.push(reply.json().id);
    }
    await replicas.kill(1);
    const late = expectStatus(await replicas.get(2).post(`${path}/acts`, 'restart-3', coffee()), 201).json();
    const back = await replicas.begin(1);
    const fresh = await replicas.begin(3);
    for (const replica of [back, fresh]) {
      for (const id of [...ids, late.id]) expectStatus(await replica.get(`${path}/acts/${id}`), 200);
      const again = await replica.post(`${path}/acts`, 'restart-0', coffee());
      expect(again.headers['idempotent-replayed']).toBe('true');
      const register = expectStatus(await replica.get(`${path}/acts?atLeast=${late.position}`), 200).json();
      expect(register.acts).toHaveLength(4);
    }
    expect(await fresh.stop()).toBe(0);
  }, 60_000);
});
