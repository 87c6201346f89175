/** Ledgers with acts and what followed them: seeded, with hot customers, late facts and every kind of link. */
import type { BookEvent } from '../../domain/book/events.ts';
import type { IncidentEvent, OutcomeRecorded } from '../../domain/book/told-events.ts';
import { bookEvents, type LedgerShape, seeded } from '../acts.fixture.ts';

const DAY_MS = 86_400_000;
const EVENT_OF = {
  opened: 'IncidentOpened',
  resolved: 'IncidentResolved',
  reopened: 'IncidentReopened',
} as const;

let told = 0;
const newId = () => `0198aaaa-5c00-7000-8000-${String(++told).padStart(12, '0')}`;
const placed = (occurredAt: number) => ({
  id: newId(),
  occurredAt,
  businessDate: new Date(occurredAt).toISOString().slice(0, 10),
  recordedAt: occurredAt + 40 * DAY_MS,
  actor: 'crm',
});

export function outcomeTold(asked: OutcomeRecorded['asked'] & { occurredAt: number }): OutcomeRecorded {
  return { type: 'OutcomeRecorded', asked, ...placed(asked.occurredAt) };
}
export function incidentTold(asked: IncidentEvent['asked'] & { occurredAt: number }): IncidentEvent {
  return { type: EVENT_OF[asked.type], asked, ...placed(asked.occurredAt) };
}

/** Facts of a book, acts and what was told after each mixed; the first defines the book. */
export function* toldEvents(shape: LedgerShape): Generator<BookEvent> {
  const random = seeded(shape.seed + 77);
  const below = (n: number) => Math.floor(random() * n);
  const ids: string[] = [];
  for (const event of bookEvents(shape)) {
    yield event;
    if (!('asked' in event) || !('guardrails' in event)) continue;
    const { occurredAt, asked, id } = event;
    ids.push(id);
    const later = () => occurredAt + below(60 * DAY_MS) - 2 * DAY_MS;
    const customer = `c-${below(shape.customers ?? 50)}`;
    const location = asked.location;
    const dice = random();
    if (asked.incident !== undefined) {
      const { incident } = asked;
      const who = random() < 0.5 ? { customer } : {};
      const where = { location, reason: 'wait', channel: 'phone' };
      if (random() < 0.9)
        yield incidentTold({
          type: 'opened',
          incident,
          ...who,
          ...where,
          occurredAt: occurredAt - below(3e6),
        });
      if (random() < 0.7) yield incidentTold({ type: 'resolved', incident, occurredAt: later() });
      if (random() < 0.2) yield incidentTold({ type: 'reopened', incident, occurredAt: later() });
      if (random() < 0.2) yield outcomeTold({ type: 'contact', incident, customer, occurredAt: later() });
      if (random() < 0.1) yield outcomeTold({ type: 'visit', incident, occurredAt: later() });
    }
    if (dice < 0.3) {
      const receipt = `r-${below(40)}`;
      const lines = 1 + below(3);
      const at = later();
      for (let line = 0; line < lines; line++)
        yield outcomeTold({
          type: 'purchase',
          customer,
          location,
          receipt,
          valueMinor: below(3_000),
          occurredAt: at + line * 1_000,
        });
    } else if (dice < 0.4) yield outcomeTold({ type: 'visit', customer, occurredAt: later() });
    else if (dice < 0.45) yield outcomeTold({ type: 'contact', customer, occurredAt: later() });
    else if (dice < 0.48)
      yield outcomeTold({ type: 'visit', act: ids[below(ids.length)]!, occurredAt: later() });
    else if (dice < 0.5)
      yield outcomeTold({ type: 'contact', act: ids[below(ids.length)]!, occurredAt: later() });
    else if (dice < 0.52)
      yield outcomeTold({
        type: 'rating',
        customer,
        rating: { score: 4, lowest: 1, highest: 5 },
        occurredAt: later(),
      });
  }
}

export function firstTold(shape: LedgerShape, count: number): BookEvent[] {
  told = 0;
  const events: BookEvent[] = [];
  for (const event of toldEvents(shape)) {
    if (events.length === count) break;
    events.push(event);
  }
  return events;
}
