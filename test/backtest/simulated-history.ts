/**
 * The simulated chain's acts decided in process: the events that a service on a sandbox clock would have recorded,
 * without one. One in a hundred acts is reversed some days later, in part or whole.
 */
import { simulatedActs } from '../../apps/cli/simulate/acts.ts';
import type { ActBody } from '../../apps/cli/simulate/bodies.ts';
import { type Chain, type ChainOptions, cafeChain } from '../../apps/cli/simulate/cafe-chain.ts';
import { CUT_OVER, instantOf } from '../../apps/cli/simulate/calendar.ts';
import { CATERING, MENU, UPGRADE } from '../../apps/cli/simulate/figures.ts';
import type { AskedAct } from '../../libs/domain/act/act.ts';
import type { ActAccepted, BookEvent } from '../../libs/domain/book/events.ts';
import { checkPolicy } from '../../libs/domain/policy/check.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';
import { readDocument } from '../../libs/platform/located-document.ts';
import { Random } from '../../libs/statistics/random.ts';
import { BookInProcess } from './book-in-process.ts';

export const BOOK = 'cafes';
const DAY_MS = 86_400_000;

export interface HistoryOptions {
  readonly chain: ChainOptions;
  /** In force from before the first act. */
  readonly policy: Policy;
  /** Drafted at the start and never in force. */
  readonly drafts?: readonly Policy[];
  /** In force from the first act of that business day on. */
  readonly then?: { readonly on: string; readonly policy: Policy };
  /** Share of accepted acts that are reversed. */
  readonly reversed?: number;
}

export function policyOf(text: string): Policy {
  const document = readDocument(text, 'yaml');
  if (!document.ok) throw new Error(JSON.stringify(document.problems));
  const checked = checkPolicy(document.value, { currency: 'GBP' });
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes));
  return checked.policy;
}

export function* simulatedHistory(options: HistoryOptions): Generator<BookEvent> {
  const chain = cafeChain(options.chain);
  const book = new BookInProcess(BOOK);
  const { reversed = 0.01 } = options;
  const random = Random.of(options.chain.seed, 'reversals');
  yield* open(book, chain, options);
  const toReverse: { readonly at: number; readonly act: ActAccepted; readonly whole: boolean }[] = [];
  const { then } = options;
  const changeAt =
    then === undefined ? Number.POSITIVE_INFINITY : instantOf(then.on, '12:00', 'Europe/London');
  let changed = false;
  for (const { idempotencyKey, sentAt, body } of simulatedActs(chain)) {
    if (!changed && sentAt >= changeAt) {
      changed = true;
      yield* book.bringIntoForce(then!.policy, sentAt);
    }
    while (toReverse.length > 0 && toReverse[0]!.at <= sentAt) {
      const { act, whole } = toReverse.shift()!;
      const half = { costMinor: Math.floor(act.amounts.costMinor / 2) };
      const asked = whole || half.costMinor === 0 ? {} : half;
      yield* book.put({ type: 'ReverseAct', act: act.id, reason: 'wrong key', asked }, sentAt, act);
    }
    for (const event of book.put(
      { type: 'DecideAct', asked: askedOf(body) },
      sentAt,
      undefined,
      idempotencyKey,
    )) {
      yield event;
      if (event.type === 'ActAccepted' && random.chance(reversed)) {
        const at = sentAt + Math.round(random.unit() * 5 * DAY_MS);
        toReverse.push({ at, act: event, whole: random.chance(0.6) });
        toReverse.sort((one, other) => one.at - other.at);
      }
    }
  }
}

function* open(
  book: BookInProcess,
  chain: Chain,
  { policy, drafts = [] }: HistoryOptions,
): Generator<BookEvent> {
  const at = instantOf(chain.options.from, '00:00', 'Europe/London') - DAY_MS;
  yield* book.put(
    { type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } },
    at,
  );
  for (const { id, name, region, timeZone, staff } of chain.stores) {
    const location = { name, region, timeZone, businessDayStartsAt: CUT_OVER };
    yield* book.put({ type: 'DefineLocation', id, location }, at);
    for (const { id: employee, roles, store } of staff) {
      yield* book.put({ type: 'DefineEmployee', id: employee, employee: { roles, homeLocation: store } }, at);
    }
  }
  for (const { sku, name, category, retailMinor, costMinor } of [...MENU, CATERING, UPGRADE]) {
    yield* book.put({ type: 'DefineItem', sku, item: { name, category, retailMinor, costMinor } }, at);
  }
  yield* book.bringIntoForce(policy, at);
  for (const draft of drafts) yield* book.draft(draft, at);
}

function askedOf({ occurredAt, ...body }: ActBody): AskedAct {
  return { ...body, occurredAt: Date.parse(occurredAt) };
}
