/** What the shapes of the wire are put together from. */
import { ID_MAX_LENGTH, NAME_MAX_LENGTH } from '../http/field-text.ts';

export type Schema = Readonly<Record<string, unknown>>;

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
/** @param required absent: every one of them */
export const object = (
  properties: Record<string, Schema>,
  required: readonly string[] = Object.keys(properties),
  more: Schema = {},
): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...more,
});
export const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
export const text = (maxLength: number, example: string, more: Schema = {}): Schema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  examples: [example],
  ...more,
});
export const id = (example: string, more: Schema = {}): Schema => text(ID_MAX_LENGTH, example, more);
export const name = (example: string): Schema => text(NAME_MAX_LENGTH, example);
export const choice = (values: readonly string[], more: Schema = {}): Schema => ({
  type: 'string',
  enum: [...values],
  ...more,
});
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
export const amount = (description: string, example: number): Schema => ({
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
  examples: [example],
});
export const RETAIL = amount(
  'What the customer would have paid, in whole minor units of the book’s currency.',
  390,
);
export const COST = amount('What it costs the company, in whole minor units of the book’s currency.', 80);
export const COUNT = amount('Number of pieces.', 1);
export const whole = (description: string): Schema => ({ type: 'integer', description });
export const instant = (description: string): Schema => ({
  type: 'string',
  format: 'date-time',
  description,
  examples: ['2026-11-21T08:14:05.000Z'],
});
export const date = (description: string): Schema => ({
  type: 'string',
  format: 'date',
  description,
  examples: ['2026-11-21'],
});
export const currency: Schema = {
  type: 'string',
  pattern: '^[A-Z]{3}$',
  description: 'ISO 4217',
  examples: ['GBP'],
};
export const timeZone: Schema = {
  type: 'string',
  description: 'IANA time zone',
  examples: ['Europe/London'],
};
export const position: Schema = {
  type: 'integer',
  minimum: -1,
  description: 'Place, in the book’s stream, of the event written or of the newest event reflected.',
  examples: [10234],
};
export const amounts = object({ count: COUNT, costMinor: COST, retailMinor: RETAIL });
export const window = object({
  from: orNull(instant('Start; null where the window is open on that side.')),
  to: orNull(instant('End; null where the window is open on that side.')),
});
export const key: Schema = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'A value for each dimension the limit is counted per.',
  examples: [{ employee: 'emp-17' }],
};
export const byMeasure = (schema: Schema): Schema => ({
  type: 'object',
  properties: { count: schema, costMinor: schema, retailMinor: schema },
  additionalProperties: false,
});
export const uuid = text(36, '0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44', { format: 'uuid' });
export const actId: Schema = {
  type: 'string',
  format: 'uuid',
  examples: ['0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44'],
};
export const recordedAt = instant('When the ledger learned of it.');
export const page = (rows: string, row: Schema, cursor = 'For the next page; null on the last.'): Schema =>
  object({ [rows]: list(row), nextCursor: orNull({ type: 'string', description: cursor }), position }, [
    rows,
    'nextCursor',
    'position',
  ]);
