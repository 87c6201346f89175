/**
 * Aim: an append whose answer is lost is never doubled and never told to be a conflict, whatever is lost when. Schedules
 * of faults are drawn from a seed; a failure prints it, and GOODWILL_TEST_SEED runs that one again.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Kind, seeded, UNKNOWN_FATE } from '../../../test/stand-in/faults.ts';
import { type StandIn, startStandIn } from '../../../test/stand-in/start.ts';
import { eventsOf } from '../event-store.conformance.ts';
import { EngineUnavailable, type EventToAppend, NO_STREAM } from '../event-store.ts';
import { EventStoreDbEventStore } from './eventstoredb-event-store.ts';

const KINDS: readonly Kind[] = [...UNKNOWN_FATE, 'conflict-after'];
const SEEDS =
  process.env.GOODWILL_TEST_SEED === undefined
    ? Array.from({ length: 6 }, () => Math.floor(Math.random() * 2 ** 31))
    : [Number(process.env.GOODWILL_TEST_SEED)];

let standIn: StandIn;
const stores: EventStoreDbEventStore[] = [];
const open = (): EventStoreDbEventStore => {
  const store = new EventStoreDbEventStore({
    connectionString: standIn.connectionString,
    timing: { attemptMs: 250, totalMs: 1_500 },
  });
  stores.push(store);
  return store;
};
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await standIn.stop();
});

async function disturb(random: () => number): Promise<void> {
  for (const kind of KINDS) {
    await standIn.control.fault({ method: 'append', kind, chance: 0.08, times: 10_000, delayMs: 400 });
  }
  const reads = ['drop-before', 'hang-before', 'unavailable-before', 'end', 'cut'] as const;
  const kind = reads[Math.floor(random() * reads.length)]!;
  await standIn.control.fault({ method: 'read', kind, chance: 0.05, times: 10_000 });
}

/** As callers do: the same append again until it is known what became of it. */
async function appendUntilKnown(
  store: EventStoreDbEventStore,
  stream: string,
  events: readonly EventToAppend[],
  expected: number,
): Promise<{ ok: boolean; revision: number }> {
  for (let i = 0; i < 50; i++) {
    try {
      const result = await store.append(stream, events, expected);
      return { ok: result.ok, revision: result.ok ? result.revision : result.actual };
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
  throw new Error('The fate of an append stays unknown.');
}

describe('appends whose answers are lost', () => {
  it.each(SEEDS)(
    'of one writer are there once each, none a conflict (GOODWILL_TEST_SEED=%i)',
    async (seed) => {
      const random = seeded(seed);
      standIn = await startStandIn({ nodes: 3, seed });
      await disturb(random);
      const store = open();
      const ids: string[] = [];
      for (let i = 0; i < 25; i++) {
        if (random() < 0.2) await standIn.control.setLeader(Math.floor(random() * 3));
        if (random() < 0.1) await standIn.control.cut();
        const events = eventsOf(1 + Math.floor(random() * 4));
        const expected = ids.length - 1;
        const result = await appendUntilKnown(store, 'book-a', events, expected);
        expect(result).toEqual({ ok: true, revision: expected + events.length });
        ids.push(...events.map(({ id }) => id));
      }
      expect(await standIn.control.ids('book-a')).toEqual(ids);
    },
    120_000,
  );

  it.each(SEEDS.slice(0, 3))(
    'of three writers that race are there once each, and what was told a conflict is not (GOODWILL_TEST_SEED=%i)',
    async (seed) => {
      const random = seeded(seed);
      standIn = await startStandIn({ nodes: 3, seed });
      await disturb(random);
      const won = new Map<number, string>();
      const lost: string[] = [];
      const write = async (store: EventStoreDbEventStore): Promise<void> => {
        let expected = NO_STREAM;
        for (let i = 0; i < 8; ) {
          const events = eventsOf(2);
          const { ok, revision } = await appendUntilKnown(store, 'book-a', events, expected);
          expected = revision;
          if (!ok) {
            lost.push(...events.map(({ id }) => id));
            continue;
          }
          for (const [k, { id }] of events.entries()) {
            const at = revision - 1 + k;
            expect(won.has(at)).toBe(false);
            won.set(at, id);
          }
          i += 1;
        }
      };
      await Promise.all([write(open()), write(open()), write(open())]);
      const there = await standIn.control.ids('book-a');
      expect(there).toEqual(Array.from({ length: 48 }, (_, i) => won.get(i)));
      expect(lost.filter((id) => there.includes(id))).toEqual([]);
    },
    120_000,
  );
});
