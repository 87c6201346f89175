/**
 * A chain of cafés as the columns that detectors look at, with what was planted in it: the figures and habits of
 * `simulate` (docs: assumptions from weak sources), made a hundred times faster because nothing becomes a ledger.
 */
import { Random } from '../statistics/random.ts';
import type { ActColumns, Conduct } from './conduct.ts';

export type Trait =
  | 'ordinary'
  | 'never-uses'
  | 'exhausts'
  | 'misuses'
  | 'one-pair'
  | 'end-of-shift'
  | 'generous-legitimate';

export interface ChainShape {
  readonly seed: number;
  readonly stores?: number;
  readonly staff?: number;
  readonly days?: number;
  readonly actsPerDay?: number;
  /** False: nobody misuses anything, pairs, clusters or is generous. */
  readonly planted?: boolean;
  /** Of identified customers, how many come because their barista works: regulars of somebody. */
  readonly loyalShare?: number;
  /** Days before the span that acts are made for as well. */
  readonly daysBefore?: number;
}

export interface SimulatedConduct {
  readonly conduct: Conduct;
  readonly traits: readonly Trait[];
  /** Relative to an ordinary colleague's mean of 1. */
  readonly readiness: readonly number[];
  readonly friends: readonly (readonly number[])[];
}

const TICKETS = [129, 203, 250, 219, 244, 187, 147];
const TRADE = [3, 6, 9, 12, 12, 9, 7, 6, 6, 6, 7, 9, 9, 8, 6, 5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1];
const OPENS = 390;
const NOON = 720;
const EARLY_ENDS = 840;
const CLOSES = OPENS + TRADE.length * 30;
const REGULARS = 300;
/** Of what a favour is about; coffees first, then tea, bakery, food, catering, an upgrade, nothing. */
const CATEGORIES = ['coffee', 'tea', 'bakery', 'food', 'catering', 'extra'];

export function simulatedConduct(shape: ChainShape): SimulatedConduct {
  const { seed, stores = 50, staff = 10, days = 56, actsPerDay = 9, planted = true } = shape;
  const { loyalShare = 0, daysBefore = 0 } = shape;
  const random = Random.of(seed, 'conduct');
  const size = stores * staff;
  const traits = dealt(random, size, stores, staff, planted);
  const readiness = traits.map((trait) => {
    const ordinary = random.erlang(3, 1 / 3);
    if (trait === 'ordinary') return ordinary;
    return {
      'never-uses': 0,
      exhausts: 5,
      misuses: 2,
      'one-pair': 1.5,
      'end-of-shift': 1.5,
      'generous-legitimate': 4,
    }[trait];
  });
  const friends = traits.map((trait, employee) => {
    const count = trait === 'misuses' ? 1 + random.below(3) : trait === 'one-pair' ? 1 : 0;
    const store = Math.floor(employee / staff);
    return Array.from({ length: count }, () => store * REGULARS + 100 + random.below(200));
  });
  const loyalTo = Int32Array.from({ length: stores * REGULARS }, (_, customer) =>
    random.chance(loyalShare) ? Math.floor(customer / REGULARS) * staff + random.below(staff) : -1,
  );
  const rows = new Rows();
  const worked = new Int32Array(staff);
  const shiftOf = new Int32Array(staff);
  const weights = new Float64Array(staff);
  const cumulative = cumulated(TRADE);
  for (let store = 0; store < stores; store++) {
    const rest = Array.from({ length: staff }, () => 0);
    for (let day = -daysBefore; day < days; day++) {
      const weekday = ((day % 7) + 7) % 7;
      for (let who = 0; who < staff; who++) {
        const always = traits[store * staff + who] === 'exhausts';
        if (weekday === 0 || day === -daysBefore) {
          shiftOf[who] = always ? 2 : random.below(2);
          rest[who] = daysOff(random, always ? 1 : 2);
        }
        worked[who] = (rest[who]! >> weekday) & 1 ? 0 : 1;
      }
      const count = random.negativeBinomial((actsPerDay * TICKETS[weekday]!) / 197, 4);
      for (let at = 0; at < count; at++) {
        let minute = OPENS + (drawn(random, cumulative) + random.unit()) * 30;
        const isRecovery = random.chance(0.64);
        const category = categoryOf(random, isRecovery);
        const isCoffee = category === 0 && random.chance(0.8);
        let all = 0;
        for (let who = 0; who < staff; who++) {
          const shift = shiftOf[who]!;
          const there =
            worked[who] === 1 && (shift === 2 || (shift === 0 ? minute < EARLY_ENDS : minute >= NOON));
          const keen = traits[store * staff + who] !== 'exhausts' ? 1 : isCoffee ? 2 : 0.5;
          weights[who] = there ? readiness[store * staff + who]! * keen : 0;
          all += weights[who]!;
        }
        const isNobody = all === 0;
        if (isNobody)
          for (let who = 0; who < staff; who++) {
            weights[who] = readiness[store * staff + who]!;
            all += weights[who]!;
          }
        let left = random.unit() * all;
        let who = 0;
        for (left -= weights[0]!; left >= 0 && who < staff - 1; left -= weights[who]!) who++;
        const employee = store * staff + who;
        // Nobody on shift gives: a colleague stays on.
        const shift = isNobody ? (minute < 780 ? 0 : 1) : shiftOf[who]!;
        if (traits[employee] === 'end-of-shift' && random.chance(0.7))
          minute = (shift === 0 ? EARLY_ENDS : CLOSES) - 30 * random.unit();
        const careful = traits[employee] === 'generous-legitimate';
        const noted = random.chance(careful ? 0.9 : 0.15);
        rows.add({
          employee,
          location: store,
          customer: customerOf(random, {
            store,
            stores,
            careful,
            friends: friends[employee]!,
            loyalTo,
            employee,
          }),
          day,
          minute: Math.floor(minute),
          shift: store * 3 + shift,
          note: noted ? (isRecovery ? 0 : 4) + random.below(4) : -1,
          category,
          late: random.chance(0.03) ? Math.exp(Math.log(5) + random.unit() * Math.log(864)) : 0,
          incident: isRecovery && random.chance(careful ? 0.95 : 0.35) ? 1 : 0,
        });
      }
    }
  }
  const conduct: Conduct = {
    acts: rows.columns(),
    employees: traits.map((_, employee) => ({
      id: `store-${Math.floor(employee / staff)}-${employee % staff}`,
      roles: employee % staff === 0 ? 'store-manager' : 'barista',
      since: -daysBefore - 30,
    })),
    locations: Array.from({ length: stores }, (_, store) => `store-${store}`),
    customers: Array.from({ length: stores * REGULARS }, (_, customer) => `card-${customer}`),
    shifts: Array.from({ length: stores * 3 }, (_, shift) => `shift-${shift}`),
    notes: 8,
    categories: CATEGORIES,
    approvers: [],
    from: 0,
    to: days - 1,
    before: -daysBefore,
  };
  return { conduct, traits, readiness, friends };
}

