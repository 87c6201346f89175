/**
 * JSON Schemas (2020-12) of the stored data of every event type: for those who read the ledger without us.
 * Published under `docs/events/`; a test keeps the files, these schemas and what is really stored equal.
 */
import { ACCESS_ROLES } from '../domain/access/access.ts';
import type { AccessEvent } from '../domain/access/keys.ts';
import { KINDS, MODES, TRIGGERS } from '../domain/act/act.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { STANDING } from '../domain/book/events.ts';
import type { IncidentType } from '../domain/outcome/incident.ts';
import { OUTCOME_TYPES, RATING_LIMIT } from '../domain/outcome/outcome.ts';
import { CONSEQUENCES, DIMENSIONS, FISCAL_PERIODS, WEEKDAYS } from '../domain/policy/policy.ts';
import { FISCAL_PATTERNS, YEAR_END_RULES, YEAR_NAMES } from '../domain/time/fiscal-calendar.ts';
import { STORED_ACCESS_TYPE } from './access-codec.ts';
import { STORED_TYPE } from './codec.ts';
import { ASKED_DRAW, DRAW, LOT } from './lot-schemas.ts';
import {
  businessDate,
  instant,
  type JsonSchema,
  list,
  object,
  oneOf,
  stamp,
  text,
  uuid,
  whole,
} from './schema-parts.ts';
import { SIGNAL_REVIEWED } from './signal-schemas.ts';
import { STORY_EVENTS } from './story-schemas.ts';

const edge = { type: ['integer', 'null'], description: 'Epoch milliseconds, UTC; null: open on this side.' };

const amounts = object({ count: whole, costMinor: whole, retailMinor: whole });
const consequence = oneOf(CONSEQUENCES);
const finding = oneOf(['within', ...CONSEQUENCES]);

const askedAct = object(
  {
    mode: oneOf(MODES),
    kind: oneOf(KINDS),
    trigger: oneOf(TRIGGERS),
    employee: text,
    location: text,
    'customer?': text,
    'incident?': text,
    'campaign?': text,
    'shift?': text,
    'channel?': text,
    'item?': object({ sku: text, quantity: { ...whole, minimum: 1 } }),
    'retailMinor?': whole,
    'costMinor?': whole,
    'currency?': text,
    'reason?': text,
    'note?': { type: 'string' },
    'occurredAt?': instant,
    'timeToLiveMs?': { ...whole, minimum: 1, description: 'With mode reserve: how long it is kept.' },
  },
  'The act as it was posted.',
);

const tuple = (...items: JsonSchema[]) => ({
  type: 'array',
  prefixItems: items,
  items: false,
  minItems: items.length,
});
const measure = {
  anyOf: [
    tuple(whole, { type: 'integer' }, whole),
    tuple(whole, { type: 'integer' }, whole, whole, { type: 'integer' }),
  ],
  description:
    '[allowed, used before, reserved] in the unit of the measure; where anything was carried over or adjusted, these two follow.',
};

const limitReceipt = object({
  limit: text,
  key: { type: 'object', additionalProperties: { type: 'string' } },
  window: object({ label: text, from: edge, to: edge }),
  measures: object({ 'count?': measure, 'costMinor?': measure, 'retailMinor?': measure }),
  finding,
  'missing?': list(text),
});
const ruleReceipt = object({ rule: text, message: { type: 'string' }, finding: consequence });
const standingReceipt = object({ standing: oneOf(STANDING), finding: consequence });

const actDecided = {
  id: uuid,
  asked: askedAct,
  occurredAt: instant,
  businessDate,
  amounts,
  roles: list(text),
  'region?': text,
  'category?': text,
  'draw?': DRAW,
  policyVersion: { type: ['integer', 'null'], minimum: 1 },
  guardrails: { type: 'array', items: { anyOf: [limitReceipt, ruleReceipt, standingReceipt] } },
  ...stamp,
};

const someAmounts = object({ 'count?': whole, 'costMinor?': whole, 'retailMinor?': whole });
const buckets = list(
  object({ limit: text, label: text, key: { type: 'object', additionalProperties: { type: 'string' } } }),
);
const authority = object({ role: text, upTo: someAmounts });
/** What every fact that settles an open act repeats of it. */
const settling = { act: uuid, occurredAt: instant, businessDate, amounts, buckets, ...stamp };

const window = {
  anyOf: [
    object({ every: oneOf(['act', 'shift', 'day', 'month', 'quarter', 'year', 'lifetime']) }),
    object({ every: { const: 'week' }, startsOn: oneOf(WEEKDAYS) }),
    object({ every: { const: 'fiscal' }, period: oneOf(FISCAL_PERIODS) }),
    object({ every: { const: 'rolling' }, durationMs: { ...whole, minimum: 1 }, duration: text }),
  ],
};

