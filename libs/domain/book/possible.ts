/**
 * What is still possible, under every guardrail together, and which of them stops first: what a till asks before
 * anybody asks for an act. Nothing is reckoned beside the decisions: the act is decided as `evaluate` would, and
 * from its receipts follows how far it could grow before each consequence.
 */
import { ADMIN } from '../access/access.ts';
import { type AskedAct, KINDS, type Kind, TRIGGERS, type Trigger } from '../act/act.ts';
import { type CompiledPolicy, type CompiledRule, compilePolicy } from '../policy/compile.ts';
import { amountsLookedAt, mayHold } from '../rules/condition-range.ts';
import type { Refusal } from './commands.ts';
import { decide } from './decide.ts';
import type { Draft } from './draft.ts';
import type { ActDecided, GuardrailReceipt } from './events.ts';
import { draftAt } from './expiry.ts';
import { FUTURE_TOLERANCE_MS } from './occurred.ts';
import {
  type ActLine,
  askedAt,
  type Bound,
  boundOfReceipt,
  boundOfRolling,
  boundOfRule,
  dependsOnAmounts,
  type LineName,
  linesOf,
  receiptOfBucket,
  ruleFactsAt,
} from './possible-bounds.ts';
import {
  type GuardrailAhead,
  inOrder,
  type Most,
  mostOf,
  type Severity,
  strictest,
} from './possible-order.ts';
import { tellsKindsApart, toldApart } from './possible-variants.ts';
import type { BookState } from './state.ts';

export interface PossibleQuery {
  readonly employee: string;
  /** Absent: the home location, or else where they acted last. */
  readonly location?: string;
  readonly customer?: string;
  readonly incident?: string;
  readonly campaign?: string;
  readonly shift?: string;
  readonly channel?: string;
  readonly reason?: string;
  /** Absent: an act without an item. */
  readonly item?: { readonly sku: string; readonly quantity: number };
  /** Absent: whatever it may be. */
  readonly kind?: Kind;
  readonly trigger?: Trigger;
  /** Epoch ms: when the act would be made. */
  readonly at: number;
  /** Epoch ms: the ledger's clock. */
  readonly now: number;
}

/** Kinds and triggers of acts that the guardrails treat alike, and how one of them would be decided. */
export interface Variant {
  readonly kinds: readonly Kind[];
  readonly triggers: readonly Trigger[];
  readonly act: ActDecided;
}

/** A rule that may speak of an act whose amounts change together, though not while only one of them grows. */
export interface Unforeseen {
  readonly rule: string;
  readonly message: string;
  readonly consequence: Severity;
  readonly dependsOn: readonly ('count' | 'costMinor' | 'retailMinor')[];
}

export interface Possible {
  /** Of the act as asked for. */
  readonly status: 'accepted' | 'warned' | 'held' | 'declined';
  /** Quantity from 0, value from -1: not even an act worth nothing. */
  readonly most: Readonly<Record<LineName, Most>>;
  /** What speaks of the act, or would if it were larger, and every limit that applies, in the order they stop it. */
  readonly guardrails: readonly GuardrailAhead[];
  readonly unforeseen: readonly Unforeseen[];
  /** The acts looked at: where the kind was not named, one of each that is treated alike. */
  readonly variants: readonly Variant[];
  /** Kinds left out, because something other than a limit keeps them back whatever is left. */
  readonly aside: readonly Variant[];
  /** Where the act would be made. */
  readonly location: string;
  /** Null: none is in force. */
  readonly policyVersion: number | null;
  /** The book as it was looked at: what has fallen due by then is settled. */
  readonly draft: Draft;
}

export type PossibleAnswer =
  | { readonly possible: Possible }
  /** What the question must name first. */
  | { readonly missing: 'location' }
  | { readonly refusal: Refusal };

const STATUSES = ['accepted', 'warned', 'held', 'declined'] as const;

/**
 * @param mostPieces the largest quantity an act may have
 * @returns undefined when the directory does not know the employee
 */
