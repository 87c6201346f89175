/** The signals of a span, computed when they are asked for: the acts are read, tested, and put beside the reviews. */
import type { DatabaseSync } from 'node:sqlite';
import { type SignalSubject, signalId, WEIGHT_OF } from '../../domain/signal/signal.ts';
import { dateText, requireDate } from '../../domain/time/civil-date.ts';
import { type Against, against } from '../../signals/against.ts';
import { type Detection, detect, FALSE_DISCOVERY_RATE, type Finding } from '../../signals/detect.ts';
import type { Figures } from '../../signals/tested.ts';
import { wordsOf } from '../../signals/words.ts';
import { readDay } from '../stored-form.ts';
import {
  DEFAULT_SPAN_DAYS,
  MAX_ACTS_SHOWN,
  MAX_SIGNALS,
  MAX_SPAN_DAYS,
  type ReviewRow,
  type Signal,
  type SignalStatus,
  type SignalsQuestion,
  type SignalsReport,
} from './conduct.ts';
import { conductReader, type ReadConduct, storedOf } from './read-conduct.ts';
import { reviewReader } from './reviews.ts';
import { customersOf } from './signal-customers.ts';

/** What came after a review is unusual by itself: one test of one suspicion, not one among thousands. */
const UNUSUAL_BY_ITSELF = Math.log(0.01);
const FEWEST_NEW_ACTS = 3;
/** One's own time before the span: as long as the span, within these. */
const LEAST_DAYS_BEFORE = 28;
const MOST_DAYS_BEFORE = 91;

interface Kept {
  readonly key: string;
  readonly read: ReadConduct;
  readonly detection: Detection;
}

export function signalsReport(db: DatabaseSync, prefix: string) {
  const readConduct = conductReader(db, prefix);
  const reviewsOf = reviewReader(db, prefix);
  const lastDay = db.prepare(`SELECT max(day) AS day FROM ${prefix}_acts WHERE book = ?`);
  const changes = db.prepare('PRAGMA data_version');
  const shownCustomers = customersOf(db, prefix);
  /** The last one: a list is followed by the details of what it shows. */
  let kept: Kept | undefined;

  function detected(book: number, from: number, to: number): Kept {
    const { data_version: version } = changes.get() as { data_version: number };
    const key = `${version} ${book} ${from} ${to}`;
    if (kept?.key === key) return kept;
    const days = Math.min(MOST_DAYS_BEFORE, Math.max(LEAST_DAYS_BEFORE, to - from + 1));
    kept = undefined;
    const read = readConduct(book, {
      before: storedOf(from - days),
      from: storedOf(from),
      to: storedOf(to),
    });
    kept = { key, read, detection: detect(read.conduct) };
    return kept;
  }

  return (book: number | undefined, question: SignalsQuestion): SignalsReport => {
    const last = book === undefined ? undefined : (lastDay.get(book) as { day: number | null }).day;
    const span = spanOf(question, last ?? undefined);
    if (book === undefined || span === undefined) return nothing(question);
    const { from, to } = span;
    const { read, detection } = detected(book, from, to);
    const { conduct } = read;
    const reviews = reviewsOf(book);
    const wanted = detection.findings
      .map((finding, at) => ({ finding, rank: at + 1, ...named(read, finding) }))
      .map((one) => ({ ...one, reviews: reviews.get(one.id) ?? [] }))
      .map((one) => ({ ...one, status: statusOf(one.finding, one.reviews) }))
      .filter((one) => isAsked(question, one));
    const shown = wanted.slice(0, MAX_SIGNALS).map((one) => ({
      ...one,
      figures: one.finding.tested.figures(one.finding.at),
    }));
    const latest = shown.map(({ figures }) => latestOf(read, figures.behind));
    const ids = read.idsOf(latest.flat());
    const rowsOf = rowsByEmployee(read);
    const signals = shown.map((one, at): Signal => {
      const { finding, figures, id, rank, status, subject } = one;
      const { kind } = finding;
      const own = kind === 'many-locations' ? [] : rowsOf(finding.subject);
      const customers =
        kind === 'few-customers' && figures.labels !== undefined
          ? shownCustomers(book, read, finding.subject, figures.labels)
          : undefined;
      const said: Against[] = against(conduct, finding, figures, own);
      for (const { customer, daysCame, daysWithoutAct } of customers ?? [])
        if (daysWithoutAct > 0)
          said.push({
            what: 'regular-customer',
            words: `${customer} came on ${daysCame} days that we know of, on ${daysWithoutAct} of them without an act of this employee.`,
          });
      for (const { verdict, reviewer, reason } of one.reviews.slice(0, 1))
        said.push({
          what: 'reviewed-before',
          words: `Looked at before by ${reviewer} (${verdict}): ${reason}`,
        });
      return {
        id,
        kind,
        weight: WEIGHT_OF[kind],
        rank,
        status,
        subject,
        observed: figures.observed,
        exposure: figures.exposure,
        expected: rounded(figures.expected),
        peers: figures.peers,
        times: timesOf(figures),
        p: finding.logP === null ? null : significant(Math.exp(finding.logP)),
        log10P: finding.logP === null ? null : rounded(finding.logP / Math.LN10),
        q: finding.q === null ? null : significant(finding.q),
        words: wordsOf(kind, figures),
        against: said,
        ...(customers !== undefined && { customers }),
        acts: latest[at]!.map((row) => ids.get(row)!),
        moreActs: figures.behind.length > MAX_ACTS_SHOWN,
        reviews: one.reviews,
      };
    });
    let acts = 0;
    for (let row = 0; row < conduct.acts.size; row++)
      if (conduct.acts.day[row]! >= from && conduct.acts.reversed[row] === 0) acts++;
    return {
      from: dateText(from),
      to: dateText(to),
      comparedFrom: dateText(conduct.before),
      acts,
      falseDiscoveryRate: FALSE_DISCOVERY_RATE,
      tests: detection.tests,
      kinds: detection.byKind.map(({ kind, tested, untested }) => ({ kind, tested, untested })),
      signals,
      moreSignals: wanted.length > MAX_SIGNALS,
    };
  };
}

