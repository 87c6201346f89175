/**
 * What a book was told, as lists, and the plain questions the reference model asks of them. Nothing is kept beside
 * the lists: every answer is looked up from the first fact on. It shares windows and calendars with the domain (tested
 * by table on their own) and nothing else.
 */
import { type Amounts, type AskedAct, MEASURES } from '../act/act.ts';
import type { Employee, Item, Location } from '../directory/directory.ts';
import type { Dimension, Limit, Policy } from '../policy/policy.ts';
import { type BusinessCalendar, businessCalendar, withFiscalYears } from '../time/business-calendar.ts';
import type { FiscalCalendar } from '../time/fiscal-calendar.ts';

const MINUTE = 60_000;

export interface ModelBucket {
  readonly limit: string;
  readonly label: string;
  readonly key: Readonly<Record<string, string>>;
}

/** One act, from its decision to whatever became of it. */
export interface ModelAct {
  readonly id: string;
  readonly asked: AskedAct;
  readonly at: number;
  readonly buckets: readonly ModelBucket[];
  /** The names of `buckets`. */
  readonly names: ReadonlySet<string>;
  /** Whose key posted it. */
  readonly actor: string;
  status: 'accepted' | 'declined' | 'pending_approval' | 'reserved' | 'rejected' | 'expired' | 'released';
  /** What is reserved while it is open; what is spent, reversals taken off, once it is accepted. */
  amounts: Amounts;
  expiresAt: number;
  then: 'expire' | 'accept';
  /** Its time was over before anybody answered. */
  fellDue?: true;
}

export interface ModelAdjustment {
  /** The bucket's name. */
  readonly name: string;
  readonly at: number;
  readonly amounts: Amounts;
}

/** `from` (epoch ms) lay ahead when it was posted. */
export interface ModelActivation {
  readonly version: number;
  readonly policy: Policy;
  readonly recordedAt: number;
  readonly from?: number;
  readonly fromDate?: string;
}

export interface Started {
  readonly version: number;
  readonly policy: Policy;
  readonly from: number;
}

export class ReferenceFacts {
  readonly locations: ReadonlyMap<string, Location>;
  readonly items: ReadonlyMap<string, Item>;
  readonly #fiscal: FiscalCalendar;
  readonly acts: ModelAct[] = [];
  readonly adjustments: ModelAdjustment[] = [];
  readonly activations: ModelActivation[] = [];
  readonly met: { readonly id: string; readonly employee: Employee; readonly at: number }[] = [];

  constructor(
    locations: ReadonlyMap<string, Location>,
    items: ReadonlyMap<string, Item>,
    fiscal: FiscalCalendar,
  ) {
    this.locations = locations;
    this.items = items;
    this.#fiscal = fiscal;
  }

  employee(id: string): Employee | undefined {
    return this.met.findLast((one) => one.id === id)?.employee;
  }

  firstSeen(employee: string): number {
    return this.met.find(({ id }) => id === employee)?.at ?? Number.POSITIVE_INFINITY;
  }

