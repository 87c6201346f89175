/**
 * The JSON Schema (2020-12) of a policy document, for editors: names to complete, words to choose from, and the
 * structure marked while it is written. It says less than the check, which reads conditions as well and explains.
 */
import { KINDS, MEASURES, TRIGGERS } from '../act/act.ts';
import { STANDING } from '../book/events.ts';
import { CURRENCIES } from '../money/currency.ts';
import { LONGEST_CONDITION } from '../rules/cel.ts';
import { GUARDRAIL_ID, MOST_LIMITS, MOST_RULES } from './check.ts';
import { LONGEST_LIFE } from './check-carry-over.ts';
import { MOST_AUTHORITIES } from './check-hold.ts';
import { FILTERS, LONGEST_TITLE, MOST_VALUES } from './check-limit.ts';
import { MOST_NUDGES } from './check-nudge.ts';
import { LONGEST_MESSAGE } from './check-rule.ts';
import { EVERY } from './check-window.ts';
import {
  type Consequence,
  DIMENSIONS,
  FISCAL_PERIODS,
  HOLD,
  NUDGE_PERCENT,
  type Policy,
  WEEKDAYS,
} from './policy.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Every consequence there is: the compiler notices a missing one. */
const CONSEQUENCES: Readonly<Record<Consequence, string>> = {
  warn: 'lets the act pass and marks it',
  hold: 'lets it wait for an approval',
  decline: 'refuses the act',
};
const consequence = (description: string): Schema => ({
  description: `${description}: ${Object.entries(CONSEQUENCES)
    .map(([word, meaning]) => `${word} ${meaning}`)
    .join(', ')}.`,
  enum: Object.keys(CONSEQUENCES),
});

const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const text = (description: string, maxLength: number): Schema => ({
  description,
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: '\\S',
});

/** Members that may be left empty, as the check lets them. */
const orNothing = ({ description, ...rest }: Schema): Schema => ({
  description,
  anyOf: [rest, { type: 'null' }],
});

const figures = (description: string, minimum: number): Schema => ({
  description,
  type: 'object',
  properties: Object.fromEntries(
    MEASURES.map((measure) => [
      measure,
      {
        description:
          measure === 'count'
            ? 'A whole number.'
            : `Whole minor units of the currency: 50000 is 500.00. ${measure === 'costMinor' ? 'What it costs the company.' : 'What the customer would have paid.'}`,
        type: 'integer',
        minimum,
        maximum: Number.MAX_SAFE_INTEGER,
      },
    ]),
  ),
  minProperties: 1,
  additionalProperties: false,
});

const duration = (description: string): Schema => ({
  description: `${description} An ISO 8601 duration of exact length: P7D, P2W, PT36H.`,
  type: 'string',
  pattern: '^P(?=[\\dT])(\\d+W)?(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+S)?)?$',
});

const WORDS: Readonly<Record<string, readonly string[]>> = { kinds: KINDS, triggers: TRIGGERS };

const appliesTo: Schema = {
  description:
    'Which acts it speaks of; every filter must match, and within one filter any value. Missing: all.',
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(FILTERS).map(([filter, example]) => [
      filter,
      {
        description: `For example [${example}].`,
        type: 'array',
        items:
          WORDS[filter] === undefined
            ? text(`One of ${filter}.`, filter === 'items' ? 256 : 128)
            : { enum: WORDS[filter] },
        minItems: 1,
        maxItems: MOST_VALUES,
        uniqueItems: true,
      },
    ]),
  ),
  additionalProperties: false,
};

const window: Schema = {
  description: 'When counting starts again.',
  anyOf: [
    { enum: EVERY },
    object({ every: { enum: EVERY.filter((name) => name !== 'week') } }, ['every']),
    object(
      { every: { const: 'week' }, startsOn: { description: 'Monday if it is missing.', enum: WEEKDAYS } },
      ['every'],
    ),
    object(
      {
        rolling: duration('It ends with each act.'),
      },
      ['rolling'],
    ),
    object({ fiscal: { description: "By the book's fiscal calendar.", enum: FISCAL_PERIODS } }, ['fiscal']),
  ],
};

const id: Schema = {
  description: 'Names it in every decision, for years; no two limits or rules share one.',
  type: 'string',
  pattern: GUARDRAIL_ID.source,
  not: { enum: STANDING },
};

