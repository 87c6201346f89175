/**
 * What a ledger holds, in SHA-256: of a stream over the lines `[revision,id,type,data]` of its events, of a ledger
 * over the lines `[stream,events,sha256]` of its streams in the order of their names' UTF-8 bytes. Lines are JSON
 * as `JSON.stringify` prints it, in UTF-8, each ended by a line feed: anybody can compute them again.
 */
import { createHash } from 'node:crypto';
import type { EventStore, StoredEvent } from '../../../libs/event-store/event-store.ts';
import { CommandFailure } from '../failure.ts';
import { type Patience, readPatiently } from './patience.ts';

export interface DigestedStream {
  readonly stream: string;
  readonly events: number;
  readonly sha256: string;
}

export interface DigestedLedger {
  readonly streams: readonly DigestedStream[];
  readonly events: number;
  readonly sha256: string;
}

export class StreamDigest {
  readonly #hash = createHash('sha256');
  #events = 0;

  /** The next events of the stream. @throws CommandFailure where one is missing before them */
  add(events: readonly StoredEvent[]): void {
    let lines = '';
    for (const { stream, revision, id, type, data } of events) {
      if (revision !== this.#events) {
        throw new CommandFailure(
          `The stream ${JSON.stringify(stream)} has no event ${this.#events}: after ${this.#events - 1} comes ${revision}.`,
          { advice: 'Run `goodwill verify` on it: a ledger with gaps is not copied.' },
        );
      }
      lines += `${JSON.stringify([revision, id, type, data])}\n`;
      this.#events++;
    }
    this.#hash.update(lines);
  }

  of(stream: string): DigestedStream {
    return { stream, events: this.#events, sha256: this.#hash.copy().digest('hex') };
  }
}

export function inOrder(streams: readonly string[]): string[] {
  return [...streams].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** @param streams in order */
export function digestOf(streams: readonly DigestedStream[]): DigestedLedger {
  const hash = createHash('sha256');
  let all = 0;
  for (const { stream, events, sha256 } of streams) {
    hash.update(`${JSON.stringify([stream, events, sha256])}\n`);
    all += events;
  }
  return { streams, events: all, sha256: hash.digest('hex') };
}

/** `10257 events in 1 stream, sha256 …` */
export function describeLedger({ events, streams, sha256 }: DigestedLedger): string {
  const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `${counted(events, 'event')} in ${counted(streams.length, 'stream')}, sha256 ${sha256}`;
}

/** Of the first events of a stream, `head + 1` of them. */
export async function digestStream(
  store: EventStore,
  stream: string,
  head: number,
  patience: Patience,
  onEvents: (count: number) => void = () => {},
): Promise<DigestedStream> {
  const digest = new StreamDigest();
  for await (const batch of readPatiently(store, stream, { from: 0, to: head }, patience)) {
    digest.add(batch);
    onEvents(batch.length);
  }
  return digest.of(stream);
}
