/** Adding up use: employee by employee and window by window, in one pass over those of the span. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BookEvent } from '../../domain/book/events.ts';
import type { Employee } from '../../domain/directory/directory.ts';
import type { BusinessCalendar } from '../../domain/time/business-calendar.ts';
import { requireDate } from '../../domain/time/civil-date.ts';
import { timeToGesture } from '../outcome-metrics/gestures.ts';
import { POSITIONS, rowKey } from '../view.ts';
import { WordReader } from '../words.ts';
import { type LimitWindow, windowsOfLimits } from './employee-windows.ts';
import { allowanceUse, shareOf, spreadOf, type WindowsOfOne } from './figures.ts';
import { StaffPast } from './past.ts';
import {
  type Given,
  MAX_EMPLOYEE_WINDOWS,
  USE_DIMENSIONS,
  type UseDimension,
  type UseFigures,
  type UseFindings,
  type UseQuery,
} from './use.ts';

type Key = string | null;
type Report = (bookNumber: number | undefined, query: UseQuery) => UseFindings;
/** What one employee used of one window: three measures, then what they were adjusted by. */
type Used = readonly [number, number, number, number, number, number];
const MEASURES = ['count', 'costMinor', 'retailMinor'] as const;

/** By employee, in one group. */
type Windows = Map<string, WindowsOfOne>;

const TOO_MANY: UseFindings = {
  ok: false,
  code: 'too-many-windows',
  detail: `More than ${MAX_EMPLOYEE_WINDOWS} windows of employees.`,
  advice: 'Ask for a shorter span (from, to).',
};

export function useReport(db: DatabaseSync, prefix: string): Report {
  const words = new WordReader(db, prefix);
  const reached = db.prepare(`SELECT last_recorded_at AS at FROM ${prefix}_books WHERE book = ?`);
  const facts = db.prepare(`SELECT fact FROM ${prefix}_facts WHERE key BETWEEN ? AND ? ORDER BY key`);
  const used = db.prepare(
    `SELECT employee, count, cost, retail, adjusted_count, adjusted_cost, adjusted_retail
     FROM ${prefix}_used WHERE book = ? AND limit_id = ? AND label = ?`,
  );
  used.setReturnArrays(true);
  facts.setReturnArrays(true);

  return (bookNumber, query) => {
    const { groupBy } = query;
    if (groupBy !== undefined && !USE_DIMENSIONS.includes(groupBy))
      throw new RangeError(`unknown dimension ${groupBy}`);
    const at = bookNumber === undefined ? undefined : (reached.get(bookNumber) as { at: number }).at;
    const past = new StaffPast(bookNumber === undefined ? [] : read(facts, bookNumber), at ?? 0);
    const asked = new AskedOfUse(past, query, at ?? 0);
    const allowances = new Allowances(past, asked, (limit, label) => {
      const [limitId, labelId] = [words.numberOf(limit), words.numberOf(label)];
      if (limitId === undefined || labelId === undefined) return new Map();
      const rows = used.iterate(bookNumber!, limitId, labelId) as unknown as Iterable<number[]>;
      return new Map(
        [...rows].map(([employee, ...figures]) => [words.wordOf(employee!), figures as unknown as Used]),
      );
    });
    if (past.isOpen && !allowances.add()) return TOO_MANY;
    const staff = staffOf(past, asked, query.given);
    const stores = storesOf(past, asked, query.given);
    const given = new Map(query.given.groups.map((group) => [group.key, group]));
    const gestures = new Map(query.gestures.groups.map(({ key, ...figures }) => [key, figures]));
    const figures = (key: Key | undefined): UseFigures => {
      const { acts, zeroCost } = key === undefined ? query.given.total : (given.get(key) ?? NO_ACTS);
      const byLocation = key === undefined || groupBy === 'region';
      return {
        allowances: allowanceUse((allowances.groups.get(key) ?? new Map()).values()),
        staff: spreadOf(staff.get(key) ?? []),
        stores: byLocation ? spreadOf(stores.get(key) ?? []) : null,
        zeroCost: shareOf(zeroCost, acts, 'There are no acts.'),
        timeToGesture: key === undefined ? query.gestures.total : (gestures.get(key) ?? timeToGesture([])),
      };
    };
    const keys = new Set<Key | undefined>([...allowances.groups.keys(), ...staff.keys(), ...given.keys()]);
    if (groupBy === 'region') for (const key of stores.keys()) keys.add(key);
    return {
      ok: true,
      asOf: at ?? null,
      groupBy: groupBy ?? null,
      rows:
        groupBy === undefined
          ? []
          : [...keys]
              .filter((key) => key !== undefined)
              .sort(inOrder)
              .map((key) => ({ key: { [groupBy]: key }, ...figures(key) })),
      total: figures(undefined),
      limits: allowances.byLimit(),
      rowsOverlap: groupBy === 'role',
    };
  };
}

