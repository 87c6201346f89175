/** A draw as it is answered: of its event and position alone, so that a replay answers the same. */
import type { LotDrawn } from '../../../libs/domain/book/lot-events.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';

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
