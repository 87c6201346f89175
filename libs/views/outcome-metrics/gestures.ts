/** A further question to the view: minutes from an incident's opening to the first act, alone and cheaply, for reports on use. */
import type { DatabaseSync } from 'node:sqlite';
import { INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import { quantileInterval, quantileOf } from '../../statistics/quantiles.ts';
import { DayByDay } from '../day-by-day.ts';
import { indexedBy } from '../later-indexes.ts';
import { ACCEPTED, storedDay } from '../stored-form.ts';
import type { TimeToGesture, UseDimension, UseFigure, UseSpan } from '../use/use.ts';
import { WordReader } from '../words.ts';
import { minutesBetween } from './cases.ts';
import { type Dims, readDims } from './dims.ts';
import { rowsOf, together } from './follow-ups.ts';
import { minutes } from './rounding.ts';

export type GesturesQuery = UseSpan & { readonly about: 'gestures' };
export interface Gestures {
  readonly groups: readonly (TimeToGesture & { readonly key: string | null })[];
  readonly total: TimeToGesture;
}
export type GesturesAnswer = { readonly position: number } & Gestures;

const OPENED = INCIDENT_TYPES.indexOf('opened');
type ActOf = readonly [incident: string, at: number, dims: number];

export function gesturesReport(
  db: DatabaseSync,
  prefix: string,
  book: number,
  { groupBy, from, to }: GesturesQuery,
): Gestures {
  const words = new WordReader(db, prefix);
  const ofSpan = new DayByDay<ActOf>(
    db,
    `${prefix}_acts`,
    'incident, at, dims',
    `AND status = ${ACCEPTED} AND incident IS NOT NULL`,
  );
  const ofIncidents = db.prepare(
    `SELECT incident, at, dims FROM ${prefix}_acts ${indexedBy(db)(`${prefix}_acts_by_incident`)}
     WHERE book = ? AND status = ${ACCEPTED} AND incident IS NOT NULL
       AND incident IN (SELECT value FROM json_each(?))`,
  );
  const openings = db.prepare(
    `SELECT incident, min(at) FROM ${prefix}_incident_facts
     WHERE book = ? AND type = ${OPENED} AND incident IN (SELECT value FROM json_each(?)) GROUP BY incident`,
  );
  for (const statement of [ofIncidents, openings]) statement.setReturnArrays(true);

  /** Of acts at the same time the one whose dims come first: not the one that was told first. */
  const isBefore = (one: ActOf, other: ActOf) =>
    one[1] !== other[1] ? one[1] < other[1] : words.wordOf(one[2]) < words.wordOf(other[2]);
  const first = new Map<string, ActOf>();
  const start = from === undefined ? 0 : storedDay(from);
  for (const acts of ofSpan.of(book, start, to === undefined ? 99_991_231 : storedDay(to))) {
    for (const act of acts) {
      const known = first.get(act[0]);
      if (known === undefined || isBefore(act, known)) first.set(act[0], act);
    }
  }

  const total: number[] = [];
  const groups = new Map<string | null, number[]>();
  const keysOf = keysBy(groupBy, (dims) => readDims(words.wordOf(dims)));
  for (const part of together([...first.values()].sort(([one], [other]) => (one < other ? -1 : 1)))) {
    const incidents = part.map(([incident]) => incident);
    const acts = rowsOf<[string, number, number]>(ofIncidents, [book], incidents);
    const opened = rowsOf<[string, number]>(openings, [book], incidents);
    for (const act of part) {
      const at = opened.get(act[0])?.[0]?.[1];
      // Nobody told when it was opened, or an act outside the span came first.
      if (at === undefined || acts.get(act[0])!.some((other) => isBefore(other, act))) continue;
      const took = minutesBetween(at, act[1]);
      total.push(took);
      for (const key of keysOf(act[2])) {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [took]);
        else group.push(took);
      }
    }
  }
  return {
    groups: [...groups].map(([key, took]) => ({ key, ...timeToGesture(took) })),
    total: timeToGesture(total),
  };
}

function keysBy(groupBy: UseDimension | undefined, dimsOf: (dims: number) => Dims) {
  const known = new Map<number, readonly (string | null)[]>();
  return (dims: number): readonly (string | null)[] => {
    let keys = known.get(dims);
    if (keys === undefined) {
      const { location, region, roles } = dimsOf(dims);
      if (groupBy === undefined) keys = [];
      else if (groupBy === 'role') keys = roles.length === 0 ? [null] : roles;
      else keys = [groupBy === 'location' ? location : region];
      known.set(dims, keys);
    }
    return keys;
  };
}

export function timeToGesture(took: readonly number[]): TimeToGesture {
  const sorted = Float64Array.from(took).sort();
  const figure = (p: number): UseFigure => {
    const n = sorted.length;
    if (n === 0) {
      const why = 'No incident has both a time of opening and a first act in the span.';
      return { n, value: null, interval: null, why };
    }
    const interval = quantileInterval(sorted, p);
    const value = minutes(quantileOf(sorted, p));
    if (interval === undefined) return { n, value, interval: null, why: `${n} are too few for an interval.` };
    return { n, value, interval: { low: minutes(interval.low), high: minutes(interval.high) } };
  };
  return { medianMinutes: figure(0.5), p90Minutes: figure(0.9) };
}
