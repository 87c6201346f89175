/** The figures of one group of acts, each with what it rests on. Pure; the formulas are told in docs/measuring.md. */
import { clusteredMedian, clusteredShare } from '../../statistics/clustered.ts';
import { ClusteredSurvival } from '../../statistics/clustered-survival.ts';
import type { Interval } from '../../statistics/interval.ts';
import { LEAST_FOR_A_MEAN, ratioOf } from '../../statistics/means.ts';
import { quantileInterval, quantileOf } from '../../statistics/quantiles.ts';
import { wilson } from '../../statistics/shares.ts';
import type { Happened } from '../../statistics/survival.ts';
import {
  type AnsweredIncident,
  type Cases,
  type Following,
  LONG_DAYS,
  SHORT_DAYS,
  type Told,
} from './cases.ts';
import {
  type CompleteFigure,
  DAY_MS,
  type Figure,
  MOST_DAYS,
  type OutcomeFigures,
  type ReturnFigure,
} from './outcome-metrics.ts';
import { days, minor, minutes, share } from './rounding.ts';

export const NO_RETURNS = 'Nobody has told of any visit or purchase up to then.';
const NO_CONTACTS = 'Nobody has told of any contact or incident up to then.';
const NO_RESOLUTIONS = 'Nobody has ever told that an incident was resolved.';
const NO_CUSTOMERS = 'No act of these has a known customer.';
const NO_INCIDENTS = 'No act of these is the first that answered an incident.';

/** How a group's means are resampled. */
export interface Resampling {
  /** Names the group: the same facts are resampled in the same way. */
  readonly seed: string;
  readonly rounds: number;
}

export function figuresOf(cases: Cases, told: Told, resampling: Resampling): OutcomeFigures {
  const { acts, identified, following } = cases;
  const opened = cases.incidents.flatMap((one) => (one.minutes === null ? [] : [one.minutes]));
  const inOrder = Float64Array.from(opened).sort();
  const survival = survivalOf(following);
  return {
    acts,
    costMinor: cases.cost,
    retailMinor: cases.retail,
    identifiedShare: shareFigure(identified, acts, 'There are no acts.'),
    minutesToFirstAct: { median: minutesFigure(inOrder, 0.5), p90: minutesFigure(inOrder, 0.9) },
    resolvedAtFirstTouch: incidentFigure(
      cases.incidents,
      ({ firstTouch }) => firstTouch,
      told.contacts ? (told.resolutions ? undefined : NO_RESOLUTIONS) : NO_CONTACTS,
    ),
    repeatContact: incidentFigure(
      cases.incidents,
      ({ repeated }) => repeated,
      told.contacts ? undefined : NO_CONTACTS,
    ),
    returnWithin30Days: returnFigure(following, survival, SHORT_DAYS, told),
    returnWithin90Days: returnFigure(following, survival, LONG_DAYS, told),
    medianDaysUntilReturn: medianFigure(survival, told),
    daysUntilSeenReturn: seenFigure(following, told),
    spendAfter30Days: spendFigure(following, 0, told, resampling),
    spendAfter90Days: spendFigure(following, 1, told, resampling),
    costPerReturningCustomer: costFigure(following, told, resampling),
  };
}

export function survivalOf(following: Following): ClusteredSurvival {
  const { lastDay, returned } = following.lastDays();
  return new ClusteredSurvival(lastDay, returned, following.customer);
}

const untold = (n: number, why: string): Figure => ({ value: null, n, interval: null, grade: 'D', why });

function rounded(interval: Interval, round: (value: number) => number) {
  return { low: round(interval.low), high: round(interval.high) };
}

function shareFigure(part: number, n: number, whyNone: string): Figure {
  if (n === 0) return untold(0, whyNone);
  return { value: share(part / n), n, interval: rounded(wilson({ part, n }), share), grade: 'D' };
}

