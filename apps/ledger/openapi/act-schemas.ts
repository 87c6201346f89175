/** The shapes of an act: as it is posted, decided and found. */
import { ACT_STATUSES, KINDS, MODES, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { REGISTER_STATUSES } from '../../../libs/views/register/register.ts';
import { MAX_QUANTITY } from '../acts/act.parsing.ts';
import { NOTE_MAX_LENGTH, SKU_MAX_LENGTH } from '../http/field-text.ts';
import { batchPost, batchResults } from './batch-schemas.ts';
import { DRAW } from './lot-schemas.ts';
import {
  actId,
  amounts,
  byMeasure,
  COST,
  choice,
  currency,
  date,
  id,
  instant,
  key,
  list,
  object,
  orNull,
  position,
  RETAIL,
  recordedAt,
  ref,
  type Schema,
  text,
  whole,
  window,
} from './schema-parts.ts';
import { SHOWN_WHEN_SETTLED } from './settling-schemas.ts';
import { CONSEQUENCES, FINDINGS } from './words.ts';

export const ACT_MEMBERS: Record<string, Schema> = {
  mode: choice(MODES, {
    default: 'request',
    description:
      'request: decide now. record: it has happened; never refused for a limit, breaches are listed. reserve: decide now, and keep the value until it is committed, released or its time to live is over.',
  }),
  kind: choice(KINDS),
  trigger: choice(TRIGGERS, { description: 'recovery: something went wrong. delight: unprompted.' }),
  employee: id('emp-17'),
  location: id('soho'),
  customer: id('c-991'),
  incident: id('inc-5'),
  campaign: id('summer-kindness'),
  shift: id('soho-2026-11-21-early', {
    description: 'Given by the POS; limits in a shift window count by it.',
  }),
  channel: id('till'),
  item: object(
    {
      sku: text(SKU_MAX_LENGTH, 'coffee/flat-white'),
      quantity: { type: 'integer', minimum: 1, maximum: MAX_QUANTITY, default: 1 },
    },
    ['sku'],
  ),
  retailMinor: RETAIL,
  costMinor: COST,
  reason: id('long-wait'),
  note: text(NOTE_MAX_LENGTH, '20 minutes'),
};
const OPTIONAL_OF_ACT = [
  'customer',
  'incident',
  'campaign',
  'shift',
  'channel',
  'item',
  'reason',
  'note',
  'draw',
  'expiresAt',
];
/** What an act may be decided to be. */
const DECISIONS = ACT_STATUSES.slice(0, 4);
export const NEEDED = ['kind', 'trigger', 'employee', 'location'];
const ACT_POST = {
  ...Object.fromEntries(
    Object.entries(ACT_MEMBERS).map(([member, schema]) => [
      member,
      NEEDED.includes(member) ? schema : orNull(schema),
    ]),
  ),
  currency: orNull({ ...currency, description: 'Only a check: when given, it must be the book’s currency.' }),
  occurredAt: orNull(instant('When it happened; absent: now. A request may be up to 15 minutes old.')),
  timeToLive: orNull({
    type: 'string',
    format: 'duration',
    default: 'PT15M',
    description: 'Only with mode reserve: how long it is kept, from PT1S to P31D.',
    examples: ['PT15M'],
  }),
};
const ACT_EXAMPLE = {
  mode: 'request',
  kind: 'comp',
  trigger: 'recovery',
  employee: 'emp-17',
  location: 'soho',
  customer: 'c-991',
  incident: 'inc-5',
  item: { sku: 'coffee/flat-white', quantity: 1 },
  retailMinor: 390,
  costMinor: 80,
  reason: 'long-wait',
  note: '20 minutes',
  occurredAt: '2026-11-21T08:14:05Z',
};
const DECIDED: Record<string, Schema> = {
  ...ACT_MEMBERS,
  businessDate: date('The trading day at the location.'),
  occurredAt: instant('When it happened.'),
  recordedAt,
  draw: DRAW,
  expiresAt: instant('While it is pending approval or reserved: it falls due then.'),
  position,
  decision: ref('Decision'),
  breaches: list(ref('Breach'), { description: 'Of a record: what it went beyond. Empty for a request.' }),
};
const DECIDED_REQUIRED = [
  'id',
  'status',
  ...Object.keys(DECIDED).filter((member) => !OPTIONAL_OF_ACT.includes(member)),
];

export const ACT_SCHEMAS = {
  ActPost: object(ACT_POST, NEEDED, { examples: [ACT_EXAMPLE] }),
  Guardrail: object(
    {
      id: id('weekly-coffees'),
      type: choice(['limit', 'rule', 'standing'], {
        description: 'standing: what the ledger itself requires of every act.',
      }),
      key,
      window,
      measures: byMeasure(
        object(
          {
            allowed: whole('So much the limit allows.'),
            usedBefore: whole('Before this act.'),
            usedAfter: whole('After this act; the same where it was declined.'),
            reserved: whole('Held and not yet spent, by this act too where it waits or is reserved.'),
            carriedOver: whole('Taken over from windows before; named where it or adjusted is not 0.'),
            adjusted: whole('By grants, corrections and transfers; named where it or carriedOver is not 0.'),
            remaining: whole(
              'allowed + carriedOver + adjusted − usedAfter − reserved; below zero after a breach.',
            ),
          },
          ['allowed', 'usedBefore', 'usedAfter', 'reserved', 'remaining'],
        ),
      ),
      missing: list(
        { type: 'string' },
        { description: 'Dimensions of the limit that the act did not name.' },
      ),
      finding: choice(FINDINGS),
      message: { type: 'string', description: 'For people; with every finding but within.' },
    },
    ['id', 'type', 'finding'],
  ),
  Decision: object({
    policyVersion: orNull(whole('Null: no policy was in force.')),
    guardrails: list(ref('Guardrail'), { description: 'What every guardrail that applied found.' }),
  }),
  Breach: object({
    id: id('weekly-coffees'),
    consequence: choice(CONSEQUENCES),
    message: { type: 'string' },
  }),
  Act: object({ id: actId, status: choice(DECISIONS), ...DECIDED }, DECIDED_REQUIRED),
  ActEvaluation: object({ id: { type: 'null' }, status: choice(DECISIONS), ...DECIDED }, DECIDED_REQUIRED),
  ActFound: object(
    {
      id: actId,
      status: choice(REGISTER_STATUSES),
      ...DECIDED,
      ...SHOWN_WHEN_SETTLED,
      reversed: amounts,
    },
    [...DECIDED_REQUIRED, 'reversed'],
  ),
} as const satisfies Record<string, Schema>;

/** Of many acts in one call. */
export const ACT_BATCH_SCHEMAS = {
  BatchPost: batchPost('acts', 'till-7-000231', ACT_POST, NEEDED, ACT_EXAMPLE),
  BatchResults: batchResults('Act', 'the act'),
} as const satisfies Record<string, Schema>;
