/** What stands in a condition between its operators: constants, and terms with the values they can have. */
import { parseDate } from '../time/civil-date.ts';
import type { Node } from './condition-limits.ts';
import { RULE_WORDS } from './rule-variables.ts';

export type Constant = string | number | boolean;

/** The same fact under two names. */
const ALIASES: Readonly<Record<string, string>> = {
  'employee.id': 'act.employee',
  'location.id': 'act.location',
  'item.sku': 'act.sku',
  'item.quantity': 'act.quantity',
};

/** The value of what depends on no act; a time in epoch ms. Undefined: it does, or is beyond exact numbers. */
export function constantOf(node: Node): Constant | undefined {
  if (node.op === 'value') {
    const value = node.args;
    if (typeof value === 'bigint') {
      return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
    }
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : undefined;
  }
  if (node.op === '-_') {
    const value = constantOf(node.args as Node);
    return typeof value === 'number' ? -value : undefined;
  }
  if (node.op === '+' || node.op === '-' || node.op === '*') {
    const [left, right] = (node.args as Node[]).map(constantOf);
    if (typeof left !== 'number' || typeof right !== 'number') return undefined;
    const result = node.op === '+' ? left + right : node.op === '-' ? left - right : left * right;
    return Number.isSafeInteger(result) || !Number.isInteger(result) ? result : undefined;
  }
  if (node.op === 'call') {
    const [name, [text]] = node.args as [string, Node[]];
    if (name === 'timestamp' && typeof text?.args === 'string') return Date.parse(text.args);
  }
  return undefined;
}

/** The term as it would be written without blanks: the same text, the same value. */
export function written(node: Node): string {
  switch (node.op) {
    case 'value':
      return typeof node.args === 'bigint' ? String(node.args) : JSON.stringify(node.args);
    case 'id':
      return String(node.args);
    case '.': {
      const [owner, field] = node.args as [Node, string];
      const path = `${written(owner)}.${field}`;
      return Object.hasOwn(ALIASES, path) ? (ALIASES[path] as string) : path;
    }
    case 'call': {
      const [name, args] = node.args as [string, Node[]];
      return `${name}(${args.map(written).join(',')})`;
    }
    case 'rcall': {
      const [name, receiver, args] = node.args as [string, Node, Node[]];
      // `size(x)` and `x.size()` are one.
      if (name === 'size') return `size(${written(receiver)})`;
      return `${written(receiver)}.${name}(${args.map(written).join(',')})`;
    }
    default: {
      const parts = Array.isArray(node.args) ? (node.args as Node[]) : [node.args as Node];
      return `(${node.op} ${parts.map(written).join(' ')})`;
    }
  }
}

export interface Range {
  readonly from: number;
  readonly to: number;
}
const ANY: Range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const RANGES: Readonly<Record<string, Range>> = {
  'act.costMinor': { from: 0, to: Number.MAX_SAFE_INTEGER },
  'act.retailMinor': { from: 0, to: Number.MAX_SAFE_INTEGER },
  'act.count': { from: 1, to: Number.MAX_SAFE_INTEGER },
  'act.quantity': { from: 0, to: Number.MAX_SAFE_INTEGER },
};
const RANGES_OF_CALLS: Readonly<Record<string, Range>> = {
  getHours: { from: 0, to: 23 },
  getMinutes: { from: 0, to: 59 },
  getDayOfWeek: { from: 0, to: 6 },
  getMonth: { from: 0, to: 11 },
  size: { from: 0, to: Number.MAX_SAFE_INTEGER },
};

/** The numbers that a term can be, whatever the act. */
export function rangeOf(node: Node): Range {
  const constant = constantOf(node);
  if (typeof constant === 'number') return { from: constant, to: constant };
  if (node.op === '.') return RANGES[written(node)] ?? ANY;
  if (node.op === 'rcall' || node.op === 'call') {
    const [name, first] = node.args as [string, Node | Node[]];
    if (Object.hasOwn(RANGES_OF_CALLS, name)) return RANGES_OF_CALLS[name] ?? ANY;
    const arg = Array.isArray(first) ? first[0] : undefined;
    const isNumber = arg?.checkedType?.name === 'int' || arg?.checkedType?.name === 'double';
    return (name === 'double' || name === 'int') && arg !== undefined && isNumber ? rangeOf(arg) : ANY;
  }
  if (node.op === '+' || node.op === '*') {
    const [left, right] = (node.args as [Node, Node]).map(rangeOf) as [Range, Range];
    if (node.op === '+') return { from: left.from + right.from, to: left.to + right.to };
    // Below zero a product may turn its sign; above it, the least is the product of the least.
    return left.from >= 0 && right.from >= 0
      ? { from: left.from * right.from, to: Number.POSITIVE_INFINITY }
      : ANY;
  }
  return ANY;
}

const ALWAYS_NAMED = new Set(['act.employee', 'act.location']);

/** The only texts a term can be, where they are few. */
export function wordsOf(term: string): readonly string[] | undefined {
  return Object.hasOwn(RULE_WORDS, term) ? RULE_WORDS[term] : undefined;
}

/** Whether a term can be this text at all. */
export function canBe(term: string, text: string): boolean {
  if (ALWAYS_NAMED.has(term)) return text !== '';
  if (term === 'act.businessDate') return parseDate(text) !== undefined;
  return true;
}