function minutesFigure(sorted: Float64Array, p: number): Figure {
  const n = sorted.length;
  if (n === 0) return untold(0, 'No incident of these has both a time of opening and an act.');
  const value = minutes(quantileOf(sorted, p));
  const interval = quantileInterval(sorted, p);
  if (interval === undefined) return { ...untold(n, `${n} are too few for an interval.`), value };
  return { value, n, interval: rounded(interval, minutes), grade: 'D' };
}

function incidentFigure(
  incidents: readonly AnsweredIncident[],
  holds: (incident: AnsweredIncident) => boolean,
  untoldBecause: string | undefined,
): CompleteFigure {
  const complete = incidents.filter((one) => one.complete);
  const censored = incidents.length - complete.length;
  if (untoldBecause !== undefined) return { ...untold(0, untoldBecause), censored: incidents.length };
  const why = incidents.length === 0 ? NO_INCIDENTS : `None has been watched for ${SHORT_DAYS} days yet.`;
  return { ...shareFigure(complete.filter(holds).length, complete.length, why), censored };
}

function returnFigure(
  following: Following,
  survival: ClusteredSurvival,
  within: number,
  told: Told,
): ReturnFigure {
  const plain = plainReturns(following, within);
  const { n, clusters: customers } = survival;
  const why = untoldReturn(following, told);
  if (why !== undefined) {
    const none = untold(n, why);
    return { ...none, customers, atRisk: 0, returned: 0, censored: n, complete: { ...none, returned: 0 } };
  }
  const known: Happened | undefined = survival.at(within);
  if (known === undefined) {
    const { returned, censored } = plain.seen;
    const none = untold(n, `None has been watched for ${within} days yet.`);
    return { ...none, customers, atRisk: 0, returned, censored, complete: plain.figure };
  }
  return {
    value: share(known.share),
    n,
    interval: rounded(known.interval, share),
    grade: 'D',
    customers,
    atRisk: known.atRisk,
    returned: known.events,
    censored: known.censored,
    complete: plain.figure,
  };
}

function untoldReturn(following: Following, told: Told): string | undefined {
  if (!told.returns) return NO_RETURNS;
  return following.length === 0 ? NO_CUSTOMERS : undefined;
}

function plainReturns(following: Following, within: number) {
  const holds: number[] = [];
  const customers: number[] = [];
  let [returned, censored, seen] = [0, 0, 0];
  for (let i = 0; i < following.length; i++) {
    const inTime = following.returnMs[i]! <= within * DAY_MS;
    if (following.watched[i]! >= within) {
      holds.push(inTime ? 1 : 0);
      customers.push(following.customer[i]!);
      if (inTime) returned++;
    } else if (!inTime) censored++;
    if (inTime) seen++;
  }
  const known = clusteredShare(holds, customers);
  const figure: Figure =
    known === undefined
      ? untold(0, `None has been watched for ${within} days yet.`)
      : {
          value: share(known.value),
          n: holds.length,
          interval: rounded(known.interval, share),
          grade: 'D',
        };
  return { figure: { ...figure, returned }, seen: { returned: seen, censored } };
}

function medianFigure(survival: ClusteredSurvival, told: Told): Figure {
  const { n } = survival;
  if (!told.returns) return untold(n, NO_RETURNS);
  if (n === 0) return untold(0, NO_CUSTOMERS);
  const median = survival.median();
  if (median === undefined) {
    return untold(
      n,
      `Fewer than half of them came back as far as they were watched, ${MOST_DAYS} days at most.`,
    );
  }
  return { value: median.day, n, interval: median.interval, grade: 'D' };
}

