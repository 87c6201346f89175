/**
 * The simulated chain's acts decided in process: the events that a service on a sandbox clock would have recorded,
 * without one. One in a hundred acts is reversed some days later, in part or whole.
 */
import type { ActBody } from '../../apps/cli/simulate/acts.ts';
import { simulatedActs } from '../../apps/cli/simulate/acts.ts';
import { type Chain, type ChainOptions, cafeChain } from '../../apps/cli/simulate/cafe-chain.ts';
import { CUT_OVER, instantOf } from '../../apps/cli/simulate/calendar.ts';
import { CATERING, MENU, UPGRADE } from '../../apps/cli/simulate/figures.ts';
import { Random } from '../../apps/cli/simulate/random.ts';
import { hashKey, timedId } from '../../libs/books/key-hash.ts';
import type { AskedAct } from '../../libs/domain/act/act.ts';
import type { Command } from '../../libs/domain/book/commands.ts';
import { type Context, decide } from '../../libs/domain/book/decide.ts';
import { Draft } from '../../libs/domain/book/draft.ts';
import type { ActAccepted, BookEvent } from '../../libs/domain/book/events.ts';
import { evolve } from '../../libs/domain/book/evolve.ts';
import { type BookState, initialState } from '../../libs/domain/book/state.ts';
import { checkPolicy } from '../../libs/domain/policy/check.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';
import { readDocument } from '../../libs/platform/located-document.ts';

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
  const history = new History(chain);
  const { reversed = 0.01 } = options;
  const random = Random.of(options.chain.seed, 'reversals');
  yield* history.open(options);
  const toReverse: { readonly at: number; readonly act: ActAccepted; readonly whole: boolean }[] = [];
  const { then } = options;
  const changeAt =
    then === undefined ? Number.POSITIVE_INFINITY : instantOf(then.on, '12:00', 'Europe/London');
  let changed = false;
  for (const { idempotencyKey, sentAt, body } of simulatedActs(chain)) {
    if (!changed && sentAt >= changeAt) {
      changed = true;
      yield* history.bringIntoForce(then!.policy, sentAt);
    }
    while (toReverse.length > 0 && toReverse[0]!.at <= sentAt) {
      const { act, whole } = toReverse.shift()!;
      const half = { costMinor: Math.floor(act.amounts.costMinor / 2) };
      const asked = whole || half.costMinor === 0 ? {} : half;
      yield* history.put({ type: 'ReverseAct', act: act.id, reason: 'wrong key', asked }, sentAt, act);
    }
    for (const event of history.put(
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

class History {
  readonly state: BookState = initialState(BOOK);
  readonly #chain: Chain;
  #nextKey = 0;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  *open({ policy, drafts = [], chain }: HistoryOptions): Generator<BookEvent> {
    const at = instantOf(chain.from, '00:00', 'Europe/London') - DAY_MS;
    yield* this.put(
      { type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } },
      at,
    );
    for (const { id, name, region, timeZone, staff } of this.#chain.stores) {
      const location = { name, region, timeZone, businessDayStartsAt: CUT_OVER };
      yield* this.put({ type: 'DefineLocation', id, location }, at);
      for (const { id: employee, roles, store } of staff) {
        yield* this.put(
          { type: 'DefineEmployee', id: employee, employee: { roles, homeLocation: store } },
          at,
        );
      }
    }
    for (const { sku, name, category, retailMinor, costMinor } of [...MENU, CATERING, UPGRADE]) {
      yield* this.put({ type: 'DefineItem', sku, item: { name, category, retailMinor, costMinor } }, at);
    }
    yield* this.bringIntoForce(policy, at);
    for (const draft of drafts) yield* this.#draft(draft, at);
  }

  *bringIntoForce(policy: Policy, at: number): Generator<BookEvent> {
    yield* this.#draft(policy, at);
    yield* this.put({ type: 'ActivatePolicy', version: this.state.policies.size }, at);
  }

  #draft(policy: Policy, at: number): Generator<BookEvent> {
    return this.put(
      { type: 'DraftPolicy', policy, source: { format: 'json', text: JSON.stringify(policy) } },
      at,
    );
  }

  /** Nothing where the command is refused. */
  *put(
    command: Command,
    recordedAt: number,
    act?: ActAccepted,
    key = `key-${this.#nextKey++}`,
  ): Generator<BookEvent> {
    const context: Context = {
      recordedAt,
      actor: 'till',
      roles: ['admin'],
      id: timedId(hashKey(BOOK, key), recordedAt),
      key,
      ...(act === undefined ? {} : { act }),
    };
    const decided = decide(new Draft(this.state), command, context);
    if (!('event' in decided)) return;
    evolve(this.state, decided.event, this.state.revision + 1);
    yield decided.event;
  }
}

function askedOf({ occurredAt, ...body }: ActBody): AskedAct {
  return { ...body, occurredAt: Date.parse(occurredAt) };
}
