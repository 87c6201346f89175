/**
 * What customers do later: those met once come back or do not, by the rates that are planted; regulars come whatever
 * is given. Only the next visit of each is kept, so that memory does not grow with the span.
 */
import { Random } from '../../../libs/statistics/random.ts';
import type { SimulatedOutcome } from './bodies.ts';
import { type Chain, customerOf, REGULARS_PER_STORE } from './cafe-chain.ts';
import type { Effects } from './effects.ts';
import * as figures from './figures.ts';

const DAY_MS = 86_400_000;
/** Nobody comes back before they have left. */
const SOONEST_MS = 120_000;
const ELSEWHERE_SHARE = 0.1;

interface Visitor {
  readonly customer: string;
  readonly store: string;
  readonly random: Random;
  readonly regular: boolean;
  /** Of the next visit, epoch ms. */
  at: number;
  visits: number;
}

export class FollowUps {
  readonly #chain: Chain;
  readonly #effects: Effects;
  /** Nothing that happens from then on is told. */
  readonly #endsAt: number;
  /** By the day of the next visit, counted in UTC. */
  readonly #byDay = new Map<number, Visitor[]>();
  /** The first that is not over. */
  #day: number;

  constructor(chain: Chain, effects: Effects, startsAt: number, endsAt: number) {
    this.#chain = chain;
    this.#effects = effects;
    this.#endsAt = endsAt;
    this.#day = Math.floor(startsAt / DAY_MS);
    if (effects.regularVisitsPerWeek > 0) this.#startRegulars(startsAt);
  }

  /** A customer met for the first and last time, unless they come back by themselves. */
  meet(random: Random, customer: string, store: string, from: number, ever: number): void {
    const comes = random.chance(ever);
    const days = exponential(random, this.#effects.meanDaysToReturn);
    const own = streamFrom(random);
    if (!comes) return;
    const at = from + Math.max(SOONEST_MS, Math.floor(days * DAY_MS));
    this.#expect({ customer, store, random: own, regular: false, at, visits: 0 });
  }

  /** What happens on days before this one, in no order. Days are asked for in their order. */
  *until(nextDay: number): Generator<SimulatedOutcome> {
    for (; this.#day < nextDay; this.#day++) {
      // Whoever comes again on the same day stands behind those there.
      for (const visitor of this.#byDay.get(this.#day) ?? []) yield* this.#visit(visitor);
      this.#byDay.delete(this.#day);
    }
  }

  #startRegulars(startsAt: number): void {
    for (const { id } of this.#chain.stores) {
      const random = Random.of(this.#chain.options.seed, 'regulars', id);
      for (let regular = 0; regular < REGULARS_PER_STORE; regular++) {
        const own = streamFrom(random);
        const visitor = { customer: customerOf(id, regular), store: id, random: own, regular: true };
        this.#expect({ ...visitor, at: startsAt + this.#gapMs(own, true), visits: 0 });
      }
    }
  }

  #expect(visitor: Visitor): void {
    if (visitor.at >= this.#endsAt) return;
    const day = Math.floor(visitor.at / DAY_MS);
    const there = this.#byDay.get(day);
    if (there === undefined) this.#byDay.set(day, [visitor]);
    else there.push(visitor);
  }

  *#visit(visitor: Visitor): Generator<SimulatedOutcome> {
    const { customer, random, at, regular } = visitor;
    const { visitShare, splitReceiptShare, purchaseMinor } = this.#effects;
    const { stores } = this.#chain;
    const location = random.chance(ELSEWHERE_SHARE) ? random.pick(stores).id : visitor.store;
    const onlyVisits = random.chance(visitShare) && (regular || visitor.visits === 0);
    const valueMinor = purchaseMinor.from + random.below(purchaseMinor.to - purchaseMinor.from + 1);
    const split = random.chance(splitReceiptShare);
    const sentAt = at + lateBy(random);
    const name = `sim-${this.#chain.fingerprint}-${customer}-${visitor.visits}`;
    const common = { customer, location, channel: 'till', occurredAt: new Date(at).toISOString() };
    if (onlyVisits) {
      yield { what: 'outcome', idempotencyKey: name, sentAt, body: { type: 'visit', ...common } };
    } else {
      const receipt = `${location}-${customer}-${visitor.visits}`;
      const first = split ? Math.floor(valueMinor / 2) : valueMinor;
      const values = split ? [first, valueMinor - first] : [first];
      for (const [line, value] of values.entries()) {
        yield {
          what: 'outcome',
          idempotencyKey: `${name}-${line}`,
          sentAt,
          body: { type: 'purchase', ...common, valueMinor: value, receipt },
        };
      }
    }
    visitor.visits++;
    visitor.at = at + this.#gapMs(random, regular);
    this.#expect(visitor);
  }

  #gapMs(random: Random, regular: boolean): number {
    const { regularVisitsPerWeek, daysBetweenPurchases } = this.#effects;
    const mean = regular ? 7 / regularVisitsPerWeek : daysBetweenPurchases;
    return Math.max(1_000, Math.floor(exponential(random, mean) * DAY_MS));
  }
}

/** 3 % of all facts are told minutes to days later. */
export function lateBy(random: Random): number {
  return random.chance(figures.LATE_SHARE)
    ? Math.round(random.logUniform(figures.LATE_MIN_MS, figures.LATE_MAX_MS))
    : 0;
}

/** By inversion of the distribution function. */
function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.unit()) * mean;
}

/** A stream of its own, so that what one customer does changes nothing about another. */
function streamFrom(random: Random): Random {
  // A first word that is never zero: the state of all zeros is none.
  return new Random(Uint32Array.of(random.uint32() | 1, random.uint32(), random.uint32(), random.uint32()));
}
