/** The figures on use, each with its number of cases. The definitions are told in docs/measuring.md. */
import { giniOf, LEAST_FOR_A_GINI, partOfLargest } from '../../statistics/concentration.ts';
import type { Interval } from '../../statistics/interval.ts';
import { wilson } from '../../statistics/shares.ts';
import { shareByCluster } from '../../statistics/shares-by-cluster.ts';
import { share } from '../outcome-metrics/rounding.ts';
import type { AllowanceUse, Spread, UseFigure } from './use.ts';

const TENTH = 0.1;
/** Fewer employees tell too little of how much they differ. */
export const LEAST_EMPLOYEES = 10;

/** Windows of one employee: in how many nothing was used, and in how many all. */
export interface WindowsOfOne {
  n: number;
  nothing: number;
  all: number;
}

export function allowanceUse(employees: Iterable<WindowsOfOne>): AllowanceUse {
  const each = [...employees];
  const figure = (partOf: (one: WindowsOfOne) => number): UseFigure => {
    const found = shareByCluster(each.map((one) => ({ part: partOf(one), n: one.n })));
    if (found === undefined) return none('No window of anybody’s allowance ended in the span.');
    const { n, value, interval } = found;
    if (interval !== undefined && each.length >= LEAST_EMPLOYEES) return made(n, value, interval);
    return {
      ...made(n, value, null),
      why: `Fewer than ${LEAST_EMPLOYEES} employees tell too little of how much they differ.`,
    };
  };
  return {
    employeeWindows: each.reduce((sum, { n }) => sum + n, 0),
    employees: each.length,
    nothing: figure(({ nothing }) => nothing),
    some: figure(({ n, nothing, all }) => n - nothing - all),
    all: figure(({ all }) => all),
  };
}

/** @param acts of everybody who could have given, 0 among them */
export function spreadOf(acts: readonly number[]): Spread {
  const n = acts.length;
  const gave = acts.filter((one) => one > 0).length;
  const all = acts.reduce((sum, one) => sum + one, 0);
  const top = partOfLargest(acts, TENTH);
  const gini = giniOf(acts);
  return {
    couldHaveGiven: n,
    gave: shareOf(gave, n, 'Nobody could have given.'),
    byTopTenth:
      top === undefined
        ? none('Nothing was given.')
        : {
            ...made(all, top, null),
            why: 'Counted over everybody who could have given: this is no sample.',
          },
    gini:
      gini === undefined
        ? none('Nothing was given.')
        : gini.interval === undefined
          ? {
              ...made(n, gini.value, null),
              why: `Below ${LEAST_FOR_A_GINI} the interval would promise more than it holds.`,
            }
          : made(n, gini.value, gini.interval),
  };
}

export function shareOf(part: number, n: number, whyNone: string): UseFigure {
  return n === 0 ? none(whyNone) : made(n, part / n, wilson({ part, n }));
}

function none(why: string): UseFigure {
  return { n: 0, value: null, interval: null, why };
}

function made(n: number, value: number, interval: Interval | null): UseFigure {
  return {
    n,
    value: share(value),
    interval: interval === null ? null : { low: share(interval.low), high: share(interval.high) },
  };
}
