/** What may be asked of outcomes after acts, as parameters of a query. */
import { KINDS, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { type ActFilters, OUTCOME_DIMENSIONS } from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import { aPosition } from '../http/position.ts';
import { aDate, anId, anInstant, listOf, oneOf, whole } from '../http/query.ts';

export const FILTERS = {
  location: anId,
  region: anId,
  kind: oneOf(KINDS),
  trigger: oneOf(TRIGGERS),
  reason: anId,
  itemCategory: anId,
  campaign: anId,
  policyVersion: whole(1, 1_000_000_000),
  role: anId,
} as const;

export const METRICS_PARAMETERS = {
  from: aDate,
  to: aDate,
  groupBy: listOf(OUTCOME_DIMENSIONS),
  ...FILTERS,
  observedUntil: anInstant,
  atLeast: aPosition,
  as: oneOf(['json', 'text']),
} as const;

/** The filters among what was asked, and the rest. */
export function splitFilters<Asked extends object>(asked: Asked) {
  const entries = Object.entries(asked);
  const isFilter = (name: string) => Object.hasOwn(FILTERS, name);
  return {
    filters: Object.fromEntries(entries.filter(([name]) => isFilter(name))) as ActFilters,
    rest: Object.fromEntries(entries.filter(([name]) => !isFilter(name))) as Omit<Asked, keyof ActFilters>,
  };
}
