/** The shape of what is possible, for the API's description. */
import { MEASURES } from '../../../libs/domain/act/act.ts';
import { ALLOWANCE } from './allowance-schemas.ts';
import {
  choice,
  id,
  instant,
  key,
  list,
  orNull,
  position,
  type Schema,
  object as strict,
  whole,
} from './schema-parts.ts';
import { CONSEQUENCES } from './words.ts';

const object = (
  description: string,
  properties: Record<string, Schema>,
  required: readonly string[],
): Schema => strict(properties, required, { description });
const words = (description: string): Schema => ({ type: 'string', description });

const bound = (least: number): Schema => ({ type: ['integer', 'null'], minimum: least });
const most = (description: string, least: number): Schema =>
  object(
    description,
    { beforeWarning: bound(least), beforeHold: bound(least), beforeDecline: bound(least) },
    ['beforeWarning', 'beforeHold', 'beforeDecline'],
  );

const VALUE =
  'The most a single act may be worth, in minor units, before anything at least as strict; -1: not even an act worth nothing; null: no guardrail stops it.';
const consequence = choice(CONSEQUENCES);
const sentence = words('For whoever stands at the till.');
const names = list({ type: 'string' });
const { limit, resetsAt } = ALLOWANCE;
const stopsBeyond: Schema = object(
  'The furthest it lets pass in silence, on each line by itself; null: it never speaks there.',
  { quantity: bound(0), costMinor: bound(-1), retailMinor: bound(-1) },
  ['quantity', 'costMinor', 'retailMinor'],
);

export const POSSIBLE = object(
  'What is still possible for an act as asked for.',
  {
    employee: id('emp-17'),
    location: words('Where the act would be made: as asked for, or taken (see assumes).'),
    at: instant('When the act would be made.'),
    position,
    policyVersion: { type: ['integer', 'null'], description: 'In force; null: none is.' },
    sentence,
    possible: object(
      'How far the act could grow. Each figure is the last one before that consequence or a stricter one.',
      {
        status: {
          type: 'string',
          enum: ['accepted', 'warned', 'held', 'declined'],
          description: 'Of the act as asked for, now.',
        },
        quantity: most(
          'Pieces of the item in one act; without an item, acts one after the other. null: no guardrail stops it.',
          0,
        ),
        costMinor: most(VALUE, -1),
        retailMinor: most(VALUE, -1),
      },
      ['status', 'quantity', 'costMinor', 'retailMinor'],
    ),
    binds: orNull(
      object(
        'The guardrail that stops the act first: a limit, a rule, or what the ledger itself requires; null: none does.',
        {
          limit,
          title: { type: 'string' },
          rule: { type: 'string' },
          standing: { type: 'string' },
          message: { type: 'string' },
          key,
          missing: names,
          measure: choice(MEASURES),
          remaining: whole('Of the measure, before the act.'),
          resetsAt,
          consequence,
          sentence,
        },
        ['consequence', 'sentence'],
      ),
    ),
    limits: list(
      object(
        'A bucket of a limit that applies, in the order in which they stop the act.',
        { ...ALLOWANCE, missing: names, consequence, stopsBeyond },
        ['limit', 'key', 'window', 'resetsAt', 'consequence', 'measures', 'stopsBeyond'],
      ),
    ),
    rules: list(
      object(
        'A rule, or what the ledger itself requires, that speaks now, beyond some amount, or perhaps.',
        {
          rule: { type: 'string' },
          standing: { type: 'string' },
          message: { type: 'string' },
          consequence,
          speaks: {
            type: 'string',
            enum: ['now', 'beyond', 'perhaps'],
            description: 'perhaps: it looks at several amounts together; ask with them.',
          },
          stopsBeyond,
          dependsOn: names,
        },
        ['consequence', 'speaks'],
      ),
    ),
    assumes: list(
      object(
        'Something the question left open, and what was taken for it.',
        { about: { type: 'string' }, value: { type: 'string' }, guardrails: names, sentence },
        ['about', 'sentence'],
      ),
    ),
  },
  [
    'employee',
    'location',
    'at',
    'position',
    'policyVersion',
    'sentence',
    'possible',
    'binds',
    'limits',
    'rules',
    'assumes',
  ],
);
