import type { RuleFacts } from './rule-facts.ts';

/**
 * The facts as CEL sees them. Members are made when a rule asks for them: CEL integers are BigInt, and most
 * rules look at two or three of them.
 */
class RuleAct {
  private readonly facts: RuleFacts;
  constructor(facts: RuleFacts) {
    this.facts = facts;
  }
  get mode() {
    return this.facts.act.mode;
  }
  get kind() {
    return this.facts.act.kind;
  }
  get trigger() {
    return this.facts.act.trigger;
  }
  get employee() {
    return this.facts.act.employee;
  }
  get location() {
    return this.facts.act.location;
  }
  get customer() {
    return this.facts.act.customer ?? '';
  }
  get incident() {
    return this.facts.act.incident ?? '';
  }
  get campaign() {
    return this.facts.act.campaign ?? '';
  }
  get shift() {
    return this.facts.act.shift ?? '';
  }
  get channel() {
    return this.facts.act.channel ?? '';
  }
  get reason() {
    return this.facts.act.reason ?? '';
  }
  get note() {
    return this.facts.act.note ?? '';
  }
  get sku() {
    return this.facts.item?.sku ?? '';
  }
  get quantity() {
    return BigInt(this.facts.item?.quantity ?? 0);
  }
  get count() {
    return BigInt(this.facts.act.count);
  }
  get retailMinor() {
    return BigInt(this.facts.act.retailMinor);
  }
  get costMinor() {
    return BigInt(this.facts.act.costMinor);
  }
  get businessDate() {
    return this.facts.act.businessDate;
  }
  get occurredAt() {
    return new Date(this.facts.act.occurredAt);
  }
}

class RuleEmployee {
  private readonly facts: RuleFacts;
  constructor(facts: RuleFacts) {
    this.facts = facts;
  }
  get id() {
    return this.facts.act.employee;
  }
  get roles() {
    return this.facts.employee.roles ?? [];
  }
  get homeLocation() {
    return this.facts.employee.homeLocation ?? '';
  }
}

class RuleLocation {
  private readonly facts: RuleFacts;
  constructor(facts: RuleFacts) {
    this.facts = facts;
  }
  get id() {
    return this.facts.act.location;
  }
  get region() {
    return this.facts.location.region ?? '';
  }
  get timeZone() {
    return this.facts.location.timeZone ?? '';
  }
}

class RuleItem {
  private readonly facts: RuleFacts;
  constructor(facts: RuleFacts) {
    this.facts = facts;
  }
  get sku() {
    return this.facts.item?.sku ?? '';
  }
  get category() {
    return this.facts.item?.category ?? '';
  }
  get quantity() {
    return BigInt(this.facts.item?.quantity ?? 0);
  }
}

/** The facts of one act, made ready once for all rules that look at them. */
export interface RuleContext {
  readonly act: RuleAct;
  readonly employee: RuleEmployee;
  readonly location: RuleLocation;
  readonly item: RuleItem;
}

/** The class behind each variable: the CEL library finds the declared type of a value by its constructor. */
export const RULE_CONSTRUCTORS = {
  act: RuleAct,
  employee: RuleEmployee,
  location: RuleLocation,
  item: RuleItem,
} as const;

export function ruleContext(facts: RuleFacts): RuleContext {
  return {
    act: new RuleAct(facts),
    employee: new RuleEmployee(facts),
    location: new RuleLocation(facts),
    item: new RuleItem(facts),
  };
}
