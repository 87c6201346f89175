/**
 * Load on several replicas while the cluster and the replicas themselves fail, and what must hold all the same: no
 * limit is exceeded, what was acknowledged is there once and on every replica, what was unknown is settled by the
 * same key on any replica, and nobody waits beyond the deadline.
 *
 * The seed decides which faults come in which order. When they strike is a matter of timing, so a seed reruns the
 * same faults and not the same run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Seeded, seeded } from '../crash/seeded.ts';
import { coffee, expectStatus, openBook, rowsOf } from '../opened-book.ts';
import type { Reply, ServiceProcess } from '../service-process.ts';
import type { Kind } from '../stand-in/faults.ts';
import { Replicas } from './replicas.ts';

/** The service answers within 9 s; the rest is what a loaded machine needs to hear of it. */
export const DEADLINE_MS = 10_500;
/** From the last fault until everything is as if there had been none. */
export const SETTLED_WITHIN_MS = 15_000;
const REPLICAS = 3;
const MOST_CATCHING_UP_MS = 30_000;
const BOOK = 'hot';

export interface ChaosOptions {
  readonly requests: number;
  readonly allowed: number;
  readonly connections: number;
  /** How many faults. */
  readonly faults: number;
  readonly seed: number;
}

export interface Weathered {
  readonly accepted: number;
  readonly declined: number;
  /** Requests that at least once had no answer, or one that left it open. */
  readonly unknown: number;
  /** Of those, the ones that had been recorded all the same. */
  readonly unknownRecorded: number;
  /** Answers of 503. */
  readonly unavailable: number;
  readonly slowestMs: number;
  readonly settledMs: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
}

interface Ask {
  readonly key: string;
  unknown: boolean;
  /** The first acknowledgement. */
  text?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  body?: any;
  /** The replica that gave it. */
  by?: number;
}

interface Tally {
  unknownRecorded: number;
  unavailable: number;
  slowestMs: number;
}

function demand(condition: boolean, what: () => string): asserts condition {
  if (!condition) throw new Error(what());
}

/** @throws with what was found wrong, and the seed */
export async function chaos(options: ChaosOptions): Promise<Weathered> {
  const began = performance.now();
  const replicas = await Replicas.start(REPLICAS, { nodes: 3, seed: options.seed });
  try {
    const weathered = await run(replicas, options);
    return { ...weathered, seconds: Math.round((performance.now() - began) / 1_000) };
  } catch (error) {
    throw new Error(
      `with GOODWILL_SEED=${options.seed}: ${(error as Error).message}\n${replicas.logs().slice(-3_000)}`,
      { cause: error },
    );
  } finally {
    await replicas.stop();
  }
}

/** As a client does that is told to come again: how long that takes in all is judged by whoever asked for the storm. */
async function caughtUp(replica: { get(path: string): Promise<Reply> }, path: string): Promise<void> {
  const until = performance.now() + MOST_CATCHING_UP_MS;
  for (;;) {
    const reply = await replica.get(path);
    if (reply.status !== 503 || performance.now() > until) {
      expectStatus(reply, 200);
      return;
    }
  }
}

async function run(replicas: Replicas, options: ChaosOptions): Promise<Omit<Weathered, 'seconds'>> {
  const { requests, allowed, connections, seed } = options;
  const limit = {
    id: 'hot',
    per: ['employee'],
    window: 'lifetime',
    allow: { count: allowed },
    beyond: 'decline',
  };
  const { path, position } = await openBook(replicas.get(0), BOOK, { limits: [limit] });
  const asks: Ask[] = Array.from({ length: requests }, (_, n) => ({ key: `chaos-${n}`, unknown: false }));
  const tally: Tally = { unknownRecorded: 0, unavailable: 0, slowestMs: 0 };
  let next = 0;
  /** Asked for in portions, so that every fault meets some, and the last goes undisturbed. */
  let released = 0;
  const lane = async (i: number): Promise<void> => {
    const dice = seeded(seed + 1 + i);
    while (next < requests) {
      if (next >= released) await sleep(5);
      else await settle(replicas, `${path}/acts`, asks[next++]!, i % REPLICAS, dice, tally);
    }
  };
  const load = Promise.all(Array.from({ length: connections }, (_, i) => lane(i)));
  const weather = storm(replicas, seeded(seed), options.faults, (of) => {
    released = Math.ceil((requests * of) / (options.faults + 1));
  });
  const [, { faults, endedAt }] = await Promise.all([load, weather]);
  await ready(replicas);
  const newest = position + requests;
  for (const replica of replicas.up()) {
    await caughtUp(replica, `${path}/metrics/spend?groupBy=employee&atLeast=${newest}`);
  }
  const settledMs = performance.now() - endedAt;

  const decided = (status: string): number => asks.filter(({ body }) => body.status === status).length;
  const [accepted, declined] = [decided('accepted'), decided('declined')];
  demand(accepted === allowed, () => `${accepted} were accepted of ${allowed} allowed`);
  demand(declined === requests - allowed, () => `${declined} were declined`);
  await onceInTheLog(replicas, asks, position);
  await sameEverywhere(replicas, path, asks);
  await asTheViewsSay(replicas, path, asks, newest, allowed);
  const unknown = asks.filter((ask) => ask.unknown).length;
  return { accepted, declined, unknown, ...tally, settledMs, faults };
}

