/** The acts of a chain in the order in which the ledger learns of them. Memory does not grow with the span. */
import type { Kind, Mode, Trigger } from '../../../libs/domain/act/act.ts';
import { Random } from '../../../libs/statistics/random.ts';
import { type ActBody, inOrder, type SimulatedAct } from './bodies.ts';
import {
  type Chain,
  customerOf,
  REGULARS_PER_STORE,
  type SimulatedEmployee,
  type SimulatedStore,
} from './cafe-chain.ts';
import { dateOf, dayNumberOf, instantOf, weekdayOf, weekNumberOf } from './calendar.ts';
import * as figures from './figures.ts';
import { plantedActsOn } from './planted-acts.ts';

const MINUTE_MS = 60_000;
export const NOON_MINUTE = 12 * 60;
/** The two shifts of a day, in local minutes; they overlap at lunch. */
const SHIFTS = [
  { name: 'early', from: figures.OPENS_AT_MINUTE, to: 14 * 60 },
  { name: 'late', from: 12 * 60, to: figures.CLOSES_AT_MINUTE },
] as const;
/**
 * Those who exhaust ten coffees a week, two fifths of all that a café of nine acts a day gives away, are those
 * who are always there.
 */
const LONG_SHIFT = { name: 'long', from: figures.OPENS_AT_MINUTE, to: figures.CLOSES_AT_MINUTE } as const;
const DAYS_WORKED_A_WEEK = 5;
const DAYS_ALWAYS_THERE = 6;

export function* simulatedActs(chain: Chain): Generator<SimulatedAct> {
  const first = dayNumberOf(chain.options.from);
  const zones = [...new Set(chain.stores.map((store) => store.timeZone))];
  let pending: SimulatedAct[] = [];
  for (let day = first; day < first + chain.options.days; day++) {
    for (const store of chain.stores) pending.push(...actsOfDay(chain, store, day));
    pending.sort(inOrder);
    // Nothing of a later day can come before the first midnight after this one.
    const settled = Math.min(...zones.map((zone) => instantOf(dateOf(day + 1), '00:00', zone)));
    const open = pending.findIndex((act) => act.sentAt >= settled);
    const ready = open < 0 ? pending : pending.slice(0, open);
    pending = open < 0 ? [] : pending.slice(open);
    yield* ready;
  }
  yield* pending;
}

export function actsOfDay(chain: Chain, store: SimulatedStore, day: number): SimulatedAct[] {
  const { seed, actsPerDay, mode } = chain.options;
  const date = dateOf(day);
  const random = Random.of(seed, 'day', store.id, date);
  const noonMs = instantOf(date, '12:00', store.timeZone);
  const trade = figures.TICKETS_BY_WEEKDAY[weekdayOf(day)]! / figures.MEAN_TICKETS;
  const count = random.negativeBinomial(actsPerDay * trade, figures.DISPERSION);
  const roster = rosterOf(seed, store, day);
  const acts: SimulatedAct[] = [];
  for (let at = 0; at < count; at++) {
    const drawn = localMs(random);
    const favour = favourOf(random);
    const [employee, shift] = giverAt(random, store, roster, drawn / MINUTE_MS, favour);
    const clustered = employee.trait === 'end-of-shift' && random.chance(0.7);
    const ms = clustered ? (shift.to - 30 * random.unit()) * MINUTE_MS : drawn;
    const occurredAt = noonMs + Math.floor(ms) - NOON_MINUTE * MINUTE_MS;
    const late = random.chance(figures.LATE_SHARE)
      ? Math.round(random.logUniform(figures.LATE_MIN_MS, figures.LATE_MAX_MS))
      : 0;
    acts.push({
      what: 'act',
      idempotencyKey: `sim-${chain.fingerprint}-${store.id}-${date}-${String(at).padStart(3, '0')}`,
      sentAt: occurredAt + late,
      body: bodyOf(random, chain, store, employee, favour, {
        mode: late > 0 ? 'record' : mode,
        shift: `${store.id}-${date}-${shift.name}`,
        incident: `inc-${store.id}-${date}-${at}`,
        occurredAt,
      }),
    });
  }
  if (store === chain.nightStore) acts.push(...plantedActsOn(chain, day));
  return acts;
}

/** A moment of the trading day, in ms after local midnight. */
export function localMs(random: Random): number {
  const halfHour = random.weighted(figures.TRADE_BY_HALF_HOUR.map((weight, at) => [at, weight] as const));
  return (figures.OPENS_AT_MINUTE + (halfHour + random.unit()) * 30) * MINUTE_MS;
}

export type Shift = (typeof SHIFTS)[number] | typeof LONG_SHIFT;

interface Week {
  readonly seed: number;
  readonly number: number;
  readonly staff: readonly { readonly shift: Shift; readonly worked: ReadonlySet<number> }[];
}

/** The last week looked at: days are asked about in their order. */
const weeks = new WeakMap<SimulatedStore, Week>();

/** For each of the staff: all early or all late in a week; undefined on a day off. */
export function rosterOf(seed: number, store: SimulatedStore, day: number): readonly (Shift | undefined)[] {
  const number = weekNumberOf(day);
  let week = weeks.get(store);
  if (week?.number !== number || week.seed !== seed) {
    week = { seed, number, staff: store.staff.map((employee) => weekOf(seed, employee, number)) };
    weeks.set(store, week);
  }
  const weekday = weekdayOf(day);
  return week.staff.map(({ shift, worked }) => (worked.has(weekday) ? shift : undefined));
}

function weekOf(seed: number, employee: SimulatedEmployee, week: number): Week['staff'][number] {
  const random = Random.of(seed, 'roster', employee.id, week);
  const always = employee.trait === 'exhausts';
  const shift = always ? LONG_SHIFT : random.pick(SHIFTS);
  const days = always ? DAYS_ALWAYS_THERE : DAYS_WORKED_A_WEEK;
  return { shift, worked: new Set(random.shuffled([0, 1, 2, 3, 4, 5, 6]).slice(0, days)) };
}

