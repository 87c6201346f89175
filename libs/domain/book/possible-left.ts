/** The figures of the bucket behind a guardrail, as allowances give them. */
import type { Measure } from '../act/act.ts';
import type { MeasureLeft } from './bucket-left.ts';
import { ACT, bucketId, ROLLING } from './buckets.ts';
import type { Draft } from './draft.ts';
import type { LimitReceipt } from './events.ts';
import { remainingOf } from './possible-bounds.ts';
import type { GuardrailAhead } from './possible-order.ts';

export function measuresLeft(receipt: LimitReceipt): Readonly<Partial<Record<Measure, MeasureLeft>>> {
  const measures: Partial<Record<Measure, MeasureLeft>> = {};
  for (const name in receipt.measures) {
    const measure = name as Measure;
    const figures = receipt.measures[measure]!;
    const [allowed, used, reserved, carriedOver = 0, adjusted = 0] = figures as readonly number[];
    measures[measure] = {
      allowed: allowed!,
      carriedOver,
      adjusted,
      used: used!,
      reserved: reserved!,
      remaining: remainingOf(figures),
    };
  }
  return measures;
}

/** When a calendar window ends, or when the oldest of a rolling one leaves it, epoch ms; null: never by itself. */
export function resetsAt(draft: Draft, { receipt, limit }: GuardrailAhead): number | null {
  if (!('limit' in receipt) || limit === undefined || receipt.missing !== undefined) return null;
  const { label, from, to } = receipt.window;
  if (label === ACT || 'act' in receipt.key) return null;
  if (label !== ROLLING || limit.window.every !== 'rolling') return to;
  let oldest = Number.POSITIVE_INFINITY;
  for (const at of draft.timesWithin(bucketId(limit.id, label, receipt.key), from!, to! + 1)) {
    oldest = Math.min(oldest, at);
  }
  return Number.isFinite(oldest) ? oldest + limit.window.durationMs : null;
}