const NO_ACTS = { acts: 0, zeroCost: 0 };

/** Absent values first, then by code unit: the same everywhere. */
function inOrder(one: Key, other: Key): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}

function* read(facts: StatementSync, book: number): Generator<BookEvent> {
  const rows = facts.iterate(rowKey(book, 0), rowKey(book, POSITIONS - 1)) as unknown as Iterable<[string]>;
  for (const [fact] of rows) yield JSON.parse(fact);
}

/** Where the groups of a question and the end of its span are. */
class AskedOfUse {
  readonly #past: StaffPast;
  readonly query: UseQuery;
  readonly asOf: number;

  constructor(past: StaffPast, query: UseQuery, asOf: number) {
    this.#past = past;
    this.query = query;
    this.asOf = asOf;
  }

  /** The last moment of the span on a calendar, or the newest there is, epoch ms. */
  endOn(calendar: BusinessCalendar): number {
    const { to } = this.query;
    const end = to === undefined ? Infinity : calendar.startOfDay(requireDate(to) + 1) - 1;
    return Math.min(end, this.asOf);
  }

  /** Undefined is the total; several where an employee has several roles. */
  keysOf({ roles, homeLocation }: Employee, asRoles: readonly string[] = roles): (Key | undefined)[] {
    switch (this.query.groupBy satisfies UseDimension | undefined) {
      case undefined:
        return [undefined];
      case 'location':
        return [undefined, homeLocation ?? null];
      case 'region':
        return [undefined, this.#past.locationOf(homeLocation)?.region ?? null];
      case 'role':
        return asRoles.length === 0 ? [undefined, null] : [undefined, ...new Set(asRoles)];
    }
  }
}

class Allowances {
  readonly groups = new Map<Key | undefined, Windows>();
  readonly #limits = new Map<string, { title: string | null; windows: Windows }>();
  readonly #past: StaffPast;
  readonly #asked: AskedOfUse;
  readonly #usedIn: (limit: string, label: string) => ReadonlyMap<string, Used>;
  readonly #windows = new Map<BusinessCalendar, readonly LimitWindow[] | undefined>();
  readonly #used = new Map<string, ReadonlyMap<string, Used>>();

  constructor(
    past: StaffPast,
    asked: AskedOfUse,
    usedIn: (limit: string, label: string) => ReadonlyMap<string, Used>,
  ) {
    this.#past = past;
    this.#asked = asked;
    this.#usedIn = usedIn;
  }

  /** @returns false when there are too many */
  add(): boolean {
    let looked = 0;
    for (const [id, stated] of this.#past.employees) {
      for (const [i, { from, employee }] of stated.entries()) {
        const windows = this.#windowsOn(this.#past.calendarOf(employee.homeLocation));
        looked += windows?.length ?? Infinity;
        if (windows === undefined || looked > MAX_EMPLOYEE_WINDOWS) return false;
        const until = stated[i + 1]?.from ?? Infinity;
        for (const window of windows) {
          // Known from its first moment on; roles and home are those of its last.
          if (window.from < stated[0]!.from || window.to <= from || window.to > until) continue;
          this.#addOne(id, employee, window);
        }
      }
    }
    return true;
  }