/** Who gives at that minute: those on shift by their readiness; if nobody on shift ever gives, a colleague stays on. */
function giverAt(
  random: Random,
  store: SimulatedStore,
  roster: readonly (Shift | undefined)[],
  minute: number,
  favour: Favour,
): [SimulatedEmployee, Shift] {
  const coffee = isFreeCoffee(favour);
  const weights = store.staff.map((employee, at) => {
    const shift = roster[at];
    const there = shift !== undefined && shift.from <= minute && minute < shift.to;
    // It is the free coffees that they exhaust.
    const keenness = employee.trait !== 'exhausts' ? 1 : coffee ? 2 : 0.5;
    return [employee, there ? employee.readiness * keenness : 0] as const;
  });
  const anybody = weights.some(([, weight]) => weight > 0);
  const employee = random.weighted(
    anybody ? weights : store.staff.map((other) => [other, other.readiness] as const),
  );
  const rostered = anybody ? roster[store.staff.indexOf(employee)] : undefined;
  return [employee, rostered ?? SHIFTS[minute < 13 * 60 ? 0 : 1]];
}

/** What is given and why; drawn before the giver, so that no one's habits change the shares of the chain. */
interface Favour {
  readonly trigger: Trigger;
  readonly kind: Kind;
  readonly reason: string;
  readonly worth: Worth;
}

function favourOf(random: Random): Favour {
  const trigger: Trigger = random.chance(figures.RECOVERY_SHARE) ? 'recovery' : 'delight';
  const kind = random.weighted(figures.KINDS_BY_TRIGGER[trigger]);
  return {
    trigger,
    kind,
    reason: random.weighted(figures.REASONS_BY_TRIGGER[trigger]),
    worth: worthOf(random, kind),
  };
}

function isFreeCoffee({ kind, worth }: Favour): boolean {
  return kind === 'comp' && worth.item?.sku.startsWith('coffee/') === true;
}

/** Of acts of recovery: those that name their incident. */
export function namesIncidentShare(kind: Kind): number {
  return kind === 'refund' || kind === 'credit' ? 0.75 : 0.25;
}

interface Circumstances {
  readonly mode: Mode;
  readonly shift: string;
  /** The id of the incident, should the act name one. */
  readonly incident: string;
  readonly occurredAt: number;
}

function bodyOf(
  random: Random,
  chain: Chain,
  store: SimulatedStore,
  employee: SimulatedEmployee,
  favour: Favour,
  { mode, shift, incident, occurredAt }: Circumstances,
): ActBody {
  const { trigger, kind, reason, worth } = favour;
  const customer = customerFor(random, chain, store, employee);
  const careful = employee.trait === 'generous-legitimate';
  const namesIncident = trigger === 'recovery' && random.chance(careful ? 0.95 : namesIncidentShare(kind));
  const noted = random.chance(careful ? 0.9 : 0.15);
  return {
    mode,
    kind,
    trigger,
    employee: employee.id,
    location: store.id,
    ...(customer !== undefined && { customer }),
    ...(namesIncident && { incident }),
    shift,
    channel: 'till',
    ...worth,
    reason,
    ...(noted && { note: random.pick(NOTES[trigger]) }),
    occurredAt: new Date(occurredAt).toISOString(),
  };
}

const NOTES: Readonly<Record<Trigger, readonly string[]>> = {
  recovery: ['waited about 20 minutes', 'made again at once', 'customer was in a hurry', 'machine was down'],
  delight: ['comes in every morning', 'had a rough day', 'birthday', 'first day in the new job'],
};

function customerFor(
  random: Random,
  chain: Chain,
  store: SimulatedStore,
  employee: SimulatedEmployee,
): string | undefined {
  if (employee.friends.length > 0 && random.chance(figures.MISUSE_TO_FRIENDS_SHARE)) {
    return random.pick(employee.friends);
  }
  if (!random.chance(figures.IDENTIFIED_SHARE)) return undefined;
  // The generous one treats all alike; elsewhere some come far more often than others, and a few move about.
  if (employee.trait === 'generous-legitimate') return customerOf(store.id, random.below(REGULARS_PER_STORE));
  const home = random.chance(0.05) ? random.pick(chain.stores) : store;
  return customerOf(home.id, Math.floor(REGULARS_PER_STORE * random.unit() ** 1.5));
}

type Worth = Pick<ActBody, 'item' | 'retailMinor' | 'costMinor'>;

function worthOf(random: Random, kind: Kind): Worth {
  const one = (item: figures.MenuItem) => ({ item: { sku: item.sku, quantity: 1 } });
  switch (kind) {
    case 'gesture':
      return random.chance(figures.GESTURES_WITHOUT_COST_SHARE)
        ? { retailMinor: 0, costMinor: 0 }
        : one(figures.UPGRADE);
    case 'credit':
      return { retailMinor: figures.CREDIT_RETAIL_MINOR, costMinor: figures.CREDIT_COST_MINOR };
    case 'refund': {
      const item = random.chance(figures.CATERING_SHARE_OF_REFUNDS) ? figures.CATERING : menuItem(random);
      // What is paid back is what it costs.
      return { ...one(item), retailMinor: item.retailMinor, costMinor: item.retailMinor };
    }
    default: {
      const item = menuItem(random);
      const quantity = random.chance(0.08) ? 2 : 1;
      return { item: { sku: item.sku, quantity } };
    }
  }
}

function menuItem(random: Random): figures.MenuItem {
  return random.weighted(figures.MENU.map((item) => [item, item.weight] as const));
}
