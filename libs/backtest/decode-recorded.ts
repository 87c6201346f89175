/**
 * Reads recorded events for a comparison. The receipts of an act are most of its text and nearly always say that
 * everything was within its limits: such receipts are cut out before the text is parsed.
 */
import type { BookEvent } from '../domain/book/events.ts';
import type { StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent, STORED_TYPE } from '../events/codec.ts';

const RECEIPTS = ',"guardrails":[';
const AFTER_RECEIPTS = '],"recordedAt":';
const BITTEN = /"finding":"(?!within")/;

/** Stored names whose data is today's shape but for the type, which is the event's first member. */
const HEADS: ReadonlyMap<string, string> = new Map(
  Object.entries(STORED_TYPE).map(([type, stored]) => [stored, `{"type":"${type}",`]),
);

/**
 * The event as JSON, an act without its receipts where none of them found anything.
 *
 * Both marks can only stand where the members do: inside a text of JSON a quotation mark has a backslash before it, so
 * neither can be part of one. Where they are not found, nothing is cut.
 * @throws UnreadableEvent
 */
function recordedText(stored: { readonly type: string; readonly data: string }): string {
  const { type, data } = stored;
  const head = HEADS.get(type);
  if (head === undefined || !data.startsWith('{"')) return JSON.stringify(decodeEvent(stored));
  if (type === STORED_TYPE.ActAccepted) {
    const from = data.indexOf(RECEIPTS);
    const to = data.lastIndexOf(AFTER_RECEIPTS);
    if (from > 0 && to > from && !BITTEN.test(data.slice(from, to))) {
      return `${head}${data.slice(1, from + RECEIPTS.length)}${data.slice(to)}`;
    }
  }
  return head + data.slice(1);
}

/** As `parseBatch` reads it: one text is cheaper to parse, and to hand to another thread, than many. */
export function batchText(batch: readonly StoredEvent[]): string {
  return `[${batch.map(recordedText).join(',')}]`;
}

/** @throws SyntaxError */
export function parseBatch(text: string): readonly BookEvent[] {
  return JSON.parse(text) as BookEvent[];
}

/** @throws UnreadableEvent */
export function decodeBatch(batch: readonly StoredEvent[]): readonly BookEvent[] {
  try {
    return parseBatch(batchText(batch));
  } catch {
    // One by one: the one that cannot be read says so.
    return batch.map(decodeEvent);
  }
}

/** @throws UnreadableEvent */
export function decodeRecorded(stored: { readonly type: string; readonly data: string }): BookEvent {
  return JSON.parse(recordedText(stored)) as BookEvent;
}
