/**
 * An act as it is answered: a pure function of its event and position, so that a replay, years later, is the
 * first answer byte for byte.
 */
import type { ActStatus, Measure } from '../../../libs/domain/act/act.ts';
import type {
  ActDecision,
  ActReversed,
  Finding,
  GuardrailReceipt,
  LimitReceipt,
  StandingReceipt,
} from '../../../libs/domain/book/events.ts';
import type { Draw } from '../../../libs/domain/campaign/lot.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';

export interface MeasureBody {
  readonly allowed: number;
  readonly usedBefore: number;
  readonly usedAfter: number;
  readonly reserved: number;
  /** Both only where either is not nothing. */
  readonly carriedOver?: number;
  readonly adjusted?: number;
  /** Below zero once a recorded act has gone beyond the limit. */
  readonly remaining: number;
}

export interface GuardrailBody {
  readonly id: string;
  readonly type: 'limit' | 'rule' | 'standing';
  readonly key?: Readonly<Record<string, string>>;
  readonly window?: { readonly from: string | null; readonly to: string | null };
  readonly measures?: Readonly<Partial<Record<Measure, MeasureBody>>>;
  readonly missing?: readonly string[];
  readonly finding: Finding;
  readonly message?: string;
}

export function renderAct(event: ActDecision, position: number): string {
  return JSON.stringify(actBody(event, position, event.id));
}

/** As `renderAct`, for an act that was only evaluated and has no id. */
export function renderEvaluation(event: ActDecision, position: number): string {
  return JSON.stringify(actBody(event, position, null));
}

/** Whether an act is given, waits, or is not to be. */
export const STATUS_OF_DECISION: Readonly<Record<ActDecision['type'], ActStatus>> = {
  ActAccepted: 'accepted',
  ActDeclined: 'declined',
  ActHeld: 'pending_approval',
  ActReserved: 'reserved',
};

export function actBody(event: ActDecision, position: number, id: string | null) {
  const { asked, amounts } = event;
  const guardrails: GuardrailBody[] = [];
  const breaches: { id: string; consequence: string; message: string }[] = [];
  for (const receipt of event.guardrails) {
    const body = guardrailBody(receipt, event);
    guardrails.push(body);
    if (asked.mode === 'record' && body.message !== undefined) {
      breaches.push({ id: body.id, consequence: body.finding, message: body.message });
    }
  }
  // Members left undefined are left out by JSON.stringify.
  return {
    id,
    status: STATUS_OF_DECISION[event.type],
    mode: asked.mode,
    kind: asked.kind,
    trigger: asked.trigger,
    employee: asked.employee,
    location: asked.location,
    customer: asked.customer,
    incident: asked.incident,
    campaign: asked.campaign,
    shift: asked.shift,
    channel: asked.channel,
    item: asked.item === undefined ? undefined : { sku: asked.item.sku, quantity: asked.item.quantity },
    retailMinor: amounts.retailMinor,
    costMinor: amounts.costMinor,
    reason: asked.reason,
    note: asked.note,
    businessDate: event.businessDate,
    occurredAt: formatInstant(event.occurredAt),
    recordedAt: formatInstant(event.recordedAt),
    draw: event.draw && drawBody(event.draw),
    expiresAt: 'expiresAt' in event ? formatInstant(event.expiresAt) : undefined,
    position,
    decision: { policyVersion: event.policyVersion, guardrails },
    breaches,
  };
}

/** In one order, however it was stored. */
function drawBody({ assigned, propensity, seed }: Draw): Draw {
  return { assigned, propensity, seed };
}

function guardrailBody(receipt: GuardrailReceipt, event: ActDecision): GuardrailBody {
  if ('limit' in receipt) return limitBody(receipt, event);
  if ('rule' in receipt) {
    return { id: receipt.rule, type: 'rule', finding: receipt.finding, message: receipt.message };
  }
  return {
    id: receipt.standing,
    type: 'standing',
    finding: receipt.finding,
    message: standingMessage(receipt.standing, event),
  };
}

