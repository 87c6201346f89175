/** The shapes of incidents and outcomes. */
import { INCIDENT_TYPES } from '../../../libs/domain/outcome/incident.ts';
import { OUTCOME_TYPES, RATING_LIMIT } from '../../../libs/domain/outcome/outcome.ts';
import { INCIDENT_STATUSES } from '../../../libs/views/facts/facts.ts';
import { batchPost, batchResults } from './batch-schemas.ts';
import {
  amount,
  choice,
  currency,
  date,
  id,
  instant,
  list,
  object,
  orNull,
  page,
  position,
  recordedAt,
  ref,
  type Schema,
  text,
  uuid,
  whole,
} from './schema-parts.ts';

const onScale: Schema = { type: 'integer', minimum: -RATING_LIMIT, maximum: RATING_LIMIT };
const rating = object({ score: onScale, lowest: onScale, highest: onScale }, ['score', 'lowest', 'highest'], {
  description: 'The score and the scale it is on, in whole numbers.',
  examples: [{ score: 4, lowest: 1, highest: 5 }],
});

const LINK: Record<string, Schema> = {
  customer: id('c-991'),
  act: text(36, '0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44', { description: 'As the ledger answered it.' }),
  location: id('soho'),
  channel: id('phone'),
};
const INCIDENT: Record<string, Schema> = {
  type: choice(INCIDENT_TYPES),
  incident: id('inc-5', { description: 'The id that acts name as theirs.' }),
  ...LINK,
  reason: id('long-wait'),
};
const OUTCOME: Record<string, Schema> = {
  type: choice(OUTCOME_TYPES),
  ...LINK,
  incident: id('inc-5'),
  valueMinor: amount('Of a purchase: what was paid, in whole minor units of the book’s currency.', 1250),
  receipt: id('4711', { description: 'Of a purchase: lines of one receipt share its number.' }),
  rating,
};
const HAPPENED = orNull(instant('When it happened, however long ago; absent: now.'));
const PLACED: Record<string, Schema> = {
  businessDate: date('The trading day at the location; without one, in the book’s time zone.'),
  occurredAt: instant('When it happened.'),
  recordedAt,
  position,
};
const PLACED_REQUIRED = ['businessDate', 'occurredAt', 'recordedAt', 'position'];

function posted(members: Record<string, Schema>, needed: readonly string[]): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(members).map(([name, schema]) => [name, needed.includes(name) ? schema : orNull(schema)]),
  );
}

const INCIDENT_POST = { ...posted(INCIDENT, ['type', 'incident']), occurredAt: HAPPENED };
const INCIDENT_EXAMPLE = {
  type: 'opened',
  incident: 'inc-5',
  customer: 'c-991',
  location: 'soho',
  reason: 'long-wait',
};
const OUTCOME_POST = { ...posted(OUTCOME, ['type']), currency: orNull(currency), occurredAt: HAPPENED };
const OUTCOME_EXAMPLE = { type: 'purchase', customer: 'c-991', valueMinor: 1250, receipt: '4711' };

const { type: _, ...TOLD_OF } = INCIDENT;
const INCIDENT_ROW: Record<string, Schema> = {
  ...TOLD_OF,
  openedAt: orNull(instant('Null: nobody has told yet that it was opened.')),
  firstResolvedAt: orNull(instant('Null: never.')),
  resolvedAt: orNull(instant('Null while it is open.')),
  reopened: whole('How often.'),
  businessDate: date('Of the earliest fact known of it.'),
  region: id('central'),
};
delete INCIDENT_ROW.act;
const INCIDENT_ROW_REQUIRED = [
  'incident',
  'status',
  'openedAt',
  'firstResolvedAt',
  'resolvedAt',
  'reopened',
  'businessDate',
];
const { incident: __, ...FACT_OF } = INCIDENT;

export const TOLD_SCHEMAS = {
  IncidentPost: object(INCIDENT_POST, ['type', 'incident'], { examples: [INCIDENT_EXAMPLE] }),
  IncidentFact: object({ id: uuid, ...INCIDENT, ...PLACED }, ['id', 'type', 'incident', ...PLACED_REQUIRED]),
  IncidentBatch: batchPost('incidents', 'crm-000231', INCIDENT_POST, ['type', 'incident'], INCIDENT_EXAMPLE),
  IncidentResults: batchResults('IncidentFact'),
  Incidents: page(
    'incidents',
    object({ ...INCIDENT_ROW, status: choice(INCIDENT_STATUSES) }, INCIDENT_ROW_REQUIRED),
  ),
  Incident: object(
    {
      ...INCIDENT_ROW,
      status: choice([...INCIDENT_STATUSES, 'untold'], {
        description: 'untold: acts name it, and nobody has told what became of it.',
      }),
      facts: list(object({ id: uuid, ...FACT_OF, ...PLACED }, ['id', 'type', ...PLACED_REQUIRED]), {
        description: 'As they happened; of very many, the latest.',
      }),
      acts: list(ref('RegisterRow'), { description: 'Those that name it, newest first.' }),
      moreActs: { type: 'boolean', description: 'The register has more than are shown here.' },
      position,
    },
    ['incident', 'status', 'facts', 'acts', 'moreActs', 'position'],
  ),
  OutcomePost: object(OUTCOME_POST, ['type'], {
    examples: [
      OUTCOME_EXAMPLE,
      { type: 'rating', incident: 'inc-5', rating: { score: 4, lowest: 1, highest: 5 } },
    ],
  }),
  Outcome: object({ id: uuid, ...OUTCOME, region: id('central'), ...PLACED }, [
    'id',
    'type',
    ...PLACED_REQUIRED,
  ]),
  OutcomeBatch: batchPost('outcomes', 'crm-000231', OUTCOME_POST, ['type'], OUTCOME_EXAMPLE),
  OutcomeResults: batchResults('Outcome'),
  Outcomes: page('outcomes', ref('Outcome')),
} as const satisfies Record<string, Schema>;
