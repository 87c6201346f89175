/**
 * The facts as the CEL library sees them. Members are made when a rule asks for them: CEL integers are BigInt, and most
 * rules look at two or three of them.
 */
import { NUMBERS, ROLES, type RuleFacts, rolesOf, TEXTS } from './rule-facts.ts';

class Seen {
  readonly facts: RuleFacts;
  constructor(facts: RuleFacts) {
    this.facts = facts;
  }
}
class RuleAct extends Seen {}
class RuleEmployee extends Seen {}
class RuleLocation extends Seen {}
class RuleItem extends Seen {}

/** The class behind each variable: the library finds the declared type of a value by its constructor. */
export const RULE_CONSTRUCTORS = {
  act: RuleAct,
  employee: RuleEmployee,
  location: RuleLocation,
  item: RuleItem,
} as const;

function declare(path: string, of: (facts: RuleFacts) => unknown): void {
  const [variable, member] = path.split('.') as [keyof typeof RULE_CONSTRUCTORS, string];
  Object.defineProperty(RULE_CONSTRUCTORS[variable].prototype, member, {
    get(this: Seen) {
      return of(this.facts);
    },
  });
}
for (const [path, of] of Object.entries(TEXTS)) declare(path, of);
for (const [path, of] of Object.entries(NUMBERS)) declare(path, (facts) => BigInt(of(facts)));
declare(ROLES, rolesOf);
declare('act.occurredAt', ({ occurredAt }) => new Date(occurredAt));

export function ruleContext(facts: RuleFacts): Record<keyof typeof RULE_CONSTRUCTORS, Seen> {
  return {
    act: new RuleAct(facts),
    employee: new RuleEmployee(facts),
    location: new RuleLocation(facts),
    item: new RuleItem(facts),
  };
}
