/** A policy made ready to decide with: filters as sets, globs and rules compiled once. */
import type { Amounts, AskedAct, Measure } from '../act/act.ts';
import { MEASURES } from '../act/act.ts';
import type { Employee, Item, Location } from '../directory/directory.ts';
import { type Condition, compileCondition } from '../rules/cel.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';
import { compileGlob } from './glob.ts';
import type { AppliesTo, Dimension, Limit, Policy, Rule } from './policy.ts';

/** Everything a guardrail may look at. */
export interface ActFacts {
  readonly asked: AskedAct;
  /** Empty when an act is only evaluated: its id is given with its place in the ledger. */
  readonly id: string;
  readonly book: string;
  readonly occurredAt: number;
  readonly businessDate: string;
  readonly amounts: Amounts;
  readonly employee: Employee | undefined;
  readonly location: Location | undefined;
  readonly item: Item | undefined;
  readonly calendar: BusinessCalendar;
}

export interface CompiledLimit {
  readonly limit: Limit;
  readonly bounds: readonly (readonly [Measure, number])[];
  applies(facts: ActFacts): boolean;
  /** The values of `per` for this act, one list per bucket (several where it is counted per role), or what is missing. */
  keys(
    facts: ActFacts,
  ): { readonly keys: readonly (readonly string[])[] } | { readonly missing: readonly string[] };
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly condition: Condition;
}

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly limits: readonly CompiledLimit[];
  readonly rules: readonly CompiledRule[];
}

const compiled = new WeakMap<Policy, CompiledPolicy>();

/** Compiles once per policy object; versions are immutable. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  let result = compiled.get(policy);
  if (result === undefined) {
    result = { policy, limits: policy.limits.map(compileLimit), rules: policy.rules.map(compileRule) };
    compiled.set(policy, result);
  }
  return result;
}

function compileLimit(limit: Limit): CompiledLimit {
  const tests = filters(limit.appliesTo);
  return {
    limit,
    bounds: MEASURES.flatMap((measure) => {
      const allowed = limit.allow[measure];
      return allowed === undefined ? [] : [[measure, allowed] as const];
    }),
    applies(facts) {
      for (const test of tests) if (!test(facts)) return false;
      return true;
    },
    keys(facts) {
      let keys: string[][] = [[]];
      let missing: string[] | undefined;
      for (const dimension of limit.per) {
        const values = valuesOf(dimension, facts, limit.appliesTo);
        if (values.length === 0) {
          missing ??= [];
          missing.push(dimension);
        } else if (values.length === 1) {
          for (const key of keys) key.push(values[0]!);
        } else {
          keys = keys.flatMap((key) => values.map((value) => [...key, value]));
        }
      }
      return missing === undefined ? { keys } : { missing };
    },
  };
}

function compileRule(rule: Rule): CompiledRule {
  const condition = compileCondition(rule.when);
  if (!condition.ok) {
    throw new Error(`rule ${rule.id} of a checked policy does not compile: ${condition.message}`);
  }
  return { rule, condition };
}

/** The values of one dimension of `per`; none when the act, or the directory, has none. */
function valuesOf(dimension: Dimension, facts: ActFacts, appliesTo: AppliesTo): readonly string[] {
  const { asked } = facts;
  switch (dimension) {
    case 'employee':
      return [asked.employee];
    case 'location':
      return [asked.location];
    case 'book':
      return [facts.book];
    case 'act':
      return [facts.id];
    case 'customer':
    case 'incident':
    case 'campaign': {
      const value = asked[dimension];
      return value === undefined ? [] : [value];
    }
    case 'region':
      return facts.location?.region === undefined ? [] : [facts.location.region];
    case 'role': {
      const roles = facts.employee?.roles ?? [];
      return appliesTo.roles === undefined ? roles : roles.filter((role) => appliesTo.roles!.includes(role));
    }
  }
}

type Test = (facts: ActFacts) => boolean;

function filters(appliesTo: AppliesTo): readonly Test[] {
  const tests: Test[] = [];
  const oneOf = (values: readonly string[] | undefined, of: (facts: ActFacts) => string | undefined) => {
    if (values === undefined) return;
    const set = new Set(values);
    tests.push((facts) => {
      const value = of(facts);
      return value !== undefined && set.has(value);
    });
  };
  oneOf(appliesTo.kinds, (facts) => facts.asked.kind);
  oneOf(appliesTo.triggers, (facts) => facts.asked.trigger);
  oneOf(appliesTo.locations, (facts) => facts.asked.location);
  oneOf(appliesTo.regions, (facts) => facts.location?.region);
  oneOf(appliesTo.campaigns, (facts) => facts.asked.campaign);
  oneOf(appliesTo.channels, (facts) => facts.asked.channel);
  oneOf(appliesTo.reasons, (facts) => facts.asked.reason);
  if (appliesTo.roles !== undefined) {
    const roles = new Set(appliesTo.roles);
    tests.push((facts) => facts.employee?.roles.some((role) => roles.has(role)) ?? false);
  }
  if (appliesTo.items !== undefined) {
    const globs = appliesTo.items.map(compileGlob);
    tests.push((facts) => {
      const sku = facts.asked.item?.sku;
      return sku !== undefined && globs.some((matches) => matches(sku));
    });
  }
  return tests;
}
