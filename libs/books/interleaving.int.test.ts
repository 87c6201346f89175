/**
 * Aim: whatever the interleaving of requests, reservations, approvals, reversals, policy changes and time in two
 * processes whose clocks differ, every reply equals what a single thread decides that replays the stream position by
 * position, and nothing is reserved for ever.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Actor, ADMIN } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import type { BookEvent } from '../domain/book/events.ts';
import type { Limit } from '../domain/policy/policy.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import type { Answer } from './answers.ts';
import { coffee, furnish, openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { streamOf } from './stream-of.ts';
import { verifyBooks } from './verify.ts';

/** Asks in flight at once. */
const WAVE = 24;
/** Acts accepted so far, the latest last. */
const made: string[] = [];
/** Acts held and reserved so far, the latest last; some are settled. */
const held: string[] = [];
const reserved: string[] = [];
/** What was recorded over all histories. */
const seen = new Set<BookEvent['type']>();
const APPROVER: Actor = { subject: 'dana', roles: ['approver', 'till'] };
const MINUTE = 60_000;

const EMPLOYEES = ['emp-1', 'emp-2', 'emp-3'];

const limits: fc.Arbitrary<Limit[]> = fc.array(
  fc.record({
    id: fc.constant(''),
    appliesTo: fc.constant({}),
    per: fc.subarray(['employee', 'customer', 'book'] as const, { minLength: 1 }),
    window: fc.constantFrom(
      { every: 'day' as const },
      { every: 'lifetime' as const },
      { every: 'rolling' as const, durationMs: 3_600_000, duration: 'PT1H' },
    ),
    allow: fc.record({ count: fc.integer({ min: 5, max: 30 }) }),
    beyond: fc.constantFrom('warn' as const, 'hold' as const, 'decline' as const, 'decline' as const),
  }),
  { minLength: 1, maxLength: 3 },
);

type Ask =
  | {
      readonly do: 'act';
      readonly process: number;
      readonly employee: string;
      readonly customer: string;
      readonly mode: 'request' | 'record' | 'reserve';
      readonly agoMs: number;
    }
  | {
      readonly do: 'settle';
      readonly process: number;
      readonly which: number;
      readonly how: 'ApproveAct' | 'RejectAct' | 'CommitAct' | 'ReleaseAct';
    }
  | { readonly do: 'wait'; readonly process: number; readonly minutes: number }
  | { readonly do: 'reverse'; readonly process: number; readonly which: number }
  | { readonly do: 'policy'; readonly process: number; readonly limits: Limit[] };

const asks: fc.Arbitrary<Ask[]> = fc.array(
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        do: fc.constant('act' as const),
        process: fc.nat(1),
        employee: fc.constantFrom(...EMPLOYEES),
        customer: fc.constantFrom('c-1', 'c-2'),
        mode: fc.constantFrom(
          'request' as const,
          'request' as const,
          'record' as const,
          'reserve' as const,
          'reserve' as const,
        ),
        agoMs: fc.nat(900_000),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('settle' as const),
        process: fc.nat(1),
        which: fc.nat(4),
        how: fc.constantFrom('ApproveAct', 'RejectAct', 'CommitAct', 'CommitAct', 'ReleaseAct'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), process: fc.nat(1), minutes: fc.nat(9) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('reverse' as const), process: fc.nat(1), which: fc.nat(5) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('policy' as const), process: fc.nat(1), limits }) },
  ),
  { minLength: 60, maxLength: 160 },
);

/** Under every policy some acts wait for approval. */
const HOLDS: Limit = {
  id: 'holds',
  appliesTo: {},
  per: ['employee'],
  window: { every: 'lifetime' },
  allow: { count: 4 },
  beyond: 'hold',
};
const named = (all: readonly Limit[]) =>
  policyOf([HOLDS, ...all.map((limit, i) => ({ ...limit, id: `limit-${i}` }))]);

