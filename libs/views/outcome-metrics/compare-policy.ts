/**
 * Grade B: a policy version came into force and changed something at some locations only. What changed there, less what
 * changed elsewhere at the same time: differences in differences, with the location as the case, since the customers of
 * one are alike (M. Bertrand, E. Duflo and S. Mullainathan, Quarterly Journal of Economics 119, 2004).
 */
import {
  differenceOfMeans,
  LEAST_CLUSTERS,
  spreadOf,
  studentQuantile,
} from '../../statistics/mean-differences.ts';
import { readDay } from '../stored-form.ts';
import { type Followed, LONG_DAYS, SHORT_DAYS } from './cases.ts';
import type { Compared, ComparisonFindings, ComparisonQuery } from './compare.ts';
import { beforeAndAfter } from './compare-dates.ts';
import { NO_RETURNS } from './figures.ts';
import { DAY_MS } from './outcome-metrics.ts';
import { minor, share } from './rounding.ts';
import { passesFilters, type Sweep, type SweptAct } from './sweep.ts';

/** Fewer customers in a period of a location give no change to speak of. */
const LEAST_CUSTOMERS = 10;

export function comparePolicy(sweep: Sweep, query: ComparisonQuery): ComparisonFindings {
  const { filters = {}, affected } = query;
  const { policyVersion, ...others } = filters;
  if (policyVersion === undefined) {
    return {
      ok: false,
      parameter: 'policyVersion',
      detail: 'A comparison of policies is about a version that came into force.',
      advice: 'Name the version; the acts before its first are the other arm.',
    };
  }
  const acts = sweep.acts(query, (dims) => passesFilters(sweep.dimsOf(dims), others)).sort(sweep.byCustomer);
  const isOf = ({ dims }: SweptAct) => sweep.dimsOf(dims).policyVersion === policyVersion;
  const days = acts.filter(isOf).map(({ day }) => day);
  if (days.length === 0) {
    return {
      ok: false,
      parameter: 'policyVersion',
      detail: `No act in the span was decided under version ${policyVersion}.`,
      advice: 'Ask for a span in which it was in force.',
    };
  }
  const [pivot, end] = [days.reduce((a, b) => Math.min(a, b)), days.reduce((a, b) => Math.max(a, b))];
  const ofPeriods = acts.filter(({ day }) => day <= end);
  if (affected === undefined) {
    return beforeAndAfter(
      sweep,
      { ...query, filters: others },
      pivot,
      everywhere(policyVersion, pivot),
      ({ day }) => day <= end,
    );
  }
  return differencesInDifferences(sweep, ofPeriods, pivot, policyVersion, new Set(affected));
}

function everywhere(version: number, pivot: number) {
  return {
    first: `acts before version ${version} was first decided under, on ${readDay(pivot)}`,
    second: `acts from then on, while it was in force`,
    verdict:
      'Grade D, not causal: a version comes into force everywhere at the same date, so nothing is left unaffected to compare with.',
    against: [
      'Name with affected= the locations for which the version changed something: then the others tell what the date alone did.',
    ],
  };
}

interface Period {
  readonly followed: Followed[];
  readonly seen: Set<string>;
}
type Periods = ReadonlyMap<string, readonly [Period, Period]>;
type Measure = (followed: readonly Followed[]) => number | undefined;