function limitBody(receipt: LimitReceipt, event: ActDecision): GuardrailBody {
  const { window, missing, finding } = receipt;
  const counted = event.type === 'ActAccepted';
  const held = event.type === 'ActHeld' || event.type === 'ActReserved';
  const measures: Partial<Record<Measure, MeasureBody>> = {};
  for (const name in receipt.measures) {
    const measure = name as Measure;
    const [allowed, usedBefore, reservedBefore, carriedOver = 0, adjusted = 0] = receipt.measures[measure]!;
    const usedAfter = counted ? usedBefore + event.amounts[measure] : usedBefore;
    const reserved = held ? reservedBefore + event.amounts[measure] : reservedBefore;
    measures[measure] = {
      allowed,
      usedBefore,
      usedAfter,
      reserved,
      ...((carriedOver !== 0 || adjusted !== 0) && { carriedOver, adjusted }),
      remaining: allowed + carriedOver + adjusted - usedAfter - reserved,
    };
  }
  return {
    id: receipt.limit,
    type: 'limit',
    key: receipt.key,
    window: {
      from: window.from === null ? null : formatInstant(window.from),
      to: window.to === null ? null : formatInstant(window.to),
    },
    measures,
    ...(missing !== undefined && { missing }),
    finding,
    ...(finding !== 'within' && { message: limitMessage(receipt, event) }),
  };
}

const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  count: '',
  costMinor: ' minor units of cost',
  retailMinor: ' minor units of retail value',
};

function limitMessage(receipt: LimitReceipt, event: ActDecision): string {
  if (receipt.missing !== undefined && receipt.missing.length > 0) {
    return `The limit "${receipt.limit}" is counted per ${receipt.missing.join(' and ')}, which this act does not name.`;
  }
  const beyond: string[] = [];
  for (const name in receipt.measures) {
    const measure = name as Measure;
    const [allowed, usedBefore, reserved, carriedOver = 0, adjusted = 0] = receipt.measures[measure]!;
    const amount = event.amounts[measure];
    if (amount === 0 || usedBefore + reserved + amount <= allowed + carriedOver + adjusted) continue;
    const unit = MEASURE_WORDS[measure];
    const held = reserved > 0 ? ` and ${reserved} reserved` : '';
    const carried = carriedOver > 0 ? ` and ${carriedOver} carried over` : '';
    const changed =
      adjusted > 0 ? ` and ${adjusted} granted` : adjusted < 0 ? `, ${-adjusted} taken away` : '';
    beyond.push(
      `${allowed}${unit} allowed${carried}${changed}, ${usedBefore} used before${held}, this act ${event.type === 'ActAccepted' ? 'takes' : 'asks'} ${amount}`,
    );
  }
  return `Beyond the limit "${receipt.limit}"${forKey(receipt.key)}: ${beyond.join('; ')}.${resetMessage(receipt.window)}`;
}

function forKey(key: Readonly<Record<string, string>>): string {
  const parts = Object.entries(key).map(([dimension, value]) => `${dimension} ${value}`);
  return parts.length === 0 ? '' : ` for ${parts.join(', ')}`;
}

function resetMessage(window: LimitReceipt['window']): string {
  if (window.label.startsWith('rolling')) return ' It frees up as earlier acts leave the rolling window.';
  if (window.label === 'act') return ' It holds for each act by itself.';
  if (window.label.startsWith('shift')) return ' It resets with the next shift.';
  return window.to === null ? ' It never resets.' : ` It resets at ${formatInstant(window.to)}.`;
}

function standingMessage(standing: StandingReceipt['standing'], event: ActDecision): string {
  const { asked } = event;
  switch (standing) {
    case 'no-active-policy':
      return 'No policy was in force: post one and activate it.';
    case 'unknown-employee':
      return `The directory does not know the employee "${asked.employee}": state it with PUT …/employees/{id}.`;
    case 'unknown-location':
      return `The directory does not know the location "${asked.location}": state it with PUT …/locations/{id}.`;
    case 'campaign-not-running':
      return `The campaign "${asked.campaign ?? ''}" is not known or does not run on ${event.businessDate}.`;
    case 'uncovered':
      return 'No limit of the policy covers this act, and the policy does not let such acts pass in silence.';
    case 'lot-not-drawn':
      return `The campaign "${asked.campaign ?? ''}" gives by lot, and this customer was not drawn. A recovery is never drawn for.`;
    case 'lot-without-customer':
      return `The campaign "${asked.campaign ?? ''}" gives by lot among customers, and this act names none.`;
  }
}

export function renderReversal(event: ActReversed, position: number): string {
  const { id, act, reason, amounts, reversedInAll, whole } = event;
  return JSON.stringify({
    id,
    act,
    status: whole ? 'reversed' : 'accepted',
    reason,
    businessDate: event.businessDate,
    occurredAt: formatInstant(event.occurredAt),
    recordedAt: formatInstant(event.recordedAt),
    position,
    reversed: { count: amounts.count, costMinor: amounts.costMinor, retailMinor: amounts.retailMinor },
    reversedInAll: {
      count: reversedInAll.count,
      costMinor: reversedInAll.costMinor,
      retailMinor: reversedInAll.retailMinor,
    },
  });
}