export function possibleFor(
  state: BookState,
  query: PossibleQuery,
  mostPieces: number,
): PossibleAnswer | undefined {
  const employee = state.employees.get(query.employee);
  if (employee === undefined) return undefined;
  const location = query.location ?? employee.homeLocation ?? state.lastLocations.get(query.employee);
  if (location === undefined) return { missing: 'location' };
  // A question about a time to come is answered as if nothing happened until then.
  const recordedAt = query.at > query.now + FUTURE_TOLERANCE_MS ? query.at : query.now;
  const draft = draftAt(state, recordedAt);
  const ask = asking(draft, recordedAt);
  const asked = askedFor(query, location);
  const first = ask(asked);
  if ('code' in first) return { refusal: first };
  const policy =
    first.policyVersion === null ? undefined : compilePolicy(state.policies.get(first.policyVersion)!.policy);

  const all = variantsOf(state, query, policy, asked, ask);
  const outright = all.map(({ act }) => strictest(act.guardrails.filter(isOutright)));
  const mildest = Math.min(...outright);
  const looked = all
    .filter((_, i) => outright[i] === mildest)
    .map((variant) => ({ ...variant, lines: linesOf(draft, variant.act, mostPieces) }));

  const limits = limitsAhead(looked, policy, draft, ask);
  const rules = rulesAhead(looked, policy, state, limits);
  const guardrails = inOrder([...limits, ...rules]);
  const most = {} as Record<LineName, Most>;
  for (const line of looked[0]!.lines) most[line.name] = mostOf(guardrails, line);
  return {
    possible: {
      status: STATUSES[Math.max(...looked.map(({ act }) => strictest(act.guardrails)))]!,
      most,
      guardrails,
      unforeseen: unforeseenOf(looked, policy, state, rules, most),
      variants: looked,
      aside: all.filter((_, i) => outright[i] !== mildest),
      location,
      policyVersion: first.policyVersion,
      draft,
    },
  };
}

type Ask = (asked: AskedAct) => ActDecided | Refusal;
type Looked = Variant & { readonly lines: readonly ActLine[] };

/** Decides as `evaluate` does. */
function asking(draft: Draft, recordedAt: number): Ask {
  const context = { recordedAt, actor: '', roles: ADMIN.roles, id: '' };
  return (asked) => {
    const decided = decide(draft, { type: 'DecideAct', asked }, context);
    if ('refusal' in decided) return decided.refusal;
    if (!('event' in decided)) throw new Error('An act was decided as a statement.');
    return decided.event as ActDecided;
  };
}

function askedFor(query: PossibleQuery, location: string): AskedAct {
  const { at, now: _, kind = KINDS[0], trigger = TRIGGERS[0], ...named } = query;
  // Without an item nothing is known of its value; the least that can be asked for is worth nothing.
  const worth = named.item === undefined ? { costMinor: 0, retailMinor: 0 } : {};
  return { mode: 'request', ...named, kind, trigger, location, ...worth, occurredAt: at };
}

function variantsOf(
  state: BookState,
  query: PossibleQuery,
  policy: CompiledPolicy | undefined,
  asked: AskedAct,
  ask: Ask,
): readonly Variant[] {
  const apart = toldApart(policy);
  const kinds = query.kind === undefined ? apart.kinds : [[query.kind]];
  const byLot = query.campaign !== undefined && state.campaigns.get(query.campaign)?.lot !== undefined;
  // A lot is for delight alone, whatever the policy tells apart.
  const unnamed = byLot ? TRIGGERS.map((trigger) => [trigger]) : apart.triggers;
  const triggers = query.trigger === undefined ? unnamed : [[query.trigger]];
  return kinds.flatMap((ofKinds) =>
    triggers.map((ofTriggers) => {
      const act = ask({ ...asked, kind: ofKinds[0]!, trigger: ofTriggers[0]! });
      // What refuses an act (its item, its time) has nothing to do with its kind.
      if ('code' in act) throw new Error(`refused for its kind: ${act.detail}`);
      return { kinds: ofKinds, triggers: ofTriggers, act };
    }),
  );
}

/** Says something whatever is left: only a limit with a bucket depends on that. */
function isOutright(receipt: GuardrailReceipt): boolean {
  return !('limit' in receipt) || receipt.missing !== undefined;
}

/** Limits, and what the ledger itself requires. */
function limitsAhead(
  looked: readonly Looked[],
  policy: CompiledPolicy | undefined,
  draft: Draft,
  ask: Ask,
): readonly GuardrailAhead[] {
  const ahead = new Map<string, GuardrailAhead>();
  for (const variant of looked) {
    for (const receipt of variant.act.guardrails) {
      if ('rule' in receipt) continue;
      const name = nameOf(receipt);
      const known = ahead.get(name);
      if (known === undefined) ahead.set(name, limitAhead(receipt, variant, policy, draft, ask));
      else ahead.set(name, { ...known, ...spokenOf(variant, known) });
    }
  }
  return [...ahead.values()];
}

function limitAhead(
  receipt: Exclude<GuardrailReceipt, { readonly rule: string }>,
  variant: Looked,
  policy: CompiledPolicy | undefined,
  draft: Draft,
  ask: Ask,
): GuardrailAhead {
  const bounds = { quantity: 0, costMinor: -1, retailMinor: -1 };
  const speaks = { finding: receipt.finding, bounds, measures: {}, shown: true, ...spokenOf(variant) };
  if (!('limit' in receipt)) return { receipt, consequence: receipt.finding, ...speaks };
  const { limit } = policy!.limits.find((one) => one.limit.id === receipt.limit)!;
  if (receipt.missing !== undefined) {
    return { receipt, limit, consequence: receipt.finding as Severity, ...speaks };
  }
  const measures: Partial<Record<LineName, keyof typeof receipt.measures>> = {};
  let stopping = receipt;
  for (const line of variant.lines) {
    const found = dependsOnAmounts(receipt, line, draft)
      ? boundOfRolling(receipt, line, (x) => {
          const act = ask(askedAt(line, x));
          return 'code' in act ? undefined : receiptOfBucket(act.guardrails, receipt);
        })
      : { receipt, ...boundOfReceipt(receipt, line) };
    bounds[line.name] = found.bound;
    if (found.measure !== undefined) measures[line.name] = found.measure;
    if (line.name === 'quantity') stopping = found.receipt;
  }
  return { receipt: stopping, limit, consequence: limit.beyond, ...speaks, measures };
}