  calendar(location: string | undefined): BusinessCalendar {
    const { timeZone, businessDayStartsAt } = this.locations.get(location ?? '') ?? {
      timeZone: 'UTC',
      businessDayStartsAt: '00:00',
    };
    return withFiscalYears(businessCalendar(timeZone, businessDayStartsAt), this.#fiscal);
  }

  /**
   * The versions that have come in force at a location, the last one being in force. One without a date that lay
   * ahead is in force from then on even when the clock is set back afterwards.
   */
  started(now: number, location: string | undefined): Started[] {
    const started: Started[] = [];
    this.activations.forEach(({ version, policy, from, fromDate }, i) => {
      const posted = this.activations.slice(0, i + 1).filter((one) => one.from === undefined);
      const clock = Math.max(...posted.map(({ recordedAt }) => recordedAt));
      const start = from ?? (fromDate === undefined ? undefined : this.calendar(location).startOf(fromDate));
      if (start === undefined || (from === undefined && start <= clock)) {
        started.push({ version, policy, from: clock });
      } else if (start <= now) started.push({ version, policy, from: start });
    });
    return started.sort((a, b) => a.from - b.from);
  }

  inForce(now: number, location: string | undefined): Started | undefined {
    return this.started(now, location).at(-1);
  }

  /** Why an act is not taken at all. */
  unfit(asked: AskedAct, at: number, now: number): string | undefined {
    if (at > now + 5 * MINUTE) return 'occurred-at-in-future';
    if (asked.mode !== 'record' && at < now - 15 * MINUTE) return 'occurred-at-too-old';
    if ((asked.currency ?? 'GBP') !== 'GBP') return 'currency-mismatch';
    if (asked.item !== undefined && !this.items.has(asked.item.sku)) return 'unknown-item';
    const valued = asked.costMinor !== undefined && asked.retailMinor !== undefined;
    return valued || asked.item !== undefined || asked.kind === 'gesture' ? undefined : 'amount-missing';
  }

  /** As posted, or else as the directory has them. */
  amounts({ item, costMinor, retailMinor }: AskedAct): Amounts {
    const count = item?.quantity ?? 1;
    const listed = this.items.get(item?.sku ?? '') ?? { costMinor: 0, retailMinor: 0 };
    return {
      count,
      costMinor: costMinor ?? count * listed.costMinor,
      retailMinor: retailMinor ?? count * listed.retailMinor,
    };
  }

  applies({ appliesTo }: Limit, asked: AskedAct): boolean {
    const roles = this.employee(asked.employee)?.roles ?? [];
    return (
      (appliesTo.kinds?.includes(asked.kind) ?? true) &&
      (appliesTo.triggers?.includes(asked.trigger) ?? true) &&
      (appliesTo.locations?.includes(asked.location) ?? true) &&
      (appliesTo.roles === undefined || appliesTo.roles.some((role) => roles.includes(role))) &&
      (appliesTo.reasons === undefined ||
        (asked.reason !== undefined && appliesTo.reasons.includes(asked.reason)))
    );
  }

  /** One key for each bucket, or the dimensions the act has no value for. */
  keys(limit: Limit, id: string, asked: AskedAct): Record<string, string>[] | { missing: string[] } {
    const values = (dimension: Dimension): readonly (string | undefined)[] => {
      switch (dimension) {
        case 'book':
          return ['the book'];
        case 'role':
          return (this.employee(asked.employee)?.roles ?? []).filter(
            (role) => limit.appliesTo.roles?.includes(role) ?? true,
          );
        case 'region':
          return [this.locations.get(asked.location)?.region];
        case 'act':
          return [id];
        default:
          return [asked[dimension]];
      }
    };
    const all = limit.per.map((name) => ({
      name,
      here: values(name).filter((value) => value !== undefined),
    }));
    const missing = all.filter(({ here }) => here.length === 0).map(({ name }) => name);
    if (missing.length > 0) return { missing };
    return all.reduce<Record<string, string>[]>(
      (keys, { name, here }) => keys.flatMap((key) => here.map((value) => ({ ...key, [name]: value }))),
      [{}],
    );
  }

  usedIn(name: string): ModelAct[] {
    return this.acts.filter((act) => act.status === 'accepted' && act.names.has(name));
  }

  openIn(name: string): ModelAct[] {
    return this.acts.filter((act) => isOpen(act) && act.names.has(name));
  }

  adjustedIn(name: string): ModelAdjustment[] {
    return this.adjustments.filter((one) => one.name === name);
  }
}

export function isOpen({ status }: ModelAct): boolean {
  return status === 'pending_approval' || status === 'reserved';
}

/** Whether the limit remembers anything from act to act. */
export function remembers({ per, window }: Limit): boolean {
  return window.every !== 'act' && !per.includes('act');
}

export function nameOf({ limit, label, key }: ModelBucket): string {
  return JSON.stringify([limit, label, Object.entries(key)]);
}

export function sum(some: readonly { readonly amounts: Amounts }[]): Amounts {
  const total = (measure: keyof Amounts) => some.reduce((all, { amounts }) => all + amounts[measure], 0);
  return { count: total('count'), costMinor: total('costMinor'), retailMinor: total('retailMinor') };
}

export function isNothing(amounts: Amounts): boolean {
  return MEASURES.every((measure) => amounts[measure] === 0);
}
