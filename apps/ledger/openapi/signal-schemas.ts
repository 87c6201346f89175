/** The shapes of signals and their reviews. */
import { partsOf, SIGNAL_KINDS, VERDICTS, WEIGHTS } from '../../../libs/domain/signal/signal.ts';
import { AGAINST } from '../../../libs/signals/against.ts';
import { NOTE_MAX_LENGTH } from '../http/field-text.ts';
import {
  choice,
  date,
  id,
  list,
  object,
  orNull,
  position,
  recordedAt,
  ref,
  type Schema,
  text,
  uuid,
  whole,
} from './schema-parts.ts';

const signalId: Schema = {
  type: 'string',
  description: 'The same for the same pattern about the same people in every report of the book.',
  examples: ['few-customers:emp-17'],
};
const number = (description: string): Schema => ({ type: 'number', description });
const reason = text(NOTE_MAX_LENGTH, 'The customer lives next door and comes in every day.');
const verdict = choice(VERDICTS, {
  description:
    'cleared: there is a good reason. talked: it was talked about, and that was enough. followed-up: it is with those whose work it is.',
});
const kind = choice(SIGNAL_KINDS);
const subject = object(
  Object.fromEntries(
    [...new Set(SIGNAL_KINDS.flatMap((one) => partsOf(one)))].map((part) => [part, id('emp-17')]),
  ),
  [],
  { description: 'Whom it is about: an employee, a customer, or an approver and an employee.' },
);
const basis = object(
  {
    position,
    from: date('First business date of the report.'),
    to: date('Last business date of the report.'),
    observed: whole('Acts behind it.'),
    exposure: whole('What they were counted in.'),
  },
  ['position', 'from', 'to', 'observed', 'exposure'],
  { description: 'What the review rests on: what comes after that position is new.' },
);
const REVIEW: Record<string, Schema> = {
  id: uuid,
  verdict,
  reason,
  reviewer: id('rita'),
  basis,
  recordedAt,
  position,
};
const interval = object({ low: number('2.5 %'), high: number('97.5 %') });
const SPAN: Record<string, Schema> = {
  notice: { type: 'string', description: 'What a signal is, and what it is not.' },
  from: orNull(date('First business date, included; null: the book has no act.')),
  to: orNull(date('Last business date, included.')),
  comparedFrom: orNull(date('From when on acts are compared with those of the span, for `own-change`.')),
  acts: whole('Accepted acts of the span, less those wholly reversed.'),
  falseDiscoveryRate: number('Of all signals, at most this part is there by chance, on average.'),
  tests: whole('How many tests were made: each signal was picked from so many.'),
  kinds: list(
    object({
      kind,
      tested: whole('Subjects, or pairs, that were tested.'),
      untested: whole('Those with too few acts, or nobody to compare with.'),
    }),
  ),
  position,
};

export const SIGNAL_SCHEMAS = {
  Signal: object(
    {
      id: signalId,
      kind,
      weight: choice(WEIGHTS, {
        description:
          'word: to whom or how something is given. look: how much or how often, which by itself is no reason to speak to anybody. encourage: somebody may give more.',
      }),
      rank: whole('Among all signals of the span: 1 is the first.'),
      status: choice(['new', 'reviewed', 'returned'], {
        description:
          'returned: it was reviewed, and what the ledger has learned since is unusual by itself (p at most 0.01, from three new acts on).',
      }),
      subject,
      observed: whole('Acts that were counted.'),
      exposure: object({
        n: whole('In what they were counted.'),
        unit: choice(['acts', 'identified-acts', 'answered-acts', 'noted-acts', 'days']),
      }),
      expected: number('What one like the peers would have had.'),
      peers: object({
        near: whole('Others under the same circumstances: place, shift or roles.'),
        all: whole('Others in the book.'),
      }),
      times: orNull(
        object(
          {
            n: whole('The exposure.'),
            value: number('Observed over expected, drawn towards 1 the more, the less was seen.'),
            interval,
          },
          ['n', 'value', 'interval'],
          { description: 'Empirical Bayes; null where nothing at all was to be expected.' },
        ),
      ),
      p: orNull(number('How likely so much or more is among peers; null: no matter of chance.')),
      log10P: orNull(number('Its decimal logarithm, also where it is too small for a number.')),
      q: orNull(
        number(
          'The larger of two Benjamini-Yekutieli q-values: among all tests of the run, and among those of the same weight.',
        ),
      ),
      words: { type: 'string', description: 'What was counted, against what.' },
      against: list(object({ what: choice(AGAINST), words: { type: 'string' } }), {
        description: 'What speaks against it.',
      }),
      customers: list(
        object({
          customer: id('c-991'),
          acts: whole('By this employee.'),
          actsByOthers: whole('By others.'),
          daysCame: whole('Days with a visit or purchase that the ledger was told of.'),
          daysWithoutAct: whole('Of these, days without an act of this employee.'),
        }),
        { description: 'Of few-customers: which they are.' },
      ),
      acts: list(uuid, { description: 'Those behind it, the latest 50 first.' }),
      moreActs: { type: 'boolean' },
      reviews: list(object(REVIEW), { description: 'Newest first.' }),
    },
    [
      'id',
      'kind',
      'weight',
      'rank',
      'status',
      'subject',
      'observed',
      'exposure',
      'expected',
      'peers',
      'times',
      'p',
      'log10P',
      'q',
      'words',
      'against',
      'acts',
      'moreActs',
      'reviews',
    ],
  ),
  Signals: object({ ...SPAN, signals: list(ref('Signal')), moreSignals: { type: 'boolean' } }),
  SignalInSpan: object({ ...SPAN, signal: ref('Signal') }),
  ReviewPost: object({ verdict, reason }, ['verdict', 'reason'], {
    examples: [{ verdict: 'cleared', reason: 'The customer lives next door and comes in every day.' }],
  }),
  Review: object({ signal: signalId, kind, subject, ...REVIEW }),
} as const satisfies Record<string, Schema>;
