/** The shapes of what was spent. */
import { SPEND_DIMENSIONS } from '../../../libs/views/spend/spend.ts';
import {
  COST,
  COUNT,
  choice,
  currency,
  date,
  list,
  object,
  orNull,
  position,
  RETAIL,
  ref,
  type Schema,
  whole,
} from './schema-parts.ts';

export const SPEND_SCHEMAS = {
  SpendFigures: object({
    acts: whole('Accepted acts, without those reversed in whole.'),
    count: whole('Net of reversals.'),
    costMinor: whole('Net of reversals.'),
    retailMinor: whole('Net of reversals.'),
    reversed: object({
      acts: whole('Reversed in whole.'),
      count: COUNT,
      costMinor: COST,
      retailMinor: RETAIL,
    }),
    declined: object({ acts: whole('Declined.'), costMinor: COST, retailMinor: RETAIL }),
    breaches: whole('Acts recorded with any finding other than within.'),
  }),
  Spend: object({
    currency,
    from: orNull(date('As asked.')),
    to: orNull(date('As asked.')),
    groupBy: list(choice(SPEND_DIMENSIONS)),
    rows: list({
      allOf: [ref('SpendFigures')],
      type: 'object',
      properties: {
        key: {
          type: 'object',
          description: 'A value for each dimension of groupBy; null where the act had none.',
          additionalProperties: { type: ['string', 'integer', 'null'] },
        },
      },
      required: ['key'],
    }),
    total: ref('SpendFigures'),
    rowsOverlap: { type: 'boolean', description: 'True when an act may count in several rows (roles).' },
    position,
  }),
} as const satisfies Record<string, Schema>;
