/** Of random histories: what becomes of policies, and by whose hands. */
import fc from 'fast-check';
import type { Actor } from '../access/access.ts';
import type { Limit, Policy, Rule } from '../policy/policy.ts';
import { carryOvers, policies, shapes, which } from './policies.fixture.ts';
import { rules } from './rules.fixture.ts';

/** In minutes. */
const DAY = 1_440;

export interface When {
  readonly laterMin?: number;
  /** From the date of now. */
  readonly days?: number;
}

/**
 * A new version, mostly brought all the way: in force at once, from a time, or at each location from the start of a
 * business day there.
 */
export interface NewPolicy {
  readonly do: 'policy';
  /** `policy`, or the one activated before it with other words. */
  readonly change: { readonly policy: Policy } | OtherWords;
  readonly by: string;
  readonly until: 'submitted' | 'approved' | 'activated';
  readonly when: When;
}

export interface OtherWords {
  /** Of which limit; of all of them the figures. */
  readonly which: number;
  readonly figuresBy: number;
  readonly carryOver: 'keep' | 'drop' | Limit['carryOver'];
  readonly shape?: Pick<Limit, 'per' | 'window'>;
  /** Absent: those there are. */
  readonly rules?: readonly Rule[];
}

/** One step in the life of one version, by whoever it occurs to. */
export interface Life {
  readonly do: 'life';
  readonly what: 'draft' | 'edit' | 'submit' | 'approve' | 'reject' | 'roll-back' | 'activate';
  readonly which: number;
  /** Unless so, what may be done with a version as it is, and of those that something is left to be done with. */
  readonly any: boolean;
  readonly by: Actor;
  /** Of an approval: it occurs to somebody who wrote it. */
  readonly own: boolean;
  /** Of a draft and of an edit. */
  readonly words: OtherWords;
  readonly inEuros: boolean;
  /** Of an edit: the words there are, as when its answer was lost. */
  readonly again: boolean;
  readonly when: When;
  /** Which words `ifMatch` names. */
  readonly seen: 'newest' | 'older' | 'unsaid';
}

/** The book is stated anew. */
export interface Restate {
  readonly do: 'restate';
  readonly fourEyes: boolean;
  readonly currency: string;
}

/** A signal about somebody is reviewed: whoever does has no part in policies. */
export interface Review {
  readonly do: 'review';
  readonly by: string;
  readonly about: string;
  /** Whether the report shows it. */
  readonly shown: boolean;
}

export type PolicyStep = NewPolicy | Life | Restate | Review;

const whens: fc.Arbitrary<When> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ laterMin: fc.integer({ min: -10, max: 3 * DAY }) }) },
  { weight: 1, arbitrary: fc.record({ days: fc.integer({ min: -1, max: 3 }) }) },
);

const otherWords: fc.Arbitrary<OtherWords> = fc.record(
  {
    which,
    figuresBy: fc.integer({ min: -1, max: 2 }),
    carryOver: fc.oneof(fc.constantFrom('keep' as const, 'keep' as const, 'drop' as const), carryOvers),
    shape: shapes,
    rules,
  },
  { requiredKeys: ['which', 'figuresBy', 'carryOver'] },
);

const changes: fc.Arbitrary<NewPolicy> = fc.record({
  do: fc.constant('policy' as const),
  change: fc.oneof(
    { weight: 1, arbitrary: fc.record({ policy: policies }) },
    { weight: 3, arbitrary: otherWords },
  ),
  // Neither of them ever reviews a signal.
  by: fc.constantFrom('olga', 'omar'),
  until: fc.constantFrom('activated', 'activated', 'activated', 'approved', 'submitted'),
  when: whens,
});

/** Few, so that most of them come to have written something. */
const operators: fc.Arbitrary<Actor> = fc.record({
  subject: fc.constantFrom('olga', 'olga', 'omar', 'pia', 'rita'),
  roles: fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(['operations'] as const, ['admin'] as const) },
    { weight: 1, arbitrary: fc.constantFrom(['till'] as const, ['finance', 'approver'] as const) },
  ),
});

const rarely = fc.noBias(fc.nat(11)).map((n) => n === 11);

const lives: fc.Arbitrary<Life> = fc.record({
  do: fc.constant('life' as const),
  what: fc.constantFrom(
    'draft',
    'edit',
    'edit',
    'submit',
    'submit',
    'approve',
    'approve',
    'reject',
    'reject',
    'roll-back',
    'roll-back',
    'activate',
    'activate',
  ),
  which,
  any: fc.constantFrom(false, false, true),
  by: operators,
  own: fc.constantFrom(false, false, true),
  words: otherWords,
  inEuros: rarely,
  again: fc.constantFrom(false, false, false, false, true),
  when: whens,
  seen: fc.constantFrom('newest', 'newest', 'newest', 'newest', 'unsaid', 'older'),
});

const restates: fc.Arbitrary<Restate> = fc.record({
  do: fc.constant('restate' as const),
  fourEyes: fc.boolean(),
  currency: fc.constantFrom('GBP', 'GBP', 'GBP', 'EUR'),
});

const reviews: fc.Arbitrary<Review> = fc.record({
  do: fc.constant('review' as const),
  by: fc.constantFrom('rita', 'rita', 'pia'),
  about: fc.constantFrom('ann', 'bob', 'rita'),
  shown: fc.constantFrom(true, true, true, false),
});

export const policySteps: fc.Arbitrary<PolicyStep> = fc.oneof<fc.WeightedArbitrary<PolicyStep>[]>(
  { weight: 3, arbitrary: changes },
  { weight: 7, arbitrary: lives },
  { weight: 1, arbitrary: restates },
  { weight: 1, arbitrary: reviews },
);

/** How a history begins. */
export interface Opening {
  readonly fourEyes: boolean;
  readonly policy: Policy;
  /** Of the policy: until then there may be none in force. */
  readonly when: When;
}

export const openings: fc.Arbitrary<Opening> = fc.record({
  fourEyes: fc.boolean(),
  policy: policies,
  when: fc.oneof(
    { weight: 12, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ laterMin: fc.integer({ min: 1, max: 600 }) }) },
  ),
});
