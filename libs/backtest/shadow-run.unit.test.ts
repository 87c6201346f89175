/** Aim: a shadow of a long book keeps out of the way while it begins, as it does while it runs. */
import { describe, expect, it } from '@jest/globals';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { encodeEvent } from '../events/codec.ts';
import { opened, START } from './histories.fixture.ts';
import { ShadowRun } from './shadow-run.ts';
import { ThreadPressure } from './thread-pressure.ts';

const EVENTS_READ_AT_ONCE = 10;

class CountingPressure extends ThreadPressure {
  pieces = 0;

  override async end(): Promise<void> {
    this.pieces++;
    await super.end();
  }
}

describe('a shadow that begins', () => {
  it('gives way after every piece of the history before it', async () => {
    const policy = { currency: 'GBP', uncovered: 'allow', rules: [], limits: [] } as const;
    const book = opened(policy);
    for (let i = 0; i < 95; i++) {
      const location = { timeZone: 'Europe/London', businessDayStartsAt: '04:00' };
      book.tell({ type: 'DefineLocation', id: `l-${i}`, location }, { recordedAt: START + i, id: `l-${i}` });
    }
    const source = { format: 'json', text: '{}' } as const;
    book.tell({ type: 'DraftPolicy', policy, source }, { recordedAt: START + 100, id: 'draft' });
    book.tell({ type: 'StartShadow', version: 2 }, { recordedAt: START + 101, id: 'shadow' });
    const position = book.events.length - 1;
    const eventStore = {
      async *read(stream: string, from: number, { to = position } = {}) {
        for (let at = from; at <= to; at += EVENTS_READ_AT_ONCE) {
          const batch = book.events.slice(at, Math.min(at + EVENTS_READ_AT_ONCE, to + 1));
          yield batch.map((event, i): StoredEvent => {
            const revision = at + i;
            return { stream, revision, global: BigInt(revision), id: '', ...encodeEvent(event) };
          });
        }
      },
    } as unknown as EventStore;
    const pressure = new CountingPressure({ ratio: Number.POSITIVE_INFINITY });
    const kept = {
      keep: () => {},
      settle: () => {},
      find: () => undefined,
      forget: () => {},
      drop: () => {},
    };
    const document = book.events.findLastIndex(({ type }) => type === 'PolicyDrafted');
    const spec = { version: 2, document, position };
    const { signal } = new AbortController();
    const run = await ShadowRun.begin(eventStore, 'the book', spec, kept, pressure, signal);
    expect(run.position).toBe(position);
    expect(pressure.pieces).toBe(Math.ceil((position + 1) / EVENTS_READ_AT_ONCE));
  });
});
