/** What became of incidents after the first act that answered them. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import { indexedBy } from '../later-indexes.ts';
import { ACCEPTED } from '../stored-form.ts';
import { type AnsweredIncident, minutesBetween, watchedDays } from './cases.ts';
import {
  BY_ACT,
  BY_CUSTOMER,
  BY_INCIDENT,
  CONTACT,
  rowsOf,
  type TimelinesOf,
  together,
} from './follow-ups.ts';
import { DAY_MS, WITHIN_DAYS } from './outcome-metrics.ts';
import type { Sweep, SweptAct } from './sweep.ts';

const [OPENED, RESOLVED, REOPENED] = INCIDENT_TYPES.map((_, at) => at);
const WITHIN = WITHIN_DAYS[0];

type ActOf = [incident: string, at: number, dims: number];
type FactOf = [incident: string, at: number, type: number];

/** Everything that is known of some incidents and of those who had them. */
interface Known {
  readonly acts: ReadonlyMap<string, readonly ActOf[]>;
  readonly facts: ReadonlyMap<string, readonly FactOf[]>;
  readonly contacts: TimelinesOf;
  readonly customers: TimelinesOf;
  readonly links: TimelinesOf;
}

export class Incidents {
  readonly #sweep: Sweep;
  readonly #acts: StatementSync;
  readonly #facts: StatementSync;

  constructor(db: DatabaseSync, prefix: string, sweep: Sweep) {
    this.#sweep = sweep;
    this.#acts = db.prepare(
      `SELECT incident, at, dims FROM ${prefix}_acts ${indexedBy(db)(`${prefix}_acts_by_incident`)}
       WHERE book = ? AND status = ${ACCEPTED} AND incident IS NOT NULL
         AND incident IN (SELECT value FROM json_each(?)) ORDER BY incident, at`,
    );
    this.#facts = db.prepare(
      `SELECT incident, at, type FROM ${prefix}_incident_facts
       WHERE book = ? AND incident IN (SELECT value FROM json_each(?)) ORDER BY incident, at, type`,
    );
    this.#acts.setReturnArrays(true);
    this.#facts.setReturnArrays(true);
  }

  /**
   * The incidents whose first act is among these, each with that act. Of acts at the same time the one whose dims come
   * first stands for all: it does not depend on which the ledger learned of first.
   */
  *answeredBy(acts: readonly SweptAct[]): Generator<readonly [SweptAct, AnsweredIncident]> {
    const earliest = new Map<string, SweptAct>();
    const links = new Map<string, string[]>();
    for (const act of acts) {
      if (act.incident === null) continue;
      const known = earliest.get(act.incident);
      if (known === undefined || this.#before(act, known)) earliest.set(act.incident, act);
      if (act.link !== undefined) links.set(act.incident, [...(links.get(act.incident) ?? []), act.link]);
    }
    for (const part of together([...earliest].sort(([a], [b]) => (a < b ? -1 : 1)))) {
      const known = this.#known(part, links);
      for (const [incident, act] of part) {
        const answered = this.#answered(incident, act, links.get(incident) ?? [], known);
        if (answered !== undefined) yield [act, answered];
      }
    }
  }

  #known(
    part: readonly (readonly [string, SweptAct])[],
    links: ReadonlyMap<string, readonly string[]>,
  ): Known {
    const { book, timelines } = this.#sweep;
    const incidents = part.map(([incident]) => incident);
    return {
      acts: rowsOf<ActOf>(this.#acts, [book], incidents),
      facts: rowsOf<FactOf>(this.#facts, [book], incidents),
      contacts: timelines.of(BY_INCIDENT, CONTACT, incidents),
      customers: timelines.of(
        BY_CUSTOMER,
        CONTACT,
        part.map(([, { customer }]) => customer),
      ),
      links: timelines.of(
        BY_ACT,
        CONTACT,
        incidents.flatMap((incident) => links.get(incident) ?? []),
      ),
    };
  }

  #before(one: SweptAct, other: SweptAct): boolean {
    if (one.at !== other.at) return one.at < other.at;
    const { words } = this.#sweep;
    return words.wordOf(one.dims) < words.wordOf(other.dims);
  }

  /** Undefined: another act, which is not among those looked at, came first. */
  #answered(
    incident: string,
    { at, customer, dims }: SweptAct,
    links: readonly string[],
    known: Known,
  ): AnsweredIncident | undefined {
    const { observed, words } = this.#sweep;
    const observedUntil = observed.contacts ?? at;
    const until = Math.min(at + WITHIN * DAY_MS, observedUntil);
    let again = false;
    for (const [, when, as] of known.acts.get(incident) ?? []) {
      if (when < at || (when === at && as !== dims && words.wordOf(as) < words.wordOf(dims)))
        return undefined;
      if (when > until) break;
      if (when > at) again = true;
    }
    let opened: number | null = null;
    let reopened = false;
    let last = -1;
    for (const [, when, type] of known.facts.get(incident) ?? []) {
      if (when > observedUntil) break;
      if (type === OPENED) opened ??= when;
      if (when > until) continue;
      if (type === REOPENED && when > at) reopened = true;
      last = type;
    }
    const contacted =
      known.contacts.of(incident).nextAfter(at) <= until ||
      (customer !== '' && known.customers.of(customer).nextAfter(at) <= until) ||
      links.some((link) => known.links.of(link).nextAfter(at) <= until);
    const repeated = reopened || contacted;
    return {
      minutes: opened === null ? null : minutesBetween(opened, at),
      complete: watchedDays(at, observedUntil) >= WITHIN,
      repeated,
      firstTouch: last === RESOLVED && !again && !repeated,
    };
  }
}
