/**
 * How far an act may go before each guardrail speaks, from what the guardrails found of it as it is. An act is made
 * larger along a line: more of its item, or a higher value of the one act.
 */
import { type Amounts, type AskedAct, MEASURES, type Measure } from '../act/act.ts';
import type { CompiledRule } from '../policy/compile.ts';
import { amountsLookedAt, type FirstHeld, firstHeld } from '../rules/condition-range.ts';
import type { RuleFacts } from '../rules/rule-facts.ts';
import { ACT, bucketId, ROLLING } from './buckets.ts';
import type { Draft } from './draft.ts';
import type { ActDecided, GuardrailReceipt, LimitReceipt, MeasureReceipt } from './events.ts';
import type { BookState } from './state.ts';

/** Lines along which an act may grow. `quantity`: more of the item, or more acts where there is no item. */
export const LINES = ['quantity', 'costMinor', 'retailMinor'] as const;
export type LineName = (typeof LINES)[number];

export interface ActLine {
  readonly name: LineName;
  /** The act itself, as it would be decided: its amounts are a point near the line. */
  readonly act: ActDecided;
  /** The least step: one of the item, or an act worth nothing. */
  readonly least: number;
  /** No act goes further, whatever the policy says. */
  readonly most: number;
  /** Amounts at step x: `fixed + x * perStep`. */
  readonly fixed: Amounts;
  readonly perStep: Amounts;
  /** Further steps are acts of their own, each decided by itself: what looks at one act alone sees no difference. */
  readonly apart: boolean;
}

/** Below `line.least`: not even the least of it. Infinite: never. */
export type Bound = number;

/** The lines of an act. `mostPieces` is the largest quantity an act may have. */
export function linesOf(draft: Draft, act: ActDecided, mostPieces: number): readonly ActLine[] {
  const { amounts } = act;
  const item = act.asked.item === undefined ? undefined : draft.state.items.get(act.asked.item.sku);
  const reserved = draft.reservedInAll();
  const none = { count: 0, costMinor: 0, retailMinor: 0 };
  const line = (
    name: LineName,
    least: number,
    fixed: Amounts,
    perStep: Amounts,
    cap: number,
    apart = false,
  ): ActLine => {
    let most = cap;
    for (const measure of MEASURES) {
      if (perStep[measure] === 0) continue;
      const room = Number.MAX_SAFE_INTEGER - draft.accepted[measure] - reserved[measure] - fixed[measure];
      most = Math.min(most, Math.floor(room / perStep[measure]));
    }
    return { name, act, least, most, fixed, perStep, apart };
  };
  const { costMinor = 0, retailMinor = 0 } = item ?? {};
  return [
    line('quantity', 1, none, { count: 1, costMinor, retailMinor }, mostPieces, item === undefined),
    line('costMinor', 0, { ...amounts, costMinor: 0 }, { ...none, costMinor: 1 }, Number.MAX_SAFE_INTEGER),
    line(
      'retailMinor',
      0,
      { ...amounts, retailMinor: 0 },
      { ...none, retailMinor: 1 },
      Number.MAX_SAFE_INTEGER,
    ),
  ];
}

export function amountsAt({ fixed, perStep }: ActLine, x: number): Amounts {
  return {
    count: fixed.count + x * perStep.count,
    costMinor: fixed.costMinor + x * perStep.costMinor,
    retailMinor: fixed.retailMinor + x * perStep.retailMinor,
  };
}

/** The act, posted at step x of a line on which steps are not acts of their own. */
export function askedAt(line: ActLine, x: number): AskedAct {
  const { asked } = line.act;
  if (line.name === 'quantity') return { ...asked, item: { sku: asked.item!.sku, quantity: x } };
  const { costMinor, retailMinor } = amountsAt(line, x);
  return { ...asked, costMinor, retailMinor };
}

/** What is left of one measure of a bucket before the act. */
export function remainingOf(receipt: MeasureReceipt): number {
  const [allowed, used, reserved, carriedOver = 0, adjusted = 0] = receipt as readonly number[];
  return allowed! + carriedOver + adjusted - used! - reserved!;
}

/** The furthest step on a line that one bucket lets pass, and the measure that stops there. */
export function boundOfReceipt(
  receipt: LimitReceipt,
  line: ActLine,
): { readonly bound: Bound; readonly measure?: Measure } {
  if (receipt.missing !== undefined) return { bound: line.least - 1 };
  const alone = line.apart && (receipt.window.label === ACT || 'act' in receipt.key);
  let bound = Number.POSITIVE_INFINITY;
  let stops: Measure | undefined;
  for (const measure of MEASURES) {
    const figures = receipt.measures[measure];
    if (figures === undefined) continue;
    const remaining = remainingOf(figures);
    const step = line.perStep[measure];
    const fixed = line.fixed[measure] + (alone ? step : 0);
    let here = Number.POSITIVE_INFINITY;
    if (alone || step === 0) {
      if (fixed > 0 && fixed > remaining) here = line.least - 1;
    } else {
      // Nothing is never beyond a limit, even where a breach already is.
      here = Math.max(0, Math.floor((remaining - fixed) / step));
    }
    if (here < bound) {
      bound = here;
      stops = measure;
    }
  }
  return stops === undefined ? { bound } : { bound, measure: stops };
}

