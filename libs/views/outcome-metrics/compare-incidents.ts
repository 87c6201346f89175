/**
 * Grade C: incidents that were answered by an act within a day, against incidents of the same place, reason, channel and
 * month that were not. Both are looked at from the end of that day on, for whoever had not come back before: to be
 * answered one must not have been gone by then (the landmark of J. R. Anderson et al., Journal of Clinical Oncology 1,
 * 1983), or the answered would have a head start.
 */
import type { DatabaseSync } from 'node:sqlite';
import { INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import type { Interval } from '../../statistics/interval.ts';
import { ratioOf } from '../../statistics/means.ts';
import { differenceFrom, wilson } from '../../statistics/shares.ts';
import { ACCEPTED, storedDay } from '../stored-form.ts';
import { LEAST_IN_AN_ARM, roundsFor } from './arms.ts';
import { type Followed, LONG_DAYS, SHORT_DAYS } from './cases.ts';
import type { Compared, ComparisonFindings, ComparisonQuery } from './compare.ts';
import { NO_RETURNS } from './figures.ts';
import { DAY_MS, type Figure } from './outcome-metrics.ts';
import { minor, share } from './rounding.ts';
import type { Followable, Sweep } from './sweep.ts';

const OPENED = INCIDENT_TYPES.indexOf('opened');
const LANDMARK_MS = DAY_MS;

interface Opened extends Followable {
  readonly stratum: string;
  readonly answered: boolean;
  readonly answeredLater: boolean;
}
interface Case {
  readonly stratum: string;
  readonly followed: Followed;
  weight: number;
}

export function compareIncidents(
  db: DatabaseSync,
  prefix: string,
  sweep: Sweep,
  query: ComparisonQuery,
): ComparisonFindings {
  const { filters = {} } = query;
  const foreign = Object.keys(filters).find((name) => !['location', 'region', 'reason'].includes(name));
  if (foreign !== undefined) {
    return {
      ok: false,
      parameter: foreign,
      detail: 'An incident that was not answered has no act to filter by.',
      advice: 'Filter a comparison of incidents by location, region or reason alone.',
    };
  }
  const opened = openedIn(db, prefix, sweep, query);
  const arms = { answered: [] as Case[], others: [] as Case[] };
  let [gone, later, last] = [0, 0, ''];
  for (const [incident, followed] of sweep.followed(opened)) {
    // One incident a customer, their first: the cases are independent.
    if (incident.customer === last) continue;
    last = incident.customer;
    if (followed.returnedBefore) {
      gone++;
      continue;
    }
    if (incident.answeredLater) later++;
    const one = { stratum: incident.stratum, followed, weight: 1 };
    (incident.answered ? arms.answered : arms.others).push(one);
  }
  const before = largestDifference(arms.answered, arms.others);
  const matched = match(arms.answered, arms.others);
  const unmatched = arms.answered.length - matched.answered.length;
  const weights = matched.others.map(({ weight }) => weight);
  const effectiveN = Math.round(effective(weights));
  const told = sweep.observed.returns !== null;
  const censored = (cases: readonly Case[]) => ({
    within30Days: cases.filter(({ followed }) => followed.watched < SHORT_DAYS).length,
    within90Days: cases.filter(({ followed }) => followed.watched < LONG_DAYS).length,
  });
  const { answered, others } = matched;
  return {
    ok: true,
    design: 'incidents',
    grade: 'C',
    causal: false,
    verdict:
      'Grade C, not causal by itself: incidents that were answered beside others that look alike in what is known of them.',
    unit: 'incident, the first of its customer, from a day after it was opened on',
    arms: {
      first: { label: 'not answered within a day', n: others.length, censored: censored(others) },
      second: { label: 'answered by an act within a day', n: answered.length, censored: censored(answered) },
    },
    returnWithin30Days: shares(others, answered, SHORT_DAYS, told),
    returnWithin90Days: shares(others, answered, LONG_DAYS, told),
    spendAfter30Days: spends(others, answered, 0, told),
    spendAfter90Days: spends(others, answered, 1, told),
    checks: {
      answeredWithoutMatch: unmatched,
      effectiveN,
      standardisedDifferenceBefore: before,
      standardisedDifferenceAfter: largestDifference(answered, others),
      returnedBeforeTheLandmark: gone,
      answeredLater: later,
    },
    against: [
      'What is not recorded is not matched: staff answer those who complain loudly, or whom they know.',
      ...(unmatched > 0
        ? [`${unmatched} answered incidents have none like them that was not answered, and are left out.`]
        : []),
      ...(later > 0
        ? [
            `${later} incidents were answered after their first day and count as not answered: the difference is larger without them, or smaller.`,
          ]
        : []),
      `The others are weighed to look like those answered: they count as ${effectiveN}, not as ${others.length}.`,
    ],
    observedUntil: sweep.observed,
    currency: sweep.currency,
  };
}

type FactRow = [
  incident: string,
  at: number,
  type: number,
  told: number,
  customer: string,
  day: number,
  firstAct: number | null,
];

/** Incidents opened in the span, with what their earliest facts say of them, in the order of customers. */
function openedIn(
  db: DatabaseSync,
  prefix: string,
  sweep: Sweep,
  { from, to, filters = {} }: ComparisonQuery,
): Opened[] {
  const rows = db.prepare(
    `SELECT incident, at, type, told, customer, day,
       iif(type = ${OPENED}, (SELECT min(acts.at) FROM ${prefix}_acts AS acts
         WHERE acts.book = facts.book AND acts.incident = facts.incident AND acts.status = ${ACCEPTED}), NULL)
     FROM ${prefix}_incident_facts AS facts WHERE book = ? ORDER BY incident, at, type, told, customer`,
  );
  rows.setReturnArrays(true);
  const [first, last] = [
    from === undefined ? 0 : storedDay(from),
    to === undefined ? 99_991_231 : storedDay(to),
  ];
  const found: Opened[] = [];
  let facts: FactRow[] = [];
  const flush = () => {
    const incident = openedOf(sweep, facts);
    if (incident === undefined || incident.day < first || incident.day > last) return;
    const { location, region, reason } = incident.said;
    for (const [name, value] of Object.entries({ location, region, reason })) {
      const wanted = filters[name as 'location' | 'region' | 'reason'];
      if (wanted !== undefined && wanted !== value) return;
    }
    found.push(incident.opened);
  };
  for (const row of rows.iterate(sweep.book) as unknown as Iterable<FactRow>) {
    if (facts.length > 0 && facts[0]![0] !== row[0]) {
      flush();
      facts = [];
    }
    facts.push(row);
  }
  flush();
  return found.sort((a, b) => {
    if (a.customer !== b.customer) return a.customer < b.customer ? -1 : 1;
    return a.at - b.at || (a.incident! < b.incident! ? -1 : 1);
  });
}

const SAID = ['location', 'region', 'channel', 'reason'] as const;

function openedOf(sweep: Sweep, facts: readonly FactRow[]) {
  const opening = facts.find(([, , type]) => type === OPENED);
  if (opening === undefined) return undefined;
  const [incident, openedAt, , , , day, firstAct] = opening;
  const said: Partial<Record<(typeof SAID)[number], string>> = {};
  let customer = '';
  for (const [, , , told, who] of inWords(sweep, facts)) {
    if (customer === '') customer = who;
    const values = JSON.parse(sweep.words.wordOf(told)) as (string | null)[];
    for (const [at, name] of SAID.entries()) said[name] ??= values[at] ?? undefined;
  }
  if (customer === '') return undefined;
  const { location, channel, reason } = said;
  const landmark = openedAt + LANDMARK_MS;
  const opened: Opened = {
    customer,
    incident,
    at: landmark,
    since: openedAt,
    cost: 0,
    link: undefined,
    stratum: JSON.stringify([location ?? null, reason ?? null, channel ?? null, Math.floor(day / 100)]),
    answered: firstAct !== null && firstAct <= landmark,
    answeredLater: firstAct !== null && firstAct > landmark,
  };
  return { opened, said, day };
}

/** Facts at the same time and of the same type in the order of their words, not of the ledger. */
function inWords(sweep: Sweep, facts: readonly FactRow[]): readonly FactRow[] {
  const word = ([, , , told, customer]: FactRow) =>
    `${sweep.words.wordOf(told)}\n${customer === '' ? '\uffff' : customer}`;
  return facts.toSorted((a, b) => a[1] - b[1] || a[2] - b[2] || (word(a) < word(b) ? -1 : 1));
}

/** Weighs the others so that every stratum counts as it does among the answered. */
function match(answered: readonly Case[], others: readonly Case[]) {
  const counts = (cases: readonly Case[]) => {
    const by = new Map<string, number>();
    for (const { stratum } of cases) by.set(stratum, (by.get(stratum) ?? 0) + 1);
    return by;
  };
  const [ours, theirs] = [counts(answered), counts(others)];
  return {
    answered: answered.filter(({ stratum }) => theirs.has(stratum)),
    others: others
      .filter(({ stratum }) => ours.has(stratum))
      .map((one) => ({ ...one, weight: ours.get(one.stratum)! / theirs.get(one.stratum)! })),
  };
}

/** L. Kish, Survey Sampling, 8.2: as many unweighted cases would say as much. */
function effective(weights: readonly number[]): number {
  const inOrder = weights.toSorted((a, b) => a - b);
  const sum = inOrder.reduce((a, b) => a + b, 0);
  const squares = inOrder.reduce((a, b) => a + b * b, 0);
  return squares === 0 ? 0 : (sum * sum) / squares;
}

/** The largest standardised difference of what is matched by (P. C. Austin, Statistics in Medicine 28, 2009). */
function largestDifference(answered: readonly Case[], others: readonly Case[]): number | null {
  if (answered.length === 0 || others.length === 0) return null;
  let largest = 0;
  for (const part of [0, 1, 2, 3]) {
    const [ours, theirs] = [answered, others].map((cases) => partShares(cases, part));
    for (const value of new Set([...ours!.keys(), ...theirs!.keys()])) {
      const [p, q] = [ours!.get(value) ?? 0, theirs!.get(value) ?? 0];
      const spread = Math.sqrt((p * (1 - p) + q * (1 - q)) / 2);
      if (spread > 0) largest = Math.max(largest, Math.abs(p - q) / spread);
    }
  }
  return Math.round(largest * 1_000) / 1_000;
}

function partShares(cases: readonly Case[], part: number): Map<string, number> {
  const by = new Map<string, number[]>();
  const values = new Map<string, string>();
  for (const { stratum, weight } of cases) {
    let value = values.get(stratum);
    if (value === undefined) {
      value = JSON.stringify((JSON.parse(stratum) as unknown[])[part]);
      values.set(stratum, value);
    }
    const weights = by.get(value);
    if (weights === undefined) by.set(value, [weight]);
    else weights.push(weight);
  }
  const sum = (weights: readonly number[]) => weights.toSorted((a, b) => a - b).reduce((a, b) => a + b, 0);
  const total = sum(cases.map(({ weight }) => weight));
  return new Map([...by].map(([value, weights]) => [value, sum(weights) / total]));
}

type Estimate = { readonly value: number; readonly interval: Interval } | undefined;

function shares(others: readonly Case[], answered: readonly Case[], within: number, told: boolean): Compared {
  const estimate = (cases: readonly Case[]): Estimate => {
    const weights = cases.map(({ weight }) => weight).sort((a, b) => a - b);
    const holding = cases.filter(({ followed }) => followed.returnMs <= within * DAY_MS);
    const held = holding.map(({ weight }) => weight).sort((a, b) => a - b);
    const value = held.reduce((a, b) => a + b, 0) / weights.reduce((a, b) => a + b, 0);
    const n = effective(weights);
    return { value, interval: wilson({ part: Math.min(n, value * n), n }) };
  };
  return compared(watchedFor(others, within), watchedFor(answered, within), estimate, share, told);
}

function spends(others: readonly Case[], answered: readonly Case[], which: 0 | 1, told: boolean): Compared {
  const within = which === 0 ? SHORT_DAYS : LONG_DAYS;
  const estimate = (cases: readonly Case[], arm: string): Estimate => {
    const pairs = cases.map(({ followed, weight }) => [followed.spent[which] * weight, weight] as const);
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const ratio = ratioOf(
      pairs.map(([above]) => above),
      pairs.map(([, below]) => below),
      `${arm} spend ${within}`,
      roundsFor(pairs.length),
    );
    return ratio?.interval === undefined ? undefined : { value: ratio.value, interval: ratio.interval };
  };
  return compared(watchedFor(others, within), watchedFor(answered, within), estimate, minor, told);
}

const watchedFor = (cases: readonly Case[], within: number) =>
  cases.filter(({ followed }) => followed.watched >= within);

function compared(
  others: readonly Case[],
  answered: readonly Case[],
  estimate: (cases: readonly Case[], arm: string) => Estimate,
  round: (value: number) => number,
  told: boolean,
): Compared {
  const n = { first: others.length, second: answered.length };
  const enough = told && Math.min(n.first, n.second) >= LEAST_IN_AN_ARM;
  const first = enough ? estimate(others, 'first') : undefined;
  const second = enough ? estimate(answered, 'second') : undefined;
  if (first === undefined || second === undefined) {
    const why = told
      ? `An arm has fewer than ${LEAST_IN_AN_ARM} incidents that were watched that long, or they are all alike.`
      : NO_RETURNS;
    const none = { value: null, interval: null, grade: 'C', why } as const;
    return {
      first: { ...none, n: n.first },
      second: { ...none, n: n.second },
      effect: { ...none, n, causal: false },
    };
  }
  const bounds = ({ low, high }: Interval) => ({ low: round(low), high: round(high) });
  const figure = (of: NonNullable<Estimate>, cases: number): Figure => ({
    value: round(of.value),
    n: cases,
    interval: bounds(of.interval),
    grade: 'C',
  });
  const { value, interval } = differenceFrom(second, first);
  return {
    first: figure(first, n.first),
    second: figure(second, n.second),
    effect: { value: round(value), n, interval: bounds(interval), grade: 'C', causal: false },
  };
}
