/** What is possible, in one short sentence that whoever stands at the till can read out. */
import type { Measure } from '../act/act.ts';
import { formatMoney } from '../money/currency.ts';
import { type Limit, WEEKDAYS, type Window } from '../policy/policy.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';
import { weekdayOf } from '../time/civil-date.ts';
import { ACT } from './buckets.ts';
import type { LimitReceipt, StandingReceipt } from './events.ts';
import type { Possible } from './possible.ts';
import { remainingOf } from './possible-bounds.ts';
import { type GuardrailAhead, rankOf, type Severity, stopsOn } from './possible-order.ts';

export interface Wording {
  readonly currency: string;
  /** Of the location: days are named as they are there. */
  readonly calendar: BusinessCalendar;
  /** What is given; absent: an act without an item. */
  readonly item?: string;
  /** The question is about a time to come. */
  readonly later: boolean;
  /** When more of a limit comes free, epoch ms; null: never by itself. */
  resetsAt(ahead: GuardrailAhead): number | null;
}

const THEN: Readonly<Record<Severity, string>> = {
  warn: 'it is noted',
  hold: 'a manager must agree',
  decline: 'no more',
};

const BEYOND: Readonly<Record<Severity, string>> = { ...THEN, decline: 'it is declined' };

export const STANDING_WORDS: Readonly<Record<StandingReceipt['standing'], string>> = {
  'no-active-policy': 'no policy is in force yet',
  'unknown-employee': 'the employee is not in the directory',
  'unknown-location': 'the location is not in the directory',
  'campaign-not-running': 'the campaign does not run now',
  uncovered: 'no limit covers this',
  'lot-not-drawn': 'the lot of the campaign did not draw this customer',
  'lot-without-customer': 'name the customer first: the campaign is drawn by lot',
};

/** All guardrails together. */
export function sentenceOf(possible: Possible, wording: Wording): string {
  const { status, guardrails } = possible;
  const speaking = (severity: Severity) => guardrails.find(({ finding }) => finding === severity);
  switch (status) {
    case 'declined':
      return said(wording, `not possible: ${reasonOf(speaking('decline')!, wording)}`);
    case 'held':
      return said(wording, `a manager must agree: ${reasonOf(speaking('hold')!, wording)}`);
    case 'warned':
      return said(
        wording,
        `possible, and noted: ${reasonOf(speaking('warn')!, wording)}${ahead(possible, 1, wording, '; ')}`,
      );
    case 'accepted':
      return said(wording, ahead(possible, 0, wording) || 'possible, and no limit is near');
  }
}

/** One guardrail by itself. */
export function sentenceOfGuardrail(one: GuardrailAhead, wording: Wording): string {
  const name = one.limit === undefined ? '' : `${one.limit.title ?? one.limit.id}: `;
  const figures = figuresOf(one);
  if (figures === undefined) return ended(`${name}${reasonOf(one, wording)}`);
  const { receipt, measure } = figures;
  if (isAlone(receipt)) return ended(`${name}${reasonOf(one, wording)}`);
  const left = quantity(measure, Math.max(0, remainingOf(receipt.measures[measure]!)), wording);
  return ended(`${name}${left} left${forWhom(one.limit!, receipt)}${again(one, wording)}`);
}

/** What stops the act first if it is repeated or grows: nothing said of what already speaks. */
function ahead({ guardrails }: Possible, rank: number, wording: Wording, before = ''): string {
  const next = guardrails.find((one) => rankOf(one.consequence) > rank && stopsOn(one) !== undefined);
  if (next === undefined) return '';
  const line = stopsOn(next)!;
  const then = THEN[next.consequence];
  const bound = next.bounds[line];
  if (!('limit' in next.receipt)) {
    const upTo = quantity(line === 'quantity' ? 'count' : line, bound, wording);
    return `${before}up to ${upTo} at a time; beyond that ${BEYOND[next.consequence]}: ${reasonOf(next, wording)}`;
  }
  const receipt = next.receipt;
  if (isAlone(receipt)) {
    const upTo = quantity(line === 'quantity' ? 'count' : line, bound, wording);
    return `${before}up to ${upTo} at a time; beyond that ${BEYOND[next.consequence]}`;
  }
  const where = `${span(next.limit!.window, wording)}${forWhom(next.limit!, receipt)}`;
  const worth = line === 'quantity' && wording.item === undefined ? worthUpTo(guardrails, rank, wording) : '';
  const more = line === 'quantity' ? `${bound} more` : `up to ${quantity(line, bound, wording)} more`;
  return `${before}${more} ${where}${worth}; then ${then}`;
}