function customerOf(
  random: Random,
  its: {
    store: number;
    stores: number;
    careful: boolean;
    friends: readonly number[];
    loyalTo: Int32Array;
    employee: number;
  },
): number {
  if (its.friends.length > 0 && random.chance(0.6)) return random.pick(its.friends);
  if (!random.chance(0.35)) return -1;
  if (its.careful) return its.store * REGULARS + random.below(REGULARS);
  const home = random.chance(0.05) ? random.below(its.stores) : its.store;
  for (;;) {
    const customer = home * REGULARS + Math.floor(REGULARS * random.unit() ** 1.5);
    const loyal = its.loyalTo[customer]!;
    // A regular of somebody is served by them, or now and then by another.
    if (loyal === -1 || loyal === its.employee || random.chance(0.25)) return customer;
  }
}

function categoryOf(random: Random, isRecovery: boolean): number {
  const kind = random.unit() * (isRecovery ? 64 : 36);
  // Gestures without cost and credits are about no item.
  if (isRecovery ? kind > 52 : kind > 26) return random.chance(0.3) ? 5 : -1;
  const item = random.unit() * 116;
  return item < 87 ? 0 : item < 93 ? 1 : item < 107 ? 2 : item < 115 ? 3 : 4;
}

function dealt(random: Random, size: number, stores: number, staff: number, planted: boolean): Trait[] {
  const traits: Trait[] = Array<Trait>(size).fill('ordinary');
  const seats = random.shuffled(Array.from({ length: size }, (_, seat) => seat));
  const exhausting = new Set<number>();
  const deal = (trait: Trait, count: number) => {
    for (let left = count; left > 0; left--) {
      const at = seats.findIndex((seat) => {
        if (trait !== 'exhausts') return true;
        return seat % staff > 0 && !exhausting.has(Math.floor(seat / staff));
      });
      if (at < 0) return;
      const [seat] = seats.splice(at, 1) as [number];
      if (trait === 'exhausts') exhausting.add(Math.floor(seat / staff));
      traits[seat] = trait;
    }
  };
  deal('never-uses', Math.round(size * 0.2));
  if (planted) {
    deal('one-pair', 1);
    deal('end-of-shift', 1);
    deal('generous-legitimate', 1);
    deal('misuses', Math.round(size * 0.02));
  }
  deal('exhausts', Math.min(stores, Math.round(size * 0.05)));
  return traits;
}

/** A bit for each weekday off. */
function daysOff(random: Random, count: number): number {
  let bits = 0;
  for (let left = count; left > 0; ) {
    const bit = 1 << random.below(7);
    if ((bits & bit) !== 0) continue;
    bits |= bit;
    left--;
  }
  return bits;
}

function cumulated(weights: readonly number[]): Float64Array {
  const all = new Float64Array(weights.length);
  let sum = 0;
  for (const [at, weight] of weights.entries()) {
    sum += weight;
    all[at] = sum;
  }
  return all.map((one) => one / sum);
}

function drawn(random: Random, cumulative: Float64Array): number {
  const unit = random.unit();
  let at = 0;
  while (cumulative[at]! <= unit) at++;
  return at;
}

interface Row {
  readonly employee: number;
  readonly location: number;
  readonly customer: number;
  readonly day: number;
  readonly minute: number;
  readonly shift: number;
  readonly note: number;
  readonly category: number;
  readonly late: number;
  readonly incident: number;
}

class Rows {
  readonly #rows: Row[] = [];

  add(row: Row): void {
    this.#rows.push(row);
  }

  columns(): ActColumns {
    const size = this.#rows.length;
    const column = (of: (row: Row) => number) => Int32Array.from(this.#rows, of);
    return {
      size,
      employee: column(({ employee }) => employee),
      location: column(({ location }) => location),
      customer: column(({ customer }) => customer),
      customerAsEmployee: new Int32Array(size).fill(-1),
      day: column(({ day }) => day),
      minute: column(({ minute }) => minute),
      shift: column(({ shift }) => shift),
      note: column(({ note }) => note),
      category: column(({ category }) => category),
      ofLimit: new Int32Array(size).fill(-1),
      lateMinutes: column(({ late }) => late),
      approver: new Int32Array(size).fill(-1),
      reversed: new Uint8Array(size),
      incident: Uint8Array.from(this.#rows, ({ incident }) => incident),
      position: Float64Array.from(this.#rows, (_, at) => at),
    };
  }
}