describe('two processes on one book', () => {
  it('answer as one thread would that replays the stream', async () => {
    await fc.assert(
      fc.asyncProperty(limits, asks, async (first, history) => {
        const folder = temporaryFolder();
        // One is told nearly all that the other appends, the other half of it.
        const loses = [dice(10), dice(2)];
        const processes = [
          await openBooks(folder.path, 0, loses[0]),
          await openBooks(folder.path, 1, loses[1]),
        ];
        try {
          await furnish(processes[0]!.books, 'b', named(first), EMPLOYEES);
          made.length = 0;
          held.length = 0;
          reserved.length = 0;
          const answers: (Answer | undefined)[] = [];
          // In waves, so that later ones find acts to reverse.
          for (let from = 0; from < history.length; from += WAVE) {
            const wave = history.slice(from, from + WAVE);
            answers.push(
              ...(await Promise.all(
                wave.map((ask, i) => put(processes[ask.process]!, ask, `k-${from + i}`, processes)),
              )),
            );
          }
          for (const { clock, books } of processes) {
            clock.nowMs += 60 * MINUTE;
            await books.fallDue();
          }
          for (const { books } of processes) {
            const open = await books.read('b', ({ open, reserved }) => ({ acts: open.size, reserved }));
            expect(open?.value).toEqual({ acts: 0, reserved: { count: 0, costMinor: 0, retailMinor: 0 } });
          }
          const events = await replayed(processes[0]!.eventStore);
          for (const { type } of events) seen.add(type);
          for (const answer of answers) {
            if (answer?.outcome === 'recorded') expect(answer.event).toEqual(events[answer.position]);
          }
        } finally {
          for (const process of processes) await process.close();
          folder.remove();
        }
      }),
      { numRuns: Number(process.env.GOODWILL_INTERLEAVINGS ?? 6), endOnFailure: true },
    );
    for (const type of [
      'ActReversed',
      'ActHeld',
      'ActReserved',
      'ActApproved',
      'ActRejected',
      'ActCommitted',
      'ActReleased',
      'ActExpired',
    ] as const) {
      expect([...seen]).toContain(type);
    }
  }, 120_000);
});

/** True once in so many times, by chance. */
function dice(sides: number): () => boolean {
  return () => Math.random() * sides < 1;
}

async function put(
  process: Awaited<ReturnType<typeof openBooks>>,
  ask: Ask,
  key: string,
  processes: readonly Awaited<ReturnType<typeof openBooks>>[],
): Promise<Answer | undefined> {
  const by = { key, actor: ADMIN };
  if (ask.do === 'policy') {
    const policy = named(ask.limits);
    const drafted = await process.books.execute(
      'b',
      { type: 'DraftPolicy', policy, source: { format: 'json', text: '' } },
      { ...by, key: `${key}-draft` },
    );
    if (drafted.outcome !== 'recorded' || drafted.event.type !== 'PolicyDrafted') throw new Error('no draft');
    return process.books.execute('b', { type: 'ActivatePolicy', version: drafted.event.version }, by);
  }
  if (ask.do === 'wait') {
    process.clock.nowMs += ask.minutes * MINUTE;
    return undefined;
  }
  if (ask.do === 'settle') {
    const among = ask.how === 'ApproveAct' || ask.how === 'RejectAct' ? held : reserved;
    const act = among[among.length - 1 - ask.which];
    if (act === undefined) return undefined;
    const command: Command =
      ask.how === 'RejectAct'
        ? { type: ask.how, act, reason: 'r' }
        : ask.how === 'CommitAct'
          ? { type: ask.how, act, asked: { retailMinor: 100 } }
          : { type: ask.how, act };
    const answer = await process.books.execute('b', command, { key, actor: APPROVER });
    if (answer.outcome === 'recorded' && 'becomes' in answer.event && answer.event.becomes === 'reserved') {
      reserved.push(act);
    }
    return answer;
  }
  if (ask.do === 'reverse') {
    const act = made[made.length - 1 - ask.which];
    if (act === undefined) return undefined;
    return process.books.execute('b', { type: 'ReverseAct', act, reason: 'r', asked: { count: 1 } }, by);
  }
  const { employee, customer, mode, agoMs } = ask;
  const occurredAt = Math.min(...processes.map(({ clock }) => clock.nowMs)) - agoMs;
  const timeToLive = mode === 'reserve' ? { timeToLiveMs: 5 * MINUTE } : {};
  const asked = coffee({ employee, customer, mode, occurredAt, ...timeToLive });
  const answer = await process.books.execute('b', { type: 'DecideAct', asked }, by);
  if (answer.outcome !== 'recorded') return answer;
  if (answer.event.type === 'ActAccepted') made.push(answer.event.id);
  if (answer.event.type === 'ActHeld') held.push(answer.event.id);
  if (answer.event.type === 'ActReserved') reserved.push(answer.event.id);
  return answer;
}

/** Every decision of the stream, made again alone, is the one that is recorded. @returns what is recorded */
async function replayed(eventStore: EventStore): Promise<BookEvent[]> {
  const [verdict] = await verifyBooks({ eventStore, cacheFiles: [] });
  expect(verdict).not.toHaveProperty('difference');
  const events: BookEvent[] = [];
  for await (const batch of eventStore.read(streamOf('b'), 0)) events.push(...batch.map(decodeEvent));
  return events;
}
