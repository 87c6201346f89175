/** One row under a map: an act ready to be sent, not an act, or wrong. */
import { KINDS, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { readIdempotencyKey } from '../../../libs/platform/idempotency-key.ts';
import { type ActMember, type ImportMap, ROW_MODES, type Sorting, TEXT_MEMBERS } from './map.ts';
import { ExpressionFailed, type Scope, type Value } from './map-expressions.ts';
import type { GoodRow } from './rows.ts';

export interface ActItem {
  readonly idempotencyKey: string;
  readonly [member: string]: unknown;
}

export type Mapped =
  | {
      readonly is: 'act';
      readonly row: GoodRow;
      readonly scope: Scope;
      readonly item: ActItem;
      readonly amounts: SentAmounts;
    }
  | { readonly is: 'not an act'; readonly row: GoodRow; readonly reason: string }
  | { readonly is: 'wrong'; readonly row: GoodRow; readonly reason: string; readonly detail: string };

/** What the map gave; absent where the ledger takes the item's price. */
export interface SentAmounts {
  readonly retailMinor?: number;
  readonly costMinor?: number;
}

/** A value that is of the right type and still none an act can have. */
class WrongValue extends Error {
  override readonly name = 'WrongValue';
}

const CLOSED_WORDS: Readonly<Partial<Record<ActMember, readonly string[]>>> = {
  mode: ROW_MODES,
  kind: KINDS,
  trigger: TRIGGERS,
};

export function mapRow(map: ImportMap, row: GoodRow): Mapped {
  const scope = map.expressions.scope(row);
  try {
    const skipped = firstThatHolds(map.skip, scope);
    if (skipped !== undefined) return { is: 'not an act', row, reason: skipped };
    const rejected = firstThatHolds(map.reject, scope);
    if (rejected !== undefined)
      return { is: 'wrong', row, reason: rejected, detail: 'a reject rule of the map holds' };
    const item = actOf(map, scope);
    return { is: 'act', row, scope, item, amounts: item as SentAmounts };
  } catch (error) {
    if (error instanceof ExpressionFailed)
      return { is: 'wrong', row, reason: 'expression-failed', detail: error.message };
    if (error instanceof WrongValue)
      return { is: 'wrong', row, reason: 'wrong-value', detail: error.message };
    throw error;
  }
}

function firstThatHolds(sortings: readonly Sorting[], scope: Scope): string | undefined {
  for (const { when, reason } of sortings) {
    const holds = when.evaluate(scope);
    if (holds === true) return reason;
    if (holds !== false)
      throw new WrongValue(`the condition for ${reason} gives ${shown(holds)} instead of true or false`);
  }
  return undefined;
}

/** An empty text means that the act has no such member. */
function actOf(map: ImportMap, scope: Scope): ActItem {
  const item: Record<string, unknown> = { idempotencyKey: keyOf(map, scope), mode: 'record' };
  const thing: Record<string, unknown> = {};
  for (const [name, expression] of map.act) {
    const value = expression.evaluate(scope);
    const member = (TEXT_MEMBERS as readonly string[]).includes(name)
      ? textOf(name, value)
      : wholeOf(name, value);
    if (member === undefined) continue;
    if (name === 'item.sku') thing.sku = member;
    else if (name === 'item.quantity') thing.quantity = member;
    else item[name] = member;
  }
  if (thing.sku !== undefined) item.item = thing;
  return item as ActItem;
}

function keyOf(map: ImportMap, scope: Scope): string {
  const reading = readIdempotencyKey(map.idempotencyKey.evaluate(scope));
  if (!reading.ok) throw new WrongValue(`idempotencyKey: ${reading.detail}`);
  return reading.key;
}

function textOf(name: ActMember, value: Value): string | undefined {
  if (value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new WrongValue(`${name} is ${shown(value)} instead of a text`);
  if (value.includes('\ufffd')) {
    throw new WrongValue(`${name} holds bytes that are not in the file's encoding; see format.encoding`);
  }
  const words = CLOSED_WORDS[name];
  if (words !== undefined && !words.includes(value)) {
    throw new WrongValue(`${name} is ${shown(value)}; it must be one of ${words.join(', ')}`);
  }
  return value;
}

function wholeOf(name: ActMember, value: Value): number | undefined {
  if (value === null) return undefined;
  const whole = typeof value === 'object' ? asNumber(value) : Number(value);
  if (typeof value === 'boolean' || typeof value === 'string' || !Number.isSafeInteger(whole) || whole < 0) {
    throw new WrongValue(`${name} is ${shown(value)} instead of a whole number of 0 or more, below 2^53`);
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
