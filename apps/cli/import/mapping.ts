/** One row under a map: a fact ready to be sent, none, or wrong. */
import { readIdempotencyKey } from '../../../libs/platform/idempotency-key.ts';
import { FACTS, type FactKind, type FactShape, type ImportMap, type Section, type Sorting } from './map.ts';
import { type Expression, ExpressionFailed, type Scope, type Value } from './map-expressions.ts';
import type { GoodRow } from './rows.ts';

export interface FactItem {
  readonly idempotencyKey: string;
  readonly [member: string]: unknown;
}

export type Mapped =
  | {
      readonly is: 'fact';
      readonly kind: FactKind;
      readonly row: GoodRow;
      readonly scope: Scope;
      readonly item: FactItem;
      readonly amounts: SentAmounts;
    }
  | { readonly is: 'no fact'; readonly row: GoodRow; readonly reason: string }
  | { readonly is: 'wrong'; readonly row: GoodRow; readonly reason: string; readonly detail: string };

/** What the map gave; absent where the ledger takes the item's price. */
export interface SentAmounts {
  readonly retailMinor?: number;
  readonly costMinor?: number;
  readonly valueMinor?: number;
}

/** A value that is of the right type and still none a fact can have. */
class WrongValue extends Error {
  override readonly name = 'WrongValue';
}

export function mapRow(map: ImportMap, row: GoodRow): Mapped {
  const scope = map.expressions.scope(row);
  try {
    const skipped = firstThatHolds(map.skip, scope);
    if (skipped !== undefined) return { is: 'no fact', row, reason: skipped };
    const rejected = firstThatHolds(map.reject, scope);
    if (rejected !== undefined)
      return { is: 'wrong', row, reason: rejected, detail: 'a reject rule of the map holds' };
    const section = map.sections.find(({ when }) => when === undefined || holds(when, 'a section', scope));
    if (section === undefined)
      return { is: 'wrong', row, reason: 'nothing-fits', detail: 'no section of the map takes the row' };
    const item = itemOf(map, section, scope);
    return { is: 'fact', kind: section.kind, row, scope, item, amounts: item as SentAmounts };
  } catch (error) {
    if (error instanceof ExpressionFailed)
      return { is: 'wrong', row, reason: 'expression-failed', detail: error.message };
    if (error instanceof WrongValue)
      return { is: 'wrong', row, reason: 'wrong-value', detail: error.message };
    throw error;
  }
}

function firstThatHolds(sortings: readonly Sorting[], scope: Scope): string | undefined {
  return sortings.find(({ when, reason }) => holds(when, reason, scope))?.reason;
}

function holds(when: Expression, what: string, scope: Scope): boolean {
  const value = when.evaluate(scope);
  if (typeof value === 'boolean') return value;
  throw new WrongValue(`the condition for ${what} gives ${shown(value)} instead of true or false`);
}

/** An empty text means that the fact has no such member. */
function itemOf(map: ImportMap, { kind, members }: Section, scope: Scope): FactItem {
  const shape = FACTS[kind];
  const item: Record<string, unknown> = { idempotencyKey: keyOf(map, scope) };
  if (kind === 'act') item.mode = 'record';
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [name, expression] of members) {
    const value = expression.evaluate(scope);
    const member = shape.texts.includes(name)
      ? textOf(name, value, shape)
      : wholeOf(name, value, shape.signed.includes(name));
    if (member === undefined) continue;
    const [group, part] = name.split('.') as [string, string | undefined];
    if (part === undefined) item[name] = member;
    else groups[group] = { ...groups[group], [part]: member };
  }
  // A quantity of nothing is none.
  for (const [name, group] of Object.entries(groups))
    if (name !== 'item' || group.sku !== undefined) item[name] = group;
  return item as FactItem;
}

function keyOf(map: ImportMap, scope: Scope): string {
  const reading = readIdempotencyKey(map.idempotencyKey.evaluate(scope));
  if (!reading.ok) throw new WrongValue(`idempotencyKey: ${reading.detail}`);
  return reading.key;
}

function textOf(name: string, value: Value, shape: FactShape): string | undefined {
  if (value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new WrongValue(`${name} is ${shown(value)} instead of a text`);
  if (value.includes('\ufffd')) {
    throw new WrongValue(`${name} holds bytes that are not in the file's encoding; see format.encoding`);
  }
  const words = shape.words[name];
  if (words !== undefined && !words.includes(value)) {
    throw new WrongValue(`${name} is ${shown(value)}; it must be one of ${words.join(', ')}`);
  }
  return value;
}

function wholeOf(name: string, value: Value, signed: boolean): number | undefined {
  if (value === null) return undefined;
  const whole = typeof value === 'object' ? asNumber(value) : Number(value);
  const isNumber = typeof value !== 'boolean' && typeof value !== 'string' && Number.isSafeInteger(whole);
  if (!isNumber || (whole < 0 && !signed)) {
    const wanted = signed ? 'a whole number' : 'a whole number of 0 or more';
    throw new WrongValue(`${name} is ${shown(value)} instead of ${wanted}, below 2^53`);
  }
  return whole;
}

/** CEL's unsigned integers come as an object around a bigint. */
function asNumber(value: object): number {
  return 'valueOf' in value ? Number(value.valueOf()) : Number.NaN;
}

function shown(value: Value): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
