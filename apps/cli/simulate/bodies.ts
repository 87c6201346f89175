/** What a simulation sends: bodies as the API takes them, each with its key and its time. */
import type { Kind, Mode, Trigger } from '../../../libs/domain/act/act.ts';
import type { IncidentType } from '../../../libs/domain/outcome/incident.ts';

/** The body of `POST …/acts`. */
export interface ActBody {
  readonly mode: Mode;
  readonly kind: Kind;
  readonly trigger: Trigger;
  readonly employee: string;
  readonly location: string;
  readonly customer?: string;
  readonly incident?: string;
  readonly campaign?: string;
  readonly shift: string;
  readonly channel: string;
  readonly item?: { readonly sku: string; readonly quantity: number };
  readonly retailMinor?: number;
  readonly costMinor?: number;
  readonly reason: string;
  readonly note?: string;
  readonly occurredAt: string;
}

/** The body of `POST …/campaigns/{campaign}/draws`. */
export interface DrawBody {
  readonly customer: string;
  readonly location: string;
  readonly occurredAt: string;
}

/** The body of `POST …/incidents`. */
export interface IncidentBody {
  readonly type: IncidentType;
  readonly incident: string;
  readonly customer?: string;
  readonly location: string;
  readonly channel: string;
  readonly reason?: string;
  readonly occurredAt: string;
}

/** The body of `POST …/outcomes`. */
export interface OutcomeBody {
  readonly type: 'visit' | 'purchase' | 'contact';
  readonly customer: string;
  readonly incident?: string;
  readonly location: string;
  readonly channel: string;
  readonly valueMinor?: number;
  readonly receipt?: string;
  readonly occurredAt: string;
}

interface Sent {
  readonly idempotencyKey: string;
  /** When the ledger is told, epoch ms: at once, or up to three days later when the teller was offline. */
  readonly sentAt: number;
}

export interface SimulatedAct extends Sent {
  readonly what: 'act';
  readonly body: ActBody;
}
export interface SimulatedDraw extends Sent {
  readonly what: 'draw';
  readonly campaign: string;
  readonly body: DrawBody;
}
export interface SimulatedIncident extends Sent {
  readonly what: 'incident';
  readonly body: IncidentBody;
}
export interface SimulatedOutcome extends Sent {
  readonly what: 'outcome';
  readonly body: OutcomeBody;
}

export type SimulatedFact = SimulatedAct | SimulatedDraw | SimulatedIncident | SimulatedOutcome;

export function inOrder(a: SimulatedFact, b: SimulatedFact): number {
  return a.sentAt - b.sentAt || (a.idempotencyKey < b.idempotencyKey ? -1 : 1);
}
