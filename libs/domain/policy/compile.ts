/** A policy made ready to decide with: filters as sets, globs and rules compiled once. */
import type { Measure } from '../act/act.ts';
import { MEASURES } from '../act/act.ts';
import { type Condition, compileCondition } from '../rules/cel.ts';
import type { ActFacts } from './act-facts.ts';
import { type CountsBy, comesAgain, countsBy } from './counted-by.ts';
import { compileGlob } from './glob.ts';
import type { AppliesTo, Limit, Policy, Rule } from './policy.ts';

/** How much of a measure a limit allows. */
export interface Bound {
  readonly measure: Measure;
  readonly allowed: number;
}

export interface CompiledLimit {
  readonly limit: Limit;
  readonly bounds: readonly Bound[];
  applies(facts: ActFacts): boolean;
  readonly countsBy: CountsBy;
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

/** Of what acts are counted by, per policy: some megabytes at most. */
const MOST_REMEMBERED = 16_384;

const compiled = new WeakMap<Policy, CompiledPolicy>();

/** Compiles once per policy object; versions are immutable. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  let result = compiled.get(policy);
  if (result === undefined) {
    const most = Math.floor(MOST_REMEMBERED / policy.limits.filter(comesAgain).length);
    const limits = policy.limits.map((limit) => compileLimit(limit, most));
    result = { policy, limits, rules: policy.rules.map(compileRule) };
    compiled.set(policy, result);
  }
  return result;
}

export function boundsOf({ allow }: Limit): readonly Bound[] {
  return MEASURES.flatMap((measure) => {
    const allowed = allow[measure];
    return allowed === undefined ? [] : [{ measure, allowed }];
  });
}

function compileLimit(limit: Limit, mostRemembered: number): CompiledLimit {
  const tests = filters(limit.appliesTo);
  return {
    limit,
    bounds: boundsOf(limit),
    applies(facts) {
      for (const test of tests) if (!test(facts)) return false;
      return true;
    },
    countsBy: countsBy(limit, mostRemembered),
  };
}

function compileRule(rule: Rule): CompiledRule {
  const condition = compileCondition(rule.when);
  if (!condition.ok) {
    throw new Error(`rule ${rule.id} of a checked policy does not compile: ${condition.message}`);
  }
  return { rule, condition };
}

type Test = (facts: ActFacts) => boolean;

function filters(appliesTo: AppliesTo): readonly Test[] {
  const tests: Test[] = [];
  const oneOf = (values: readonly string[] | undefined, of: (facts: ActFacts) => string | undefined) => {
    if (values === undefined) return;
    const set: ReadonlySet<string | undefined> = new Set(values);
    tests.push((facts) => set.has(of(facts)));
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
    tests.push((facts) => {
      for (const role of facts.employee?.roles ?? []) if (roles.has(role)) return true;
      return false;
    });
  }
  if (appliesTo.items !== undefined) {
    const globs = appliesTo.items.map(compileGlob);
    tests.push((facts) => {
      const sku = facts.asked.item?.sku;
      if (sku === undefined) return false;
      for (const matches of globs) if (matches(sku)) return true;
      return false;
    });
  }
  return tests;
}
