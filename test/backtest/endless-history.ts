/**
 * A history as long as it is asked for, kept nowhere: each event is made from its position whenever it is read. New
 * customers and incidents all the time, some that come back, acts that come late, reversals.
 */
import type { PackedHistory } from '../../libs/backtest/history-reader.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import type { EventStore, StoredEvent } from '../../libs/event-store/event-store.ts';
import { encodeEvent } from '../../libs/events/codec.ts';
import { pack } from '../../libs/packed/pack.ts';
import { BLOCK } from '../../libs/views/history/history.view.ts';
import { policyOf } from './simulated-history.ts';

export const ENDLESS = 'endless';
const START = Date.parse('2020-01-06T08:00:00Z');
const LOCATIONS = 20;
const EMPLOYEES = 200;
const PEOPLE = 1 + LOCATIONS;
export const DOCUMENT = PEOPLE + EMPLOYEES;
const FIRST_ACT = DOCUMENT + 2;

const POLICY = policyOf(`
currency: GBP
uncovered: allow
limits:
  - { id: week, per: [employee], window: { every: week, startsOn: monday }, allow: { count: 40 }, beyond: decline }
  - { id: day, per: [location], window: day, allow: { costMinor: 9000 }, carryOver: { upTo: { costMinor: 500 }, for: 2 }, beyond: warn }
  - { id: year, per: [location], window: year, allow: { costMinor: 900000 }, beyond: warn }
  - { id: face, per: [employee, customer], window: { rolling: P7D }, allow: { count: 2 }, beyond: warn }
  - { id: always, per: [location], window: { rolling: P2D }, allow: { count: 500 }, beyond: warn }
  - { id: incident, per: [incident], window: lifetime, allow: { costMinor: 300 }, beyond: decline }
  - { id: customer, per: [customer], window: lifetime, allow: { count: 3 }, beyond: warn }
rules: []
`);

/** Every thousandth position gives back the act five hundred before it. */
function eventAt(position: number): BookEvent {
  const stamp = { recordedAt: START + Math.max(0, position - FIRST_ACT) * 60_000, actor: 'till' };
  if (position === 0) {
    return {
      type: 'BookDefined',
      book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false },
      ...stamp,
    };
  }
  if (position < PEOPLE) {
    const location = { timeZone: 'Europe/London', businessDayStartsAt: '04:00' };
    return { type: 'LocationDefined', id: `location-${position - 1}`, location, ...stamp };
  }
  if (position < DOCUMENT) {
    return {
      type: 'EmployeeDefined',
      id: `employee-${position - PEOPLE}`,
      employee: { roles: ['barista'] },
      ...stamp,
    };
  }
  if (position === DOCUMENT) {
    const source = { format: 'json', text: '' } as const;
    return { type: 'PolicyDrafted', version: 1, policy: POLICY, source, ...stamp };
  }
  if (position < FIRST_ACT) return { type: 'PolicyActivated', version: 1, asked: {}, ...stamp };
  const isReversal = position % 1_000 === 999 && position > 2_000;
  const of = isReversal ? position - 500 : position;
  const isLate = of % 97 === 0;
  const occurredAt = START + (of - FIRST_ACT) * 60_000 - (isLate ? 5 * 86_400_000 : 0);
  const businessDate = new Date(occurredAt - 4 * 3_600_000).toISOString().slice(0, 10);
  const amounts = { count: 1, costMinor: 80, retailMinor: 390 };
  const id = `act-${of}`;
  if (isReversal) {
    const nothing = { asked: {}, buckets: [], reversedInAll: amounts, whole: true };
    const about = { act: id, reason: 'wrong key', amounts, occurredAt, businessDate };
    return { type: 'ActReversed', id: `reversal-${of}`, ...about, ...nothing, ...stamp };
  }
  const asked = {
    mode: isLate ? 'record' : 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: `employee-${(of * 7) % EMPLOYEES}`,
    location: `location-${of % LOCATIONS}`,
    customer: `customer-${of % 5 === 0 ? of - 400 : of}`,
    ...(of % 2 === 0 && { incident: `incident-${of % 6 === 0 ? of - 3_000 : of}` }),
    costMinor: 80,
    retailMinor: 390,
    occurredAt,
  } as const;
  const found = { amounts, roles: ['barista'], policyVersion: 1, guardrails: [] };
  return { type: 'ActAccepted', id, asked, occurredAt, businessDate, ...found, ...stamp };
}

/** Packed whenever it is read. */
export function endlessPacked(events: number): PackedHistory {
  return {
    at(position) {
      if (position >= events) return undefined;
      const first = position - (position % BLOCK);
      const length = Math.min(BLOCK, events - first);
      return { first, packed: pack(Array.from({ length }, (_, i) => eventAt(first + i))) };
    },
  };
}

/** As much of an event store as a backtest reads. */
export const endlessStore = {
  async *read(stream: string, from: number, { to = 0, maxBatch = 512 } = {}) {
    for (let at = from; at <= to; at += maxBatch) {
      const length = Math.min(maxBatch, to - at + 1);
      yield Array.from({ length }, (_, i): StoredEvent => {
        const revision = at + i;
        return { stream, revision, global: BigInt(revision), id: '', ...encodeEvent(eventAt(revision)) };
      });
    }
  },
} as unknown as EventStore;
