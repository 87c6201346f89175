/**
 * A part of a condition as text that reads back as the same part. The library's own `serialize` leaves out brackets that
 * count, as in `1 - (2 - 3)`, and digits of small fractions.
 */
import type { Node } from './condition-limits.ts';

/** How tightly an operator binds. Comparisons do not chain here: one inside another is put in brackets. */
const STRENGTH: Readonly<Record<string, number>> = {
  ...{ '?:': 0, '||': 1, '&&': 2 },
  ...{ '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3, in: 3 },
  ...{ '+': 4, '-': 4, '*': 5, '/': 5, '%': 5 },
  ...{ '!_': 6, '-_': 6 },
};
const COMPARISON = 3;
const ATOM = 7;

/** @param node that `refuseUnsafe` has let through */
export function textOfPart(node: Node): string {
  return written(node, 0);
}

/** @param least what binds less tightly than this is put in brackets */
function written(node: Node, least: number): string {
  const strength = STRENGTH[node.op] ?? ATOM;
  const text = STRENGTH[node.op] === undefined ? atom(node) : operation(node, strength);
  return strength < least ? `(${text})` : text;
}

function operation({ op, args }: Node, strength: number): string {
  if (op === '!_') return `!${written(args as Node, strength)}`;
  if (op === '-_') return `-${written(args as Node, ATOM)}`;
  if (op === '?:') {
    const [when, then, otherwise] = args as [Node, Node, Node];
    return `${written(when, 1)} ? ${written(then, 1)} : ${written(otherwise, 0)}`;
  }
  const [left, right] = args as [Node, Node];
  const ofLeft = strength === COMPARISON ? strength + 1 : strength;
  return `${written(left, ofLeft)} ${op} ${written(right, strength + 1)}`;
}

function atom({ op, args }: Node): string {
  switch (op) {
    case 'id':
      return String(args);
    case '.': {
      const [owner, member] = args as [Node, string];
      return `${written(owner, ATOM)}.${member}`;
    }
    case 'call': {
      const [name, given] = args as [string, Node[]];
      return `${name}(${list(given)})`;
    }
    case 'rcall': {
      const [name, receiver, given] = args as [string, Node, Node[]];
      return `${written(receiver, ATOM)}.${name}(${list(given)})`;
    }
    case 'list':
      return `[${list(args as Node[])}]`;
    default:
      return constant(args);
  }
}

function list(nodes: readonly Node[]): string {
  return nodes.map((node) => written(node, 0)).join(', ');
}

function constant(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  // Without a point it would be a whole number.
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e21) return `${value}.0`;
  return String(value);
}