const filters = [
  'kinds',
  'triggers',
  'items',
  'roles',
  'locations',
  'regions',
  'campaigns',
  'channels',
  'reasons',
];

const policy = object({
  currency: text,
  'title?': text,
  uncovered: oneOf(['allow', ...CONSEQUENCES]),
  limits: list(
    object({
      id: text,
      'title?': text,
      appliesTo: object(Object.fromEntries(filters.map((name) => [`${name}?`, list(text)]))),
      per: list(oneOf(DIMENSIONS)),
      window,
      allow: someAmounts,
      'carryOver?': object({
        upTo: someAmounts,
        for: { ...whole, minimum: 1 },
      }),
      beyond: consequence,
      'whenMissing?': consequence,
    }),
  ),
  rules: list(object({ id: text, 'title?': text, when: text, then: consequence, message: text })),
  'hold?': object({
    durationMs: { ...whole, minimum: 1 },
    duration: text,
    then: oneOf(['expire', 'accept']),
  }),
  'authority?': list(authority),
  'nudge?': list(
    object({
      limit: text,
      message: text,
      unusedPercent: { type: 'integer', minimum: 1, maximum: 100 },
      passedPercent: { type: 'integer', minimum: 0, maximum: 99 },
    }),
  ),
});

const fiscalCalendar = object({
  pattern: oneOf(FISCAL_PATTERNS),
  yearEnds: object({
    rule: oneOf(YEAR_END_RULES),
    weekday: oneOf(WEEKDAYS),
    month: { type: 'integer', minimum: 1, maximum: 12 },
  }),
  yearNamedBy: oneOf(YEAR_NAMES),
});

