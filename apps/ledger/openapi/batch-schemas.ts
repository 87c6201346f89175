/** The shapes of many of one kind in one call, and of what became of each. */
import { MAX_BATCH } from '../acts/batch-limit.ts';
import { list, object, ref, type Schema, text, whole } from './schema-parts.ts';

export function batchPost(
  member: string,
  idempotencyKey: string,
  members: Readonly<Record<string, Schema>>,
  needed: readonly string[],
  example: object,
): Schema {
  const item = object({ idempotencyKey: text(257, idempotencyKey), ...members }, [
    'idempotencyKey',
    ...needed,
  ]);
  return object({ [member]: list(item, { minItems: 1, maxItems: MAX_BATCH }) }, [member], {
    examples: [{ [member]: [{ idempotencyKey, ...example }] }],
  });
}

/** @param name of the schema of one that was recorded */
export const batchResults = (name: string, what = 'it'): Schema =>
  object({
    results: list(
      object({
        status: whole(`As if ${what} had been posted by itself.`),
        body: { anyOf: [ref(name), ref('Problem')] },
      }),
    ),
  });
