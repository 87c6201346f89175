/** The shapes of backtests and shadows on the wire. */
import { OUTCOMES } from '../../../libs/backtest/outcome.ts';
import { ENDS } from '../../../libs/backtest/waiting.ts';
import { choice, list, orNull, ref, type Schema, object as strict, whole } from './schema-parts.ts';

const object = (properties: Record<string, Schema>, optional: readonly string[] = [], more: Schema = {}) =>
  strict(
    properties,
    Object.keys(properties).filter((name) => !optional.includes(name)),
    more,
  );
const words = (description: string): Schema => ({ type: 'string', description });
const date = { type: 'string', format: 'date', examples: ['2026-11-21'] };
const position = whole('The newest event that was looked at.');
const version = { type: 'integer', minimum: 1, description: 'The version that was tried.' };

const sum = {
  acts: whole('Number of acts.'),
  costMinor: whole('In minor units of the book’s currency.'),
  retailMinor: whole('In minor units of the book’s currency.'),
};
const because = list(
  object(
    {
      guardrail: words('`limit weekly-coffees`, `rule big-refund`, `standing unknown-employee`.'),
      finding: words('What it asked for.'),
      key: { type: 'object', additionalProperties: { type: 'string' } },
      window: words('The label of the window.'),
      measures: {
        type: 'object',
        additionalProperties: object({
          allowed: whole('Allowed.'),
          usedBefore: whole('Used before the act.'),
          reserved: whole('Reserved before the act.'),
        }),
      },
      missing: list({ type: 'string' }),
      message: words('Of a rule.'),
    },
    ['key', 'window', 'measures', 'missing', 'message'],
  ),
  { description: 'The guardrails that found something.' },
);

export const REPORT_SCHEMAS = {
  BacktestRequest: object(
    {
      from: { ...date, description: 'First business date that is reported.' },
      to: { ...date, description: 'Last business date that is reported.' },
      position: {
        type: 'integer',
        minimum: 0,
        description: 'The newest event to look at; absent: the newest there is.',
      },
    },
    ['from', 'to', 'position'],
  ),
  ShadowSwitch: object({ on: { type: 'boolean', description: 'Whether the version is to run in shadow.' } }),
  ShadowState: object({
    version,
    shadow: choice(['on', 'off']),
    position: whole('Of the event that started or stopped it, or of the newest one where nothing changed.'),
  }),
  BacktestRun: object(
    {
      id: { type: 'string' },
      status: choice(['queued', 'running', 'done', 'cancelled', 'failed']),
      progress: { type: 'number', minimum: 0, maximum: 1 },
      policyVersion: version,
      position,
      from: orNull(date),
      to: orNull(date),
      report: ref('BacktestReport'),
    },
    ['report'],
  ),
  BacktestReport: object({
    kind: choice(['backtest', 'shadow']),
    book: { type: 'string' },
    currency: { type: 'string' },
    candidate: object(
      {
        version,
        title: { type: 'string' },
        document: whole('The position of the event that holds the document that was tried.'),
      },
      ['title'],
    ),
    comparedWith: object({
      decisions: { type: 'string', const: 'as recorded' },
      versions: list(object({ policyVersion: orNull({ type: 'integer' }), acts: sum.acts }), {
        description: 'The versions that the recorded decisions were made under; null: none was in force.',
      }),
    }),
    position,
    startedAfter: whole('Of a shadow: the event that started it. Of a backtest: -1.'),
    span: object({ from: orNull(date), to: orNull(date) }),
    acts: object({
      replayed: whole('All that were decided again, so that windows are right.'),
      reported: whole('Those of the span.'),
      same: whole('Of these, those that come to the same.'),
      changed: whole('Of these, those that come to something else.'),
    }),
    outcomes: object({ recorded: ref('OutcomeSums'), candidate: ref('OutcomeSums') }),
    changes: list(
      object({
        from: choice(OUTCOMES),
        to: choice(OUTCOMES),
        ...sum,
        recoveries: whole('Of these acts, those that made good a failure.'),
        examples: list(ref('BacktestExample'), { description: 'The first, in the order of the ledger.' }),
      }),
      { description: 'What the acts came to as recorded, and under the candidate, where that differs.' },
    ),
    spent: object(
      {
        recorded: ref('ActSum'),
        candidate: ref('ActSum'),
        notSpent: ref('ActSum'),
        spentInAddition: ref('ActSum'),
      },
      [],
      { description: 'Net of reversals: recorded - notSpent + spentInAddition = candidate.' },
    ),
    recoveriesNotMade: ref('ActSum'),
    waited: object({ recorded: ref('WaitedActs'), candidate: ref('WaitedActs') }),
    employees: ref('FlipRanking'),
    locations: ref('FlipRanking'),
    guardrails: list(
      object(
        {
          guardrail: { type: 'string' },
          title: { type: 'string' },
          recorded: ref('GuardrailBites'),
          candidate: ref('GuardrailBites'),
        },
        ['title'],
      ),
    ),
    dropped: list(object({ fact: { type: 'string' }, count: whole('How often.') }), {
      description: 'Recorded facts that nothing under the candidate answers to.',
    }),
    notes: list({ type: 'string' }, { description: 'What has to be known to read the figures rightly.' }),
  }),
  BacktestExample: object(
    {
      act: { type: 'string' },
      position: whole('Of the act in the ledger.'),
      occurredAt: { type: 'string', format: 'date-time' },
      businessDate: date,
      mode: { type: 'string' },
      kind: { type: 'string' },
      trigger: { type: 'string' },
      employee: { type: 'string' },
      location: { type: 'string' },
      customer: { type: 'string' },
      incident: { type: 'string' },
      count: whole('Pieces.'),
      costMinor: sum.costMinor,
      retailMinor: sum.retailMinor,
      recorded: object({ policyVersion: orNull({ type: 'integer' }), because }),
      candidate: object({ because, refusal: words('Why the act would not have been taken at all.') }, [
        'refusal',
      ]),
    },
    ['customer', 'incident'],
  ),
  ActSum: object(sum),
  WaitedActs: object(Object.fromEntries(ENDS.map((end) => [end, whole('Number of acts.')])), [], {
    description: 'What became of the acts that were held or reserved.',
  }),
  OutcomeSums: object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, ref('ActSum')]))),
  FlipRanking: object({
    count: whole('How many there are.'),
    first: list(
      object({
        id: { type: 'string' },
        acts: whole('In the span.'),
        notMade: ref('ActSum'),
        madeInAddition: ref('ActSum'),
        decidedOtherwise: whole('Made or not made all the same, by another decision.'),
      }),
      { description: 'Those with the most acts that flip.' },
    ),
  }),
  GuardrailBites: object({
    ...sum,
    warn: whole('Acts it warned of.'),
    hold: whole('Acts it held.'),
    decline: whole('Acts it declined, or found in breach.'),
    alone: whole('Of these, those that no other guardrail declined.'),
  }),
} as const satisfies Record<string, Schema>;
