/** The chain itself: stores, people and what each of them is like. Pure: the same options, the same chain. */
import { createHash } from 'node:crypto';
import type { Mode } from '../../../libs/domain/act/act.ts';
import { Random } from '../../../libs/statistics/random.ts';
import { checkTimeZone, dayNumberOf } from './calendar.ts';
import type { Effects } from './effects.ts';
import { ACTS_PER_DAY, EXHAUST_SHARE, MISUSE_SHARE, NEVER_SHARE } from './figures.ts';

export interface ChainOptions {
  readonly seed: number;
  readonly stores: number;
  readonly staffPerStore: number;
  /** First trading day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly days: number;
  /** Mean acts per store and day. */
  readonly actsPerDay?: number;
  /** IANA names, given to the stores in turn. */
  readonly timeZones?: readonly string[];
  /** `request`: asked as they happen, late ones recorded. `record`: all of them stated as past. */
  readonly mode?: Mode;
  /** False: all staff are ordinary, none misuses, exhausts or never uses what they may give. */
  readonly planted?: boolean;
  /** The book counts by the fiscal calendar of the NRF, and acts are planted around a year of 53 weeks. */
  readonly fiscal?: boolean;
}

/** What an employee is like. Only `truth` ever says so; nothing that is sent does. */
export type Trait =
  | 'ordinary'
  | 'never-uses'
  | 'exhausts'
  | 'misuses'
  | 'one-pair'
  | 'end-of-shift'
  | 'generous-legitimate';

export interface SimulatedStore {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly timeZone: string;
  readonly staff: readonly SimulatedEmployee[];
}

export interface SimulatedEmployee {
  readonly id: string;
  readonly store: string;
  readonly roles: readonly string[];
  readonly trait: Trait;
  /** Readiness to give, relative to an ordinary colleague's mean of 1. */
  readonly readiness: number;
  /** Misusers' and the pair's: those who get most of what they give. */
  readonly friends: readonly string[];
}

export interface Chain {
  readonly options: Required<ChainOptions>;
  readonly stores: readonly SimulatedStore[];
  /** Where acts are planted around a change of the clocks; its staff works the night then. */
  readonly nightStore: SimulatedStore;
  /**
   * Starts every idempotency key: all that shapes an act's content, so that a run with other options never
   * meets another's keys, and a longer or repeated run of the same adds only what is new.
   */
  readonly fingerprint: string;
  /** Absent: acts alone, by customers nothing more is heard of. */
  readonly effects?: Effects;
}

const PLACES: readonly (readonly [id: string, name: string, region: string])[] = [
  ['soho', 'Soho', 'west-end'],
  ['covent-garden', 'Covent Garden', 'west-end'],
  ['marylebone', 'Marylebone', 'west-end'],
  ['bank', 'Bank', 'city'],
  ['holborn', 'Holborn', 'city'],
  ['shoreditch', 'Shoreditch', 'east'],
  ['canary-wharf', 'Canary Wharf', 'east'],
  ['borough', 'Borough', 'south'],
  ['clapham', 'Clapham', 'south'],
  ['kings-cross', "King's Cross", 'north'],
];
const REGIONS = ['west-end', 'city', 'east', 'south', 'north'] as const;

/** Regular customers with a loyalty card, per store. */
export const REGULARS_PER_STORE = 300;
/** Bumped whenever the same options would make other acts. */
const MODEL_VERSION = 1;

/** @throws RangeError with what to write instead, when an option is out of bounds */
export function cafeChain(given: ChainOptions, effects?: Effects): Chain {
  const options = checked(given);
  const { seed, stores: storeCount, staffPerStore } = options;
  const traits = options.planted
    ? dealTraits(Random.of(seed, 'traits', storeCount, staffPerStore), storeCount, staffPerStore)
    : undefined;
  const stores = Array.from({ length: storeCount }, (_, at): SimulatedStore => {
    const [id, name, region] = placeOf(at);
    const timeZone = options.timeZones[at % options.timeZones.length]!;
    const staff = Array.from({ length: staffPerStore }, (_, who) =>
      employeeOf(seed, id, who, staffPerStore, traits?.[at]?.[who] ?? 'ordinary'),
    );
    return { id, name, region, timeZone, staff };
  });
  return {
    options,
    stores,
    nightStore: stores.at(-1)!,
    fingerprint: fingerprintOf(options, effects),
    ...(effects !== undefined && { effects }),
  };
}

export function customerOf(store: string, regular: number): string {
  return `card-${store}-${String(regular).padStart(4, '0')}`;
}

function placeOf(at: number): readonly [string, string, string] {
  const number = String(at + 1).padStart(3, '0');
  return PLACES[at] ?? [`store-${number}`, `Store ${number}`, REGIONS[at % REGIONS.length]!];
}

