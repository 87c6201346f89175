/** The shapes of what followed acts. */
import { DESIGNS } from '../../../libs/views/outcome-metrics/compare.ts';
import { OUTCOME_DIMENSIONS } from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import {
  choice,
  currency,
  date,
  instant,
  list,
  object,
  orNull,
  position,
  ref,
  type Schema,
  whole,
} from './schema-parts.ts';

const number = (description: string): Schema => ({ type: 'number', description });
const FIGURE: Record<string, Schema> = {
  value: orNull(number('Null: it cannot be told; why says the reason.')),
  n: whole('Cases that the value rests on.'),
  interval: orNull(
    object({ low: number('Lower end.'), high: orNull(number('Upper end; null: open.')) }, ['low', 'high'], {
      description: '95 %; null: it cannot be told; why says the reason.',
    }),
  ),
  grade: choice(['A', 'B', 'C', 'D'], { description: 'Evidence; only A shows causes.' }),
  why: { type: 'string', description: 'Why there is no value, or no interval.' },
};
const FIGURE_REQUIRED = ['value', 'n', 'interval', 'grade'];
const figure = (more: Record<string, Schema>, description: string): Schema =>
  object({ ...FIGURE, ...more }, [...FIGURE_REQUIRED, ...Object.keys(more)], { description });

const FIGURES: Record<string, Schema> = {
  acts: whole('Accepted acts, without those reversed in whole.'),
  costMinor: whole('Net of reversals, in minor units.'),
  retailMinor: whole('Net of reversals, in minor units.'),
  identifiedShare: ref('Figure'),
  minutesToFirstAct: object({ median: ref('Figure'), p90: ref('Figure') }),
  resolvedAtFirstTouch: ref('CompleteFigure'),
  repeatContact: ref('CompleteFigure'),
  returnWithin30Days: ref('ReturnFigure'),
  returnWithin90Days: ref('ReturnFigure'),
  medianDaysUntilReturn: ref('Figure'),
  daysUntilSeenReturn: ref('Figure'),
  spendAfter30Days: ref('CompleteFigure'),
  spendAfter90Days: ref('CompleteFigure'),
  costPerReturningCustomer: figure(
    { censored: whole('Customers not watched for 90 days.'), returning: whole('Customers who returned.') },
    'Cost of acts for each customer who returned, in minor units.',
  ),
};
const OBSERVED = object({
  returns: orNull(instant('As far as visits and purchases are looked at; null: none were told.')),
  contacts: orNull(instant('As far as contacts and incidents are looked at; null: none were told.')),
});
const ACT_FILTERS: Schema = { type: 'object', additionalProperties: { type: ['string', 'integer'] } };
const METRICS_NOTES = list(
  { type: 'string' },
  { description: 'What has to be known to read the figures rightly.' },
);

const COMPARISON: Record<string, Schema> = {
  design: choice(DESIGNS),
  grade: choice(['A', 'B', 'C', 'D']),
  causal: { type: 'boolean' },
  verdict: { type: 'string', description: 'What is compared, and whether it shows a cause.' },
  unit: { type: 'string', description: 'What a case is.' },
  arms: object({ first: ref('OutcomeArm'), second: ref('OutcomeArm') }),
  returnWithin30Days: ref('ComparedFigures'),
  returnWithin90Days: ref('ComparedFigures'),
  spendAfter30Days: ref('ComparedFigures'),
  spendAfter90Days: ref('ComparedFigures'),
  checks: {
    type: 'object',
    description: 'Figures of the design itself.',
    additionalProperties: { type: ['number', 'string', 'null'] },
  },
  against: list({ type: 'string' }, { description: 'What speaks against the effect, the strongest first.' }),
  currency,
  from: orNull(date('First business date asked for.')),
  to: orNull(date('Last business date asked for.')),
  filters: ACT_FILTERS,
  observedUntil: OBSERVED,
  position,
};

export const OUTCOME_METRICS_SCHEMAS = {
  Figure: object(FIGURE, FIGURE_REQUIRED),
  CompleteFigure: figure(
    { censored: whole('Cases left out: not watched for all of the days.') },
    'Of cases watched for all of the days.',
  ),
  ReturnFigure: figure(
    {
      customers: whole('Different customers among the n acts.'),
      atRisk: whole('Acts still watched and without a return on the last day.'),
      returned: whole('Acts seen to be followed by a return.'),
      censored: whole('Acts not watched that long, without a return until then.'),
      complete: figure(
        { returned: whole('Of these, acts followed by a return.') },
        'The plain share of acts that were watched for all of the days.',
      ),
    },
    'A share by Kaplan and Meier’s estimate.',
  ),
  OutcomeFigures: object(FIGURES),
  OutcomeMetrics: object({
    currency,
    from: orNull(date('First business date asked for.')),
    to: orNull(date('Last business date asked for.')),
    filters: ACT_FILTERS,
    groupBy: list(choice(OUTCOME_DIMENSIONS)),
    observedUntil: OBSERVED,
    grade: choice(['D']),
    causal: { type: 'boolean', const: false },
    rows: list(
      object({
        key: {
          type: 'object',
          description: 'A value for each dimension asked; null where the act had none.',
          additionalProperties: { type: ['string', 'integer', 'null'] },
        },
        ...FIGURES,
      }),
    ),
    total: ref('OutcomeFigures'),
    rowsOverlap: { type: 'boolean', description: 'True when an act may count in several rows (roles).' },
    notes: METRICS_NOTES,
    position,
  }),
  OutcomeArm: object({
    label: { type: 'string' },
    n: whole('Cases: what they are, unit says.'),
    censored: object({
      within30Days: whole('Watched for fewer than 30 days.'),
      within90Days: whole('Than 90 days.'),
    }),
  }),
  ComparedFigures: object({
    first: ref('Figure'),
    second: ref('Figure'),
    effect: object(
      {
        ...FIGURE,
        n: object({ first: whole('Of the first arm.'), second: whole('Of the second.') }),
        causal: { type: 'boolean', description: 'Whether the difference is an effect of what was done.' },
      },
      [...FIGURE_REQUIRED, 'causal'],
      { description: 'The second arm less the first.' },
    ),
  }),
  OutcomeComparison: object(COMPARISON),
} as const satisfies Record<string, Schema>;
