/**
 * Aim: a history is the same wherever it is read: packed as far as that reaches, and from the ledger where the packed form
 * ends, is missing, or cannot be read.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BookEvent } from '../domain/book/events.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { encodeEvent } from '../events/codec.ts';
import { pack } from '../packed/pack.ts';
import { unpack } from '../packed/unpack.ts';
import type { Foreseen } from './foresee.ts';
import { histories, opened, played, policies } from './histories.fixture.ts';
import type { HistoryReader, PackedHistory } from './history-reader.ts';
import { RecordedHistory } from './recorded-history.ts';
import { type BacktestRequest, runBacktest } from './run-backtest.ts';
import { ThreadPressure } from './thread-pressure.ts';

const BOOK = 'the book';
const AT_EASE = new ThreadPressure({ ratio: Number.POSITIVE_INFINITY });

interface Ledger extends Pick<EventStore, 'read'> {
  /** How many events were read of it. */
  taken: number;
}

function ledgerOf(events: readonly BookEvent[]): Ledger & EventStore {
  const ledger = {
    taken: 0,
    async *read(stream: string, from: number, { to = events.length - 1, maxBatch = 7 } = {}) {
      for (let at = from; at <= Math.min(to, events.length - 1); at += maxBatch) {
        const batch = events.slice(at, Math.min(at + maxBatch, to + 1));
        ledger.taken += batch.length;
        yield batch.map((event, i): StoredEvent => {
          const revision = at + i;
          return { stream, revision, global: BigInt(revision), id: `${revision}`, ...encodeEvent(event) };
        });
      }
    },
  };
  return ledger as unknown as Ledger & EventStore;
}

/** @param reach how many events are packed; @param broken the number of a block that cannot be read */
function packedOf(events: readonly BookEvent[], size: number, reach: number, broken = -1): PackedHistory {
  return {
    at(position) {
      if (position >= reach) return undefined;
      const first = position - (position % size);
      const packed = pack(events.slice(first, Math.min(first + size, reach)));
      if (first / size !== broken) return { first, packed };
      if (broken % 2 === 0) throw new Error('no such table');
      return { first, packed: { ...packed, texts: '{' } };
    },
  };
}

function bytesOf({ parts: { mentions } }: Foreseen): Buffer {
  return mentions === undefined ? Buffer.alloc(0) : Buffer.from(mentions.buffer);
}

const shapes = fc.record({
  size: fc.integer({ min: 1, max: 40 }),
  reach: fc.double({ min: 0, max: 1, noNaN: true }),
  broken: fc.integer({ min: -1, max: 6 }),
});

describe('a history that is packed in part', () => {
  it('gives the report that the ledger alone gives, and what is packed is not read again', () =>
    fc.assert(
      fc.asyncProperty(policies, histories(true), shapes, async (policy, steps, { size, reach, broken }) => {
        const { events } = played(opened(policy), steps);
        const document = events.findIndex(({ type }) => type === 'PolicyDrafted');
        const request: BacktestRequest = {
          book: BOOK,
          version: 1,
          document,
          // What came after it changes nothing.
          position: Math.max(document, events.length - 4),
        };
        const packed = packedOf(events, size, Math.floor(reach * (events.length + 1)), broken);
        const alone = await runBacktest({ eventStore: ledgerOf(events), request, foreseesBeyond: 0 });
        const eventStore = ledgerOf(events);
        const report = await runBacktest({ eventStore, request, foreseesBeyond: 0, packed });
        expect(JSON.stringify(report)).toBe(JSON.stringify(alone));
        const whole = ledgerOf(events);
        await runBacktest({
          eventStore: whole,
          request,
          foreseesBeyond: 0,
          packed: packedOf(events, size, events.length),
        });
        // Its document alone.
        expect(whole.taken).toBe(1);
      }),
      { numRuns: 60 },
    ));

  it('foresees what the ledger says of it, up to the position and no further', () =>
    fc.assert(
      fc.asyncProperty(policies, histories(true), shapes, async (policy, steps, { size, reach, broken }) => {
        const { events } = played(opened(policy), steps);
        const to = Math.floor((events.length * 2) / 3);
        const names = ['customer', 'incident', 'campaign', 'shift'] as const;
        const eventStore = ledgerOf(events);
        const packed = packedOf(events, size, Math.floor(reach * (events.length + 1)), broken);
        const [one, other] = await Promise.all(
          [packed, undefined].map((part) =>
            new RecordedHistory({ eventStore, book: BOOK, packed: part }).foresee(to, names, AT_EASE),
          ),
        );
        expect(one!.lastOnDay).toEqual(other!.lastOnDay);
        expect(Buffer.compare(bytesOf(one!), bytesOf(other!))).toBe(0);
      }),
      { numRuns: 30 },
    ));

  it('has much of it read elsewhere, and little here', async () => {
    const location = { timeZone: 'Europe/London', businessDayStartsAt: '04:00' };
    const events = Array.from(
      { length: 30_000 },
      (_, i): BookEvent => ({
        type: 'LocationDefined',
        id: `l-${i}`,
        location,
        recordedAt: i,
        actor: 'olga',
      }),
    );
    const asked: unknown[] = [];
    const reader: HistoryReader = {
      foresee: async ({ from, to }) => {
        asked.push(['foresee', from, to]);
        return { lastOnDay: new Map(), mentions: undefined };
      },
      async *read(_, from, to) {
        asked.push(['read', from, to]);
        yield { first: from, events: events.slice(from, to + 1) };
      },
    };
    for (const reach of [1_024, 25_000]) {
      const eventStore = ledgerOf(events);
      const parts = { eventStore, book: BOOK, packed: packedOf(events, 1_024, reach), reader: () => reader };
      const history = new RecordedHistory(parts);
      await history.foresee(29_999, [], AT_EASE);
      const read: BookEvent[] = [];
      for await (const batch of history.read(29_999)) {
        expect(batch.first).toBe(read.length);
        read.push(...batch.events);
      }
      expect(read).toEqual(unpack(pack(events)));
    }
    expect(asked).toEqual([
      ['foresee', 15_512, 29_999],
      ['read', 1_024, 29_999],
    ]);
  });
});
