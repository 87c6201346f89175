/** The shapes of lots and draws. */
import { batchPost, batchResults } from './batch-schemas.ts';
import {
  date,
  id,
  instant,
  object,
  orNull,
  page,
  position,
  recordedAt,
  ref,
  type Schema,
  uuid,
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

const POSTED = {
  customer: id('c-991'),
  location: orNull(id('soho')),
  occurredAt: orNull(instant('When it happened; absent: now.')),
};
const EXAMPLE = { customer: 'c-991', location: 'soho' };

export const LOT_SCHEMAS = {
  DrawPost: object(POSTED, ['customer'], { examples: [EXAMPLE] }),
  Draw: object(
    {
      id: uuid,
      campaign: id('summer-kindness'),
      customer: id('c-991'),
      assigned: ASSIGNED,
      propensity: PROPENSITY,
      seed,
      location: id('soho'),
      region: id('central'),
      businessDate: date('The trading day at the location; without one, in the book’s time zone.'),
      occurredAt: instant('When it was drawn.'),
      recordedAt,
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
  Draws: page('draws', ref('Draw')),
  DrawBatch: batchPost('draws', 'till-7-000231', POSTED, ['customer'], EXAMPLE),
  DrawResults: batchResults('Draw'),
} as const satisfies Record<string, Schema>;
