/** How the parts of a policy are said to a person: the words of a difference between two versions. */
import type { Measure } from '../act/act.ts';
import { formatMoney } from '../money/currency.ts';
import type { AppliesTo, CarryOver, Limit, Nudge, Policy, Rule, Window } from './policy.ts';

const DAY_MS = 86_400_000;
const UNITS: readonly (readonly [ms: number, one: string])[] = [
  [DAY_MS, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

const CONSEQUENCES: Readonly<Record<string, string>> = {
  allow: 'passes',
  warn: 'passes and is marked',
  hold: 'waits for approval',
  decline: 'is declined',
};

/** What happens to an act, after "an act". */
export function consequenceWords(consequence: unknown): string {
  return CONSEQUENCES[String(consequence)] ?? `meets "${String(consequence)}"`;
}

export function amountWords(measure: string, figure: number, currency: string): string {
  if (measure === 'count') return figure === 1 ? '1 piece' : `${figure} pieces`;
  return `${formatMoney(figure, currency)} ${measure === 'costMinor' ? 'at cost' : 'at retail value'}`;
}

export function allowWords(allow: Limit['allow'], currency: string): string {
  const amounts = Object.entries(allow).map(([measure, figure]) => amountWords(measure, figure, currency));
  return listWords(amounts);
}

export function carryWords(carryOver: CarryOver | undefined, currency: string): string {
  if (carryOver === undefined) return 'nothing';
  const { upTo, for: life } = carryOver;
  return `up to ${allowWords(upTo, currency)} for ${life === 1 ? '1 window' : `${life} windows`}`;
}

export function windowWords(window: Window): string {
  switch (window.every) {
    case 'act':
      return 'in a single act';
    case 'lifetime':
      return 'for ever';
    case 'rolling':
      return `in any ${durationWords(window.durationMs)}`;
    case 'week':
      return `a week from ${window.startsOn[0]!.toUpperCase()}${window.startsOn.slice(1)}`;
    case 'day':
      return 'a business day';
    default: {
      const { every, period } = window as { readonly every: string; readonly period?: string };
      return period === undefined ? `a ${every}` : `a ${every} ${period}`;
    }
  }
}

export function durationWords(durationMs: number): string {
  for (const [unitMs, one] of UNITS) {
    if (durationMs % unitMs !== 0) continue;
    const n = durationMs / unitMs;
    return n === 1 ? `1 ${one}` : `${n} ${one}s`;
  }
  return `${durationMs} ms`;
}

export function perWords(per: Limit['per']): string {
  return per.length === 1 && per[0] === 'book' ? 'in the whole book together' : `per ${per.join(' and ')}`;
}

export function filterWords(appliesTo: AppliesTo): string {
  const filters = Object.entries(appliesTo) as [string, readonly string[]][];
  return filters.length === 0
    ? 'every act'
    : `acts with ${listWords(filters.map(([name, values]) => `${name} ${values.join(' or ')}`))}`;
}

export function limitWords(limit: Limit, { currency }: Policy): string {
  const missing =
    limit.whenMissing === undefined
      ? ''
      : ` An act that lacks what it is counted by ${consequenceWords(limit.whenMissing)}.`;
  const carried =
    limit.carryOver === undefined ? '' : ` Unused, ${carryWords(limit.carryOver, currency)} is carried over.`;
  return (
    `allows ${allowWords(limit.allow, currency)} ${perWords(limit.per)}, ${windowWords(limit.window)}, ` +
    `of ${filterWords(limit.appliesTo)}; beyond that an act ${consequenceWords(limit.beyond)}.${carried}${missing}`
  );
}

export function ruleWords(rule: Rule): string {
  return `an act ${consequenceWords(rule.then)} when ${rule.when}: "${rule.message}"`;
}

/** `weekly-coffees (Ten coffees a week)`. */
export function named({ id, title }: { readonly id: string; readonly title?: string }): string {
  return title === undefined ? id : `${id} (${title})`;
}

export function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** A value for which there are no better words. */
export function valueWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

/** How a figure moved, as a sentence's end: `, 4 pieces fewer than before`. */
export function movedWords(measure: Measure, before: number, after: number, currency: string): string {
  const less = after < before;
  const by = amountWords(measure, Math.abs(after - before), currency);
  return measure === 'count' ? `${by} ${less ? 'fewer' : 'more'}` : `${by} ${less ? 'less' : 'more'}`;
}

function nudgesWords(nudges: readonly Nudge[]): string {
  return listWords(
    nudges.map(
      ({ limit, message, unusedPercent, passedPercent }) =>
        `${limit} ("${message}", when ${unusedPercent} % is left and ${passedPercent} % of the window has passed)`,
    ),
  );
}

/** What employees are told privately, now and before. */
export function nudgeText(was: readonly Nudge[] | undefined, is: readonly Nudge[] | undefined): string {
  if (is === undefined) return 'Employees are no longer told privately what they have left.';
  const now = `Employees who have much left are now told so, privately, of ${nudgesWords(is)}`;
  return was === undefined ? `${now}; before, nobody was.` : `${now}; before, of ${nudgesWords(was)}.`;
}
