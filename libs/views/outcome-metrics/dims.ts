/**
 * What acts are grouped and filtered by, as one word for every combination: combinations come again and again, so a row
 * carries a single number for all of them, and a report looks at each combination once and not at each act.
 */
import type { ActDecision } from '../../domain/book/events.ts';

/** In the order in which they stand in the stored word, which is part of the view's version. */
const STORED = [
  'location',
  'region',
  'kind',
  'trigger',
  'reason',
  'itemCategory',
  'campaign',
  'policyVersion',
  'channel',
] as const;

/** An act's values; null where it has none. */
export interface Dims
  extends Readonly<Record<Exclude<(typeof STORED)[number], 'policyVersion'>, string | null>> {
  readonly policyVersion: number | null;
  readonly roles: readonly string[];
}

export function dimsWord(act: ActDecision): string {
  const { asked, region, category, policyVersion, roles } = act;
  const { location, kind, trigger, reason, campaign, channel } = asked;
  return JSON.stringify([
    location,
    region ?? null,
    kind,
    trigger,
    reason ?? null,
    category ?? null,
    campaign ?? null,
    policyVersion,
    channel ?? null,
    ...(roles.length <= 1 ? roles : [...new Set(roles)].sort()),
  ]);
}

export function readDims(word: string): Dims {
  const values = JSON.parse(word) as (string | number | null)[];
  const named = Object.fromEntries(STORED.map((name, at) => [name, values[at] ?? null]));
  return { ...named, roles: values.slice(STORED.length) as string[] } as unknown as Dims;
}
