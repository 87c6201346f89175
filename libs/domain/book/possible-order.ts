/** Guardrails ahead of an act, by where they stop it. */
import type { Kind, Measure, Trigger } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import type { Finding, GuardrailReceipt } from './events.ts';
import { type ActLine, type Bound, LINES, type LineName } from './possible-bounds.ts';

/** Mildest first. */
export const SEVERITIES = ['warn', 'hold', 'decline'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One guardrail (of a limit: one bucket) that speaks of the act, or would if it were larger. */
export interface GuardrailAhead {
  /** With the figures of the window that stops the act first; of a rule that is silent yet, as it would be. */
  readonly receipt: GuardrailReceipt;
  /** What it finds of the act as asked for. */
  readonly finding: Finding;
  readonly limit?: Limit;
  readonly consequence: Severity;
  /** The furthest step that it lets pass in silence, on each line; infinite: it never speaks. */
  readonly bounds: Readonly<Record<LineName, Bound>>;
  /** The measure of a limit that stops there. */
  readonly measures: Readonly<Partial<Record<LineName, Measure>>>;
  /** False for a rule whose dependence on the amount could not be followed further than its bounds. */
  readonly shown: boolean;
  /** The kinds and triggers of acts that it speaks of, among those looked at. */
  readonly kinds: ReadonlySet<Kind>;
  readonly triggers: ReadonlySet<Trigger>;
}

/** How far an act may grow before something at least as strict is said. Infinite: no guardrail says it, ever. */
export interface Most {
  readonly beforeWarning: Bound;
  readonly beforeHold: Bound;
  readonly beforeDecline: Bound;
}

/** 0 for nothing, then as `SEVERITIES`. */
export function rankOf(finding: string): number {
  return (SEVERITIES as readonly string[]).indexOf(finding) + 1;
}

export function strictest(receipts: readonly GuardrailReceipt[]): number {
  let rank = 0;
  for (const { finding } of receipts) rank = Math.max(rank, rankOf(finding));
  return rank;
}

export function mostOf(guardrails: Iterable<GuardrailAhead>, line: ActLine): Most {
  const least = [0, 1, 2, 3].map(() => Number.POSITIVE_INFINITY);
  for (const { consequence, bounds } of guardrails) {
    // Whatever declines also ends what passes in silence.
    for (let rank = rankOf(consequence); rank > 0; rank--) {
      least[rank] = Math.min(least[rank]!, bounds[line.name]);
    }
  }
  const within = (bound: Bound) => (bound < line.most ? bound : Number.POSITIVE_INFINITY);
  return {
    beforeWarning: within(least[1]!),
    beforeHold: within(least[2]!),
    beforeDecline: within(least[3]!),
  };
}

/** What stops first, by quantity and then by value; of those that stop at once the strictest. */
export function inOrder(guardrails: readonly GuardrailAhead[]): readonly GuardrailAhead[] {
  const value = ({ bounds }: GuardrailAhead) => Math.min(bounds.costMinor, bounds.retailMinor);
  return [...guardrails].sort(
    (one, other) =>
      difference(one.bounds.quantity, other.bounds.quantity) ||
      rankOf(other.consequence) - rankOf(one.consequence) ||
      difference(value(one), value(other)),
  );
}

function difference(one: Bound, other: Bound): number {
  return one === other ? 0 : one - other;
}

/** The line on which a guardrail stops an act: more of it if it can, else its value; undefined: on none. */
export function stopsOn({ bounds }: GuardrailAhead): LineName | undefined {
  if (Number.isFinite(bounds.quantity)) return 'quantity';
  const [first] = LINES.filter((line) => Number.isFinite(bounds[line])).sort(
    (one, other) => bounds[one] - bounds[other],
  );
  return first;
}