const limit = object(
  {
    id,
    title: orNothing(text('Shown with the id.', LONGEST_TITLE)),
    appliesTo,
    per: {
      description: 'What it is counted by; several together count each combination apart.',
      type: 'array',
      items: { enum: DIMENSIONS },
      minItems: 1,
      uniqueItems: true,
    },
    window,
    allow: figures('How much; several measures bound it together.', 0),
    carryOver: orNothing({
      description: 'How much of what is unused is carried into the windows that follow.',
      ...object(
        {
          upTo: {
            description: 'At most so much is carried into any one window.',
            anyOf: [
              { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
              figures('Where several measures are allowed.', 1),
            ],
          },
          for: {
            description: 'For so many windows after the one it was left in.',
            type: ['integer', 'null'],
            minimum: 1,
            maximum: LONGEST_LIFE,
            default: 1,
          },
        },
        ['upTo'],
      ),
    }),
    beyond: consequence('What follows beyond it'),
    whenMissing: orNothing(
      consequence(
        'What follows when an act lacks what is counted by; missing: the act is outside this limit',
      ),
    ),
  },
  ['id', 'per', 'window', 'allow', 'beyond'],
);

const rule = object(
  {
    id,
    title: orNothing(text('For people.', LONGEST_TITLE)),
    when: {
      description:
        'A condition in CEL over act, employee, location and item: what is not in order. act.kind == "refund" && act.retailMinor > 5000',
      type: 'string',
      minLength: 1,
      maxLength: LONGEST_CONDITION,
    },
    then: consequence('What follows when it holds'),
    message: text('What the employee reads.', LONGEST_MESSAGE),
  },
  ['id', 'when', 'then', 'message'],
);

const listOf = (description: string, items: Schema, maxItems: number): Schema =>
  orNothing({ description, type: 'array', items, maxItems });

/** One for each member of a policy: the compiler notices a missing one. */
const members: Readonly<Record<keyof Policy, Schema>> = {
  currency: {
    description: "The book's currency. Figures in money are whole minor units of it.",
    enum: [...CURRENCIES].sort(),
  },
  title: orNothing(text('For people.', LONGEST_TITLE)),
  uncovered: {
    description: 'What happens to an act that no limit speaks of; allow is meant when the line is missing.',
    enum: ['allow', ...Object.keys(CONSEQUENCES)],
    default: 'allow',
  },
  limits: listOf('What is counted.', limit, MOST_LIMITS),
  rules: listOf('What is looked at in a single act.', rule, MOST_RULES),
  hold: orNothing({
    description: 'How long an act that is held waits for its approval, and what then.',
    ...object(
      {
        for: { ...duration('At most P31D.'), default: HOLD.duration },
        then: {
          description: 'What becomes of it when nobody has answered by then.',
          enum: ['expire', 'accept'],
          default: HOLD.then,
        },
      },
      [],
    ),
  }),
  authority: orNothing({
    description: 'Who may approve how much; missing: whoever may approve at all may approve any act.',
    type: 'array',
    items: object(
      { role: text('As the directory names it.', 128), upTo: figures('In every measure it names.', 0) },
      ['role', 'upTo'],
    ),
    minItems: 1,
    maxItems: MOST_AUTHORITIES,
  }),
  nudge: orNothing({
    description: 'What an employee is told, alone, of an allowance that is largely unused; missing: nothing.',
    type: 'array',
    items: object(
      {
        limit: { ...id, description: 'A limit counted per employee alone, in a window of the calendar.' },
        message: text(
          'What the employee reads; {left}, {weekday} and {until} stand for what is left and for the last day.',
          LONGEST_MESSAGE,
        ),
        unusedPercent: {
          description: 'So much of the allowance is left at least.',
          type: 'integer',
          minimum: 1,
          maximum: 100,
          default: NUDGE_PERCENT.unusedPercent,
        },
        passedPercent: {
          description: 'So much of the window has passed at least.',
          type: 'integer',
          minimum: 0,
          maximum: 99,
          default: NUDGE_PERCENT.passedPercent,
        },
      },
      ['limit', 'message'],
    ),
    minItems: 1,
    maxItems: MOST_NUDGES,
  }),
};

export const POLICY_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Policy of Goodwill Ledger',
  ...object(members, ['currency']),
};