/** Asks until there is an answer: what is unknown is sent again, with the same key, to any replica that runs. */
async function settle(
  replicas: Replicas,
  path: string,
  ask: Ask,
  first: number,
  dice: Seeded,
  tally: Tally,
): Promise<void> {
  let to = first;
  for (;;) {
    const began = performance.now();
    try {
      const reply = await replicas.get(to).post(path, ask.key, coffee());
      if (reply.status === 201) {
        Object.assign(ask, { text: reply.text, body: reply.json(), by: to });
        if (ask.unknown && reply.headers['idempotent-replayed'] === 'true') tally.unknownRecorded += 1;
        return;
      }
      expectStatus(reply, 503);
      demand(Number(reply.headers['retry-after']) > 0, () => `503 without Retry-After: ${reply.text}`);
      tally.unavailable += 1;
      if (!reply.text.includes('Nothing was written')) ask.unknown = true;
    } catch (error) {
      if (/^expected|^503/.test((error as Error).message)) throw error;
      // No connection, or none any more: a replica that is down or was killed.
      if (!/is down|ECONNREFUSED/.test(`${error}`)) ask.unknown = true;
    } finally {
      const tookMs = performance.now() - began;
      tally.slowestMs = Math.max(tally.slowestMs, tookMs);
      demand(tookMs < DEADLINE_MS, () => `${ask.key} waited for ${Math.round(tookMs)} ms`);
    }
    to = dice.below(REPLICAS);
    await sleep(50 + dice.below(200));
  }
}

const APPEND_FAULTS: readonly Kind[] = [
  'drop-before',
  'drop-after',
  'hang-before',
  'hang-after',
  'timeout-after',
  'unavailable-after',
  'not-leader',
];
const READ_FAULTS: readonly Kind[] = ['drop-before', 'drop-after', 'hang-before', 'unavailable-before'];
const SUBSCRIPTION_FAULTS: readonly Kind[] = ['end', 'error', 'cut', 'silence'];

/**
 * One fault after the other; afterwards all is well again.
 * @param before told the number of each fault, from 1, and in the end one more
 */
