/** A draw as it is answered: of its event and position alone, so that a replay answers the same. */
import type { LotDrawn } from '../../../libs/domain/book/lot-events.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { DrawRow } from '../../../libs/views/facts/facts.ts';

// Members left undefined are left out by JSON.stringify.
export function drawnBody(event: LotDrawn, position: number) {
  const { asked, draw } = event;
  return {
    id: event.id,
    campaign: asked.campaign,
    customer: asked.customer,
    assigned: draw.assigned,
    propensity: draw.propensity,
    seed: draw.seed,
    location: asked.location,
    region: event.region,
    businessDate: event.businessDate,
    occurredAt: formatInstant(event.occurredAt),
    recordedAt: formatInstant(event.recordedAt),
    position,
  };
}

export function drawRowBody(row: DrawRow) {
  return {
    id: row.id,
    campaign: row.campaign,
    customer: row.customer,
    assigned: row.assigned,
    propensity: row.propensity,
    seed: row.seed,
    location: row.location ?? undefined,
    region: row.region ?? undefined,
    businessDate: row.businessDate,
    occurredAt: formatInstant(row.occurredAt),
    recordedAt: formatInstant(row.recordedAt),
    position: row.position,
  };
}
