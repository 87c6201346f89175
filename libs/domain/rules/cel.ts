/**
 * Conditions of rules, in the Common Expression Language. The only file that names the CEL library.
 *
 * A decision must be the same on every machine and in every year, and no rule may stall the writer of its
 * book. So only a list of operations known to be pure and cheap is let through; what the library offers beyond
 * it (regular expressions, which are backtracking here; time zones, which it takes from the host; bytes; maps;
 * dynamic types) is refused when the policy is posted, with what to write instead.
 */
import { Environment } from '@marcbachmann/cel-js';
import { type CelFault, explain, kindWord } from './condition-faults.ts';
import { type Node, Refused, refuseUnmeant, refuseUnsafe } from './condition-limits.ts';
import { textOfPart } from './condition-text.ts';
import { plainly } from './plain-condition.ts';
import { RULE_CONSTRUCTORS, ruleContext } from './rule-context.ts';
import type { RuleFacts } from './rule-facts.ts';
import { RULE_VARIABLES } from './rule-variables.ts';
import { callToInt, TO_INT_SIGNATURES, toInt } from './to-int.ts';

/** Characters of one condition; a rule longer than this is several rules. */
export const LONGEST_CONDITION = 2000;

function makeEnvironment(): Environment {
  const environment = new Environment({
    limits: { maxAstNodes: 500, maxDepth: 40, maxListElements: 200, maxMapEntries: 1, maxCallArguments: 4 },
  });
  for (const [name, ctor] of Object.entries(RULE_CONSTRUCTORS)) {
    environment.registerType(ctor.name, { ctor, fields: { ...RULE_VARIABLES[name] } });
    environment.registerVariable(name, ctor.name);
  }
  for (const signature of TO_INT_SIGNATURES) environment.registerFunction(signature, toInt);
  return environment;
}

const environment = makeEnvironment();

/** A place inside a condition; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Condition {
  readonly ok: true;
  /**
   * Whether the condition holds for these facts. Total but for arithmetic: a division by zero, an overflow
   * beyond 64 bits or text that is no number answers an error instead.
   */
  holds(facts: RuleFacts): boolean | { readonly error: string };
  /** As parsed and type-checked, for whoever asks what it means. */
  readonly tree: Node;
}

export interface BadCondition {
  readonly ok: false;
  readonly message: string;
  readonly advice: string;
  readonly at?: Place;
}

export function compileCondition(expression: string): Condition | BadCondition {
  if (expression.trim() === '') {
    return {
      ok: false,
      message: 'The condition is empty.',
      advice: 'Write for example: act.kind == "refund".',
    };
  }
  if (expression.length > LONGEST_CONDITION) {
    return {
      ok: false,
      message: `The condition has ${expression.length} characters; at most ${LONGEST_CONDITION} are allowed.`,
      advice: 'Split it into several rules.',
    };
  }
  try {
    const parsed = environment.parse(expression);
    const tree = parsed.ast as unknown as Node;
    refuseUnsafe(tree, false);
    const checked = parsed.check();
    if (!checked.valid) throw checked.error;
    refuseUnmeant(tree);
    if (checked.type !== 'bool') {
      return {
        ok: false,
        message: `The condition is ${kindWord(checked.type)}; it must be true or false.`,
        advice: 'Compare it with something, for example: act.retailMinor > 5000.',
        at: placeOf(expression, tree.start),
      };
    }
    const evaluate = evaluable(expression);
    const plain = plainly(tree);
    return {
      ok: true,
      tree,
      holds(facts) {
        const holds = plain?.(facts);
        if (holds !== undefined) return holds;
        try {
          const result: unknown = evaluate(ruleContext(facts));
          return typeof result === 'boolean'
            ? result
            : { error: 'The condition gave neither true nor false.' };
        } catch (fault) {
          return { error: runtimeMessage(fault) };
        }
      },
    };
  } catch (fault) {
    if (fault instanceof Refused) {
      return {
        ok: false,
        message: fault.message,
        advice: fault.advice,
        at: placeOf(expression, fault.offset),
      };
    }
    const { message, advice, offset } = explain(expression, fault as CelFault);
    return {
      ok: false,
      message,
      advice,
      ...(offset === undefined ? {} : { at: placeOf(expression, offset) }),
    };
  }
}

/** @param expression that was found to be sound */
function evaluable(expression: string): ReturnType<Environment['parse']> {
  const parsed = environment.parse(expression);
  callToInt(parsed.ast);
  return parsed;
}

/** The value of a part of a condition that was compiled; undefined where it cannot be computed. */
export function valueOfPart(part: Node, facts: RuleFacts): unknown {
  let evaluate = parts.get(part);
  if (evaluate === undefined) {
    evaluate = evaluable(textOfPart(part));
    parts.set(part, evaluate);
  }
  try {
    return evaluate(ruleContext(facts));
  } catch {
    return undefined;
  }
}

const parts = new WeakMap<Node, ReturnType<Environment['parse']>>();

/** Where in a condition a character stands. */
export function placeOf(expression: string, offset: number): Place {
  const before = expression.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

function runtimeMessage(fault: unknown): string {
  const { summary, message } = fault as CelFault;
  return (summary ?? message).split('\n')[0] ?? 'The condition could not be evaluated.';
}
