/** What each guardrail of a policy finds of one act: the receipts of its decision. */
import { type Amounts, MEASURES, type Measure } from '../act/act.ts';
import type { ActFacts } from '../policy/act-facts.ts';
import type { Bound, CompiledLimit, CompiledPolicy } from '../policy/compile.ts';
import { missingOf } from '../policy/counted-by.ts';
import type { Limit } from '../policy/policy.ts';
import { windowAt } from '../time/windows.ts';
import { ACT, type BucketReader, bucketOf, ROLLING } from './buckets.ts';
import { carriedOver } from './carry-over.ts';
import { CountedReceipt } from './counted-receipt.ts';
import {
  type BucketStands,
  EMPTY,
  type Known,
  measureReceipt,
  type RollingStands,
  remainingOf,
  standsIn,
  standsInRolling,
} from './effective-allowed.ts';
import type { Finding, GuardrailReceipt, LimitReceipt, MeasureReceipt } from './events.ts';
import { NOTHING } from './timeline.ts';

/**
 * Receipts of every limit that applied and every rule that held, in the policy's order.
 * @param usage the buckets as they stand before the act
 * @param known of the book in which the policy is in force
 */
export function findings(
  policy: CompiledPolicy,
  facts: ActFacts,
  usage: BucketReader,
  known: Known,
): GuardrailReceipt[] {
  const receipts: GuardrailReceipt[] = [];
  for (const limit of policy.limits) {
    if (limit.applies(facts)) receiptsOfLimit(limit, facts, usage, known, receipts);
  }
  const { uncovered } = policy.policy;
  if (uncovered !== 'allow' && receipts.length === 0) {
    receipts.push({ standing: 'uncovered', finding: uncovered });
  }
  for (const { rule, condition } of policy.rules) {
    const holds = condition.holds(facts);
    if (holds === false) continue;
    // A rule that cannot be computed for this act must not let it pass unseen.
    const message = holds === true ? rule.message : `${rule.message} (the rule failed: ${holds.error})`;
    receipts.push({ rule: rule.id, message, finding: rule.then });
  }
  return receipts;
}

function receiptsOfLimit(
  { limit, bounds, countsBy }: CompiledLimit,
  facts: ActFacts,
  usage: BucketReader,
  known: Known,
  receipts: GuardrailReceipt[],
): void {
  const counted = countsBy(facts);
  const window = windowAt(limit.window, facts.occurredAt, facts.calendar, facts.asked.shift);
  if (counted.length === 0 || window === undefined) {
    if (limit.whenMissing === undefined) return;
    const missing = missingOf(limit, facts);
    if (window === undefined) missing.push('shift');
    receipts.push({
      limit: limit.id,
      key: {},
      window: { label: 'none', from: null, to: null },
      measures: {},
      finding: limit.whenMissing,
      missing,
    });
    return;
  }
  const withoutMemory = window.label === ACT || limit.per.includes('act');
  const { occurredAt, amounts, calendar } = facts;
  for (const by of counted) {
    const { key } = by;
    if (withoutMemory) {
      receipts.push(receipt(limit, key, bounds, amounts, EMPTY, window, ''));
      continue;
    }
    const id = bucketOf(limit.id, window.label, by);
    if (limit.window.every === 'rolling') {
      const { durationMs } = limit.window;
      const binding = bindingWindow(usage, id, occurredAt, durationMs, bounds, amounts);
      const { end } = binding;
      const around = end === occurredAt ? window : { label: ROLLING, from: end - durationMs, to: end };
      receipts.push(receipt(limit, key, bounds, amounts, binding, around, id));
    } else {
      const carried =
        limit.carryOver === undefined
          ? NOTHING
          : carriedOver({ limit, key, window, calendar }, usage, known.past, known.now);
      receipts.push(receipt(limit, key, bounds, amounts, standsIn(id, usage, carried), window, id));
    }
  }
}

function receipt(
  limit: Limit,
  key: Readonly<Record<string, string>>,
  bounds: readonly Bound[],
  amounts: Amounts,
  stands: BucketStands,
  window: LimitReceipt['window'],
  id: string,
): LimitReceipt {
  const measures: Partial<Record<Measure, MeasureReceipt>> = {};
  let finding: Finding = 'within';
  for (const { measure, allowed } of bounds) {
    measures[measure] = measureReceipt(measure, allowed, stands);
    if (exceeds(amounts[measure], remainingOf(measure, allowed, stands))) finding = limit.beyond;
  }
  return new CountedReceipt(limit.id, key, window, measures, finding, id);
}

/** An act that adds nothing to a measure cannot go beyond it, even where a breach already has. */
function exceeds(amount: number, remaining: number): boolean {
  return amount > 0 && amount > remaining;
}

/**
 * Of all windows `(end − duration, end]` that contain the act: the one that leaves it the least room. For an
 * act later than all before it that is the window ending with the act itself; for one that comes late, a
 * window that ends with a later act may hold more, and must not be exceeded either.
 */
export function bindingWindow(
  usage: BucketReader,
  id: string,
  occurredAt: number,
  durationMs: number,
  bounds: readonly Bound[],
  amounts: Amounts,
): RollingStands {
  let binding = standsInRolling(id, usage, occurredAt - durationMs, occurredAt);
  const times = usage.timesWithin(id, occurredAt, occurredAt + durationMs);
  // Nearly always: acts come nearly in order.
  if (times.length === 0) return binding;
  let room = roomLeft(bounds, binding, amounts);
  for (const later of times) {
    const standsThen = standsInRolling(id, usage, later - durationMs, later);
    const roomThen = roomLeft(bounds, standsThen, amounts);
    if ((roomThen < room || (roomThen === room && later < binding.end)) && countsAt(usage, id, later)) {
      binding = standsThen;
      room = roomThen;
    }
  }
  return binding;
}

/** What came free, or was given back, leaves its time behind for as long as the round lasts, or for good: nobody looks from there. */
function countsAt(usage: BucketReader, id: string, at: number): boolean {
  // Times are whole milliseconds.
  const { used, reserved, beside } = standsInRolling(id, usage, at - 1, at);
  return [used, reserved, beside.adjusted].some((amounts) =>
    MEASURES.some((measure) => amounts[measure] !== 0),
  );
}

/** The smallest share of a bound that would be left, over the measures the act adds to. */
function roomLeft(bounds: readonly Bound[], stands: BucketStands, amounts: Amounts): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { measure, allowed } of bounds) {
    const left = remainingOf(measure, allowed, stands) - amounts[measure];
    // A share makes pence and pieces comparable; a bound of nothing has no shares.
    const share = allowed > 0 ? left / allowed : left;
    if (amounts[measure] > 0 || amounts === NOTHING) least = Math.min(least, share);
  }
  return least;
}
