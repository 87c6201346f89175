/** The shapes of lots and draws. */
import { MAX_BATCH } from '../acts/batch-limit.ts';
import {
  date,
  id,
  instant,
  list,
  object,
  orNull,
  position,
  ref,
  type Schema,
  text,
  whole,
} from './schema-parts.ts';

const share = { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, examples: [0.5] };
const seed = id('2026-summer', { description: 'Another seed draws others.' });

export const LOT = object(
  { share: { ...share, description: 'Of all customers.' }, seed },
  ['share', 'seed'],
  {
    description: 'Who of the customers is given to. Absent: everybody.',
  },
);
const ASSIGNED: Schema = { type: 'boolean', description: 'Whether the customer is given to.' };
const PROPENSITY: Schema = { ...share, description: 'The chance with which a customer is drawn.' };
export const DRAW = object(
  { assigned: ASSIGNED, propensity: PROPENSITY, seed },
  ['assigned', 'propensity', 'seed'],
  { description: 'What the lot of the campaign said of the customer.' },
);

const nextCursor = orNull({ type: 'string', description: 'For the next page; null on the last.' });
const POSTED = {
  customer: id('c-991'),
  location: orNull(id('soho')),
  occurredAt: orNull(instant('When it happened; absent: now.')),
};
const EXAMPLE = { customer: 'c-991', location: 'soho' };
const item = object({ idempotencyKey: text(257, 'till-7-000231'), ...POSTED }, [
  'idempotencyKey',
  'customer',
]);

export const LOT_SCHEMAS = {
  DrawPost: object(POSTED, ['customer'], { examples: [EXAMPLE] }),
  Draw: object(
    {
      id: text(36, '0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44', { format: 'uuid' }),
      campaign: id('summer-kindness'),
      customer: id('c-991'),
      assigned: ASSIGNED,
      propensity: PROPENSITY,
      seed,
      location: id('soho'),
      region: id('central'),
      businessDate: date('The trading day at the location; without one, in the book’s time zone.'),
      occurredAt: instant('When it was drawn.'),
      recordedAt: instant('When the ledger learned of it.'),
      position,
    },
    [
      'id',
      'campaign',
      'customer',
      'assigned',
      'propensity',
      'seed',
      'businessDate',
      'occurredAt',
      'recordedAt',
      'position',
    ],
  ),
  Draws: object({ draws: list(ref('Draw')), nextCursor, position }, ['draws', 'nextCursor', 'position']),
  DrawBatch: object({ draws: list(item, { minItems: 1, maxItems: MAX_BATCH }) }, ['draws'], {
    examples: [{ draws: [{ idempotencyKey: 'till-7-000231', ...EXAMPLE }] }],
  }),
  DrawResults: object(
    {
      results: list(
        object(
          {
            status: whole('As if it had been posted by itself.'),
            body: { anyOf: [ref('Draw'), ref('Problem')] },
          },
          ['status', 'body'],
        ),
      ),
    },
    ['results'],
  ),
} as const satisfies Record<string, Schema>;
