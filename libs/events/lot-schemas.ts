/** JSON Schemas of what lots are and what they drew. */
import { instant, object, text } from './schema-parts.ts';

const share = { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 };

export const LOT = object(
  { share, seed: text },
  'Of delight: whoever is not drawn is not given to. SipHash-2-4 of campaign, a zero byte and customer, keyed by the seed.',
);
export const DRAW = object(
  {
    assigned: { type: 'boolean' },
    propensity: { ...share, description: 'The chance with which a customer was drawn.' },
    seed: text,
  },
  'What the lot of the campaign said of the customer.',
);
export const ASKED_DRAW = object(
  { campaign: text, customer: text, 'location?': text, 'occurredAt?': instant },
  'The draw as it was asked for.',
);