/** @throws RangeError for a span that is longer than may be asked for, or ends before it begins */
function spanOf({ from, to }: SignalsQuestion, lastDay: number | undefined) {
  const last = to === undefined ? lastDay && requireDate(readDay(lastDay)) : requireDate(to);
  if (last === undefined) return undefined;
  const first = from === undefined ? last - DEFAULT_SPAN_DAYS + 1 : requireDate(from);
  if (first > last)
    throw new RangeError(`the span ends before it begins: ${dateText(first)} to ${dateText(last)}`);
  if (last - first + 1 > MAX_SPAN_DAYS) throw new RangeError(`a span has at most ${MAX_SPAN_DAYS} days`);
  return { from: first, to: last };
}

function nothing({ from, to }: SignalsQuestion): SignalsReport {
  return {
    from: from ?? null,
    to: to ?? null,
    comparedFrom: null,
    acts: 0,
    falseDiscoveryRate: FALSE_DISCOVERY_RATE,
    tests: 0,
    kinds: [],
    signals: [],
    moreSignals: false,
  };
}

function named(
  { conduct }: ReadConduct,
  { kind, subject: at, second }: Finding,
): { readonly id: string; readonly subject: SignalSubject } {
  const subject: SignalSubject =
    kind === 'many-locations'
      ? { customer: conduct.customers[at]! }
      : {
          ...(second !== undefined && { approver: conduct.approvers[second]! }),
          employee: conduct.employees[at]!.id,
        };
  return { id: signalId(kind, subject), subject };
}

/** The last review is what counts: what it rested on is known, what came after it is new. */
function statusOf({ kind, tested, at }: Finding, [last]: readonly ReviewRow[]): SignalStatus {
  if (last === undefined) return 'new';
  const { observed, logP } = tested.since(at, last.basis.position);
  const enough = kind === 'under-use' || observed >= (kind === 'own-benefit' ? 1 : FEWEST_NEW_ACTS);
  return enough && logP <= UNUSUAL_BY_ITSELF ? 'returned' : 'reviewed';
}

function isAsked(
  question: SignalsQuestion,
  one: {
    readonly id: string;
    readonly finding: Finding;
    readonly subject: SignalSubject;
    readonly status: SignalStatus;
  },
): boolean {
  if (question.signal !== undefined) return one.id === question.signal;
  const { kind, subject, status = 'open' } = question;
  if (kind !== undefined && one.finding.kind !== kind) return false;
  if (subject !== undefined && !Object.values(one.subject).includes(subject)) return false;
  return status === 'all' || (status === 'reviewed') === (one.status === 'reviewed');
}

/** The latest acts first; of the same time in the order of the ledger. */
function latestOf({ occurredAt, conduct }: ReadConduct, rows: readonly number[]): number[] {
  const { position } = conduct.acts;
  return [...rows]
    .sort((one, other) => occurredAt[other]! - occurredAt[one]! || position[other]! - position[one]!)
    .slice(0, MAX_ACTS_SHOWN);
}

function rowsByEmployee({ conduct: { acts, from } }: ReadConduct): (employee: number) => readonly number[] {
  let rows: Map<number, number[]> | undefined;
  return (employee) => {
    if (rows === undefined) {
      rows = new Map();
      for (let row = 0; row < acts.size; row++) {
        if (acts.reversed[row] === 1 || acts.day[row]! < from) continue;
        const own = rows.get(acts.employee[row]!);
        if (own === undefined) rows.set(acts.employee[row]!, [row]);
        else own.push(row);
      }
    }
    return rows.get(employee) ?? [];
  };
}

function timesOf({ times: { value, low, high }, exposure }: Figures): Signal['times'] {
  if (!Number.isFinite(value)) return null;
  return {
    n: exposure.n,
    value: rounded(value),
    interval: { low: rounded(low), high: rounded(high) },
  };
}

/** The one place where figures of signals are rounded. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Probabilities: three digits that count, however small. */
function significant(value: number): number {
  return Number(value.toPrecision(3));
}