function rulesAhead(
  looked: readonly Looked[],
  policy: CompiledPolicy | undefined,
  state: BookState,
  limits: readonly GuardrailAhead[],
): readonly GuardrailAhead[] {
  const ahead: GuardrailAhead[] = [];
  if (policy === undefined || policy.rules.length === 0) return ahead;
  // What a rule says of an act that is declined anyway is of no use.
  const within = looked[0]!.lines.map((line) => mostOf(limits, line).beforeDecline);
  for (const compiled of policy.rules) {
    let found: GuardrailAhead | undefined;
    const variants = tellsKindsApart(compiled) ? looked : looked.slice(0, 1);
    for (const variant of variants) found = ruleAhead(compiled, variant, state, within, found);
    if (found === undefined) continue;
    if (variants.length < looked.length)
      for (const variant of looked) found = { ...found, ...spokenOf(variant, found) };
    ahead.push(found);
  }
  return ahead;
}

/** @param within how far to look, on each line */
function ruleAhead(
  compiled: CompiledRule,
  variant: Looked,
  state: BookState,
  within: readonly Bound[],
  known: GuardrailAhead | undefined,
): GuardrailAhead | undefined {
  const { rule } = compiled;
  const now = variant.act.guardrails.find((one) => 'rule' in one && one.rule === rule.id);
  const never = Number.POSITIVE_INFINITY;
  const bounds = { ...(known?.bounds ?? { quantity: never, costMinor: never, retailMinor: never }) };
  let shown = known?.shown ?? true;
  let speaks = now !== undefined;
  variant.lines.forEach((line, i) => {
    const found = boundOfRule(compiled, line, state, now !== undefined, within[i]!);
    if (found.bound === never) return;
    speaks = true;
    if (found.bound >= bounds[line.name]) return;
    bounds[line.name] = found.bound;
    shown &&= found.shown;
  });
  if (!speaks) return known;
  return {
    receipt: now ?? known?.receipt ?? { rule: rule.id, message: rule.message, finding: rule.then },
    finding: now?.finding ?? known?.finding ?? 'within',
    consequence: rule.then,
    bounds,
    measures: {},
    shown,
    ...spokenOf(variant, known),
  };
}

function unforeseenOf(
  looked: readonly Looked[],
  policy: CompiledPolicy | undefined,
  state: BookState,
  rules: readonly GuardrailAhead[],
  most: Readonly<Record<LineName, Most>>,
): readonly Unforeseen[] {
  const unforeseen: Unforeseen[] = [];
  for (const { rule, condition } of policy?.rules ?? []) {
    const dependsOn = amountsLookedAt(condition);
    if (dependsOn.length < 2 || rules.some(({ receipt }) => 'rule' in receipt && receipt.rule === rule.id))
      continue;
    const may = looked.some(({ lines }) => {
      const span = (line: ActLine) => {
        const furthest = Math.min(most[line.name].beforeDecline, line.most);
        return [line.least, Math.max(line.least, furthest)] as const;
      };
      const [quantity, costMinor, retailMinor] = lines.map(span);
      const pieces = lines[0]!.apart ? ([1, 1] as const) : quantity!;
      return mayHold(condition, ruleFactsAt(lines[0]!, 1, state), {
        count: pieces,
        quantity: lines[0]!.apart ? [0, 0] : pieces,
        costMinor: costMinor!,
        retailMinor: retailMinor!,
      });
    });
    if (may) unforeseen.push({ rule: rule.id, message: rule.message, consequence: rule.then, dependsOn });
  }
  return unforeseen;
}

function spokenOf(
  { kinds, triggers }: Variant,
  known?: GuardrailAhead,
): Pick<GuardrailAhead, 'kinds' | 'triggers'> {
  return {
    kinds: new Set([...(known?.kinds ?? []), ...kinds]),
    triggers: new Set([...(known?.triggers ?? []), ...triggers]),
  };
}

/** Of a limit: of one of its buckets. */
function nameOf(receipt: Exclude<GuardrailReceipt, { readonly rule: string }>): string {
  if ('standing' in receipt) return receipt.standing;
  let name = receipt.limit;
  for (const dimension in receipt.key) name += `\n${dimension}=${receipt.key[dimension]}`;
  return name;
}