/**
 * Whether another window of a rolling limit may have less room for other amounts than the one that the receipt names:
 * then it is asked again. With one measure the fullest window is the fullest for any amount, but an act that has
 * nothing of the measure does not look for it.
 */
export function dependsOnAmounts(receipt: LimitReceipt, line: ActLine, draft: Draft): boolean {
  if (receipt.window.label !== ROLLING || line.apart) return false;
  const measures = Object.keys(receipt.measures) as Measure[];
  if (!measures.some((measure) => line.perStep[measure] > 0)) return false;
  if (measures.length === 1 && line.act.amounts[measures[0]!] > 0) return false;
  // Windows that end later differ only where something happened later.
  const { occurredAt } = line.act;
  const durationMs = receipt.window.to! - receipt.window.from!;
  const id = bucketId(receipt.limit, ROLLING, receipt.key);
  for (const _ of draft.timesWithin(id, occurredAt, occurredAt + durationMs)) return true;
  return false;
}

/**
 * As `boundOfReceipt`, of all windows of a rolling limit that contain the act. Of these a receipt names the one with
 * the least room for the amounts it was asked for; so the bound that it gives is asked for in turn, until there is
 * room in every window.
 * @param ask what the same bucket finds at a step
 */
export function boundOfRolling(
  first: LimitReceipt,
  line: ActLine,
  ask: (x: number) => LimitReceipt | undefined,
): { readonly receipt: LimitReceipt; readonly bound: Bound; readonly measure?: Measure } {
  let receipt = first;
  let found = boundOfReceipt(receipt, line);
  for (;;) {
    const x = Math.min(found.bound, line.most);
    if (x < line.least) return { receipt, ...found };
    const there = ask(x);
    if (there === undefined || there.finding === 'within') return { receipt, ...found };
    const narrower = boundOfReceipt(there, line);
    if (narrower.bound >= found.bound)
      throw new Error(`limit ${there.limit} has no bound along ${line.name}`);
    receipt = there;
    found = narrower;
  }
}

/** Where a rule begins to speak along a line. Beyond `bound` it speaks, or, if it is not `shown`, may. */
export function boundOfRule(
  { condition }: CompiledRule,
  line: ActLine,
  state: BookState,
  speaksNow: boolean,
  most: number,
): { readonly bound: Bound; readonly shown: boolean } {
  const never = { bound: Number.POSITIVE_INFINITY, shown: true };
  const always = { bound: line.least - 1, shown: true };
  const varying = amountsLookedAt(condition).filter((amount) => line.perStep[amount] > 0);
  // Without an item the act of the quantity line is the act itself, again and again.
  if (line.apart || varying.length === 0) return speaksNow ? always : never;
  if (most < line.least) return speaksNow ? always : never;
  const found: FirstHeld = firstHeld(
    condition,
    {
      factsAt: (x) => ruleFactsAt(line, x, state),
      spans: (low, high) => {
        const from = amountsAt(line, low);
        const to = amountsAt(line, high);
        const item = line.act.asked.item;
        return {
          count: [from.count, to.count],
          quantity: item === undefined ? [0, 0] : [from.count, to.count],
          costMinor: [from.costMinor, to.costMinor],
          retailMinor: [from.retailMinor, to.retailMinor],
        };
      },
    },
    line.least,
    Math.min(most, line.most),
  );
  if ('never' in found) return never;
  return 'at' in found ? { bound: found.at - 1, shown: true } : { bound: found.shownTo, shown: false };
}

/** What a rule sees of the act at a step. */
export function ruleFactsAt(line: ActLine, x: number, state: BookState): RuleFacts {
  const { asked, businessDate, occurredAt } = line.act;
  return {
    asked: line.name === 'quantity' && !line.apart ? askedAt(line, x) : asked,
    amounts: amountsAt(line, x),
    businessDate,
    occurredAt,
    employee: state.employees.get(asked.employee),
    location: state.locations.get(asked.location),
    item: asked.item === undefined ? undefined : state.items.get(asked.item.sku),
  };
}

export function receiptOfBucket(
  receipts: readonly GuardrailReceipt[],
  { limit, key }: LimitReceipt,
): LimitReceipt | undefined {
  return receipts.find(
    (one): one is LimitReceipt =>
      'limit' in one && one.limit === limit && Object.keys(key).every((name) => one.key[name] === key[name]),
  );
}
