/** The rules of the reference model: what each finds of an act, by its meaning in plain words. */
import type { AskedAct } from '../act/act.ts';
import type { Rule } from '../policy/policy.ts';
import type { RuleReceipt } from './events.ts';
import type { ReferenceFacts } from './reference-facts.fixture.ts';
import { MEANINGS, type RuleLook } from './rules.fixture.ts';

/** Of those that hold, and of those of which nobody can say, in the order of the policy. */
export function ruleReceipts(
  rules: readonly Rule[],
  facts: ReferenceFacts,
  asked: AskedAct,
  at: number,
): RuleReceipt[] {
  const look = lookOf(facts, asked, at);
  return rules.flatMap(({ id, when, then, message }) => {
    const holds = MEANINGS.get(when)!(look);
    if (holds === false) return [];
    const told = holds === true ? message : `${message} (the rule failed: ${holds})`;
    return [{ rule: id, message: told, finding: then }];
  });
}

function lookOf(facts: ReferenceFacts, asked: AskedAct, at: number): RuleLook {
  const employee = facts.employee(asked.employee);
  const location = facts.locations.get(asked.location);
  return {
    asked,
    amounts: facts.amounts(asked),
    at,
    businessDate: facts.calendar(asked.location).dayOf(at).date,
    roles: employee?.roles ?? [],
    homeLocation: employee?.homeLocation,
    region: location?.region,
    timeZone: location?.timeZone,
    category: facts.items.get(asked.item?.sku ?? '')?.category,
  };
}
