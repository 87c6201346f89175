/** Bounded reads: each is one call with its own deadline, whole in memory before anybody sees it. */
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  type Position,
  type ReadPosition,
  START,
} from '@eventstore/db-client';
import { NO_STREAM } from '../event-store.ts';
import type { CallOptions } from './call-options.ts';
import { failureOf, NoAnswer } from './failures.ts';
import type { Recorded } from './stored.ts';

/** A page ends early when it has come to so many bytes. */
const PAGE_BYTES = 8 * 1024 * 1024;

interface Source {
  on(what: 'data', listener: (resolved: { readonly event?: unknown }) => void): this;
  on(what: 'end' | 'close', listener: () => void): this;
  on(what: 'error', listener: (error: Error) => void): this;
  cancel(): Promise<void>;
  destroy(): unknown;
}

export interface Page {
  readonly events: readonly Recorded[];
  /** True when the page has all that was asked for, or was ended early by us: more may follow. */
  readonly full: boolean;
}

function collect(source: Source, count: number, withinMs: number): Promise<Page> {
  return new Promise((resolve, reject) => {
    const events: Recorded[] = [];
    let bytes = 0;
    let settled = false;
    const settle = (end: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      end();
      // Also when all is well: the client leaves a stream that ended early open.
      source.cancel().catch(() => undefined);
      source.destroy();
    };
    const timer = setTimeout(
      () => settle(() => reject(new NoAnswer(`no answer within ${Math.round(withinMs)} ms`))),
      withinMs,
    );
    source.on('data', ({ event }) => {
      if (settled || event === undefined) return;
      const recorded = event as Recorded;
      events.push(recorded);
      bytes += recorded.data instanceof Uint8Array ? recorded.data.length : 1_024;
      if (bytes >= PAGE_BYTES || events.length >= count) settle(() => resolve({ events, full: true }));
    });
    source.on('end', () => settle(() => resolve({ events, full: false })));
    // Stays on: the client may tell of its cancellation later.
    source.on('error', (error) => settle(() => reject(error)));
  });
}

/** Events of a stream from a revision on. A stream that is not there has none. */
export async function pageOfStream(
  client: EventStoreDBClient,
  stream: string,
  from: number,
  count: number,
  options: CallOptions,
  deadlineMs: number,
): Promise<Page> {
  const source = client.readStream(stream, {
    ...options,
    direction: FORWARDS,
    fromRevision: from === 0 ? START : BigInt(from),
    maxCount: count,
  });
  return await orMissing(collect(source as unknown as Source, count, deadlineMs));
}

export async function headOfStream(
  client: EventStoreDBClient,
  stream: string,
  options: CallOptions,
  deadlineMs: number,
): Promise<number> {
  const source = client.readStream(stream, {
    ...options,
    direction: BACKWARDS,
    fromRevision: END,
    maxCount: 1,
  });
  const { events } = await orMissing(collect(source as unknown as Source, 1, deadlineMs));
  return events[0] === undefined ? NO_STREAM : Number(events[0].revision);
}

/** Events of all streams from a position on, the one that stands there included. */
export async function pageOfAll(
  client: EventStoreDBClient,
  from: Position | undefined,
  count: number,
  options: CallOptions,
  deadlineMs: number,
): Promise<Page> {
  const fromPosition: ReadPosition = from ?? START;
  const source = client.readAll({ ...options, direction: FORWARDS, fromPosition, maxCount: count });
  return await collect(source as unknown as Source, count, deadlineMs);
}

/** The position of the newest event of the engine, its own included. */
export async function tailOfAll(
  client: EventStoreDBClient,
  options: CallOptions,
  deadlineMs: number,
): Promise<bigint> {
  const source = client.readAll({ ...options, direction: BACKWARDS, fromPosition: END, maxCount: 1 });
  const { events } = await collect(source as unknown as Source, 1, deadlineMs);
  return events[0]?.position?.commit ?? 0n;
}

async function orMissing(page: Promise<Page>): Promise<Page> {
  try {
    return await page;
  } catch (error) {
    if (failureOf(error) === 'missing') return { events: [], full: false };
    throw error;
  }
}
