/**
 * Between the port's events and the client's. Data travels as bytes, not as the client's JSON: it would parse and
 * print it again, and change numbers and spaces on the way.
 */
import { randomUUID } from 'node:crypto';
import {
  type AllStreamRecordedEvent,
  type BinaryEventType,
  binaryEvent,
  type EventData,
} from '@eventstore/db-client';
import { EngineUnavailable, type EventToAppend, type StoredEvent } from '../event-store.ts';

/** The server reads it as what belongs together; on the first event of an append it tells which call it was. */
const APPEND_MARK = '$correlationId';
/** Beside it, for other processes that write to the stream: whose append it was, and of how many events. */
const APPENDED_BY = 'by';
const APPENDED_EVENTS = 'events';
/** What the marks of an append weigh, and then some. */
const MARKS_BYTES = 160;
/** This process, among those that write: they take turns. */
const BY = randomUUID().slice(0, 8);

/** As the client gives it, of any content type. */
export interface Recorded {
  readonly streamId: string;
  readonly id: string;
  readonly revision: bigint;
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly isJson: boolean;
  readonly position?: AllStreamRecordedEvent['position'];
}

/** @param mark of this append, kept with its first event */
export function toWrite(events: readonly EventToAppend[], mark: string): EventData<BinaryEventType>[] {
  return events.map(({ id, type, data }, i) =>
    binaryEvent({
      id,
      type,
      data: Buffer.from(data, 'utf8'),
      ...(i === 0 && {
        metadata: { [APPEND_MARK]: mark, [APPENDED_BY]: BY, [APPENDED_EVENTS]: events.length } as never,
      }),
    }),
  );
}

export function markOf(recorded: Recorded): string | undefined {
  const mark = (recorded.metadata as Record<string, unknown> | undefined)?.[APPEND_MARK];
  return typeof mark === 'string' ? mark : undefined;
}

function appendOf(recorded: Recorded): StoredEvent['append'] {
  // Of any shape, when others wrote it.
  const metadata = (recorded.metadata ?? {}) as Record<string, unknown>;
  const { [APPENDED_BY]: by, [APPENDED_EVENTS]: events } = metadata;
  return typeof by === 'string' && Number.isSafeInteger(events)
    ? { by, events: events as number }
    : undefined;
}

/** As the server counts an append: data, metadata, and the type in two bytes a character. */
export function sizeToWrite(events: readonly EventToAppend[]): number {
  let bytes = MARKS_BYTES;
  for (const { type, data } of events) bytes += Buffer.byteLength(data, 'utf8') + 2 * type.length;
  return bytes;
}

/** A position that is not known comes as the highest there is. */
const NO_POSITION = 2n ** 63n;

export function fromRead(recorded: Recorded): StoredEvent {
  const { streamId, id, revision, type, data, isJson, position } = recorded;
  if (position === undefined || position.commit >= NO_POSITION) {
    throw new EngineUnavailable(
      'This EventStoreDB does not tell positions in a stream: the ledger needs version 22.10 or later.',
      { nothingWritten: true },
    );
  }
  const append = appendOf(recorded);
  return {
    stream: streamId,
    revision: Number(revision),
    global: position.commit,
    id,
    type,
    // JSON that others wrote into the store has been parsed by the client.
    data: isJson ? JSON.stringify(data) : Buffer.from(data as Uint8Array).toString('utf8'),
    ...(append === undefined ? {} : { append }),
  };
}