/** How much one act may be worth, where only the number of acts is told otherwise. */
function worthUpTo(guardrails: readonly GuardrailAhead[], rank: number, wording: Wording): string {
  let tightest: { line: 'costMinor' | 'retailMinor'; bound: number } | undefined;
  for (const { consequence, bounds } of guardrails) {
    if (rankOf(consequence) <= rank) continue;
    for (const line of ['costMinor', 'retailMinor'] as const) {
      const bound = bounds[line];
      if (bound < 0 || !Number.isFinite(bound)) continue;
      if (tightest === undefined || bound < tightest.bound) tightest = { line, bound };
    }
  }
  return tightest === undefined ? '' : `, worth up to ${quantity(tightest.line, tightest.bound, wording)}`;
}

/** Why a guardrail speaks, without a full stop. */
function reasonOf(one: GuardrailAhead, wording: Wording): string {
  const { receipt } = one;
  if ('standing' in receipt) return STANDING_WORDS[receipt.standing];
  if ('rule' in receipt) return receipt.message.replace(/\.+$/, '');
  if (receipt.missing !== undefined) return `name the ${receipt.missing.join(' and the ')} first`;
  const { measure } = figuresOf(one)!;
  const figures = receipt.measures[measure]!;
  if (isAlone(receipt)) return `at most ${quantity(measure, figures[0], wording)} at a time`;
  const remaining = Math.max(0, remainingOf(figures));
  const left = remaining === 0 ? 'nothing' : `only ${quantity(measure, remaining, wording)}`;
  return `${left} left ${span(one.limit!.window, wording)}${forWhom(one.limit!, receipt)}${again(one, wording)}`;
}

/** The measure of a limit that stops the act: in quantity if it can, else in value. */
function figuresOf(
  one: GuardrailAhead,
): { readonly receipt: LimitReceipt; readonly measure: Measure } | undefined {
  const { receipt, measures } = one;
  if (!('limit' in receipt) || receipt.missing !== undefined) return undefined;
  const line = stopsOn(one) ?? 'quantity';
  const measure = measures[line] ?? (Object.keys(receipt.measures)[0] as Measure);
  return { receipt, measure };
}

function isAlone(receipt: LimitReceipt): boolean {
  return receipt.window.label === ACT || 'act' in receipt.key;
}

function quantity(measure: Measure, amount: number, { currency }: Wording): string {
  if (measure === 'count') return String(amount);
  return `${formatMoney(amount, currency)} ${measure === 'costMinor' ? 'at cost' : 'at retail value'}`;
}

function span(window: Window, { later }: Wording): string {
  const this_ = later ? 'that' : 'this';
  switch (window.every) {
    case 'day':
      return later ? 'that day' : 'today';
    case 'act':
      return 'at a time';
    case 'lifetime':
      return 'in all';
    case 'rolling':
      return `within any ${length(window.durationMs)}`;
    case 'fiscal':
      return `${this_} fiscal ${window.period}`;
    default:
      return `${this_} ${window.every}`;
  }
}

function length(durationMs: number): string {
  for (const [name, ms] of [
    ['days', 86_400_000],
    ['hours', 3_600_000],
    ['minutes', 60_000],
  ] as const) {
    if (durationMs % ms === 0 && durationMs > ms) return `${durationMs / ms} ${name}`;
  }
  return `${durationMs / 1000} seconds`;
}

function forWhom({ per }: Limit, { key }: LimitReceipt): string {
  const named = (['customer', 'incident', 'campaign'] as const).filter((dimension) =>
    per.includes(dimension),
  );
  const words = named.map((dimension) => ` for this ${dimension}`).join('');
  if (words !== '' || per.includes('employee') || per.includes('act')) return words;
  const where = (['location', 'region', 'role'] as const).filter((dimension) => per.includes(dimension));
  if (where.length === 0) return ' for everyone together';
  return ` for everyone together (${where.map((dimension) => key[dimension]).join(', ')})`;
}

function again(one: GuardrailAhead, wording: Wording): string {
  const at = wording.resetsAt(one);
  if (at === null) return '';
  const day = wording.calendar.dayOf(at);
  const name = WEEKDAYS[weekdayOf(day.dayNo)]!;
  const date = `${name[0]!.toUpperCase()}${name.slice(1)} ${day.date}`;
  return one.limit!.window.every === 'rolling' ? `, more from ${date}` : `, counted anew from ${date}`;
}

function said({ item }: Wording, words: string): string {
  return ended(item === undefined ? words : `${item}: ${words}`);
}

function ended(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}
