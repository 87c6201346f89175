/** Facts that were told, as they are answered: of the event and its position alone, so that a replay answers the same. */
import type { IncidentEvent, OutcomeRecorded } from '../../../libs/domain/book/told-events.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { IncidentFactRow, IncidentRow, OutcomeRow } from '../../../libs/views/facts/facts.ts';

// Members left undefined are left out by JSON.stringify.

export function incidentFactBody(event: IncidentEvent, position: number) {
  const { asked } = event;
  return {
    id: event.id,
    type: asked.type,
    incident: asked.incident,
    customer: asked.customer,
    act: asked.act,
    location: asked.location,
    channel: asked.channel,
    reason: asked.reason,
    businessDate: event.businessDate,
    occurredAt: formatInstant(event.occurredAt),
    recordedAt: formatInstant(event.recordedAt),
    position,
  };
}

export function outcomeBody(event: OutcomeRecorded, position: number) {
  const { asked } = event;
  return {
    id: event.id,
    type: asked.type,
    customer: asked.customer,
    incident: asked.incident,
    act: asked.act,
    location: asked.location,
    region: event.region,
    channel: asked.channel,
    valueMinor: asked.valueMinor,
    receipt: asked.receipt,
    rating: asked.rating && ratingBody(asked.rating),
    businessDate: event.businessDate,
    occurredAt: formatInstant(event.occurredAt),
    recordedAt: formatInstant(event.recordedAt),
    position,
  };
}

export function incidentRowBody(row: IncidentRow) {
  return {
    incident: row.incident,
    status: row.status,
    openedAt: timeOf(row.openedAt),
    firstResolvedAt: timeOf(row.firstResolvedAt),
    resolvedAt: timeOf(row.resolvedAt),
    reopened: row.reopened,
    businessDate: row.businessDate,
    customer: row.customer ?? undefined,
    location: row.location ?? undefined,
    region: row.region ?? undefined,
    channel: row.channel ?? undefined,
    reason: row.reason ?? undefined,
  };
}

export function incidentFactRowBody(row: IncidentFactRow) {
  return {
    id: row.id,
    type: row.type,
    customer: row.customer ?? undefined,
    act: row.act ?? undefined,
    location: row.location ?? undefined,
    channel: row.channel ?? undefined,
    reason: row.reason ?? undefined,
    businessDate: row.businessDate,
    occurredAt: formatInstant(row.occurredAt),
    recordedAt: formatInstant(row.recordedAt),
    position: row.position,
  };
}

export function outcomeRowBody(row: OutcomeRow) {
  return {
    id: row.id,
    type: row.type,
    customer: row.customer ?? undefined,
    incident: row.incident ?? undefined,
    act: row.act ?? undefined,
    location: row.location ?? undefined,
    region: row.region ?? undefined,
    channel: row.channel ?? undefined,
    valueMinor: row.valueMinor ?? undefined,
    receipt: row.receipt ?? undefined,
    rating: row.rating === null ? undefined : ratingBody(row.rating),
    businessDate: row.businessDate,
    occurredAt: formatInstant(row.occurredAt),
    recordedAt: formatInstant(row.recordedAt),
    position: row.position,
  };
}

/** In one order, however it was posted. */
function ratingBody({ score, lowest, highest }: NonNullable<OutcomeRow['rating']>) {
  return { score, lowest, highest };
}

function timeOf(instant: number | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
