/**
 * Reads recorded events for a comparison. The receipts of an act are most of its text and nearly always say that
 * everything was within its limits: such receipts are cut out before the text is parsed.
 */
import type { BookEvent } from '../domain/book/events.ts';
import { decodeEvent, STORED_TYPE } from '../events/codec.ts';
import { MemberMark } from './member-mark.ts';

const RECEIPTS = new MemberMark('guardrails', '[');
const AFTER_RECEIPTS = new MemberMark('recordedAt', '');
const LIST_ENDS = '],';
const BITTEN = /finding":"(?!within")/;

/**
 * An act comes without its receipts where none of them found anything.
 * @throws UnreadableEvent
 */
export function decodeRecorded(stored: { readonly type: string; readonly data: string }): BookEvent {
  return decodeEvent(stored.type === STORED_TYPE.ActAccepted ? withoutReceipts(stored) : stored);
}

function withoutReceipts(stored: { readonly type: string; readonly data: string }) {
  const { type, data } = stored;
  const from = RECEIPTS.valueIn(data);
  const end = AFTER_RECEIPTS.placeIn(data) - LIST_ENDS.length;
  if (from < 0 || end <= from || !data.startsWith(LIST_ENDS, end)) return stored;
  if (BITTEN.test(data.slice(from, end))) return stored;
  return { type, data: data.slice(0, from) + data.slice(end) };
}
