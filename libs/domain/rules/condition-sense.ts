/**
 * Whether a condition can hold, and whether it can fail: found from its structure and from what the facts of an
 * act can be, never by trying acts. What it cannot tell apart it takes to be possible, so that "never" and
 * "always" are always true. A condition is spread out into all its alternatives, each of which is looked at on
 * its own; where there are too many of them, nothing is said.
 */
import type { Node } from './condition-limits.ts';
import { PossibleValues } from './possible-values.ts';

export type Verdict = 'never' | 'always' | 'open';

/** A condition, or a part of it, that is not open. */
export interface Settled {
  readonly verdict: 'never' | 'always';
  /** Characters from the start of the condition. */
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

const MOST_ALTERNATIVES = 64;

/** What may still be looked at, in single comparisons: a document that is made to cost much gets no answers. */
export class Effort {
  #left: number;
  constructor(left: number) {
    this.#left = left;
  }

  spend(comparisons: number): boolean {
    this.#left -= comparisons;
    return this.#left >= 0;
  }
}

interface Literal {
  readonly node: Node;
  readonly holds: boolean;
}
type Alternatives = readonly (readonly Literal[])[];

/** What is settled in a condition: all of it, or else the parts that make no difference to it. */
export function settledIn(condition: Node, effort: Effort): readonly Settled[] {
  const verdict = verdictOf(condition, effort);
  if (verdict !== 'open') {
    return [{ verdict, from: condition.start, to: condition.end, isWhole: true }];
  }
  const found: Settled[] = [];
  lookAtParts(condition, found, effort);
  return found;
}

function verdictOf(condition: Node, effort: Effort): Verdict {
  if (!isPossible(condition, true, effort)) return 'never';
  return isPossible(condition, false, effort) ? 'open' : 'always';
}

function lookAtParts(node: Node, found: Settled[], effort: Effort): void {
  if (node.op === '!_') lookAtParts(node.args as Node, found, effort);
  if (node.op !== '&&' && node.op !== '||') return;
  for (const part of operandsOf(node, node.op)) {
    const verdict = verdictOf(part, effort);
    if (verdict === 'open') lookAtParts(part, found, effort);
    else found.push({ verdict, from: part.start, to: part.end, isWhole: false });
  }
}

/** Of `a && b && c` all three, however they are nested. */
function operandsOf(node: Node, op: string): readonly Node[] {
  return node.op === op ? (node.args as Node[]).flatMap((part) => operandsOf(part, op)) : [node];
}

function isPossible(node: Node, holds: boolean, effort: Effort): boolean {
  const alternatives = spread(node, holds);
  if (alternatives === undefined) return true;
  return alternatives.some((literals) => {
    if (!effort.spend(literals.length)) return true;
    const values = new PossibleValues();
    for (const literal of literals) values.add(literal.node, literal.holds);
    return !values.contradictory;
  });
}

/** All the ways in which the condition comes out as `holds`; undefined where they are too many to look at. */
function spread(node: Node, holds: boolean): Alternatives | undefined {
  const parts = node.args as readonly Node[];
  switch (node.op) {
    case 'value':
      return node.args === holds ? [[]] : [];
    case '!_':
      return spread(node.args as Node, !holds);
    case '&&':
    case '||': {
      const [left, right] = parts.map((part) => spread(part, holds));
      return (node.op === '&&') === holds ? both(left, right) : either(left, right);
    }
    case '?:': {
      const [test, yes, no] = parts as [Node, Node, Node];
      return either(
        both(spread(test, true), spread(yes, holds)),
        both(spread(test, false), spread(no, holds)),
      );
    }
    case '==':
    case '!=': {
      const [left, right] = parts as [Node, Node];
      if (left.checkedType?.name !== 'bool' || right.checkedType?.name !== 'bool') break;
      const same = (node.op === '==') === holds;
      return either(
        both(spread(left, true), spread(right, same)),
        both(spread(left, false), spread(right, !same)),
      );
    }
  }
  return [[{ node, holds }]];
}

function either(left: Alternatives | undefined, right: Alternatives | undefined): Alternatives | undefined {
  if (left === undefined || right === undefined) return undefined;
  return left.length + right.length > MOST_ALTERNATIVES ? undefined : [...left, ...right];
}

function both(left: Alternatives | undefined, right: Alternatives | undefined): Alternatives | undefined {
  // Where one side has no way at all, neither have both.
  if (left?.length === 0 || right?.length === 0) return [];
  if (left === undefined || right === undefined) return undefined;
  if (left.length * right.length > MOST_ALTERNATIVES) return undefined;
  return left.flatMap((a) => right.map((b) => [...a, ...b]));
}
