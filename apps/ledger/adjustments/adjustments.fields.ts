/** The body of an adjustment. What a bucket can take is the book's to say; here is what can be read at all. */
import type { Amounts } from '../../../libs/domain/act/act.ts';
import type { Command } from '../../../libs/domain/book/commands.ts';
import { DIMENSIONS } from '../../../libs/domain/policy/policy.ts';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { parseInstant } from '../../../libs/domain/time/instant.ts';
import { ID_MAX_LENGTH, kindOf, NAME_MAX_LENGTH, pointerTo, textMistake } from '../http/field-text.ts';
import { Instant, Optional, readFields, rule, Text } from '../http/fields.ts';
import { bodyProblem, type FieldProblem } from '../problems/problem.ts';

const ID = { maxLength: ID_MAX_LENGTH };
export const ADJUSTMENT_KINDS = ['grant', 'correction', 'transfer'] as const;
const KEY_MEMBERS: readonly string[] = [...DIMENSIONS.filter((dimension) => dimension !== 'act'), 'shift'];

const Kind = (): PropertyDecorator =>
  rule('kind', (value) =>
    (ADJUSTMENT_KINDS as readonly unknown[]).includes(value)
      ? undefined
      : {
          code: typeof value === 'string' ? 'not-allowed' : 'wrong-type',
          detail: `This is ${typeof value === 'string' ? 'no kind of adjustment' : kindOf(value)}.`,
          advice: `Use one of ${ADJUSTMENT_KINDS.join(', ')}.`,
        },
  );

const Signed = (): PropertyDecorator =>
  rule('signed', (value) => {
    const advice = `Give a whole number up to ${Number.MAX_SAFE_INTEGER}; money is in minor units, and a correction that takes away is below zero.`;
    if (typeof value !== 'number') {
      return { code: 'wrong-type', detail: `A number is expected, not ${kindOf(value)}.`, advice };
    }
    if (Number.isSafeInteger(value)) return undefined;
    const whole = Number.isInteger(value) || !Number.isFinite(value);
    return whole
      ? { code: 'out-of-range', detail: `${value} is out of range.`, advice }
      : { code: 'not-whole', detail: `${value} is not whole.`, advice };
  });

/** The key of a bucket: `{ "employee": "emp-17" }`. */
const BucketKey = (): PropertyDecorator =>
  rule('bucketKey', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return {
        code: 'wrong-type',
        detail: `An object is expected, not ${kindOf(value)}.`,
        advice: 'Name what the limit is counted per, such as { "employee": "emp-17" }.',
      };
    }
    for (const [name, text] of Object.entries(value)) {
      const under = pointerTo('', name.toWellFormed().slice(0, 200));
      if (!KEY_MEMBERS.includes(name)) {
        const meant = nearestName(name, KEY_MEMBERS);
        return {
          under,
          code: 'unknown-field',
          detail: 'No limit is counted per that.',
          advice: meant === undefined ? `Known are: ${KEY_MEMBERS.join(', ')}.` : `Did you mean ${meant}?`,
        };
      }
      const mistake = textMistake(text, ID);
      if (mistake !== undefined) return { ...mistake, under };
    }
    return undefined;
  });

class AdjustmentFields {
  @Kind() kind!: (typeof ADJUSTMENT_KINDS)[number];
  @Text(ID) limit!: string;
  @Optional() @BucketKey() key?: Readonly<Record<string, string>>;
  @Optional() @BucketKey() from?: Readonly<Record<string, string>>;
  @Optional() @BucketKey() to?: Readonly<Record<string, string>>;
  @Optional() @Instant() at?: string;
  @Optional() @Text(ID) location?: string;
  @Optional() @Signed() count?: number;
  @Optional() @Signed() costMinor?: number;
  @Optional() @Signed() retailMinor?: number;
  @Text({ maxLength: NAME_MAX_LENGTH }) reason!: string;
}

/** @throws Problem that names every mistake */
export function readAdjustment(
  body: unknown,
): Command & { readonly type: 'AdjustBucket' | 'TransferBetweenBuckets' } {
  const fields = readFields(AdjustmentFields, body);
  const { kind, limit, reason, count, costMinor, retailMinor } = fields;
  const amounts: Partial<Amounts> = {
    ...(count !== undefined && { count }),
    ...(costMinor !== undefined && { costMinor }),
    ...(retailMinor !== undefined && { retailMinor }),
  };
  const asked = {
    ...(fields.at !== undefined && { at: parseInstant(fields.at)! }),
    ...(fields.location !== undefined && { location: fields.location }),
    amounts,
  };
  checkMembers(fields, kind === 'transfer' ? ['from', 'to'] : ['key']);
  if (kind === 'transfer') {
    const { from, to } = fields;
    return { type: 'TransferBetweenBuckets', limit, asked: { from: from!, to: to!, ...asked }, reason };
  }
  return { type: 'AdjustBucket', kind, limit, asked: { key: fields.key!, ...asked }, reason };
}

/** Which buckets are named depends on the kind. */
function checkMembers(fields: AdjustmentFields, needed: readonly string[]): void {
  const errors: FieldProblem[] = [];
  const advice = `A ${fields.kind} names ${needed.map((name) => `"${name}"`).join(' and ')}.`;
  for (const name of ['key', 'from', 'to'] as const) {
    const there = fields[name] !== undefined;
    if (there === needed.includes(name)) continue;
    errors.push(
      there
        ? { pointer: `/${name}`, code: 'not-allowed', detail: 'This kind of adjustment has none.', advice }
        : { pointer: `/${name}`, code: 'missing', detail: 'This member is required.', advice },
    );
  }
  if (errors.length > 0) throw bodyProblem(errors);
}
