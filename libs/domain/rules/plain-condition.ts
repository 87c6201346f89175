/**
 * Conditions without the CEL library, as far as they are plain: comparisons of texts and of whole numbers, lists of
 * texts, and what joins them. None of it can fail, and it settles nearly every act: the first comparison of most rules
 * is false for most acts. What is left over is unknown, and then the library is asked about the whole.
 *
 * CEL's `&&` is false where either side is, even where the other cannot be computed, and `||` is true where either side
 * is ("Logical operators" in https://github.com/google/cel-spec/blob/master/doc/langdef.md): one may go by the side that
 * is known.
 */
import type { Node } from './condition-limits.ts';
import { NUMBERS, ROLES, type RuleFacts, rolesOf, TEXTS } from './rule-facts.ts';

/** Undefined: that takes the library. */
export type Plainly = (facts: RuleFacts) => boolean | undefined;

/** @param node of a tree that was type-checked, outside of loops: a name is what it says */
export function plainly(node: Node): Plainly | undefined {
  switch (node.op) {
    case '&&':
    case '||':
      return joined(node, node.op === '||');
    case '!_': {
      const inner = plainly(node.args as Node);
      if (inner === undefined) return undefined;
      return (facts) => {
        const holds = inner(facts);
        return holds === undefined ? undefined : !holds;
      };
    }
    case 'in':
      return oneOf(node.args as [Node, Node]);
    default:
      return compared(node);
  }
}

/** @param settles what a side must be to settle both */
function joined({ args }: Node, settles: boolean): Plainly | undefined {
  const [left, right] = (args as [Node, Node]).map(plainly);
  if (left === undefined || right === undefined) {
    const known = left ?? right;
    return known && ((facts) => (known(facts) === settles ? settles : undefined));
  }
  return (facts) => {
    const one = left(facts);
    if (one === settles) return settles;
    const other = right(facts);
    return other === settles || one !== undefined ? other : undefined;
  };
}

type Of<T> = (facts: RuleFacts) => T;

/** The same operators as the library's own, on the same texts; its whole numbers are BigInt, these are exact too. */
const COMPARISONS: Readonly<Record<string, <T extends string | number>(a: Of<T>, b: Of<T>) => Plainly>> = {
  '==': (a, b) => (facts) => a(facts) === b(facts),
  '!=': (a, b) => (facts) => a(facts) !== b(facts),
  '<': (a, b) => (facts) => a(facts) < b(facts),
  '<=': (a, b) => (facts) => a(facts) <= b(facts),
  '>': (a, b) => (facts) => a(facts) > b(facts),
  '>=': (a, b) => (facts) => a(facts) >= b(facts),
};

function compared({ op, args }: Node): Plainly | undefined {
  const comparison = COMPARISONS[op];
  if (comparison === undefined) return undefined;
  const [left, right] = args as [Node, Node];
  const texts = [textOf(left), textOf(right)];
  if (texts[0] !== undefined && texts[1] !== undefined) return comparison(texts[0], texts[1]);
  const numbers = [numberOf(left), numberOf(right)];
  if (numbers[0] !== undefined && numbers[1] !== undefined) return comparison(numbers[0], numbers[1]);
  return undefined;
}

function oneOf([term, list]: [Node, Node]): Plainly | undefined {
  const text = textOf(term);
  if (text === undefined) return undefined;
  if (pathOf(list) === ROLES) return (facts) => rolesOf(facts).includes(text(facts));
  const words = list.op === 'list' ? (list.args as Node[]).map(({ args }) => args) : [];
  if (list.op !== 'list' || !(list.args as Node[]).every(isText)) return undefined;
  return (facts) => words.includes(text(facts));
}

function textOf(node: Node): Of<string> | undefined {
  if (isText(node)) {
    const text = node.args as string;
    return () => text;
  }
  return TEXTS[pathOf(node)];
}

/** Undefined also of literals beyond what is exact here. */
function numberOf(node: Node): Of<number> | undefined {
  if (node.op === 'value' && typeof node.args === 'bigint') {
    const number = Number(node.args);
    return Number.isSafeInteger(number) ? () => number : undefined;
  }
  return NUMBERS[pathOf(node)];
}

function isText({ op, args }: Node): boolean {
  return op === 'value' && typeof args === 'string';
}

/** `act.kind`; of anything else nothing that a path can be. */
function pathOf({ op, args }: Node): string {
  if (op !== '.') return '';
  const [owner, member] = args as [Node, string];
  return owner.op === 'id' ? `${String(owner.args)}.${member}` : '';
}
