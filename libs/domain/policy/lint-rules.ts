/** Warnings about rules: conditions that settle themselves, and conditions written twice. */
import { compileCondition, placeOf } from '../rules/cel.ts';
import { type Effort, settledIn } from '../rules/condition-sense.ts';
import { written } from '../rules/condition-terms.ts';
import { type Mistakes, quoted } from './mistakes.ts';
import type { Policy, Rule } from './policy.ts';

const NEVER = 'No act can meet it: what it compares can never be so at once.';
const ALWAYS = 'Every act meets it, whatever it is.';

export function warnOfRules(warnings: Mistakes, policy: Policy, effort: Effort): void {
  const conditions = new Map<string, number>();
  for (const [i, rule] of policy.rules.entries()) {
    const condition = compileCondition(rule.when);
    // A checked policy compiles.
    if (!condition.ok) continue;
    const pointer = `/rules/${i}/when`;
    const meaning = written(condition.tree);
    const twin = conditions.get(meaning);
    if (twin !== undefined) warnOfTwin(warnings, policy.rules[twin]!, rule, twin, pointer);
    else conditions.set(meaning, i);
    for (const { verdict, from, to, isWhole } of settledIn(condition.tree, effort)) {
      const at = placeOf(rule.when, from);
      const part = quoted(rule.when.slice(from, to));
      if (isWhole && verdict === 'never') {
        warnings.note(
          pointer,
          'rule-never-holds',
          `The rule ${rule.id} never holds. ${NEVER}`,
          'Correct the comparison, or take the rule out.',
          at,
        );
      } else if (isWhole) {
        warnings.note(
          pointer,
          'rule-always-holds',
          `The rule ${rule.id} always holds. ${ALWAYS}`,
          'Say for which acts it is meant, or take it out.',
          at,
        );
      } else {
        warnings.note(
          pointer,
          verdict === 'never' ? 'condition-part-never-holds' : 'condition-part-always-holds',
          `${part} ${verdict === 'never' ? 'never' : 'always'} holds. ${verdict === 'never' ? NEVER : ALWAYS}`,
          'Correct this part, or take it out: without it the condition means the same.',
          at,
        );
      }
    }
  }
}

function warnOfTwin(
  warnings: Mistakes,
  first: Rule,
  second: Rule,
  firstIndex: number,
  pointer: string,
): void {
  warnings.note(
    pointer,
    'rule-duplicate',
    `The rule ${second.id} has the same condition as ${first.id} (/rules/${firstIndex}): both will follow on the same acts.`,
    'Keep one of them, or let their conditions differ.',
  );
}
