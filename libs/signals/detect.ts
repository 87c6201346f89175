/**
 * All detectors over one span, and what is unusual among all that was tested: q-values by Benjamini and Yekutieli, for
 * the tests depend on each other (the same acts, two tails of the same rate, baselines made of one another's acts).
 */
import { type SignalKind, WEIGHT_OF, WEIGHTS } from '../domain/signal/signal.ts';
import { benjaminiYekutieli } from '../statistics/false-discoveries.ts';
import { type Conduct, groupedBy } from './conduct.ts';
import { labelTests } from './label-tests.ts';
import * as marks from './marks.ts';
import { rateTests } from './rate-tests.ts';
import { OUT, type ShareCase, shareTests } from './share-tests.ts';
import type { Tested } from './tested.ts';

/** Of all signals shown, so many at most are there by chance, on average. */
export const FALSE_DISCOVERY_RATE = 0.05;

export interface Finding {
  readonly kind: SignalKind;
  /** Numbers of the conduct: an employee, or with `many-locations` a customer. */
  readonly subject: number;
  /** The approver of a pair. */
  readonly second?: number;
  /** Natural logarithms; null: no matter of chance. */
  readonly logP: number | null;
  readonly q: number | null;
  readonly tested: Tested;
  /** Index into the tested subjects. */
  readonly at: number;
}

export interface Detection {
  /** Those whose q-value is within the rate, and facts that are no matter of chance: the most worth a word first. */
  readonly findings: readonly Finding[];
  readonly tests: number;
  readonly all: readonly Tested[];
  readonly byKind: readonly {
    readonly kind: SignalKind;
    readonly tested: number;
    readonly untested: number;
    readonly spread: number;
  }[];
}

export function detect(conduct: Conduct, rate = FALSE_DISCOVERY_RATE): Detection {
  const all = tests(conduct);
  let size = 0;
  for (const { logP, silent } of all) size += logP.length + silent;
  const q = qValues(all);
  const findings: Finding[] = ownBenefit(conduct);
  for (const [number, tested] of all.entries()) {
    const { kind, subjects, seconds, logP } = tested;
    for (let at = 0; at < logP.length; at++) {
      if (q[number]![at]! > rate || logP[at] === 0) continue;
      findings.push({
        kind,
        subject: subjects[at]!,
        ...(seconds !== undefined && { second: seconds[at]! }),
        logP: logP[at]!,
        q: q[number]![at]!,
        tested,
        at,
      });
    }
  }
  findings.sort(inOrder);
  return {
    findings,
    tests: size,
    all,
    byKind: all.map(({ kind, logP, silent, untested, spread }) => ({
      kind,
      tested: logP.length + silent,
      untested,
      spread,
    })),
  };
}

/**
 * Over all tests of the run, and over those of the same weight: the larger of both. Otherwise the many who never give
 * would make room for a few who are unusual by chance among what is worth a word.
 */
function qValues(all: readonly Tested[]): readonly Float64Array[] {
  const together = qValuesTogether(all);
  const q = new Map(all.map((tested, at) => [tested, together[at]!]));
  for (const weight of WEIGHTS) {
    const same = all.filter(({ kind }) => WEIGHT_OF[kind] === weight);
    for (const [at, ofWeight] of qValuesTogether(same).entries()) {
      const own = q.get(same[at]!)!;
      for (const [test, value] of ofWeight.entries()) own[test] = Math.max(own[test]!, value);
    }
  }
  return all.map((tested) => q.get(tested)!);
}

function qValuesTogether(all: readonly Tested[]): Float64Array[] {
  let size = 0;
  for (const { logP, silent } of all) size += logP.length + silent;
  const p = new Float64Array(size).fill(1);
  let next = 0;
  for (const { logP } of all) for (const one of logP) p[next++] = Math.exp(one);
  const q = benjaminiYekutieli(p);
  next = 0;
  return all.map(({ logP }) => {
    next += logP.length;
    return q.slice(next - logP.length, next);
  });
}

/** What it is about, then how unusual: a fact that is no matter of chance before all others. */
export function inOrder(one: Finding, other: Finding): number {
  return (
    WEIGHTS.indexOf(WEIGHT_OF[one.kind]) - WEIGHTS.indexOf(WEIGHT_OF[other.kind]) ||
    (one.logP === other.logP
      ? 0
      : (one.logP ?? Number.NEGATIVE_INFINITY) - (other.logP ?? Number.NEGATIVE_INFINITY)) ||
    (one.kind < other.kind ? -1 : one.kind > other.kind ? 1 : 0) ||
    one.subject - other.subject ||
    (one.second ?? 0) - (other.second ?? 0)
  );
}

