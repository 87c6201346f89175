/**
 * Reads an act as a till posted it. Hand-written, because every act passes here: the usual decorators cost
 * fifteen times as much. Reports all mistakes at once; takes nothing it does not know.
 */
import {
  type AskedAct,
  KINDS,
  type Kind,
  LONGEST_TIME_TO_LIVE_MS,
  MODES,
  type Mode,
  SHORTEST_TIME_TO_LIVE_MS,
  TRIGGERS,
  type Trigger,
} from '../../../libs/domain/act/act.ts';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { parseInstant } from '../../../libs/domain/time/instant.ts';
import { durationMistake, readDuration } from '../http/duration.ts';
import {
  ID_MAX_LENGTH,
  kindOf,
  NOTE_MAX_LENGTH,
  pointerTo,
  SKU_MAX_LENGTH,
  textMistake,
} from '../http/field-text.ts';
import { bodyProblem, type FieldProblem, Problem } from '../problems/problem.ts';
import type { FieldCode } from '../problems/registry.ts';

export const MAX_QUANTITY = 1_000_000;

export const ACT_FIELDS = [
  'mode',
  'kind',
  'trigger',
  'employee',
  'location',
  'customer',
  'incident',
  'campaign',
  'shift',
  'channel',
  'item',
  'retailMinor',
  'costMinor',
  'currency',
  'reason',
  'note',
  'occurredAt',
  'timeToLive',
] as const;
const ITEM_FIELDS = ['sku', 'quantity'] as const;

const ID = { maxLength: ID_MAX_LENGTH };
const NOTE = { maxLength: NOTE_MAX_LENGTH, lines: true };
const SKU = { maxLength: SKU_MAX_LENGTH };

/** Words other systems use for a kind, and the one to use here. */
const KIND_ADVICE: Readonly<Record<string, string>> = {
  comps: 'comp',
  complimentary: 'comp',
  free: 'comp',
  remake: 'replacement',
  replace: 'replacement',
  voucher: 'credit',
  giftcard: 'credit',
  upgrade: 'gesture',
};

