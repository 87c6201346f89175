/** Aim: every difference that decides or says something is told, once, in words; what decides nothing is not. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diffPolicies } from './diff.ts';
import type { Limit, Policy, Rule } from './policy.ts';

const LIMIT: Limit = {
  id: 'weekly-coffees',
  title: 'Ten coffees a week',
  appliesTo: { kinds: ['comp'], roles: ['barista', 'lead'] },
  per: ['employee'],
  window: { every: 'week', startsOn: 'monday' },
  allow: { count: 10 },
  beyond: 'decline',
};
const RULE: Rule = {
  id: 'big-refund',
  when: 'act.retailMinor > 5000',
  then: 'warn',
  message: 'Name the incident.',
};
const POLICY: Policy = { currency: 'GBP', uncovered: 'allow', limits: [LIMIT], rules: [RULE] };
const withLimit = (more: Partial<Limit>): Policy => ({ ...POLICY, limits: [{ ...LIMIT, ...more }] });
const withRule = (more: Partial<Rule>): Policy => ({ ...POLICY, rules: [{ ...RULE, ...more }] });

describe('the difference between two policies', () => {
  it.each<[string, Policy, string, string]>([
    [
      'a figure raised',
      withLimit({ allow: { count: 12 } }),
      'allow.count',
      'Limit weekly-coffees (Ten coffees a week) now allows 12 pieces, 2 pieces more: it was 10 pieces.',
    ],
    [
      'a figure lowered',
      withLimit({ allow: { count: 9 } }),
      'allow.count',
      'Limit weekly-coffees (Ten coffees a week) now allows 9 pieces, 1 piece fewer: it was 10 pieces.',
    ],
    [
      'a measure more',
      withLimit({ allow: { count: 10, costMinor: 1250 } }),
      'allow.costMinor',
      'Limit weekly-coffees (Ten coffees a week) now also bounds 12.50 GBP at cost.',
    ],
    [
      'carry-over',
      withLimit({ carryOver: { upTo: { count: 5 }, for: 2 } }),
      'carryOver',
      'Limit weekly-coffees (Ten coffees a week) now carries over up to 5 pieces for 2 windows of what is unused; before, nothing.',
    ],
    [
      'beyond',
      withLimit({ beyond: 'warn' }),
      'beyond',
      'Limit weekly-coffees (Ten coffees a week): an act beyond it now passes and is marked; before, it was declined.',
    ],
    [
      'a role more and one less',
      withLimit({ appliesTo: { kinds: ['comp'], roles: ['barista', 'trainee'] } }),
      'appliesTo.roles',
      'Limit weekly-coffees (Ten coffees a week) now also speaks of roles trainee, and no longer speaks of roles lead.',
    ],
    [
      'a filter gone',
      withLimit({ appliesTo: { roles: ['barista', 'lead'] } }),
      'appliesTo.kinds',
      'Limit weekly-coffees (Ten coffees a week) now speaks of all kinds; before, it spoke only of comp.',
    ],
    [
      'a filter new',
      withLimit({ appliesTo: { ...LIMIT.appliesTo, locations: ['soho'] } }),
      'appliesTo.locations',
      'Limit weekly-coffees (Ten coffees a week) now speaks only of locations soho; before, it spoke of all.',
    ],
    [
      'per',
      withLimit({ per: ['employee', 'customer'] }),
      'per',
      'Limit weekly-coffees (Ten coffees a week) is now counted per employee and customer; before, per employee. Counting starts from nothing.',
    ],
    [
      'a window',
      withLimit({ window: { every: 'rolling', durationMs: 604_800_000, duration: 'P7D' } }),
      'window',
      'Limit weekly-coffees (Ten coffees a week) now counts in any 7 days; before, a week from Monday. Counting starts from nothing.',
    ],
    [
      'what follows when a key is missing',
      withLimit({ whenMissing: 'decline' }),
      'whenMissing',
      'Limit weekly-coffees (Ten coffees a week): an act that lacks what the limit is counted by (per employee) now is declined; before, it was outside the limit.',
    ],
    [
      'a title',
      withLimit({ title: 'Coffees' }),
      'title',
      'Limit weekly-coffees is now called "Coffees"; before, "Ten coffees a week".',
    ],
    [
      'uncovered',
      { ...POLICY, uncovered: 'decline' },
      'uncovered',
      'An act that no limit speaks of now is declined; before, it passed.',
    ],
    [
      'a nudge',
      {
        ...POLICY,
        nudge: [{ limit: 'weekly-coffees', message: '{left} left', unusedPercent: 50, passedPercent: 60 }],
      },
      'nudge',
      'Employees who have much left are now told so, privately, of weekly-coffees ("{left} left", when 50 % is left and 60 % of the window has passed); before, nobody was.',
    ],
    [
      'a condition',
      withRule({ when: 'act.retailMinor > 4000' }),
      'when',
      'Rule big-refund now looks for act.retailMinor > 4000; before, for act.retailMinor > 5000.',
    ],
    [
      "a rule's consequence",
      withRule({ then: 'decline' }),
      'then',
      'Rule big-refund: where it holds, an act now is declined; before, it passed and was marked.',
    ],
    [
      'a message',
      withRule({ message: 'Which incident?' }),
      'message',
      'Rule big-refund now tells the employee "Which incident?"; before, "Name the incident.".',
    ],
    [
      'a member this text has no words for',
      withLimit({ novelty: { much: 5 } } as Partial<Limit>),
      'novelty',
      'Limit weekly-coffees (Ten coffees a week) now has novelty {"much":5}.',
    ],
  ])('%s', (_, after, member, text) => {
    const changes = diffPolicies(POLICY, after);
    expect(changes.map((change) => [change.kind, change.member, change.text])).toEqual([
      ['changed', member, text],
    ]);
    const anew = member === 'per' || member === 'window';
    expect(changes[0]!.startsAnew).toBe(anew ? true : undefined);
  });

  it('keeps a rolling count when only its length changes', () => {
    const rolling = (durationMs: number, duration: string) =>
      withLimit({ window: { every: 'rolling', durationMs, duration } });
    const [change] = diffPolicies(rolling(604_800_000, 'P7D'), rolling(129_600_000, 'PT36H'));
    expect(change!.startsAnew).toBeUndefined();
    expect(change!.text).toMatch(/now counts in any 36 hours; before, in any 7 days\.$/);
  });

  it('tells what is new and what is gone, in full', () => {
    const after: Policy = {
      ...POLICY,
      limits: [
        { ...LIMIT, id: 'pool', title: 'The pool', per: ['book'], appliesTo: {}, window: { every: 'month' } },
      ],
      rules: [],
    };
    expect(diffPolicies(POLICY, after).map(({ kind, part, id, text }) => [kind, part, id, text])).toEqual([
      [
        'removed',
        'limit',
        'weekly-coffees',
        'Gone is limit weekly-coffees (Ten coffees a week): allows 10 pieces per employee, a week from Monday, of acts with kinds comp and roles barista or lead; beyond that an act is declined.',
      ],
      [
        'added',
        'limit',
        'pool',
        'New limit pool (The pool): allows 10 pieces in the whole book together, a month, of every act; beyond that an act is declined.',
      ],
      [
        'removed',
        'rule',
        'big-refund',
        'Gone is rule big-refund: an act passes and is marked when act.retailMinor > 5000: "Name the incident."',
      ],
    ]);
  });

  it('does not tell an order that decides nothing', () => {
    const other: Limit = { ...LIMIT, id: 'other' };
    const one: Policy = { ...POLICY, limits: [LIMIT, other] };
    const turned: Policy = {
      ...POLICY,
      limits: [other, { ...LIMIT, appliesTo: { roles: ['lead', 'barista'], kinds: ['comp'] } }],
    };
    expect(diffPolicies(one, turned)).toEqual([]);
  });

  it('is empty for a policy and itself, and never empty when a figure moved', () => {
    const figure = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        figure,
        figure,
        fc.constantFrom('count', 'costMinor', 'retailMinor'),
        (was, is, measure) => {
          const [before, after] = [
            withLimit({ allow: { [measure]: was } }),
            withLimit({ allow: { [measure]: is } }),
          ];
          expect(diffPolicies(before, before)).toEqual([]);
          expect(diffPolicies(before, after)).toHaveLength(was === is ? 0 : 1);
        },
      ),
    );
  });
});