const key = { type: 'object', additionalProperties: { type: 'string' } };
const namedBucket = object({ label: text, key });
const countsAt = { ...instant, description: 'Of a rolling bucket, when it counts: epoch milliseconds, UTC.' };
const signed = { type: 'integer', minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const signedAmounts = object({ count: signed, costMinor: signed, retailMinor: signed });
const askedWhen = {
  'at?': instant,
  'location?': text,
  amounts: object({ 'count?': signed, 'costMinor?': signed, 'retailMinor?': signed }),
};

const link = { 'customer?': text, 'act?': uuid, 'location?': text, 'channel?': text };
const scale = { type: 'integer', minimum: -RATING_LIMIT, maximum: RATING_LIMIT };
const told = { occurredAt: instant, businessDate, 'region?': text, ...stamp };
const incidentTold = (type: IncidentType) =>
  object({
    id: uuid,
    asked: object(
      { type: { const: type }, incident: text, ...link, 'reason?': text, 'occurredAt?': instant },
      'The fact as it was posted.',
    ),
    ...told,
  });

const source = object({ format: oneOf(['json', 'yaml']), text: { type: 'string' } });
const policyVersion = { ...whole, minimum: 1 };

const DATA: Readonly<Record<BookEvent['type'] | AccessEvent['type'], JsonSchema>> = {
  BookDefined: object({
    book: object({
      currency: text,
      timeZone: text,
      fourEyes: { type: 'boolean' },
      'fiscalCalendar?': fiscalCalendar,
    }),
    ...stamp,
  }),
  LocationDefined: object({
    id: text,
    location: object({ 'name?': text, 'region?': text, timeZone: text, businessDayStartsAt: text }),
    ...stamp,
  }),
  EmployeeDefined: object({
    id: text,
    employee: object({ 'name?': text, roles: list(text), 'homeLocation?': text }),
    ...stamp,
  }),
  ItemDefined: object({
    sku: text,
    item: object({ 'name?': text, 'category?': text, retailMinor: whole, costMinor: whole }),
    ...stamp,
  }),
  CampaignDefined: object({
    id: text,
    campaign: object({ 'name?': text, 'from?': businessDate, 'to?': businessDate, 'lot?': LOT }),
    ...stamp,
  }),
  PolicyDrafted: object({
    version: policyVersion,
    policy,
    source,
    'rollbackOf?': { ...policyVersion, description: 'The version whose words this one takes up again.' },
    ...stamp,
  }),
  PolicyActivated: object({
    version: policyVersion,
    'from?': instant,
    asked: object({ 'from?': instant }),
    'fromDate?': {
      ...businessDate,
      description: 'In force at each location from the start of this business day there; never beside from.',
    },
    'unapproved?': { const: true, description: 'Nobody but its authors has agreed: fourEyes was off.' },
    ...stamp,
  }),
  ActAccepted: object(actDecided),
  ActDeclined: object(actDecided),
  ActReversed: object({
    id: uuid,
    act: uuid,
    reason: text,
    asked: someAmounts,
    amounts,
    occurredAt: instant,
    businessDate,
    buckets,
    reversedInAll: amounts,
    whole: { type: 'boolean' },
    ...stamp,
  }),
  ActHeld: object({ ...actDecided, expiresAt: instant, then: oneOf(['expire', 'accept']) }),
  ActReserved: object({ ...actDecided, expiresAt: instant }),
  ActApproved: object({
    id: uuid,
    approver: text,
    'authority?': authority,
    policyVersion: { type: ['integer', 'null'], minimum: 1 },
    'code?': object({ id: uuid, hash: text }),
    'reason?': text,
    becomes: oneOf(['accepted', 'reserved']),
    'expiresAt?': instant,
    ...settling,
  }),
  ActRejected: object({ id: uuid, approver: text, reason: text, ...settling }),
  ActCommitted: object({ id: uuid, asked: someAmounts, 'reason?': text, released: amounts, ...settling }),
  ActReleased: object({ id: uuid, 'reason?': text, ...settling }),
  ActExpired: object({ dueAt: instant, becomes: oneOf(['expired', 'accepted']), ...settling }),
  ApprovalCodeMade: object({
    id: uuid,
    hash: text,
    'act?': uuid,
    expiresAt: instant,
    roles: list(text),
    ...stamp,
  }),
  PolicyEdited: object({
    version: policyVersion,
    policy,
    source,
    edit: { ...whole, minimum: 1, description: 'How often the version has been edited.' },
    ...stamp,
  }),
  PolicySubmitted: object({ version: policyVersion, 'comment?': text, ...stamp }),
  PolicyApproved: object({ version: policyVersion, 'comment?': text, ...stamp }),
  PolicyRejected: object({ version: policyVersion, reason: text, ...stamp }),
  KeyMade: object({
    id: { ...text, description: 'Public: the ten characters of the key after glk_.' },
    subject: text,
    roles: list(oneOf(Object.keys(ACCESS_ROLES))),
    hash: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the whole key.' },
    ...stamp,
  }),
  KeyRevoked: object({ id: text, 'reason?': text, ...stamp }),
  BucketAdjusted: object({
    id: uuid,
    kind: oneOf(['grant', 'correction']),
    limit: text,
    bucket: namedBucket,
    'at?': countsAt,
    amounts: signedAmounts,
    reason: text,
    asked: object({ key, ...askedWhen }, 'The adjustment as it was posted.'),
    ...stamp,
  }),
  BucketTransferred: object({
    id: uuid,
    limit: text,
    from: namedBucket,
    to: namedBucket,
    'at?': countsAt,
    amounts,
    reason: text,
    asked: object({ from: key, to: key, ...askedWhen }, 'The transfer as it was posted.'),
    ...stamp,
  }),
  BacktestRequested: object({
    id: uuid,
    version: { ...whole, minimum: 1 },
    document: { ...whole, description: 'The position of the event that holds the document that was tried.' },
    position: { ...whole, description: 'The newest event that was looked at.' },
    'from?': businessDate,
    'to?': businessDate,
    'fiscalCalendar?': fiscalCalendar,
    asked: object({ 'position?': whole }),
    ...stamp,
  }),
  ShadowStarted: object({
    version: { ...whole, minimum: 1 },
    document: { ...whole, description: 'The position of the event that holds the document that is tried.' },
    ...stamp,
  }),
  ShadowStopped: object({ version: { ...whole, minimum: 1 }, ...stamp }),
  IncidentOpened: incidentTold('opened'),
  IncidentResolved: incidentTold('resolved'),
  IncidentReopened: incidentTold('reopened'),
  OutcomeRecorded: object({
    id: uuid,
    asked: object(
      {
        type: oneOf(OUTCOME_TYPES),
        ...link,
        'incident?': text,
        'valueMinor?': whole,
        'currency?': text,
        'receipt?': text,
        'rating?': object({ score: scale, lowest: scale, highest: scale }),
        'occurredAt?': instant,
      },
      'The outcome as it was posted.',
    ),
    ...told,
  }),
  ...STORY_EVENTS,
  LotDrawn: object({ id: uuid, asked: ASKED_DRAW, draw: DRAW, ...told }),
  SignalReviewed: SIGNAL_REVIEWED,
};

const NAMES = { ...STORED_TYPE, ...STORED_ACCESS_TYPE };

/** Stored type name → the schema of its data. */
export const EVENT_SCHEMAS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  (Object.keys(NAMES) as (keyof typeof DATA)[]).map((type) => [
    NAMES[type],
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:goodwill-ledger:event:${NAMES[type]}`,
      title: NAMES[type],
      ...DATA[type],
    },
  ]),
);