class Mistakes {
  readonly #at: string;
  readonly list: FieldProblem[] = [];
  isVoid = false;
  constructor(at: string) {
    this.#at = at;
  }
  add(name: string, code: FieldCode, detail: string, advice: string): void {
    this.list.push({ pointer: name === '' ? this.#at : `${this.#at}${name}`, code, detail, advice });
  }
}

/**
 * @param at JSON pointer to the act in the body, '' when the body is the act
 * @param alsoKnown one more member that belongs to the act's surroundings, not to the act
 * @throws Problem
 */
export function parseAct(value: unknown, at = '', alsoKnown?: string): AskedAct {
  const mistakes = new Mistakes(at);
  const asked = readAct(value, mistakes, alsoKnown);
  if (mistakes.isVoid) throw voidProblem(at);
  if (mistakes.list.length > 0) throw bodyProblem(mistakes.list);
  return asked;
}

function voidProblem(at: string): Problem {
  const detail = 'A void was never made, so it cost nothing and gave nothing: it is not an act of goodwill.';
  return new Problem('void-is-not-an-act', {
    detail,
    errors: [{ pointer: `${at}/kind`, code: 'void-is-not-an-act', detail }],
  });
}

function readAct(value: unknown, mistakes: Mistakes, alsoKnown: string | undefined): AskedAct {
  const asked: { -readonly [Name in keyof AskedAct]: AskedAct[Name] } = {
    mode: 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: '',
    location: '',
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    mistakes.add('', 'wrong-type', `An act is an object, not ${kindOf(value)}.`, 'Send one JSON object.');
    return asked;
  }
  const body = value as Readonly<Record<string, unknown>>;
  let seen = 0;
  for (const name in body) {
    const member = body[name];
    // null and absent both mean absent; an unknown member is unknown even as null.
    switch (name) {
      case 'mode':
        if (member !== null && member !== undefined) asked.mode = modeOf(member, mistakes);
        break;
      case 'kind':
        if (member !== null) seen |= 1;
        asked.kind = member === null ? 'comp' : kindOfAct(member, mistakes);
        break;
      case 'trigger':
        if (member !== null) seen |= 2;
        asked.trigger = member === null ? 'recovery' : triggerOf(member, mistakes);
        break;
      case 'employee':
        if (member === null) break;
        seen |= 4;
        asked.employee = textOf(member, '/employee', ID, mistakes);
        break;
      case 'location':
        if (member === null) break;
        seen |= 8;
        asked.location = textOf(member, '/location', ID, mistakes);
        break;
      case 'customer':
      case 'incident':
      case 'campaign':
      case 'shift':
      case 'channel':
      case 'reason':
        if (member !== null) asked[name] = textOf(member, `/${name}`, ID, mistakes);
        break;
      case 'note':
        if (member !== null) asked.note = textOf(member, '/note', NOTE, mistakes);
        break;
      case 'item':
        if (member !== null) asked.item = itemOf(member, mistakes);
        break;
      case 'retailMinor':
      case 'costMinor':
        if (member !== null) asked[name] = amountOf(member, name, mistakes);
        break;
      case 'currency':
        if (member !== null) asked.currency = currencyOf(member, mistakes);
        break;
      case 'occurredAt':
        if (member !== null) asked.occurredAt = instantOf(member, mistakes);
        break;
      case 'timeToLive':
        if (member !== null) asked.timeToLiveMs = timeToLiveOf(member, mistakes);
        break;
      default:
        if (name !== alsoKnown) unknown(name, '', ACT_FIELDS, mistakes);
    }
  }
  if (seen !== 15) missing(seen, mistakes);
  if (asked.timeToLiveMs !== undefined && asked.mode !== 'reserve') {
    mistakes.add(
      '/timeToLive',
      'not-allowed',
      'Only a reservation has a time to live.',
      'Leave it out, or post with "mode": "reserve".',
    );
  }
  return asked;
}

function missing(seen: number, mistakes: Mistakes): void {
  const needed = [
    ['kind', `Say what was given: ${KINDS.join(', ')}.`],
    ['trigger', 'Say why: recovery (something went wrong) or delight (unprompted).'],
    ['employee', 'Name the employee who gives.'],
    ['location', 'Name the location where it is given.'],
  ] as const;
  for (const [index, [name, advice]] of needed.entries()) {
    if ((seen & (1 << index)) === 0) {
      mistakes.add(
        `/${name}`,
        'missing',
        `An act needs ${name === 'employee' ? 'an' : 'a'} ${name}.`,
        advice,
      );
    }
  }
}

function unknown(name: string, at: string, known: readonly string[], mistakes: Mistakes): void {
  const meant = nearestName(name, known);
  mistakes.add(
    pointerTo(at, name.toWellFormed().slice(0, 200)),
    'unknown-field',
    'No such member is known here.',
    meant === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean ${meant}?`,
  );
}

function textOf(
  value: unknown,
  pointer: string,
  rule: Parameters<typeof textMistake>[1],
  mistakes: Mistakes,
): string {
  const mistake = textMistake(value, rule);
  if (mistake === undefined) return value as string;
  mistakes.add(pointer, mistake.code, mistake.detail, mistake.advice);
  return '';
}

function modeOf(value: unknown, mistakes: Mistakes): Mode {
  if (value === 'request' || value === 'record' || value === 'reserve') return value;
  let advice = `Use one of ${MODES.join(', ')}.`;
  if (value === 'evaluate') {
    advice = 'To ask without recording, post the same body to …/acts/evaluate with mode request or record.';
  }
  enumMistake(value, '/mode', advice, mistakes);
  return 'request';
}

function kindOfAct(value: unknown, mistakes: Mistakes): Kind {
  if ((KINDS as readonly unknown[]).includes(value)) return value as Kind;
  if (typeof value === 'string' && /^void(ed|s)?$/i.test(value)) mistakes.isVoid = true;
  const meant =
    typeof value === 'string' ? (KIND_ADVICE[value.toLowerCase()] ?? nearestName(value, KINDS)) : undefined;
  const known = `Use one of ${KINDS.join(', ')}.`;
  enumMistake(value, '/kind', meant === undefined ? known : `Did you mean ${meant}? ${known}`, mistakes);
  return 'comp';
}

function triggerOf(value: unknown, mistakes: Mistakes): Trigger {
  if (value === 'recovery' || value === 'delight') return value;
  enumMistake(
    value,
    '/trigger',
    `Use ${TRIGGERS.join(' or ')}: recovery when something went wrong, delight when unprompted.`,
    mistakes,
  );
  return 'recovery';
}

function enumMistake(value: unknown, pointer: string, advice: string, mistakes: Mistakes): void {
  if (typeof value !== 'string') {
    mistakes.add(pointer, 'wrong-type', `A text is expected, not ${kindOf(value)}.`, advice);
  } else {
    const shown = JSON.stringify(value.toWellFormed().slice(0, 60));
    mistakes.add(pointer, 'not-allowed', `${shown} is not a value of this member.`, advice);
  }
}

function itemOf(value: unknown, mistakes: Mistakes): { sku: string; quantity: number } {
  const item = { sku: '', quantity: 1 };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    mistakes.add(
      '/item',
      'wrong-type',
      `An item is an object, not ${kindOf(value)}.`,
      'Write {"sku": "coffee/flat-white", "quantity": 1}.',
    );
    return item;
  }
  const body = value as Readonly<Record<string, unknown>>;
  let named = false;
  for (const name in body) {
    const member = body[name];
    if (name === 'sku') {
      if (member === null) continue;
      named = true;
      item.sku = textOf(member, '/item/sku', SKU, mistakes);
    } else if (name === 'quantity') {
      if (member !== null) item.quantity = quantityOf(member, mistakes);
    } else {
      unknown(name, '/item', ITEM_FIELDS, mistakes);
    }
  }
  if (!named) {
    mistakes.add(
      '/item/sku',
      'missing',
      'An item needs a sku.',
      'Name the item, or leave item out and give the amounts.',
    );
  }
  return item;
}

function quantityOf(value: unknown, mistakes: Mistakes): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_QUANTITY)
    return value;
  const advice = `Give a whole number from 1 to ${MAX_QUANTITY}.`;
  if (typeof value !== 'number') {
    mistakes.add('/item/quantity', 'wrong-type', `A number is expected, not ${kindOf(value)}.`, advice);
  } else if (!Number.isInteger(value) && Number.isFinite(value)) {
    mistakes.add('/item/quantity', 'not-whole', `${value} is not whole.`, advice);
  } else {
    mistakes.add('/item/quantity', 'out-of-range', `${value} is out of range.`, advice);
  }
  return 1;
}

function amountOf(value: unknown, name: string, mistakes: Mistakes): number {
  // `+ 0` makes -0 the 0 it means.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value + 0;
  if (typeof value !== 'number') {
    const advice = 'Write whole minor units without quotes: 390 for 3.90.';
    mistakes.add(`/${name}`, 'wrong-type', `A number is expected, not ${kindOf(value)}.`, advice);
  } else if (value < 0) {
    const advice = 'An act gives: its value is 0 or more. To take an act back, reverse it.';
    mistakes.add(`/${name}`, 'negative', `${value} is below zero.`, advice);
  } else if (!Number.isInteger(value) && Number.isFinite(value)) {
    const advice = 'Money is whole minor units of the book’s currency: 390 for 3.90.';
    mistakes.add(`/${name}`, 'not-whole', `${value} is not whole.`, advice);
  } else {
    const advice = `Give at most ${Number.MAX_SAFE_INTEGER}.`;
    mistakes.add(`/${name}`, 'out-of-range', `${value} is too large.`, advice);
  }
  return 0;
}

function currencyOf(value: unknown, mistakes: Mistakes): string {
  if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return value;
  const advice = 'Leave it out, or write the ISO 4217 code of the book’s currency, such as GBP.';
  if (typeof value !== 'string') {
    mistakes.add('/currency', 'wrong-type', `A text is expected, not ${kindOf(value)}.`, advice);
  } else {
    mistakes.add(
      '/currency',
      'bad-currency',
      'This is not a currency code of three capital letters.',
      advice,
    );
  }
  return '';
}

function instantOf(value: unknown, mistakes: Mistakes): number {
  const advice = 'Write RFC 3339 with an offset, such as 2026-11-21T08:14:05Z or 2026-11-21T09:14:05+01:00.';
  if (typeof value !== 'string') {
    mistakes.add('/occurredAt', 'wrong-type', `A time is a text, not ${kindOf(value)}.`, advice);
    return 0;
  }
  const instant = parseInstant(value);
  if (instant !== undefined) return instant;
  mistakes.add('/occurredAt', 'bad-time', 'This is not a time of RFC 3339 with an offset.', advice);
  return 0;
}

function timeToLiveOf(value: unknown, mistakes: Mistakes): number {
  const bounds = { leastMs: SHORTEST_TIME_TO_LIVE_MS, mostMs: LONGEST_TIME_TO_LIVE_MS };
  const mistake = durationMistake(value, bounds);
  if (mistake === undefined) return readDuration(value);
  mistakes.add('/timeToLive', mistake.code, mistake.detail, mistake.advice);
  return SHORTEST_TIME_TO_LIVE_MS;
}