/** Traits per store and employee, by the shares of all staff; every store keeps somebody who gives. */
function dealTraits(random: Random, storeCount: number, staffPerStore: number): Trait[][] {
  const traits: Trait[][] = Array.from({ length: storeCount }, () => Array(staffPerStore).fill('ordinary'));
  const seats = random.shuffled(
    Array.from({ length: storeCount * staffPerStore }, (_, at) => [
      Math.floor(at / staffPerStore),
      at % staffPerStore,
    ]),
  ) as [number, number][];
  const staff = seats.length;
  /** Whether the seat may have the trait; a chain too small for that has fewer of them. */
  const suits = (trait: Trait, store: number, who: number): boolean => {
    if (trait === 'never-uses') return traits[store]!.filter((other) => other !== trait).length > 1;
    // One café's coffees are not enough for two who want ten each; and managers have other allowances.
    if (trait === 'exhausts') return !traits[store]!.includes(trait) && (who > 0 || staffPerStore < 3);
    return true;
  };
  const deal = (trait: Trait, count: number) => {
    for (let left = count; left > 0; left--) {
      const at = seats.findIndex(([store, who]) => suits(trait, store, who));
      if (at < 0) return;
      const [[store, who]] = seats.splice(at, 1) as [[number, number]];
      traits[store]![who] = trait;
    }
  };
  // The planted ones first: a small chain has them even when there is nobody left for the shares.
  const planted = staff >= 8;
  deal(
    'never-uses',
    planted ? Math.max(1, Math.round(staff * NEVER_SHARE)) : Math.round(staff * NEVER_SHARE),
  );
  if (planted) {
    deal('one-pair', 1);
    deal('end-of-shift', 1);
    deal('generous-legitimate', 1);
  }
  deal('misuses', planted ? Math.max(1, Math.round(staff * MISUSE_SHARE)) : 0);
  deal('exhausts', planted ? Math.max(1, Math.round(staff * EXHAUST_SHARE)) : 0);
  return traits;
}

function employeeOf(
  seed: number,
  store: string,
  who: number,
  staffPerStore: number,
  trait: Trait,
): SimulatedEmployee {
  const random = Random.of(seed, 'employee', store, who);
  const ordinary = random.erlang(3, 1 / 3);
  const readiness: Record<Trait, number> = {
    ordinary,
    'never-uses': 0,
    exhausts: 5,
    misuses: 2,
    'one-pair': 1.5,
    'end-of-shift': 1.5,
    'generous-legitimate': 4,
  };
  const friendCount = trait === 'misuses' ? 1 + random.below(3) : trait === 'one-pair' ? 1 : 0;
  const friends = random
    .shuffled(Array.from({ length: REGULARS_PER_STORE - 100 }, (_, at) => at + 100))
    .slice(0, friendCount)
    .map((regular) => customerOf(store, regular));
  return {
    id: `${store}-${String(who + 1).padStart(2, '0')}`,
    store,
    roles: rolesOf(who, staffPerStore),
    trait,
    readiness: readiness[trait],
    friends,
  };
}

/** One store manager, one team leader for every five others; with fewer than three people all are baristas. */
function rolesOf(who: number, staffPerStore: number): readonly string[] {
  if (staffPerStore < 3) return ['barista'];
  if (who === 0) return ['store-manager'];
  return who <= Math.ceil((staffPerStore - 1) / 6) ? ['team-leader', 'barista'] : ['barista'];
}

function checked(given: ChainOptions): Required<ChainOptions> {
  const within = (name: string, value: number, min: number, max: number) => {
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`${name} is a whole number from ${min} to ${max}, not ${value}`);
    }
  };
  within('seed', given.seed, 0, Number.MAX_SAFE_INTEGER);
  within('stores', given.stores, 1, 10_000);
  within('staff-per-store', given.staffPerStore, 1, 500);
  within('days', given.days, 1, 36_600);
  const actsPerDay = given.actsPerDay ?? ACTS_PER_DAY;
  if (!(actsPerDay > 0 && actsPerDay <= 200)) {
    throw new RangeError(`acts-per-day is a number above 0 and at most 200, not ${actsPerDay}`);
  }
  dayNumberOf(given.from);
  const timeZones = given.timeZones ?? ['Europe/London'];
  if (timeZones.length === 0) throw new RangeError('at least one time zone is needed');
  for (const timeZone of timeZones) checkTimeZone(timeZone);
  return {
    ...given,
    actsPerDay,
    timeZones,
    mode: given.mode ?? 'request',
    planted: given.planted ?? true,
    fiscal: given.fiscal ?? false,
  };
}

function fingerprintOf(options: Required<ChainOptions>, effects: Effects | undefined): string {
  const { seed, stores, staffPerStore, actsPerDay, timeZones, mode, planted } = options;
  const more = planted && effects === undefined ? [] : [planted, effects ?? null];
  return createHash('sha256')
    .update(
      JSON.stringify([MODEL_VERSION, seed, stores, staffPerStore, actsPerDay, timeZones, mode, ...more]),
    )
    .digest('hex')
    .slice(0, 10);
}
