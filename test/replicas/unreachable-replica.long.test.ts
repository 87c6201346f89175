/**
 * Aim: a replica without its engine says so, never decides, and answers what it can stand behind: at the start, and
 * when it alone is cut off. It recovers by itself, and it can be stopped. The long suite has the other times and ways
 * in which an engine may be away.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import { Relay } from '../stand-in/relay.ts';
import { Replicas } from './replicas.ts';
import { unreachableAtTheStart } from './unreachable.ts';

describe('an engine that refuses connections at the start', () =>
  unreachableAtTheStart('refuses connections'));

describe('a replica that alone is cut off', () => {
  let replicas: Replicas;
  let relay: Relay;
  beforeAll(async () => {
    replicas = await Replicas.start(1, { nodes: 1 });
    relay = await Relay.listen(replicas.standIn.port, 0);
    await replicas.begin(1, { env: { GOODWILL_EVENT_STORE: `esdb://127.0.0.1:${relay.port}?tls=false` } });
  }, 60_000);
  afterAll(async () => {
    await replicas.stop();
    await relay.close();
  });

  it('decides nothing, answers as of its position, and catches up when it is back', async () => {
    const limits = [
      { id: 'two', per: ['employee'], window: 'lifetime', allow: { count: 2 }, beyond: 'decline' },
    ];
    const [well, lonely] = [replicas.get(0), replicas.get(1)];
    const { path } = await openBook(well, 'split', { limits });
    const first = expectStatus(await lonely.post(`${path}/acts`, 'first', coffee()), 201).json();
    relay.stall(true);
    const second = expectStatus(await well.post(`${path}/acts`, 'second', coffee()), 201).json();
    expect(second.status).toBe('accepted');

    // Its own memory would still allow one.
    const began = performance.now();
    const undecided = expectStatus(await lonely.post(`${path}/acts`, 'third', coffee()), 503);
    expect(performance.now() - began).toBeLessThan(10_500);
    expect(undecided.headers['retry-after']).toBe('1');
    const allowances = `${path}/employees/emp-1/allowances`;
    const known = expectStatus(await lonely.get(allowances), 200).json();
    expect(known).toMatchObject({ position: first.position });
    expectStatus(await lonely.get(`${allowances}?atLeast=${second.position}`), 503);
    expectStatus(await lonely.post(`${path}/acts/evaluate`, 'evaluate', coffee()), 503);
    // What is asked of another replica instead is decided there, under the same key.
    const third = expectStatus(await well.post(`${path}/acts`, 'third', coffee()), 201);
    expect(third.json().status).toBe('declined');

    relay.stall(false);
    const until = performance.now() + 10_000;
    let settled = await lonely.post(`${path}/acts`, 'third', coffee());
    while (settled.status === 503 && performance.now() < until) {
      settled = await lonely.post(`${path}/acts`, 'third', coffee());
    }
    expect(settled.text).toBe(third.text);
    expect(settled.headers['idempotent-replayed']).toBe('true');
    expect(expectStatus(await lonely.get(allowances), 200).json().position).toBe(third.json().position);
  }, 60_000);
});
