/** What the JSON Schemas of stored facts are put together from. */

export type JsonSchema = Readonly<Record<string, unknown>>;

export const text = { type: 'string', minLength: 1 };
export const whole = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const instant = { type: 'integer', description: 'Epoch milliseconds, UTC.' };
export const businessDate = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' };
export const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
export const oneOf = (values: readonly string[]) => ({ enum: [...values] });
export const list = (items: JsonSchema) => ({ type: 'array', items });

/** An object that has nothing but these members; a name that ends in `?` may be absent. */
export function object(members: Readonly<Record<string, unknown>>, description?: string): JsonSchema {
  const entries = Object.entries(members);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

export const stamp = {
  recordedAt: { ...instant, description: 'When the ledger learned of it: epoch milliseconds, UTC.' },
  actor: { ...text, description: 'Who told it.' },
  'key?': { ...text, description: 'The idempotency key of the write.' },
};
