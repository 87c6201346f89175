/** Plays simulated facts to a service: in order, at a rate, moving the sandbox clock along. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LedgerReply, ProblemReply } from '../client.ts';
import type { SimulatedFact } from './bodies.ts';
import { type Caller, setClock } from './stage.ts';
import { Tally } from './tally.ts';

export interface PlayOptions {
  readonly book: string;
  /** Facts a second; 0 is as fast as it can. */
  readonly rate: number;
  /** Requests under way at once. What one store tells always arrives in order; with 1, all of it does. */
  readonly connections: number;
  /** Facts per `POST …/acts/batch` and its like, in which each kind goes by itself; 0 posts each fact by itself. */
  readonly batchSize: number;
  /**
   * How much simulated time may pass between two settings of the sandbox clock; undefined: there is none.
   * Below the 15 minutes after which the ledger takes no request.
   */
  readonly tickMs?: number;
  /** Done once, before the first fact that is sent at or after `at` (epoch ms). */
  readonly interludes?: readonly { readonly at: number; readonly run: () => Promise<void> }[];
  readonly onProgress?: (fact: SimulatedFact) => void;
}

const GROUP_SIZE_MAX = 1_000;
/** Without these every further fact would fail the same way. */
const HOPELESS = new Set([401, 403, 404, 503]);

/** @throws CommandFailure when the service is gone, the key wrong or the book missing */
export async function play(
  client: Caller,
  facts: Iterable<SimulatedFact>,
  options: PlayOptions,
): Promise<Tally> {
  const tally = new Tally();
  const pace = pacer(options.rate);
  const interludes = [...(options.interludes ?? [])].sort((a, b) => a.at - b.at);
  for (const group of groups(
    facts,
    options.tickMs,
    interludes.map(({ at }) => at),
  )) {
    while (interludes.length > 0 && interludes[0]!.at <= group[0]!.sentAt) {
      const { at, run } = interludes.shift()!;
      if (options.tickMs !== undefined) await setClock(client, at);
      await run();
    }
    if (options.tickMs !== undefined) await setClock(client, group.at(-1)!.sentAt);
    await (options.batchSize > 0
      ? playBatches(client, group, options, pace, tally)
      : playSingly(client, group, options, pace, tally));
  }
  return tally;
}

/** Consecutive facts that may be sent under one setting of the clock. */
function* groups(
  facts: Iterable<SimulatedFact>,
  tickMs: number | undefined,
  edges: readonly number[],
): Generator<SimulatedFact[]> {
  let group: SimulatedFact[] = [];
  for (const fact of facts) {
    const first = group[0];
    const full =
      first !== undefined &&
      (group.length >= GROUP_SIZE_MAX ||
        (tickMs !== undefined && fact.sentAt - first.sentAt >= tickMs) ||
        edges.some((edge) => first.sentAt < edge && edge <= fact.sentAt));
    if (full) {
      yield group;
      group = [];
    }
    group.push(fact);
  }
  if (group.length > 0) yield group;
}

async function playSingly(
  client: Caller,
  group: readonly SimulatedFact[],
  options: PlayOptions,
  pace: Pacer,
  tally: Tally,
): Promise<void> {
  const lanes = Map.groupBy(group, (fact) => laneOf(fact.body.location, options.connections));
  await Promise.all(
    [...lanes.values()].map(async (queue) => {
      for (const fact of queue) {
        await pace(1);
        const reply = await client.request('POST', pathOf(options.book, fact), {
          body: fact.body,
          idempotencyKey: fact.idempotencyKey,
        });
        giveUpIfHopeless(reply);
        tally.add(fact, reply.status, reply.body, isReplay(reply));
        options.onProgress?.(fact);
      }
    }),
  );
}

async function playBatches(
  client: Caller,
  group: readonly SimulatedFact[],
  options: PlayOptions,
  pace: Pacer,
  tally: Tally,
): Promise<void> {
  for (const [path, facts] of Map.groupBy(group, (fact) => pathOf(options.book, fact))) {
    for (let from = 0; from < facts.length; from += options.batchSize) {
      const batch = facts.slice(from, from + options.batchSize);
      await pace(batch.length);
      const reply = await client.expect('A batch was not accepted', 'POST', `${path}/batch`, {
        body: {
          [PLURAL[batch[0]!.what]]: batch.map(({ idempotencyKey, body }) => ({ idempotencyKey, ...body })),
        },
        repeatable: true,
      });
      const { results } = reply.body as { results: readonly { status: number; body: unknown }[] };
      // The service marks a batch when all of it was there already; of a mixed one it does not say which.
      const replayed = isReplay(reply);
      for (const [at, fact] of batch.entries()) {
        const result = results[at];
        tally.add(fact, result?.status ?? 0, result?.body, replayed);
        options.onProgress?.(fact);
      }
    }
  }
}

const PLURAL = { act: 'acts', draw: 'draws', incident: 'incidents', outcome: 'outcomes' } as const;

function pathOf(book: string, fact: SimulatedFact): string {
  const at = `/v1/books/${encodeURIComponent(book)}`;
  return fact.what === 'draw'
    ? `${at}/campaigns/${encodeURIComponent(fact.campaign)}/draws`
    : `${at}/${PLURAL[fact.what]}`;
}

function giveUpIfHopeless(reply: LedgerReply): void {
  if (HOPELESS.has(reply.status)) throw new ProblemReply('The simulation cannot go on', reply);
}

function isReplay(reply: LedgerReply): boolean {
  return reply.headers['idempotent-replayed'] === 'true';
}

function laneOf(location: string, lanes: number): number {
  let hash = 0;
  for (let at = 0; at < location.length; at++) hash = (hash * 31 + location.charCodeAt(at)) >>> 0;
  return hash % lanes;
}

type Pacer = (count: number) => Promise<void>;

/** Spreads facts evenly from the first one on; who comes late does not wait, and the lost time is not made up in a burst. */
function pacer(rate: number): Pacer {
  if (rate === 0) return async () => {};
  let dueMs = 0;
  return async (count) => {
    const nowMs = performance.now();
    // A tenth of a second may be caught up: timers are coarser than the gaps between facts.
    dueMs = Math.max(dueMs, nowMs - 100);
    const waitMs = dueMs - nowMs;
    dueMs += (count * 1_000) / rate;
    if (waitMs > 1) await sleep(waitMs);
  };
}
