/** The shapes of a policy's life on the wire. */
import { APPROVALS, POLICY_STATUSES } from '../../../libs/domain/book/policy-status.ts';
import { NOTE_MAX_LENGTH } from '../http/field-text.ts';
import {
  choice,
  currency,
  id,
  instant,
  list,
  name,
  object,
  orNull,
  position,
  ref,
  type Schema,
  text,
  whole,
} from './schema-parts.ts';
import { CONSEQUENCES } from './words.ts';

const version: Schema = { ...whole('From 1, without gaps.'), minimum: 1 };
const comment = (description: string): Schema =>
  text(NOTE_MAX_LENGTH, 'Fits the spring menu.', { description });
const momentOrDay = (description: string): Schema => ({
  type: 'string',
  description,
  anyOf: [{ format: 'date-time' }, { format: 'date' }],
  examples: ['2026-12-01T04:00:00Z', '2026-12-01'],
});

const OVERVIEW: Record<string, Schema> = {
  version,
  status: choice(POLICY_STATUSES, {
    description:
      'active: in force at some location at least, since a business day begins at each by its own clock. scheduled: nowhere yet. superseded: it was in force, and is so nowhere.',
  }),
  approval: choice(APPROVALS, { description: 'Whether a second person has agreed to it.' }),
  title: name('Coffees for baristas'),
  edit: whole('How often it has been edited; with the version it makes the ETag.'),
  authors: list(id('olga'), {
    description:
      'Whoever drafted or edited it, or the version that it rolls back to; none of them may approve it.',
  }),
  rollbackOf: { ...version, description: 'The version whose words this one takes up again.' },
  draftedAt: instant('When it was posted.'),
  activations: list(
    object(
      {
        from: instant('In force from; where it begins with a business day: at the first location.'),
        everywhereFrom: instant('Where it begins with a business day: at the last location.'),
        businessDate: { type: 'string', format: 'date', examples: ['2026-12-01'] },
      },
      ['from'],
    ),
  ),
  life: list(
    object(
      {
        what: choice(['drafted', 'edited', 'submitted', 'approved', 'rejected', 'activated']),
        by: id('olga', { description: 'The subject of the key.' }),
        at: instant('When.'),
        comment: comment('What was said with it; the reason of a rejection.'),
        from: momentOrDay('Of an activation: the moment or the business day it was put off to.'),
        unapproved: { const: true, description: 'Of an activation: nobody but its authors had agreed.' },
      },
      ['what', 'by', 'at'],
    ),
    { description: 'Who did what to it, in order.' },
  ),
};
const OVERVIEW_REQUIRED = Object.keys(OVERVIEW).filter(
  (member) => member !== 'title' && member !== 'rollbackOf',
);

const warnings = list(ref('FieldProblem'), { description: 'Of what is legal and surely not meant.' });

export const POLICY_SCHEMAS = {
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
  PolicyDraft: object({ version, status: choice(['draft']), warnings, position }),
  PolicyChecked: object({ warnings, position }),
  PolicyEdited: object({
    version,
    status: choice(['draft']),
    edit: whole('How often it has been edited.'),
    warnings,
    position,
  }),
  PolicyComment: object({ comment: orNull(comment('For whoever reads its life.')) }, [], {
    examples: [{ comment: 'Fits the spring menu.' }],
  }),
  PolicyRejection: object({ reason: comment('What would have to change.') }, ['reason'], {
    examples: [{ reason: 'Twenty a week is more than the budget of March.' }],
  }),
  PolicyStep: object({ version, status: choice(['draft', 'submitted', 'approved']), position }),
  PolicyRollBack: object({ version, status: choice(['draft']), rollbackOf: version, position }),
  Activation: object(
    {
      from: orNull(
        momentOrDay(
          'In force from this time on, or from the start of this business day at each location; absent: at once.',
        ),
      ),
    },
    [],
    { examples: [{ from: '2026-12-01' }] },
  ),
  PolicyActivated: object(
    {
      version,
      status: choice(['active', 'scheduled']),
      from: momentOrDay('In force from.'),
      unapproved: { const: true, description: 'Nobody but its authors has agreed: fourEyes is off.' },
      position,
    },
    ['version', 'status', 'from', 'position'],
  ),
  Policies: object({ policies: list(object(OVERVIEW, OVERVIEW_REQUIRED)), position }),
  PolicyVersion: object(
    {
      ...OVERVIEW,
      policy: { type: 'object', description: 'Checked and normalised: what decisions are made from.' },
      source: object({
        format: choice(['json', 'yaml']),
        text: { type: 'string', description: 'As it was posted.' },
      }),
      position,
    },
    [...OVERVIEW_REQUIRED, 'policy', 'source', 'position'],
  ),
  PolicyChange: object(
    {
      kind: choice(['added', 'removed', 'changed']),
      part: choice(['policy', 'limit', 'rule']),
      id: id('weekly-coffees', { description: 'Of the limit or rule.' }),
      member: { type: 'string', description: 'What of it, dotted.', examples: ['allow.count'] },
      before: { description: 'Absent where there was nothing.' },
      after: { description: 'Absent where there is nothing any more.' },
      startsAnew: { const: true, description: 'Counting starts from nothing.' },
      text: { type: 'string', description: 'The change as a sentence.' },
    },
    ['kind', 'part', 'text'],
  ),
  PolicyDiff: object({
    version,
    with: version,
    changes: list(ref('PolicyChange'), { description: 'From `with` to `version`.' }),
    text: { type: 'string', description: 'All of it, a sentence a line.' },
    position,
  }),
} as const satisfies Record<string, Schema>;