function differencesInDifferences(
  sweep: Sweep,
  acts: readonly SweptAct[],
  pivot: number,
  version: number,
  affected: ReadonlySet<string>,
): ComparisonFindings {
  const followed = [...sweep.followed(acts)];
  const periods = periodsOf(sweep, followed, pivot);
  const before = followed.filter(([{ day }]) => day < pivot);
  const days = [...new Set(before.map(([{ day }]) => day))].sort((a, b) => a - b);
  const placebo = changes(
    periodsOf(sweep, before, days[Math.floor(days.length / 2)] ?? pivot),
    affected,
    returned(SHORT_DAYS),
  );
  const trend = differenceOfMeans(placebo.affected, placebo.others);
  const apart = trend !== undefined && (trend.interval.low > 0 || trend.interval.high < 0);
  const told = sweep.observed.returns !== null;
  const [ours, theirs] = [true, false].map((is) =>
    [...periods.keys()].filter((name) => affected.has(name) === is),
  );
  const censored = (names: readonly string[]) => {
    const all = names.flatMap((name) => periods.get(name)!.flatMap((period) => period.followed));
    return {
      within30Days: all.filter(({ watched }) => watched < SHORT_DAYS).length,
      within90Days: all.filter(({ watched }) => watched < LONG_DAYS).length,
    };
  };
  const compare = (measure: Measure, round: (value: number) => number) =>
    comparedChanges(changes(periods, affected, measure), round, told);
  return {
    ok: true,
    design: 'policy',
    grade: 'B',
    causal: false,
    verdict: `Grade B, not causal by itself: what changed at the affected locations when version ${version} came into force, less what changed at the others; it holds if both would have changed alike without it.`,
    unit: 'location, its change from before to after',
    arms: {
      first: { label: 'change at the other locations', n: theirs!.length, censored: censored(theirs!) },
      second: { label: 'change at the affected locations', n: ours!.length, censored: censored(ours!) },
    },
    returnWithin30Days: compare(returned(SHORT_DAYS), share),
    returnWithin90Days: compare(returned(LONG_DAYS), share),
    spendAfter30Days: compare(spent(0), minor),
    spendAfter90Days: compare(spent(1), minor),
    checks: {
      inForceFrom: readDay(pivot),
      changeBeforeItCame: trend === undefined ? null : share(trend.value),
      changeBeforeItCameLow: trend === undefined ? null : share(trend.interval.low),
      changeBeforeItCameHigh: trend === undefined ? null : share(trend.interval.high),
    },
    against: [
      ...(apart
        ? [
            'The locations already went apart before the version came: the difference is not to be put down to it.',
          ]
        : []),
      ...(trend === undefined
        ? [
            'Whether the locations changed alike before the version came cannot be told: too few, or too short a time.',
          ]
        : []),
      'Whatever else changed at the affected locations alone is taken for the version.',
      'The locations were chosen by somebody; with few of them the interval is wide, and rests on their changes being about normal.',
    ],
    observedUntil: sweep.observed,
    currency: sweep.currency,
  };
}

function periodsOf(
  sweep: Sweep,
  followed: readonly (readonly [SweptAct, Followed])[],
  pivot: number,
): Periods {
  const periods = new Map<string, [Period, Period]>();
  for (const [act, one] of followed) {
    const location = sweep.dimsOf(act.dims).location!;
    let both = periods.get(location);
    if (both === undefined) {
      both = [
        { followed: [], seen: new Set() },
        { followed: [], seen: new Set() },
      ];
      periods.set(location, both);
    }
    const period = both[act.day < pivot ? 0 : 1]!;
    // Acts come in their order: the first of each customer.
    if (period.seen.has(act.customer)) continue;
    period.seen.add(act.customer);
    period.followed.push(one);
  }
  return periods;
}

function changes(periods: Periods, affected: ReadonlySet<string>, measure: Measure) {
  const found = { affected: [] as number[], others: [] as number[] };
  for (const [location, [before, after]] of periods) {
    const [from, to] = [measure(before.followed), measure(after.followed)];
    if (from === undefined || to === undefined) continue;
    (affected.has(location) ? found.affected : found.others).push(to - from);
  }
  return found;
}

function returned(within: number): Measure {
  return (all) => {
    const complete = all.filter(({ watched }) => watched >= within);
    if (complete.length < LEAST_CUSTOMERS) return undefined;
    return complete.filter(({ returnMs }) => returnMs <= within * DAY_MS).length / complete.length;
  };
}

function spent(which: 0 | 1): Measure {
  const within = which === 0 ? SHORT_DAYS : LONG_DAYS;
  return (all) => {
    const complete = all.filter(({ watched }) => watched >= within);
    if (complete.length < LEAST_CUSTOMERS) return undefined;
    return complete.reduce((sum, one) => sum + one.spent[which], 0) / complete.length;
  };
}

function comparedChanges(
  { affected, others }: { readonly affected: readonly number[]; readonly others: readonly number[] },
  round: (value: number) => number,
  told: boolean,
): Compared {
  const n = { first: others.length, second: affected.length };
  const difference = told ? differenceOfMeans(affected, others) : undefined;
  if (difference === undefined) {
    const why = told
      ? `Fewer than ${LEAST_CLUSTERS} locations on a side have ${LEAST_CUSTOMERS} customers watched that long before and after.`
      : NO_RETURNS;
    const none = { value: null, interval: null, grade: 'B', why } as const;
    return {
      first: { ...none, n: n.first },
      second: { ...none, n: n.second },
      effect: { ...none, n, causal: false },
    };
  }
  const figure = (values: readonly number[]) => {
    const { mean, ofMean } = spreadOf(values);
    const half = studentQuantile(values.length - 1) * Math.sqrt(ofMean);
    const interval = { low: round(mean - half), high: round(mean + half) };
    return { value: round(mean), n: values.length, interval, grade: 'B' } as const;
  };
  const { value, interval } = difference;
  return {
    first: figure(others),
    second: figure(affected),
    effect: {
      value: round(value),
      n,
      interval: { low: round(interval.low), high: round(interval.high) },
      grade: 'B',
      causal: false,
    },
  };
}