async function storm(
  replicas: Replicas,
  dice: Seeded,
  count: number,
  before: (fault: number) => void,
): Promise<{ faults: Record<string, number>; endedAt: number }> {
  const { control } = replicas.standIn;
  const faults: Record<string, number> = {};
  const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
    'answers to appends are lost': async () => {
      for (let i = 0; i < 3; i++) {
        await control.fault({ method: 'append', kind: dice.pick(APPEND_FAULTS), skip: dice.below(4) });
      }
    },
    'answers to reads are lost': () =>
      control.fault({ method: 'read', kind: dice.pick(READ_FAULTS), times: 2 }),
    'a subscription breaks': async () => {
      const kind = dice.pick(SUBSCRIPTION_FAULTS);
      await control.fault({ method: 'subscribe', kind, afterEvents: dice.below(20) });
      await control.endStreams('error');
    },
    'another node leads': () => control.setLeader(dice.below(3)),
    'no node leads': async () => {
      await control.setLeader(undefined);
      await sleep(200 + dice.below(1_500));
      await control.setLeader(dice.below(3));
    },
    'connections are cut': () => control.cut(),
    'connections hang': async () => {
      await control.stall(true);
      await sleep(200 + dice.below(1_500));
      await control.stall(false);
    },
    'a node is lost': async () => {
      const node = dice.below(3);
      await control.stopNode(node);
      await control.setLeader((node + 1) % 3);
      await sleep(100 + dice.below(500));
      await control.startNode(node);
    },
    'a replica is killed': async () => {
      const i = dice.below(REPLICAS);
      // Some of what it has appended it does not live to tell.
      await control.fault({ method: 'append', kind: 'delay-after', delayMs: 500, times: 3 });
      await sleep(50 + dice.below(150));
      await replicas.kill(i);
      await sleep(dice.below(300));
      await replicas.begin(i);
    },
  };
  const kinds = Object.keys(deeds);
  // Each once, in the order of the seed, and then whatever comes.
  const waiting = [...kinds].sort(() => dice.next() - 0.5);
  for (let fault = 1; fault <= count; fault++) {
    const kind = waiting.shift() ?? dice.pick(kinds);
    before(fault);
    await sleep(dice.below(60));
    await deeds[kind]!();
    faults[kind] = (faults[kind] ?? 0) + 1;
    await sleep(20 + dice.below(250));
  }
  await control.clearFaults();
  const endedAt = performance.now();
  before(count + 1);
  return { faults, endedAt };
}

async function ready(replicas: Replicas): Promise<void> {
  const until = performance.now() + SETTLED_WITHIN_MS;
  for (const replica of replicas.up()) {
    for (;;) {
      const reply = await replica.get('/health/ready');
      if (reply.status === 200) break;
      demand(
        performance.now() < until,
        () => `a replica is not ready long after the last fault: ${reply.text}`,
      );
      await sleep(50);
    }
  }
}

/** Every place after the opening was acknowledged to exactly one key, and the engine's own log has no more. */
async function onceInTheLog(replicas: Replicas, asks: readonly Ask[], opening: number): Promise<void> {
  const positions = asks.map(({ body }) => body.position as number).sort((a, b) => a - b);
  positions.forEach((position, i) => {
    demand(position === opening + 1 + i, () => `after ${opening + i} comes ${position}`);
  });
  const ids = await replicas.standIn.control.ids(`book-${BOOK}`);
  demand(ids.length === opening + 1 + asks.length, () => `the log has ${ids.length} events`);
  demand(new Set(ids).size === ids.length, () => 'an event is in the log twice');
}

/** Another replica finds the act by its id, and a third answers its key byte for byte as the first did. */
async function sameEverywhere(replicas: Replicas, path: string, asks: readonly Ask[]): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < asks.length) {
      const { key, by = 0, body, text, unknown } = asks[next++]!;
      const [second, third] = [replicas.get((by + 1) % REPLICAS), replicas.get((by + 2) % REPLICAS)];
      const act = expectStatus(await second.get(`${path}/acts/${body.id}`), 200).json();
      demand(
        act.position === body.position,
        () => `${key} is at ${act.position}, acknowledged at ${body.position}`,
      );
      if (!unknown && next % 10 !== 0) continue;
      const again = await third.post(`${path}/acts`, key, coffee());
      demand(
        again.text === text && again.headers['idempotent-replayed'] === 'true',
        () => `${key} was answered\n${text}\nand by another replica\n${again.text}`,
      );
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
}

async function asTheViewsSay(
  replicas: Replicas,
  path: string,
  asks: readonly Ask[],
  newest: number,
  allowed: number,
): Promise<void> {
  const expected = new Set(asks.map(({ body }) => body.id as string));
  for (const replica of replicas.up()) {
    const rows = await rowsOf(replica, `${path}/acts?limit=500&atLeast=${newest}`);
    const ids = new Set(rows.map(({ id }) => id as string));
    demand(
      rows.length === expected.size && ids.size === rows.length && [...expected].every((id) => ids.has(id)),
      () =>
        `a register has ${rows.length} rows of ${ids.size} acts, and not the ${expected.size} acknowledged`,
    );
    demand((await given(replica, path, newest)) === allowed, () => 'the spend is not what was accepted');
  }
}

async function given(replica: ServiceProcess, path: string, atLeast: number): Promise<number> {
  const url = `${path}/metrics/spend?groupBy=employee&atLeast=${atLeast}`;
  return expectStatus(await replica.get(url), 200).json().total.count;
}
