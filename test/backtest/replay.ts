/** Histories replayed from their stored form, as a backtest reads them. */
import { CounterfactualBook } from '../../libs/backtest/counterfactual.ts';
import { ActsToReverse } from '../../libs/backtest/kept-acts.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { initialState } from '../../libs/domain/book/state.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';
import { decodeEvent, encodeEvent } from '../../libs/events/codec.ts';

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

export function replay(book: string, events: readonly BookEvent[], version: number, policy: Policy): Replay {
  const reversed = new Set(events.flatMap((event) => (event.type === 'ActReversed' ? [event.act] : [])));
  const counterfactual = new CounterfactualBook(
    initialState(book),
    { version, policy },
    new ActsToReverse(reversed),
  );
  const became: string[] = [];
  const recorded: string[] = [];
  for (const event of events) {
    const one = counterfactual.take(decodeEvent(encodeEvent(event)));
    if (one.became !== 'decided' && one.became !== 'refused') continue;
    recorded.push(storedText(event));
    became.push(one.became === 'decided' ? storedText(one.event) : `refused ${one.code}`);
  }
  return { became, recorded };
}
