/**
 * Aim: whatever the interleaving of requests, reversals and policy changes in two processes, every reply equals
 * what a single thread decides that replays the stream position by position.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ADMIN } from '../domain/access/access.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActAccepted, ActDeclined, BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';
import type { Limit } from '../domain/policy/policy.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import type { Answer } from './answers.ts';
import { coffee, furnish, openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { streamOf } from './stream-of.ts';

/** Asks in flight at once. */
const WAVE = 24;
/** Acts accepted so far, the latest last. */
const made: string[] = [];
let reversals = 0;

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
    allow: fc.record({ count: fc.integer({ min: 1, max: 25 }) }),
    beyond: fc.constantFrom('warn' as const, 'decline' as const, 'decline' as const),
  }),
  { minLength: 1, maxLength: 3 },
);

type Ask =
  | {
      readonly do: 'act';
      readonly process: number;
      readonly employee: string;
      readonly customer: string;
      readonly mode: 'request' | 'record';
      readonly agoMs: number;
    }
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
        mode: fc.constantFrom('request' as const, 'request' as const, 'record' as const),
        agoMs: fc.nat(900_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('reverse' as const), process: fc.nat(1), which: fc.nat(5) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('policy' as const), process: fc.nat(1), limits }) },
  ),
  { minLength: 60, maxLength: 160 },
);

const named = (all: readonly Limit[]) => policyOf(all.map((limit, i) => ({ ...limit, id: `limit-${i}` })));

describe('two processes on one book', () => {
  it('answer as one thread would that replays the stream', async () => {
    await fc.assert(
      fc.asyncProperty(limits, asks, async (first, history) => {
        const folder = temporaryFolder();
        const processes = [await openBooks(folder.path, 0), await openBooks(folder.path, 1)];
        try {
          await furnish(processes[0]!.books, 'b', named(first), EMPLOYEES);
          made.length = 0;
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
          reversals += answers.filter(
            (answer) => answer?.outcome === 'recorded' && answer.event.type === 'ActReversed',
          ).length;
          const events = await replayed(processes[0]!.eventStore);
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
    expect(reversals).toBeGreaterThan(0);
  }, 120_000);
});

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
  if (ask.do === 'reverse') {
    const act = made[made.length - 1 - ask.which];
    if (act === undefined) return undefined;
    return process.books.execute('b', { type: 'ReverseAct', act, reason: 'r', asked: { count: 1 } }, by);
  }
  const { employee, customer, mode, agoMs } = ask;
  const occurredAt = processes[0]!.clock.nowMs - agoMs;
  const asked = coffee({ employee, customer, mode, occurredAt });
  const answer = await process.books.execute('b', { type: 'DecideAct', asked }, by);
  if (answer.outcome === 'recorded' && answer.event.type === 'ActAccepted') made.push(answer.event.id);
  return answer;
}

/** Decides every act and reversal of the stream again, alone, and expects the very same events. */
async function replayed(eventStore: EventStore): Promise<BookEvent[]> {
  const state = initialState('b');
  const events: BookEvent[] = [];
  const acts = new Map<string, ActAccepted | ActDeclined>();
  for await (const batch of eventStore.read(streamOf('b'), 0)) {
    for (const stored of batch) {
      const event = decodeEvent(stored);
      const { recordedAt, actor, key } = event;
      if (event.type === 'ActAccepted' || event.type === 'ActDeclined') {
        const context = {
          recordedAt,
          actor,
          roles: ADMIN.roles,
          id: event.id,
          ...(key === undefined ? {} : { key }),
        };
        expect(decide(new Draft(state), { type: 'DecideAct', asked: event.asked }, context)).toEqual({
          event,
        });
        acts.set(event.id, event);
      } else if (event.type === 'ActReversed') {
        const { act, reason, asked } = event;
        const context = {
          recordedAt,
          actor,
          roles: ADMIN.roles,
          id: event.id,
          act: { decided: acts.get(act)! },
          ...(key === undefined ? {} : { key }),
        };
        expect(decide(new Draft(state), { type: 'ReverseAct', act, reason, asked }, context)).toEqual({
          event,
        });
      }
      evolve(state, event, stored.revision);
      events.push(event);
    }
  }
  return events;
}
