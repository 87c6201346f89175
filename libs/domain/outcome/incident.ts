/** Words of an incident: the failure that acts of recovery answer, as the system that keeps complaints tells of it. */

/**
 * In the order in which they are taken to have happened when two of them carry the same time: a resolution needs an
 * incident that was opened, and a reopening one that was resolved.
 */
export const INCIDENT_TYPES = ['opened', 'resolved', 'reopened'] as const;
export type IncidentType = (typeof INCIDENT_TYPES)[number];

/**
 * One thing that happened to an incident, as it was posted; null and absent are both absent, times are epoch
 * milliseconds. There is no free text: it would stay in the ledger for good.
 */
export interface AskedIncident {
  readonly type: IncidentType;
  /** The incident's id, the one that acts name as theirs. */
  readonly incident: string;
  readonly customer?: string;
  /** An act that has to do with it: for acts that do not name their incident themselves. */
  readonly act?: string;
  readonly location?: string;
  readonly channel?: string;
  readonly reason?: string;
  /** When it happened, epoch milliseconds; absent means when the ledger learned of it. */
  readonly occurredAt?: number;
}
