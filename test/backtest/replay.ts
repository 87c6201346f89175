/** Histories replayed from their stored form, as a backtest reads them. */
import { CounterfactualBook } from '../../libs/backtest/counterfactual.ts';
import { ActsToReverse } from '../../libs/backtest/kept-acts.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { initialState } from '../../libs/domain/book/state.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';
import { decodeEvent, encodeEvent } from '../../libs/events/codec.ts';
import { pack } from '../../libs/packed/pack.ts';
import { DirectoryNames, unpack } from '../../libs/packed/unpack.ts';
import { BLOCK } from '../../libs/views/history/history.view.ts';

/** What an event is in the ledger: two are the same when these are. */
export function storedText(event: BookEvent): string {
  const { type, data } = encodeEvent(event);
  return `${type} ${data}`;
}

export interface Replay {
  /** Of every act and reversal, what it became; `refused <code>` where nothing. */
  readonly became: readonly string[];
  /** The same, as recorded. */
  readonly recorded: readonly string[];
}

/** As the ledger gives them back. */
function decoded(events: readonly BookEvent[]): BookEvent[] {
  return events.map((event) => decodeEvent(encodeEvent(event)));
}

/** As the view of the history gives them back. */
export function packedAndBack(events: readonly BookEvent[]): BookEvent[] {
  const directory = new DirectoryNames();
  const read: BookEvent[] = [];
  for (let at = 0; at < events.length; at += BLOCK) {
    read.push(...unpack(pack(events.slice(at, at + BLOCK)), directory));
  }
  return read;
}

/** Without the key it was asked for with, which no report tells of and which is not packed. */
export function withoutKey(text: string): string {
  return text.replace(/,"key":"[^"]*"/, '');
}

export function replay(
  book: string,
  events: readonly BookEvent[],
  version: number,
  policy: Policy,
  read = decoded,
): Replay {
  const reversed = new Set(events.flatMap((event) => (event.type === 'ActReversed' ? [event.act] : [])));
  const counterfactual = new CounterfactualBook(
    initialState(book),
    { version, policy },
    new ActsToReverse(reversed),
  );
  const became: string[] = [];
  const recorded: string[] = [];
  for (const [i, event] of read(events).entries()) {
    const one = counterfactual.take(event);
    if (one.became !== 'decided' && one.became !== 'refused') continue;
    recorded.push(storedText(events[i]!));
    became.push(one.became === 'decided' ? storedText(one.event) : `refused ${one.code}`);
  }
  return { became, recorded };
}
