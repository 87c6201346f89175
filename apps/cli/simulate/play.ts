/** Plays simulated acts to a service: in order, at a rate, moving the sandbox clock along. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LedgerReply, ProblemReply } from '../client.ts';
import type { SimulatedAct } from './bodies.ts';
import { type Caller, setClock } from './stage.ts';
import { Tally } from './tally.ts';

export interface PlayOptions {
  readonly book: string;
  /** Acts a second; 0 is as fast as it can. */
  readonly rate: number;
  /** Requests under way at once. One store's acts always arrive in order; with 1, all of them do. */
  readonly connections: number;
  /** Acts per `POST …/acts/batch`; 0 posts each act by itself. */
  readonly batchSize: number;
  /**
   * How much simulated time may pass between two settings of the sandbox clock; undefined: there is none.
   * Below the 15 minutes after which the ledger takes no request.
   */
  readonly tickMs?: number;
  /** Done once, before the first act that is sent at or after `at` (epoch ms). */
  readonly interludes?: readonly { readonly at: number; readonly run: () => Promise<void> }[];
  readonly onProgress?: (act: SimulatedAct) => void;
}

const GROUP_SIZE_MAX = 1_000;
/** Without these every further act would fail the same way. */
const HOPELESS = new Set([401, 403, 404, 503]);

/** @throws CommandFailure when the service is gone, the key wrong or the book missing */
export async function play(
  client: Caller,
  acts: Iterable<SimulatedAct>,
  options: PlayOptions,
): Promise<Tally> {
  const tally = new Tally();
  const pace = pacer(options.rate);
  const interludes = [...(options.interludes ?? [])].sort((a, b) => a.at - b.at);
  for (const group of groups(
    acts,
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

/** Consecutive acts that may be sent under one setting of the clock. */
function* groups(
  acts: Iterable<SimulatedAct>,
  tickMs: number | undefined,
  edges: readonly number[],
): Generator<SimulatedAct[]> {
  let group: SimulatedAct[] = [];
  for (const act of acts) {
    const first = group[0];
    const full =
      first !== undefined &&
      (group.length >= GROUP_SIZE_MAX ||
        (tickMs !== undefined && act.sentAt - first.sentAt >= tickMs) ||
        edges.some((edge) => first.sentAt < edge && edge <= act.sentAt));
    if (full) {
      yield group;
      group = [];
    }
    group.push(act);
  }
  if (group.length > 0) yield group;
}

async function playSingly(
  client: Caller,
  group: readonly SimulatedAct[],
  options: PlayOptions,
  pace: Pacer,
  tally: Tally,
): Promise<void> {
  const lanes = new Map<number, SimulatedAct[]>();
  for (const act of group) {
    const lane = laneOf(act.body.location, options.connections);
    const queue = lanes.get(lane);
    if (queue === undefined) lanes.set(lane, [act]);
    else queue.push(act);
  }
  const path = `/v1/books/${encodeURIComponent(options.book)}/acts`;
  await Promise.all(
    [...lanes.values()].map(async (queue) => {
      for (const act of queue) {
        await pace(1);
        const reply = await client.request('POST', path, {
          body: act.body,
          idempotencyKey: act.idempotencyKey,
        });
        giveUpIfHopeless(reply);
        tally.add(act, reply.status, reply.body, isReplay(reply));
        options.onProgress?.(act);
      }
    }),
  );
}

async function playBatches(
  client: Caller,
  group: readonly SimulatedAct[],
  options: PlayOptions,
  pace: Pacer,
  tally: Tally,
): Promise<void> {
  const path = `/v1/books/${encodeURIComponent(options.book)}/acts/batch`;
  for (let from = 0; from < group.length; from += options.batchSize) {
    const batch = group.slice(from, from + options.batchSize);
    await pace(batch.length);
    const reply = await client.expect('A batch was not accepted', 'POST', path, {
      body: { acts: batch.map(({ idempotencyKey, body }) => ({ idempotencyKey, ...body })) },
      repeatable: true,
    });
    const { results } = reply.body as { results: readonly { status: number; body: unknown }[] };
    // The service marks a batch when all of it was there already; of a mixed one it does not say which.
    const replayed = isReplay(reply);
    for (const [at, act] of batch.entries()) {
      const result = results[at];
      tally.add(act, result?.status ?? 0, result?.body, replayed);
      options.onProgress?.(act);
    }
  }
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

/** Spreads acts evenly from the first one on; who comes late does not wait, and the lost time is not made up in a burst. */
function pacer(rate: number): Pacer {
  if (rate === 0) return async () => {};
  let dueMs = 0;
  return async (count) => {
    const nowMs = performance.now();
    // A tenth of a second may be caught up: timers are coarser than the gaps between acts.
    dueMs = Math.max(dueMs, nowMs - 100);
    const waitMs = dueMs - nowMs;
    dueMs += (count * 1_000) / rate;
    if (waitMs > 1) await sleep(waitMs);
  };
}