  #addOne(id: string, employee: Employee, { label, limit }: LimitWindow): void {
    if (!this.#past.speaksOf(limit.appliesTo, employee)) return;
    const used = this.#usedOf(limit.id, label).get(id);
    let isUsed = false;
    let isAll = false;
    for (const [i, measure] of MEASURES.entries()) {
      const allowed = limit.allow[measure];
      if (allowed === undefined) continue;
      const inAll = allowed + (used?.[i + 3] ?? 0);
      // Nothing was to be given: that it was not used says nothing.
      if (inAll <= 0) return;
      const figure = used?.[i] ?? 0;
      if (figure > 0) isUsed = true;
      if (figure >= inAll) isAll = true;
    }
    const { roles } = limit.appliesTo;
    const asRoles = employee.roles.filter((role) => roles === undefined || roles.includes(role));
    for (const key of this.#asked.keysOf(employee, asRoles))
      count(groupIn(this.groups, key), id, isUsed, isAll);
    let ofLimit = this.#limits.get(limit.id);
    if (ofLimit === undefined) {
      ofLimit = { title: null, windows: new Map() };
      this.#limits.set(limit.id, ofLimit);
    }
    ofLimit.title = limit.title ?? null;
    count(ofLimit.windows, id, isUsed, isAll);
  }

  #windowsOn(calendar: BusinessCalendar): readonly LimitWindow[] | undefined {
    if (!this.#windows.has(calendar)) {
      const { query, asOf } = this.#asked;
      const inForce = this.#past.inForce(calendar);
      this.#windows.set(
        calendar,
        windowsOfLimits(inForce, calendar, query, asOf, MAX_EMPLOYEE_WINDOWS / 100),
      );
    }
    return this.#windows.get(calendar);
  }

  #usedOf(limit: string, label: string): ReadonlyMap<string, Used> {
    const name = `${limit}\n${label}`;
    let known = this.#used.get(name);
    if (known === undefined) {
      known = this.#usedIn(limit, label);
      this.#used.set(name, known);
    }
    return known;
  }

  byLimit() {
    return [...this.#limits]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([limit, { title, windows }]) => ({ limit, title, ...allowanceUse(windows.values()) }));
  }
}

function groupIn(groups: Map<Key | undefined, Windows>, key: Key | undefined): Windows {
  let group = groups.get(key);
  if (group === undefined) {
    group = new Map();
    groups.set(key, group);
  }
  return group;
}

function count(windows: Windows, id: string, isUsed: boolean, isAll: boolean): void {
  let one = windows.get(id);
  if (one === undefined) {
    one = { n: 0, nothing: 0, all: 0 };
    windows.set(id, one);
  }
  one.n++;
  if (isAll) one.all++;
  else if (!isUsed) one.nothing++;
}

/** Acts of everybody who could have given, by group: roles and home as they were at the end of the span. */
function staffOf(past: StaffPast, asked: AskedOfUse, given: Given): Map<Key | undefined, number[]> {
  const groups = new Map<Key | undefined, number[]>();
  const acts = new Map(given.employees);
  const put = (employee: Employee, many: number) => {
    for (const key of asked.keysOf(employee)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [many]);
      else group.push(many);
    }
  };
  for (const [id, stated] of past.employees) {
    const employee = employeeAtEnd(past, asked, stated);
    const many = acts.get(id) ?? 0;
    acts.delete(id);
    if (employee !== undefined && (many > 0 || past.couldGive(employee.stated, employee.at)))
      put(employee.stated, many);
    // Known only after the span, and yet they gave in it: what was recorded late.
    else if (many > 0) put(stated[0]!.employee, many);
  }
  // Nobody the directory knows, and yet they gave.
  for (const many of acts.values()) put({ roles: [] }, many);
  return groups;
}

function employeeAtEnd(
  past: StaffPast,
  asked: AskedOfUse,
  stated: readonly { readonly from: number; readonly employee: Employee }[],
): { readonly stated: Employee; readonly at: number } | undefined {
  for (let i = stated.length - 1; i >= 0; i--) {
    const { from, employee } = stated[i]!;
    const at = asked.endOn(past.calendarOf(employee.homeLocation));
    if (from <= at) return { stated: employee, at };
  }
  return undefined;
}

/** Acts at every location the directory knew by the end of the span, and at those it did not know, by region. */
function storesOf(past: StaffPast, asked: AskedOfUse, given: Given): Map<Key | undefined, number[]> {
  const groups = new Map<Key | undefined, number[]>();
  const acts = new Map(given.locations);
  const put = (location: string, many: number) => {
    for (const key of [undefined, past.locationOf(location)?.region ?? null]) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [many]);
      else group.push(many);
    }
  };
  for (const [id, since] of past.knownSince) {
    const many = acts.get(id) ?? 0;
    acts.delete(id);
    if (many > 0 || since <= asked.endOn(past.calendarOf(id))) put(id, many);
  }
  for (const [id, many] of acts) put(id, many);
  return groups;
}
