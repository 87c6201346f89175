/**
 * How much somebody gives, against peers of the same roles. Everybody has a rate of their own, gamma distributed among
 * those who give at all: counts are negative binomial. Assumes that a day in the directory is a day like those of the
 * peers; who works how many hours is in no fact of the ledger, and makes peers differ more.
 */
import { type RateModel, rateModelOf } from '../statistics/rates.ts';
import { gammaQuantile } from '../statistics/special-functions.ts';
import { logAtLeastSoMany, logAtMostSoMany } from '../statistics/tails.ts';
import { type Conduct, type Grouped } from './conduct.ts';
import { type Figures, fittedWithoutOutliers, type Tested } from './tested.ts';

/** Fewer peers of the same roles than this are compared with everybody. */
const LEAST_OF_A_ROLE = 20;
const LEAST_OF_ALL = 10;
/** Peers from whom less than this is expected have hardly begun. */
const LEAST_EXPECTED = 3;
/** Of what half of the peers who give at all reach: giving less than that is little. */
export const LITTLE = 0.2;

interface Exposed {
  readonly employee: number;
  readonly count: number;
  readonly days: number;
}

interface Group {
  readonly members: readonly Exposed[];
  model: RateModel;
  /** The middle rate of those who give at all. */
  readonly middle: number;
}

/** @returns the tests of too much and of little, over the same people */
export function rateTests(conduct: Conduct, byEmployee: Grouped): readonly [Tested, Tested] {
  const { acts, employees, from, to } = conduct;
  const inSpan = (row: number) => acts.reversed[row] === 0 && acts.day[row]! >= from;
  const rowsOf = (employee: number, after = Number.NEGATIVE_INFINITY): number[] => {
    const rows: number[] = [];
    for (let i = byEmployee.starts[employee]!; i < byEmployee.starts[employee + 1]!; i++) {
      const row = byEmployee.rows[i]!;
      if (inSpan(row) && acts.position[row]! > after) rows.push(row);
    }
    return rows;
  };
  const exposed: Exposed[] = [];
  for (const [employee, { since }] of employees.entries()) {
    const rows = rowsOf(employee);
    // There at least from the first act on: a directory may be stated after the history it belongs to.
    const first = rows.reduce((least, row) => Math.min(least, acts.day[row]!), since ?? to + 1);
    const days = to - Math.max(from, first) + 1;
    if (days > 0) exposed.push({ employee, count: rows.length, days });
  }
  const groupOf = groups(conduct, exposed);
  const judged = exposed.filter((one) => {
    const group = groupOf(one);
    return group !== undefined && group.model.rate * one.days >= LEAST_EXPECTED;
  });
  const untested = exposed.length - judged.length;
  const all = exposed.length - 1;

  const muchOf = ({ count, days }: Exposed, { model }: Group) =>
    logAtLeastSoMany(count, model.rate * days, model.shape);
  fittedWithoutOutliers(
    judged.length,
    (kept) => {
      const givers = judged.filter(({ count }, at) => count > 0 && kept[at] === 1);
      for (const group of new Set(judged.map((one) => groupOf(one)!))) {
        const own = givers.filter((one) => groupOf(one) === group);
        if (own.length > 0) group.model = modelOf(own);
      }
    },
    (at) => muchOf(judged[at]!, groupOf(judged[at]!)!),
    // A few who are always there and give many times as much belong to every trade: they are no outliers of it.
    'with-all',
  );
  const much = Float64Array.from(judged, (one) => muchOf(one, groupOf(one)!));
  const littleOf = ({ count, days }: Exposed, { middle }: Group) =>
    logAtMostSoMany(count, LITTLE * middle * days);
  const little = Float64Array.from(judged, (one) => littleOf(one, groupOf(one)!));

  const figures = (at: number): Figures => {
    const one = judged[at]!;
    const group = groupOf(one)!;
    const { rate, shape } = group.model;
    const alike = Math.min(shape, 1e6);
    const posterior = alike + one.count;
    // Of one's own rate over the rate of all.
    const scale = 1 / (alike + rate * one.days);
    return {
      observed: one.count,
      exposure: { n: one.days, unit: 'days' },
      expected: rate * one.days,
      peers: { near: group.members.length - 1, all },
      times: {
        value: posterior * scale,
        low: gammaQuantile(0.025, posterior, scale),
        high: gammaQuantile(0.975, posterior, scale),
      },
      behind: rowsOf(one.employee),
    };
  };
  /** Acts that the ledger has learned of after a position, and the days since the latest act it knew of then. */
  const after = (one: Exposed, position: number): Exposed => {
    const rows = rowsOf(one.employee, position);
    let seenTo = from - 1;
    for (let row = 0; row < acts.size; row++)
      if (acts.position[row]! <= position) seenTo = Math.max(seenTo, acts.day[row]!);
    const days = Math.min(one.days, Math.max(1, to - seenTo));
    return { employee: one.employee, count: rows.length, days };
  };
  const tested = (kind: 'rate' | 'under-use', logP: Float64Array, logPOf: typeof muchOf): Tested => ({
    kind,
    subjects: Int32Array.from(judged, ({ employee }) => employee),
    logP,
    untested,
    silent: 0,
    spread: 0,
    figures,
    since(at, position) {
      const one = after(judged[at]!, position);
      return { observed: one.count, logP: logPOf(one, groupOf(judged[at]!)!) };
    },
  });
  return [tested('rate', much, muchOf), tested('under-use', little, littleOf)];
}

/** Those of the same roles where they are enough, everybody else together. */
function groups({ employees }: Conduct, exposed: readonly Exposed[]): (one: Exposed) => Group | undefined {
  const byRole = new Map<string, Exposed[]>();
  for (const one of exposed) {
    const { roles } = employees[one.employee]!;
    const members = byRole.get(roles);
    if (members === undefined) byRole.set(roles, [one]);
    else members.push(one);
  }
  const made = new Map<string, Group>();
  const rest: Exposed[] = [];
  for (const [roles, members] of byRole) {
    const group = members.length >= LEAST_OF_A_ROLE ? groupOf(members) : undefined;
    if (group === undefined) rest.push(...members);
    else made.set(roles, group);
  }
  // Few of a role are compared with all of the book, not with the few of other roles.
  const all = exposed.length >= LEAST_OF_ALL && rest.length > 0 ? groupOf(exposed) : undefined;
  return ({ employee }) => made.get(employees[employee]!.roles) ?? all;
}

function groupOf(members: readonly Exposed[]): Group | undefined {
  const givers = members.filter(({ count }) => count > 0);
  if (givers.length < LEAST_OF_ALL) return undefined;
  const rates = givers.map(({ count, days }) => count / days).sort((one, other) => one - other);
  return { members, model: modelOf(givers), middle: rates[Math.floor((rates.length - 1) / 2)]! };
}

function modelOf(givers: readonly Exposed[]): RateModel {
  return rateModelOf(givers.map(({ count, days }) => ({ count, exposure: days })));
}
