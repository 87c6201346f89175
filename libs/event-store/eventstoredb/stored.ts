/**
 * Between the port's events and the client's. Data travels as bytes, not as the client's JSON: it would parse and
 * print it again, and change numbers and spaces on the way.
 */
import {
  type AllStreamRecordedEvent,
  type BinaryEventType,
  binaryEvent,
  type EventData,
} from '@eventstore/db-client';
import { EngineUnavailable, type EventToAppend, type StoredEvent } from '../event-store.ts';

/** The server reads it as what belongs together; on the first event of an append it tells whose append it was. */
const APPEND_MARK = '$correlationId';

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
      ...(i === 0 && { metadata: { [APPEND_MARK]: mark } as never }),
    }),
  );
}

export function markOf(recorded: Recorded): string | undefined {
  const mark = (recorded.metadata as Record<string, unknown> | undefined)?.[APPEND_MARK];
  return typeof mark === 'string' ? mark : undefined;
}

/** As the server counts an append: data, metadata, and the type in two bytes a character. */
export function sizeToWrite(events: readonly EventToAppend[]): number {
  let bytes = 80;
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
  return {
    stream: streamId,
    revision: Number(revision),
    global: position.commit,
    id,
    type,
    // JSON that others wrote into the store has been parsed by the client.
    data: isJson ? JSON.stringify(data) : Buffer.from(data as Uint8Array).toString('utf8'),
  };
}
