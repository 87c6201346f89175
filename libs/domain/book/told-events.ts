/** Facts that other systems tell of incidents and of what customers did later. Part of a book's facts (`events.ts`). */
import type { AskedIncident } from '../outcome/incident.ts';
import type { AskedOutcome } from '../outcome/outcome.ts';
import type { Stamp } from './stamp.ts';

/** What another system told: a fact for its own sake, which decides nothing. */
interface Told extends Stamp {
  /** UUIDv7. */
  readonly id: string;
  readonly occurredAt: number;
  /** `YYYY-MM-DD`: the trading day at the location; without one, in the book's time zone. */
  readonly businessDate: string;
  /** Of the location, as the directory had it. */
  readonly region?: string;
}
interface IncidentTold extends Told {
  readonly asked: AskedIncident;
}
export interface IncidentOpened extends IncidentTold {
  readonly type: 'IncidentOpened';
}
export interface IncidentResolved extends IncidentTold {
  readonly type: 'IncidentResolved';
}
export interface IncidentReopened extends IncidentTold {
  readonly type: 'IncidentReopened';
}
export type IncidentEvent = IncidentOpened | IncidentResolved | IncidentReopened;
export interface OutcomeRecorded extends Told {
  readonly type: 'OutcomeRecorded';
  readonly asked: AskedOutcome;
}

export function isAboutIncident(event: { readonly type: string }): event is IncidentEvent {
  return (
    event.type === 'IncidentOpened' || event.type === 'IncidentResolved' || event.type === 'IncidentReopened'
  );
}
