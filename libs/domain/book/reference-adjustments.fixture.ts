/** The adjustments of the reference model, and the buckets that they, and whoever asks what is left, name. */
import { type Amounts, MEASURES } from '../act/act.ts';
import type { Dimension, Limit } from '../policy/policy.ts';
import { windowAt } from '../time/windows.ts';
import type { AskedAdjustment, AskedTransfer } from './events.ts';
import { isNothing, nameOf, type ReferenceFacts, remembers } from './reference-facts.fixture.ts';
import { beyond, type Opened, tightest, windowsOf } from './reference-purses.fixture.ts';

const MINUTE = 60_000;
type Key = Readonly<Record<string, string>>;

export class ReferenceAdjustments {
  readonly #facts: ReferenceFacts;

  constructor(facts: ReferenceFacts) {
    this.#facts = facts;
  }

  adjust(kind: 'grant' | 'correction', id: string, asked: AskedAdjustment, by: string, now: number): string {
    const at = asked.at ?? now;
    const limit = this.#limit(id, asked.key, asked.location, now);
    if (limit === undefined) return 'limit-not-found';
    const named = this.#named(limit, asked.key, at, asked.location);
    if (named === undefined) return 'bucket-not-adjustable';
    const amounts = fitting(limit, asked.amounts);
    if (amounts === undefined) return 'bucket-not-adjustable';
    const gains = MEASURES.some((measure) => amounts[measure] > 0);
    if (kind === 'grant' && MEASURES.some((measure) => amounts[measure] < 0)) return 'bucket-not-adjustable';
    if (gains && named.bucket.key.employee === by) return 'self-approval';
    this.#facts.adjustments.push({ name: nameOf(named.bucket), at, amounts });
    return 'adjusted';
  }

  transfer(id: string, asked: AskedTransfer, by: string, now: number): string {
    const at = asked.at ?? now;
    const limit = this.#limit(id, asked.from, asked.location, now);
    if (limit === undefined) return 'limit-not-found';
    const from = this.#named(limit, asked.from, at, asked.location);
    const to = this.#named(limit, asked.to, at, asked.location);
    if (from === undefined || to === undefined) return 'bucket-not-adjustable';
    if (nameOf(from.bucket) === nameOf(to.bucket)) return 'same-bucket';
    const open = ({ window }: typeof from) =>
      limit.window.every === 'rolling'
        ? at > now - limit.window.durationMs && at <= now + 5 * MINUTE
        : (window.from ?? now) <= now && now < (window.to ?? Number.POSITIVE_INFINITY);
    const amounts = fitting(limit, asked.amounts);
    if (!open(from) || !open(to) || amounts === undefined) return 'bucket-not-adjustable';
    if (to.bucket.key.employee === by) return 'self-approval';
    const windows = windowsOf(this.#facts, limit, from.bucket, from.window, {
      at,
      now,
      location: from.location,
    });
    if (windows.some(({ purses }) => beyond(purses, amounts))) return 'transfer-exceeds-remaining';
    const { count, costMinor, retailMinor } = amounts;
    const minus = { count: 0 - count, costMinor: 0 - costMinor, retailMinor: 0 - retailMinor };
    this.#facts.adjustments.push({ name: nameOf(from.bucket), at, amounts: minus });
    this.#facts.adjustments.push({ name: nameOf(to.bucket), at, amounts });
    return 'transferred';
  }

  /** A limit in force at a location, as it stands for a key there. Undefined: the key does not name a bucket of it. */
  standing(limit: Limit, key: Key, now: number): Opened | undefined {
    const { location } = key;
    const bucket = this.#bucket(limit, key, now, location);
    return (
      bucket &&
      tightest(windowsOf(this.#facts, limit, bucket.bucket, bucket.window, { at: now, now, location }))
    );
  }

  /** Where a named bucket is looked at from: its own location, the one posted, the employee's home, or where they acted last. */
  #from(key: Key, posted: string | undefined): string | undefined {
    const acted = this.#facts.acts.findLast(
      (act) => act.asked.employee === key.employee && act.status !== 'declined',
    );
    return (
      key.location ??
      posted ??
      this.#facts.employee(key.employee ?? '')?.homeLocation ??
      acted?.asked.location
    );
  }

  #limit(id: string, key: Key, posted: string | undefined, now: number): Limit | undefined {
    return this.#facts.inForce(now, this.#from(key, posted))?.policy.limits.find((limit) => limit.id === id);
  }

  #named(limit: Limit, key: Key, at: number, posted: string | undefined) {
    const names = [
      ...limit.per.filter((name) => name !== 'act'),
      ...(limit.window.every === 'shift' ? ['shift'] : []),
    ];
    if (!remembers(limit) || Object.keys(key).some((name) => !names.includes(name as Dimension)))
      return undefined;
    const unknown = [key.location, posted].some(
      (one) => one !== undefined && !this.#facts.locations.has(one),
    );
    if (unknown) return undefined;
    if (key.employee !== undefined && this.#facts.employee(key.employee) === undefined) return undefined;
    return this.#bucket(limit, key, at, this.#from(key, posted));
  }

  #bucket(limit: Limit, given: Key, at: number, location: string | undefined) {
    const region = given.region ?? this.#facts.locations.get(location ?? '')?.region;
    const values: Partial<Record<string, string>> = { ...given, book: 'the book', region };
    const per = limit.per.filter((name) => name !== 'act');
    const window = windowAt(limit.window, at, this.#facts.calendar(location), given.shift);
    if (window === undefined || per.some((name) => values[name] === undefined)) return undefined;
    const key = Object.fromEntries(per.map((name) => [name, values[name]!]));
    return { bucket: { limit: limit.id, label: window.label, key }, window, location };
  }
}

/** Of the measures the limit bounds, and something. */
function fitting(limit: Limit, asked: Partial<Amounts>): Amounts | undefined {
  const amounts = { count: 0, costMinor: 0, retailMinor: 0, ...asked };
  const stray = MEASURES.some((measure) => amounts[measure] !== 0 && limit.allow[measure] === undefined);
  return stray || isNothing(amounts) ? undefined : amounts;
}
