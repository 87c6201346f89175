/** Parameters of paths and queries, by name. */
import { KINDS, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { OUTCOME_TYPES } from '../../../libs/domain/outcome/outcome.ts';
import { SIGNAL_KINDS } from '../../../libs/domain/signal/signal.ts';
import { STORY_STATUSES } from '../../../libs/domain/story/story.ts';
import { STATUS_FILTERS } from '../../../libs/views/conduct/conduct.ts';
import { INCIDENT_STATUSES } from '../../../libs/views/facts/facts.ts';
import { DESIGNS } from '../../../libs/views/outcome-metrics/compare.ts';
import { OUTCOME_DIMENSIONS } from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import { MAX_PAGE } from '../../../libs/views/page.ts';
import { REGISTER_STATUSES } from '../../../libs/views/register/register.ts';
import { SPEND_DIMENSIONS } from '../../../libs/views/spend/spend.ts';
import { MAX_QUANTITY } from '../acts/act.parsing.ts';
import { SKU_MAX_LENGTH } from '../http/field-text.ts';
import { actId, choice, date, id, instant, type Schema, text } from './schema-parts.ts';

interface Parameter {
  readonly description: string;
  readonly schema: Record<string, unknown>;
}
const parameter = (description: string, schema: Schema): Parameter => ({ description, schema });

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