export function tests(conduct: Conduct): readonly Tested[] {
  const { acts, employees, customers, locations, shifts, categories, approvers } = conduct;
  const { position } = acts;
  const byEmployee = groupedBy(acts.employee, employees.length);
  const byCustomer = groupedBy(acts.customer, customers.length);
  const isStanding = marks.standing(conduct);
  const only = (column: Int32Array) => column.map((value, row) => (isStanding[row] === OUT ? -1 : value));
  const shared = { bySubject: byEmployee, position };
  const places = { stratum: acts.location, strata: locations.length };
  const share = (kind: SignalKind, its: Uint8Array, more: Partial<ShareCase> = {}) =>
    shareTests({ kind, unit: 'acts', marks: its, ...shared, ...more });
  return [
    labelTests({
      kind: 'few-customers',
      unit: 'identified-acts',
      label: only(acts.customer),
      labels: customers.length,
      together: 3,
      ...shared,
      ...places,
    }),
    share('colleague-benefit', marks.colleagueBenefit(conduct, isStanding), { unit: 'identified-acts' }),
    labelTests({
      kind: 'approver-pair',
      unit: 'answered-acts',
      label: only(acts.approver),
      labels: approvers.length,
      together: 0,
      ...shared,
      ...places,
    }),
    share('end-of-shift', marks.endOfShift(conduct, isStanding, byEmployee), {
      stratum: acts.shift,
      strata: shifts.length,
    }),
    share('split-acts', marks.splitActs(conduct, isStanding, byEmployee), {
      unit: 'identified-acts',
      ...places,
    }),
    share('just-under', marks.justUnder(conduct, isStanding), places),
    ...rateTests(conduct, byEmployee),
    share('own-change', marks.sinceBefore(conduct), places),
    share('many-locations', marks.awayFromHome(conduct, isStanding, byCustomer), {
      bySubject: byCustomer,
    }),
    share('reversals', marks.reversals(conduct), places),
    share('back-dating', marks.backDating(conduct, isStanding), { ...places }),
    share('missing-notes', marks.withoutNote(conduct, isStanding), places),
    labelTests({
      kind: 'repeated-notes',
      unit: 'noted-acts',
      label: only(acts.note),
      labels: conduct.notes,
      together: 1,
      ...shared,
    }),
    labelTests({
      kind: 'category-skew',
      unit: 'acts',
      label: only(acts.category),
      labels: categories.length,
      together: 1,
      ...shared,
      ...places,
    }),
  ];
}

/** Acts whose customer is the employee: no matter of chance, and no share of anything. */
function ownBenefit({ acts, employees, from }: Conduct): Finding[] {
  const behind = new Map<number, number[]>();
  for (let row = 0; row < acts.size; row++) {
    const employee = acts.employee[row]!;
    if (acts.customerAsEmployee[row] !== employee || acts.reversed[row] === 1 || acts.day[row]! < from)
      continue;
    const rows = behind.get(employee);
    if (rows === undefined) behind.set(employee, [row]);
    else rows.push(row);
  }
  const subjects = [...behind.keys()].sort((one, other) => one - other);
  const tested: Tested = {
    kind: 'own-benefit',
    subjects: Int32Array.from(subjects),
    logP: new Float64Array(subjects.length),
    untested: 0,
    silent: 0,
    spread: 0,
    figures(at) {
      const rows = behind.get(subjects[at]!)!;
      return {
        observed: rows.length,
        exposure: { n: rows.length, unit: 'identified-acts' },
        expected: 0,
        peers: { near: 0, all: employees.length - 1 },
        times: { value: Number.NaN, low: Number.NaN, high: Number.NaN },
        behind: rows,
      };
    },
    // Each is one too many: nothing is left to chance.
    since(at, position) {
      const observed = behind.get(subjects[at]!)!.filter((row) => acts.position[row]! > position).length;
      return { observed, logP: observed > 0 ? Number.NEGATIVE_INFINITY : 0 };
    },
  };
  return subjects.map((subject, at) => ({
    kind: 'own-benefit',
    subject,
    logP: null,
    q: null,
    tested,
    at,
  }));
}
