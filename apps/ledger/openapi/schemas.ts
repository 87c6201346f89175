/** The shapes of the wire, for the API's description. Written by hand: they are the contract. */

import { ACT_STATUSES, KINDS, MODES, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { OUTCOME_TYPES } from '../../../libs/domain/outcome/outcome.ts';
import { SIGNAL_KINDS } from '../../../libs/domain/signal/signal.ts';
import { STORY_STATUSES } from '../../../libs/domain/story/story.ts';
import { STATUS_FILTERS } from '../../../libs/views/conduct/conduct.ts';
import { INCIDENT_STATUSES } from '../../../libs/views/facts/facts.ts';
import { DESIGNS } from '../../../libs/views/outcome-metrics/compare.ts';
import { OUTCOME_DIMENSIONS } from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import { MAX_PAGE, REGISTER_STATUSES } from '../../../libs/views/register/register.ts';
import { SPEND_DIMENSIONS } from '../../../libs/views/spend/spend.ts';
import { MAX_QUANTITY } from '../acts/act.parsing.ts';
import { MAX_BATCH } from '../acts/batch-limit.ts';
import { NOTE_MAX_LENGTH, SKU_MAX_LENGTH } from '../http/field-text.ts';
import { PROBLEMS } from '../problems/registry.ts';
import { ADJUSTMENT_SCHEMAS, FISCAL_CALENDAR_POSTED } from './adjustment-schemas.ts';
import { KEY_SCHEMAS } from './key-schemas.ts';
import { DRAW, LOT, LOT_SCHEMAS } from './lot-schemas.ts';
import { OUTCOME_METRICS_SCHEMAS } from './outcome-metrics-schemas.ts';
import { POLICY_SCHEMAS } from './policy-schemas.ts';
import { possibleSchema } from './possible-schemas.ts';
import { REPORT_SCHEMAS } from './report-schemas.ts';
import {
  amounts,
  byMeasure,
  COST,
  COUNT,
  choice,
  currency,
  date,
  id,
  instant,
  key,
  list,
  name,
  object,
  orNull,
  position,
  RETAIL,
  ref,
  type Schema,
  text,
  timeZone,
  whole,
  window,
} from './schema-parts.ts';
import { SETTLING_SCHEMAS, SHOWN_WHEN_SETTLED } from './settling-schemas.ts';
import { SIGNAL_SCHEMAS } from './signal-schemas.ts';
import { STORY_SCHEMAS } from './story-schemas.ts';
import { TOLD_SCHEMAS } from './told-schemas.ts';
import { USE_SCHEMAS } from './use-schemas.ts';
import { CONSEQUENCES, FINDINGS } from './words.ts';

const ACT_MEMBERS: Record<string, Schema> = {
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
const NEEDED = ['kind', 'trigger', 'employee', 'location'];
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
  recordedAt: instant('When the ledger learned of it.'),
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
const actId: Schema = { type: 'string', format: 'uuid', examples: ['0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44'] };

const ALLOWANCE = {
  limit: id('weekly-coffees'),
  title: name('Ten coffees a week for every barista'),
  key,
  window,
  resetsAt: orNull(
    instant('When the window ends, or the oldest use leaves a rolling one; null: never by itself.'),
  ),
  measures: byMeasure(
    object(
      {
        allowed: whole('So much the limit allows.'),
        carriedOver: whole('Taken over from windows before.'),
        adjusted: whole('By grants, transfers and corrections.'),
        used: whole('Used so far.'),
        reserved: whole('Held and not yet spent.'),
        remaining: whole('Left; below zero after acts recorded beyond the limit.'),
      },
      ['allowed', 'carriedOver', 'adjusted', 'used', 'reserved', 'remaining'],
    ),
  ),
};

export const SCHEMAS = {
  BookStatement: object(
    {
      currency: { ...currency, description: 'ISO 4217; fixed once the book is open.' },
      timeZone,
      fourEyes: orNull({
        type: 'boolean',
        default: true,
        description: 'Whether a policy needs a second person’s approval before it may be activated.',
      }),
      fiscalCalendar: orNull(FISCAL_CALENDAR_POSTED),
    },
    ['currency', 'timeZone'],
    {
      examples: [
        { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false },
        { currency: 'USD', timeZone: 'America/New_York', fourEyes: false, fiscalCalendar: 'nrf' },
      ],
    },
  ),
  Book: object(
    {
      id: id('london'),
      currency,
      timeZone,
      fourEyes: { type: 'boolean' },
      fiscalCalendar: ref('FiscalCalendar'),
      position,
    },
    ['id', 'currency', 'timeZone', 'fourEyes', 'position'],
  ),
  LocationStatement: object(
    {
      name: orNull(name('Soho')),
      region: orNull(id('central')),
      timeZone,
      businessDayStartsAt: orNull({
        type: 'string',
        pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
        default: '04:00',
      }),
    },
    ['timeZone'],
    {
      examples: [
        { name: 'Soho', region: 'central', timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
      ],
    },
  ),
  Location: object(
    {
      id: id('soho'),
      name: name('Soho'),
      region: id('central'),
      timeZone,
      businessDayStartsAt: text(5, '04:00'),
      position,
    },
    ['id', 'timeZone', 'businessDayStartsAt', 'position'],
  ),
  EmployeeStatement: object(
    {
      name: orNull(name('Ada')),
      roles: list(id('barista'), { maxItems: 100 }),
      homeLocation: orNull(id('soho')),
    },
    ['roles'],
    { examples: [{ roles: ['barista'], homeLocation: 'soho' }] },
  ),
  Employee: object(
    { id: id('emp-17'), name: name('Ada'), roles: list(id('barista')), homeLocation: id('soho'), position },
    ['id', 'roles', 'position'],
  ),
  ItemStatement: object(
    {
      name: orNull(name('Flat white')),
      category: orNull(id('coffee')),
      retailMinor: RETAIL,
      costMinor: COST,
    },
    ['retailMinor', 'costMinor'],
    { examples: [{ name: 'Flat white', category: 'coffee', retailMinor: 390, costMinor: 80 }] },
  ),
  Item: object(
    {
      sku: text(SKU_MAX_LENGTH, 'coffee/flat-white'),
      name: name('Flat white'),
      category: id('coffee'),
      retailMinor: RETAIL,
      costMinor: COST,
      position,
    },
    ['sku', 'retailMinor', 'costMinor', 'position'],
  ),
  CampaignStatement: object(
    {
      name: orNull(name('Summer of kindness')),
      from: orNull(date('First business date; absent: since ever.')),
      to: orNull(date('Last business date, included; absent: for ever.')),
      lot: orNull(LOT),
    },
    [],
    {
      examples: [
        { name: 'Summer of kindness', from: '2026-06-01', to: '2026-08-31' },
        { name: 'Summer of kindness', lot: { share: 0.5, seed: '2026-summer' } },
      ],
    },
  ),
  Campaign: object(
    {
      id: id('summer-kindness'),
      name: name('Summer of kindness'),
      from: date('First day.'),
      to: date('Last day.'),
      lot: LOT,
      position,
    },
    ['id', 'position'],
  ),
  PolicyDocument: {
    type: 'object',
    description: 'Limits and rules; every mistake in it is reported at once. JSON, or the same as YAML.',
    properties: {
      currency,
      title: name('Coffees for baristas'),
      uncovered: choice(['allow', ...CONSEQUENCES], { default: 'allow' }),
      limits: list({ type: 'object' }),
      rules: list({ type: 'object' }),
    },
    required: ['currency'],
    examples: [
      {
        currency: 'GBP',
        limits: [
          {
            id: 'weekly-coffees',
            title: 'Ten coffees a week for every barista',
            appliesTo: { kinds: ['comp'], items: ['coffee/*'], roles: ['barista'] },
            per: ['employee'],
            window: { every: 'week', startsOn: 'monday' },
            allow: { count: 10 },
            beyond: 'decline',
          },
        ],
        rules: [
          {
            id: 'big-refund-names-incident',
            when: 'act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""',
            then: 'decline',
            message: 'A refund above £50 names the incident it settles.',
          },
        ],
      },
    ],
  },
  ...POLICY_SCHEMAS,
  ...KEY_SCHEMAS,
  ...USE_SCHEMAS,
  ...STORY_SCHEMAS,
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
  Decision: object(
    {
      policyVersion: orNull(whole('Null: no policy was in force.')),
      guardrails: list(ref('Guardrail'), { description: 'What every guardrail that applied found.' }),
    },
    ['policyVersion', 'guardrails'],
  ),
  Breach: object(
    { id: id('weekly-coffees'), consequence: choice(CONSEQUENCES), message: { type: 'string' } },
    ['id', 'consequence', 'message'],
  ),
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
  ...SETTLING_SCHEMAS,
  BatchPost: object(
    {
      acts: list(
        object({ idempotencyKey: text(257, 'till-7-000231'), ...ACT_POST }, ['idempotencyKey', ...NEEDED]),
        { minItems: 1, maxItems: MAX_BATCH },
      ),
    },
    ['acts'],
    { examples: [{ acts: [{ idempotencyKey: 'till-7-000231', ...ACT_EXAMPLE }] }] },
  ),
  BatchResults: object(
    {
      results: list(
        object(
          {
            status: whole('As if the act had been posted by itself.'),
            body: { anyOf: [ref('Act'), ref('Problem')] },
          },
          ['status', 'body'],
        ),
      ),
    },
    ['results'],
  ),
  ReversalPost: object(
    {
      reason: id('wrong-till'),
      count: orNull(COUNT),
      costMinor: orNull(COST),
      retailMinor: orNull(RETAIL),
    },
    ['reason'],
    { examples: [{ reason: 'wrong-till' }, { reason: 'half was paid', retailMinor: 195 }] },
  ),
  Reversal: object(
    {
      id: actId,
      act: actId,
      status: choice(['accepted', 'reversed'], {
        description: 'Of the act: reversed when nothing of it is left.',
      }),
      reason: id('wrong-till'),
      businessDate: date('Of the act: what is given back goes to its windows.'),
      occurredAt: instant('Of the act.'),
      recordedAt: instant('When the reversal was recorded.'),
      position,
      reversed: amounts,
      reversedInAll: amounts,
    },
    [
      'id',
      'act',
      'status',
      'reason',
      'businessDate',
      'occurredAt',
      'recordedAt',
      'position',
      'reversed',
      'reversedInAll',
    ],
  ),
  RegisterRow: object(
    {
      id: actId,
      status: choice(REGISTER_STATUSES),
      ...Object.fromEntries(
        Object.entries(ACT_MEMBERS).filter(([member]) => member !== 'shift' && member !== 'channel'),
      ),
      region: id('central'),
      count: COUNT,
      businessDate: date('The trading day at the location.'),
      occurredAt: instant('When it happened.'),
      recordedAt: instant('When the ledger learned of it.'),
      expiresAt: instant('While it is pending approval or reserved: it falls due then.'),
      position,
      policyVersion: orNull(whole('Null: no policy was in force.')),
      breachCount: whole('Findings other than within on a recorded act.'),
      declinedBy: list({ type: 'string' }, { description: 'Guardrails that declined it.' }),
      reversed: amounts,
    },
    [
      'id',
      'status',
      ...NEEDED,
      'count',
      'retailMinor',
      'costMinor',
      'businessDate',
      'occurredAt',
      'recordedAt',
      'position',
      'policyVersion',
      'breachCount',
      'declinedBy',
      'reversed',
    ],
  ),
  Register: object(
    {
      acts: list(ref('RegisterRow')),
      nextCursor: orNull({
        type: 'string',
        description: 'For the next page, with the same filters; null on the last.',
      }),
      position,
    },
    ['acts', 'nextCursor', 'position'],
  ),
  Allowance: object(ALLOWANCE, ['limit', 'key', 'window', 'resetsAt', 'measures']),
  Allowances: object(
    {
      employee: id('emp-17'),
      at: instant('The moment the windows contain.'),
      position,
      allowances: list(ref('Allowance')),
    },
    ['employee', 'at', 'position', 'allowances'],
  ),
  Bucket: object({ ...ALLOWANCE, at: instant('The moment the window contains.'), position }, [
    'limit',
    'key',
    'window',
    'resetsAt',
    'measures',
    'at',
    'position',
  ]),
  ...ADJUSTMENT_SCHEMAS,
  ...TOLD_SCHEMAS,
  ...SIGNAL_SCHEMAS,
  ...LOT_SCHEMAS,
  Possible: possibleSchema(ALLOWANCE),
  SpendFigures: object(
    {
      acts: whole('Accepted acts, without those reversed in whole.'),
      count: whole('Net of reversals.'),
      costMinor: whole('Net of reversals.'),
      retailMinor: whole('Net of reversals.'),
      reversed: object(
        { acts: whole('Reversed in whole.'), count: COUNT, costMinor: COST, retailMinor: RETAIL },
        ['acts', 'count', 'costMinor', 'retailMinor'],
      ),
      declined: object({ acts: whole('Declined.'), costMinor: COST, retailMinor: RETAIL }, [
        'acts',
        'costMinor',
        'retailMinor',
      ]),
      breaches: whole('Acts recorded with any finding other than within.'),
    },
    ['acts', 'count', 'costMinor', 'retailMinor', 'reversed', 'declined', 'breaches'],
  ),
  Spend: object(
    {
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
    },
    ['currency', 'from', 'to', 'groupBy', 'rows', 'total', 'rowsOverlap', 'position'],
  ),
  SandboxClock: object({ now: instant('The time from now on, until it is set again.') }, ['now']),
  Health: {
    type: 'object',
    properties: {
      status: choice(['ok', 'error', 'shutting_down']),
      info: { type: ['object', 'null'] },
      error: { type: ['object', 'null'] },
      details: { type: 'object' },
    },
    required: ['status'],
  },
  FieldProblem: object(
    {
      pointer: { type: 'string', description: 'JSON pointer into the body.' },
      parameter: { type: 'string', description: 'Parameter of the query or path.' },
      code: { type: 'string' },
      detail: { type: 'string' },
      advice: { type: 'string' },
      line: { type: 'integer' },
      column: { type: 'integer' },
    },
    ['code', 'detail'],
  ),
  Problem: object(
    {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: choice(Object.keys(PROBLEMS), { description: 'Stable; docs/errors.md explains each.' }),
      detail: { type: 'string', description: 'What was wrong this time.' },
      advice: { type: 'string', description: 'What to do.' },
      errors: list(ref('FieldProblem')),
      differs: list(
        { type: 'string' },
        {
          description: 'For idempotency-key-reused: the members that differ from the first post.',
          examples: [['item.quantity']],
        },
      ),
      requestId: { type: 'string' },
    },
    ['type', 'title', 'status', 'code', 'detail', 'advice'],
  ),
  ...REPORT_SCHEMAS,
  ...OUTCOME_METRICS_SCHEMAS,
} as const satisfies Record<string, Schema>;

export type SchemaName = keyof typeof SCHEMAS;

interface Parameter {
  readonly description: string;
  readonly schema: Record<string, unknown>;
}
const parameter = (description: string, schema: Schema): Parameter => ({ description, schema });

/** Parameters of paths and queries, by name. */
export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  book: parameter('The book.', {
    type: 'string',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
    examples: ['london'],
  }),
  location: parameter('A location.', id('soho')),
  employee: parameter('An employee.', id('emp-17')),
  sku: parameter('An item; / is sent as %2F.', text(SKU_MAX_LENGTH, 'coffee/flat-white')),
  campaign: parameter('A campaign.', id('summer-kindness')),
  version: parameter('A policy version.', { type: 'integer', minimum: 1 }),
  act: parameter('An act.', actId),
  backtest: parameter('A backtest, as the Location of its answer names it.', { type: 'string' }),
  as: parameter(
    'In which form; absent: JSON, or text where only that is accepted.',
    choice(['json', 'text']),
  ),
  key: parameter('A key, by its id.', id('5k3v0q8rt2')),
  with: parameter('The version to compare with.', { type: 'integer', minimum: 1 }),
  customer: parameter('A customer.', id('c-991')),
  incident: parameter('An incident.', id('inc-5')),
  region: parameter('A region.', id('central')),
  role: parameter('A role.', id('barista')),
  shift: parameter('A shift.', id('soho-2026-11-21-early')),
  author: parameter('Who adjusted.', id('area-lead')),
  pageSize: parameter('Entries a page.', { type: 'integer', minimum: 1, maximum: MAX_PAGE, default: 50 }),
  channel: parameter('A channel.', id('till')),
  reason: parameter('A reason.', id('long-wait')),
  item: parameter('An item.', text(SKU_MAX_LENGTH, 'coffee/flat-white')),
  quantity: parameter('So many of the item; absent: 1.', {
    type: 'integer',
    minimum: 1,
    maximum: MAX_QUANTITY,
  }),
  trigger: parameter('A trigger.', choice(TRIGGERS)),
  limit: parameter('In the register: acts a page. For a bucket or an adjustment: the limit.', {
    anyOf: [{ type: 'integer', minimum: 1, maximum: MAX_PAGE, default: 50 }, { type: 'string' }],
  }),
  kind: parameter('A kind of act, or of signal.', choice([...KINDS, ...SIGNAL_KINDS])),
  subject: parameter('An employee, customer or approver whom a signal is about.', id('emp-17')),
  signal: parameter('A signal, by its id; its % is sent as %25.', {
    type: 'string',
    examples: ['few-customers:emp-17'],
  }),
  status: parameter(
    'What became of the act, or of the incident; of signals, which to show.',
    choice([...new Set([...REGISTER_STATUSES, ...INCIDENT_STATUSES, ...STATUS_FILTERS])]),
  ),
  story: parameter('A story.', { type: 'string', format: 'uuid' }),
  storyStatus: parameter(
    'How far the story has come; absent: published.',
    choice(STORY_STATUSES.slice(0, 3)),
  ),
  assigned: parameter('Of draws: those that were drawn, or those that were not.', choice(['true', 'false'])),
  type: parameter('A type of outcome.', choice(OUTCOME_TYPES)),
  from: parameter('First business date, included.', date('')),
  to: parameter('Last business date, included.', date('')),
  at: parameter('The moment to look at; absent: now.', instant('')),
  cursor: parameter('nextCursor of the page before.', { type: 'string' }),
  atLeast: parameter('Wait until this position is reflected.', { type: 'integer', minimum: 0 }),
  groupBy: parameter(
    `One or more, with commas between. Of spend: ${SPEND_DIMENSIONS.join(', ')}; absent: day. Of outcomes: ${OUTCOME_DIMENSIONS.join(', ')}; absent: the total alone.`,
    { type: 'string', examples: ['location,reason'] },
  ),
  design: parameter('How the arms come about; only lot shows a cause.', choice(DESIGNS)),
  pivot: parameter('Of dates: the first day of the second arm.', date('')),
  affected: parameter(
    'Of policy: the locations for which the version changed something, with commas between.',
    { type: 'string', examples: ['soho,leeds'] },
  ),
  itemCategory: parameter('A category of items.', id('coffee')),
  policyVersion: parameter('Acts decided under this version.', { type: 'integer', minimum: 1 }),
  observedUntil: parameter(
    'Look no further than this; absent: as far as outcomes have been told.',
    instant(''),
  ),
};
