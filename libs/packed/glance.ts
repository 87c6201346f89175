/** Looks through packed events without unpacking them. */
import type { BookEvent } from '../domain/book/events.ts';
import { unpackColumns } from './number-columns.ts';
import { COLUMNS, HAS, type Named, OTHER, type PackedEvents } from './packed-events.ts';

/** What is told of them, each with its place among them. */
export interface Glance {
  onDay(businessDate: string, place: number): void;
  named(member: 'customer' | 'incident' | 'campaign' | 'shift', value: string, place: number): void;
  /** What is not packed, acts among it: nothing else is told of it. */
  other(event: BookEvent, place: number): void;
}

const GLANCED = (['marks', 'businessDate', 'campaign'] as const).map((name) => COLUMNS.indexOf(name));

/** A quarter of the work of unpacking them. */
export function glanceAt({ numbers, named }: Omit<PackedEvents, 'texts'>, told: Glance): void {
  const { names, customers, incidents, shifts, others } = JSON.parse(named) as Named;
  const [marks, businessDates, campaigns] = unpackColumns(numbers, GLANCED) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const at = { act: 0, other: 0, customer: 0, incident: 0, campaign: 0, shift: 0 };
  for (let place = 0; place < marks.length; place++) {
    const has = marks[place]!;
    if (has === OTHER) {
      told.other(others[at.other++]!, place);
      continue;
    }
    told.onDay(names[businessDates[at.act++]!]!, place);
    if ((has & HAS.customer) !== 0) told.named('customer', customers[at.customer++]!, place);
    if ((has & HAS.incident) !== 0) told.named('incident', incidents[at.incident++]!, place);
    if ((has & HAS.campaign) !== 0) told.named('campaign', names[campaigns[at.campaign++]!]!, place);
    if ((has & HAS.shift) !== 0) told.named('shift', shifts[at.shift++]!, place);
  }
}
