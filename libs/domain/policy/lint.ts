/**
 * Warnings about a policy that is legal and surely not meant as it stands. Nothing here refuses anything: a
 * warning names the place, says why, and what to write instead. Each is certain: what may be meant is not warned
 * of.
 */
import { Effort } from '../rules/condition-sense.ts';
import { warnOfLimits } from './lint-limits.ts';
import { type KnownNames, warnOfNames } from './lint-names.ts';
import { warnOfNudges } from './lint-nudge.ts';
import { warnOfRules } from './lint-rules.ts';
import { Mistakes } from './mistakes.ts';
import type { Mistake, Policy } from './policy.ts';

export type { KnownNames } from './lint-names.ts';

/** Comparisons of conditions looked at in one policy; an ordinary rule takes some ten. */
const EFFORT = 100_000;

/**
 * @param known what the book's directory holds; absent: names are not looked up
 * @returns warnings in the manner of mistakes: pointer, code, why, advice
 */
export function lintPolicy(policy: Policy, known?: KnownNames): readonly Mistake[] {
  const warnings = new Mistakes();
  warnOfWhole(warnings, policy);
  warnOfLimits(warnings, policy);
  warnOfRules(warnings, policy, new Effort(EFFORT));
  warnOfNudges(warnings, policy);
  if (known !== undefined) warnOfNames(warnings, policy, known);
  return warnings.noted;
}

function warnOfWhole(warnings: Mistakes, policy: Policy): void {
  warnOfHolds(warnings, policy);
  if (policy.limits.length > 0) return;
  if (policy.uncovered === 'decline') {
    warnings.note(
      '/uncovered',
      'everything-declined',
      'There are no limits, so no act is covered, and every request will be declined.',
      'Add a limit for what may be given, or write uncovered: allow.',
    );
  } else if (policy.uncovered === 'allow' && policy.rules.length === 0) {
    warnings.note(
      '',
      'nothing-limited',
      'There are neither limits nor rules: every act will be let through.',
      'Add limits, or write uncovered: decline if nothing is to be given.',
    );
  }
}

function warnOfHolds(warnings: Mistakes, { uncovered, limits, rules, hold, authority }: Policy): void {
  const holds =
    uncovered === 'hold' ||
    limits.some(({ beyond, whenMissing }) => beyond === 'hold' || whenMissing === 'hold') ||
    rules.some(({ then }) => then === 'hold');
  if (holds) return;
  const advice =
    'Write beyond: hold in the limits, or then: hold in the rules, that ask for an approval; or take it out.';
  if (hold !== undefined) {
    warnings.note(
      '/hold',
      'hold-unused',
      'It says how long acts wait for approval, and no act is ever held.',
      advice,
    );
  }
  if (authority !== undefined) {
    warnings.note('/authority', 'hold-unused', 'It says who may approve, and no act is ever held.', advice);
  }
}