function seenFigure(following: Following, told: Told): Figure {
  const why = untoldReturn(following, told);
  if (why !== undefined) return untold(0, why);
  const values: number[] = [];
  const customers: number[] = [];
  for (let i = 0; i < following.length; i++) {
    if (following.returnMs[i]! > LONG_DAYS * DAY_MS) continue;
    values.push(following.returnMs[i]! / DAY_MS);
    customers.push(following.customer[i]!);
  }
  const median = clusteredMedian(values, customers);
  if (median === undefined) return untold(0, `None was seen to come back within ${LONG_DAYS} days.`);
  const { value, interval } = median;
  if (interval === undefined) {
    return { ...untold(values.length, 'Too few customers for an interval.'), value: days(value) };
  }
  return { value: days(value), n: values.length, interval: rounded(interval, days), grade: 'D' };
}

/** Pairs for each customer, in an order of their own: the order of the facts does not show in a resample. */
class Pairs {
  readonly #pairs: [number, number][] = [];

  add(above: number, below: number): void {
    this.#pairs.push([above, below]);
  }

  get length(): number {
    return this.#pairs.length;
  }

  ratio({ seed, rounds }: Resampling) {
    this.#pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return ratioOf(
      this.#pairs.map(([above]) => above),
      this.#pairs.map(([, below]) => below),
      seed,
      rounds,
    );
  }
}

const TOO_FEW = `An interval of a mean takes ${LEAST_FOR_A_MEAN} customers at least, who are not all alike.`;

function ratioFigure(pairs: Pairs, n: number, resampling: Resampling, whyNone: string): Figure {
  const ratio = pairs.ratio(resampling);
  if (ratio === undefined) return untold(n, whyNone);
  const value = minor(ratio.value);
  if (ratio.interval === undefined) return { ...untold(n, TOO_FEW), value };
  return { value, n, interval: rounded(ratio.interval, minor), grade: 'D' };
}

function spendFigure(following: Following, which: 0 | 1, told: Told, resampling: Resampling): CompleteFigure {
  const why = untoldReturn(following, told);
  if (why !== undefined) return { ...untold(0, why), censored: following.length };
  const within = which === 0 ? SHORT_DAYS : LONG_DAYS;
  const pairs = new Pairs();
  let complete = 0;
  let [spent, acts] = [0, 0];
  for (let i = 0; i < following.length; i++) {
    if (following.watched[i]! >= within) {
      complete++;
      acts++;
      spent += following.spent[which][i]!;
    }
    if (following.customer[i] !== following.customer[i + 1]) {
      if (acts > 0) pairs.add(spent, acts);
      [spent, acts] = [0, 0];
    }
  }
  const none = `None has been watched for ${within} days yet.`;
  const figure = ratioFigure(
    pairs,
    complete,
    { ...resampling, seed: `${resampling.seed} spend ${within}` },
    none,
  );
  return { ...figure, censored: following.length - complete };
}

/** Of customers whose first act has been watched for all of the days: the cost of all their acts over who returned. */
function costFigure(
  following: Following,
  told: Told,
  resampling: Resampling,
): CompleteFigure & { readonly returning: number } {
  const why = untoldReturn(following, told);
  if (why !== undefined) return { ...untold(0, why), censored: 0, returning: 0 };
  const pairs = new Pairs();
  let [returning, censored, first, cost] = [0, 0, 0, 0];
  for (let i = 0; i < following.length; i++) {
    cost += following.cost[i]!;
    if (following.customer[i] === following.customer[i + 1]) continue;
    if (following.watched[first]! < LONG_DAYS) censored++;
    else {
      const returned = following.returnMs[first]! <= LONG_DAYS * DAY_MS ? 1 : 0;
      returning += returned;
      pairs.add(cost, returned);
    }
    first = i + 1;
    cost = 0;
  }
  const none =
    pairs.length === 0
      ? `None has been watched for ${LONG_DAYS} days yet.`
      : `No customer of these was seen to come back within ${LONG_DAYS} days.`;
  return {
    ...ratioFigure(pairs, pairs.length, { ...resampling, seed: `${resampling.seed} cost` }, none),
    censored,
    returning,
  };
}
