/**
 * The simulated chain's facts decided in process: the events that a service would have recorded, without one. For
 * examining what is measured against what was planted, in many books.
 */
import type { SimulatedFact } from '../../apps/cli/simulate/bodies.ts';
import { type Chain, type ChainOptions, cafeChain } from '../../apps/cli/simulate/cafe-chain.ts';
import { CUT_OVER, instantOf } from '../../apps/cli/simulate/calendar.ts';
import { type Effects, withEffects } from '../../apps/cli/simulate/effects.ts';
import { simulatedFacts } from '../../apps/cli/simulate/facts.ts';
import { CATERING, MENU, UPGRADE } from '../../apps/cli/simulate/figures.ts';
import { type Truth, truthOf } from '../../apps/cli/simulate/truth.ts';
import type { Command } from '../../libs/domain/book/commands.ts';
import { decide } from '../../libs/domain/book/decide.ts';
import { Draft } from '../../libs/domain/book/draft.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { evolve } from '../../libs/domain/book/evolve.ts';
import { type BookState, initialState } from '../../libs/domain/book/state.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';
import { NRF } from '../../libs/domain/time/fiscal-calendar.ts';

const DAY_MS = 86_400_000;
/** Nothing is declined: what is planted is what is given. */
const OPEN_POLICY: Policy = { currency: 'GBP', uncovered: 'allow', limits: [], rules: [] };

export interface SimulatedBookOptions {
  readonly chain: ChainOptions;
  /** Absent: acts alone. */
  readonly effects?: Partial<Effects>;
  /** In force from before the first act. */
  readonly policy?: Policy;
  readonly id?: string;
}

export interface PlacedFact {
  readonly event: BookEvent;
  readonly position: number;
}

export class SimulatedBook {
  readonly chain: Chain;
  readonly truth: Truth;
  readonly state: BookState;
  readonly #policy: Policy;
  #nextId = 0;

  constructor({ chain, effects, policy = OPEN_POLICY, id = 'cafes' }: SimulatedBookOptions) {
    this.chain = cafeChain(chain, effects === undefined ? undefined : withEffects(effects));
    this.truth = truthOf(this.chain);
    this.state = initialState(id);
    this.#policy = policy;
  }

  /** Once: directory, policy, campaigns, and every fact. Refused facts are an error: none is planted. */
  *events(): Generator<PlacedFact> {
    yield* this.#open();
    for (const fact of simulatedFacts(this.chain))
      yield this.#put(commandOf(fact), fact.sentAt, fact.idempotencyKey);
  }

  *#open(): Generator<PlacedFact> {
    const { options, stores, effects } = this.chain;
    const at = instantOf(options.from, '00:00', 'UTC') - 2 * DAY_MS;
    const fiscal = options.fiscal ? { fiscalCalendar: NRF } : {};
    const { timeZone } = stores[0]!;
    const book = { currency: 'GBP', timeZone, fourEyes: false, ...fiscal };
    yield this.#put({ type: 'DefineBook', book }, at);
    for (const store of stores) {
      const { id, name, region, staff } = store;
      const location = { name, region, timeZone: store.timeZone, businessDayStartsAt: CUT_OVER };
      yield this.#put({ type: 'DefineLocation', id, location }, at);
      for (const { id: employee, roles } of staff) {
        const stated = { roles, homeLocation: id };
        yield this.#put({ type: 'DefineEmployee', id: employee, employee: stated }, at);
      }
    }
    for (const { sku, name, category, retailMinor, costMinor } of [...MENU, CATERING, UPGRADE]) {
      yield this.#put({ type: 'DefineItem', sku, item: { name, category, retailMinor, costMinor } }, at);
    }
    for (const { id, lot } of effects?.campaigns ?? []) {
      yield this.#put({ type: 'DefineCampaign', id, campaign: { lot } }, at);
    }
    const source = { format: 'json', text: JSON.stringify(this.#policy) } as const;
    yield this.#put({ type: 'DraftPolicy', policy: this.#policy, source }, at);
    yield this.#put({ type: 'ActivatePolicy', version: 1 }, at);
  }

  #put(command: Command, recordedAt: number, key?: string): PlacedFact {
    const hex = (this.#nextId++).toString(16).padStart(12, '0');
    const decided = decide(new Draft(this.state), command, {
      recordedAt,
      actor: 'till',
      roles: ['admin'],
      id: `01985e4d-5c00-7000-8000-${hex}`,
      ...(key === undefined ? {} : { key }),
    });
    if (!('event' in decided)) throw new Error(`${key ?? command.type}: ${JSON.stringify(decided)}`);
    evolve(this.state, decided.event, this.state.revision + 1);
    return { event: decided.event, position: this.state.revision };
  }
}

export function* simulatedBook(options: SimulatedBookOptions): Generator<PlacedFact> {
  yield* new SimulatedBook(options).events();
}

/** The body as the service would read it. */
export function commandOf(fact: SimulatedFact): Command {
  const occurredAt = Date.parse(fact.body.occurredAt);
  switch (fact.what) {
    case 'act':
      return { type: 'DecideAct', asked: { ...fact.body, occurredAt } };
    case 'draw':
      return { type: 'DrawLot', asked: { campaign: fact.campaign, ...fact.body, occurredAt } };
    case 'incident':
      return { type: 'ReportIncident', asked: { ...fact.body, occurredAt } };
    case 'outcome':
      return { type: 'RecordOutcome', asked: { ...fact.body, occurredAt } };
  }
}
