/**
 * From which amount on a condition holds. A condition is looked at over a whole stretch of amounts at once, each
 * part of it as the least and the most it can be; where that does not tell, the stretch is halved. So an answer is
 * shown for every amount up to it, not tried at some of them.
 *
 * Source of the method: interval arithmetic (Moore, 1966), with branch and bound.
 */
import { type Condition, valueOfPart } from './cel.ts';
import type { Node } from './condition-limits.ts';
import type { RuleFacts } from './rule-facts.ts';

/** From the least to the most, both included. */
export type Span = readonly [least: number, most: number];

/** What may vary of an act. `count` is also `act.quantity` and `item.quantity` where there is an item. */
export interface AmountSpans {
  readonly count: Span;
  readonly quantity: Span;
  readonly costMinor: Span;
  readonly retailMinor: Span;
}

const AMOUNT_OF_PATH: Readonly<Record<string, keyof AmountSpans>> = {
  'act.count': 'count',
  'act.quantity': 'quantity',
  'item.quantity': 'quantity',
  'act.costMinor': 'costMinor',
  'act.retailMinor': 'retailMinor',
};

/** Looks after which the search says how far it came. Everyday conditions take less than ten. */
const MOST_LOOKS = 200;

/** What a condition may come to, as a set. */
const TRUE = 1;
const FALSE = 2;
const ERROR = 4;
const ANYTHING = TRUE | FALSE | ERROR;

const paths = new WeakMap<Node, ReadonlySet<string>>();

/** The names a part of a condition looks at: `act.kind`, …; `act` where it takes the whole. */
export function pathsOf(node: Node): ReadonlySet<string> {
  let found = paths.get(node);
  if (found === undefined) {
    const into = new Set<string>();
    collectPaths(node, into);
    found = into;
    paths.set(node, found);
  }
  return found;
}

function collectPaths(node: Node, into: Set<string>): void {
  if (node.op === '.' && (node.args as [Node])[0].op === 'id') {
    const [owner, name] = node.args as [Node, string];
    into.add(`${String(owner.args)}.${name}`);
    return;
  }
  if (node.op === 'id') into.add(String(node.args));
  collectParts(node.args, into);
}

function collectParts(args: unknown, into: Set<string>): void {
  if (Array.isArray(args)) for (const arg of args) collectParts(arg, into);
  else if (typeof args === 'object' && args !== null && 'op' in args) collectPaths(args as Node, into);
}

/**
 * The texts that a condition compares a name with: for all others it comes out alike. Undefined: it does more with it
 * than compare it with texts written out.
 */
export function textsComparedWith(condition: Condition, path: string): ReadonlySet<string> | undefined {
  const texts = new Set<string>();
  return compares(condition.tree, path, texts) ? texts : undefined;
}

function compares(node: Node, path: string, texts: Set<string>): boolean {
  const looked = pathsOf(node);
  if (looked.has(path.slice(0, path.indexOf('.')))) return false;
  if (!looked.has(path)) return true;
  if (node.op === '==' || node.op === '!=' || node.op === 'in') {
    const [left, right] = node.args as [Node, Node];
    const others = node.op === 'in' && right.op === 'list' ? (right.args as Node[]) : [right];
    if (isPath(left, path)) return others.every((other) => isText(other, texts));
    if (node.op !== 'in' && isPath(right, path)) return isText(left, texts);
  }
  if (node.op === '.' || node.op === 'rcall' || node.op === 'call') return false;
  const parts = Array.isArray(node.args) ? (node.args as Node[]) : [node.args as Node];
  return parts.every((part) => compares(part, path, texts));
}

function isPath(node: Node, path: string): boolean {
  return node.op === '.' && pathsOf(node).has(path);
}

function isText(node: Node, texts: Set<string>): boolean {
  if (node.op !== 'value' || typeof node.args !== 'string') return false;
  texts.add(node.args);
  return true;
}

/** The amounts of an act that the condition looks at. */
export function amountsLookedAt(condition: Condition): readonly ('count' | 'costMinor' | 'retailMinor')[] {
  const looked = pathsOf(condition.tree);
  const whole = looked.has('act') || looked.has('item');
  const count = ['act.count', 'act.quantity', 'item.quantity'].some((path) => looked.has(path));
  return [
    ...(whole || count ? (['count'] as const) : []),
    ...(whole || looked.has('act.costMinor') ? (['costMinor'] as const) : []),
    ...(whole || looked.has('act.retailMinor') ? (['retailMinor'] as const) : []),
  ];
}

/** What one look over a stretch of amounts tells of a condition. */
class Look {
  readonly #facts: RuleFacts;
  readonly #spans: AmountSpans;
  /** How far into the stretch, 0 to 1, a comparison that did not tell seems to turn. */
  turnsAt: number | undefined;

  constructor(facts: RuleFacts, spans: AmountSpans) {
    this.#facts = facts;
    this.#spans = spans;
  }

  truth(node: Node): number {
    if (!looksAtAmounts(node)) {
      const value = valueOfPart(node, this.#facts);
      return value === true ? TRUE : value === false ? FALSE : ERROR;
    }
    switch (node.op) {
      case '&&':
        return this.#both(node, FALSE);
      case '||':
        return this.#both(node, TRUE);
      case '!_': {
        const inner = this.truth(node.args as Node);
        return (inner & TRUE ? FALSE : 0) | (inner & FALSE ? TRUE : 0) | (inner & ERROR);
      }
      case '?:': {
        const [when, then, otherwise] = node.args as [Node, Node, Node];
        const chosen = this.truth(when);
        return (
          (chosen & ERROR) |
          (chosen & TRUE ? this.truth(then) : 0) |
          (chosen & FALSE ? this.truth(otherwise) : 0)
        );
      }
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '==':
      case '!=':
        return this.#comparison(node);
      default:
        return ANYTHING;
    }
  }

  /** `&&` is settled by one side that is false, whatever becomes of the other; `||` by one that is true. */
  #both(node: Node, settles: number): number {
    const [left, right] = node.args as [Node, Node];
    const one = this.truth(left);
    if (one === settles) return settles;
    const other = this.truth(right);
    if (other === settles) return settles;
    const unsettled = TRUE + FALSE - settles;
    return ((one | other) & (settles | ERROR)) | (one & other & unsettled);
  }

  #comparison(node: Node): number {
    const [left, right] = node.args as [Node, Node];
    const a = this.number(left);
    const b = this.number(right);
    if (a === undefined || b === undefined) return ANYTHING;
    const known = compare(node.op, a, b);
    if (known === (TRUE | FALSE)) {
      if (a[1] > a[0] && b[0] === b[1]) this.turnsAt ??= (b[0] - a[0]) / (a[1] - a[0]);
      else if (b[1] > b[0] && a[0] === a[1]) this.turnsAt ??= (a[0] - b[0]) / (b[1] - b[0]);
    }
    return known;
  }

  /** Undefined: not known, or it may fail. */
  number(node: Node): Span | undefined {
    if (!looksAtAmounts(node)) return exactly(valueOfPart(node, this.#facts));
    switch (node.op) {
      case '.':
        return this.#spans[AMOUNT_OF_PATH[[...pathsOf(node)][0]!]!];
      case '-_': {
        const inner = this.number(node.args as Node);
        return inner === undefined ? undefined : [-inner[1], -inner[0]];
      }
      case '?:': {
        const [when, then, otherwise] = node.args as [Node, Node, Node];
        const chosen = this.truth(when);
        if (chosen & ERROR) return undefined;
        if (chosen === TRUE) return this.number(then);
        if (chosen === FALSE) return this.number(otherwise);
        const a = this.number(then);
        const b = this.number(otherwise);
        return a === undefined || b === undefined ? undefined : hull([...a, ...b]);
      }
      case 'call': {
        // A whole number below 2^53 is the same as a fraction.
        const [name, [arg]] = node.args as [string, [Node]];
        const same = name === 'double' || (name === 'int' && arg.checkedType?.name === 'int');
        return same && isNumber(arg) ? this.number(arg) : undefined;
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%': {
        const [left, right] = node.args as [Node, Node];
        const a = this.number(left);
        const b = this.number(right);
        if (a === undefined || b === undefined) return undefined;
        return calculate(node.op, a, b, node.checkedType?.name === 'int');
      }
      default:
        return undefined;
    }
  }
}

function looksAtAmounts(node: Node): boolean {
  for (const path of pathsOf(node)) {
    if (Object.hasOwn(AMOUNT_OF_PATH, path) || path === 'act' || path === 'item') return true;
  }
  return false;
}

function isNumber(node: Node): boolean {
  return node.checkedType?.name === 'int' || node.checkedType?.name === 'double';
}

function exactly(value: unknown): Span | undefined {
  if (typeof value !== 'bigint' && typeof value !== 'number') return undefined;
  const number = Number(value);
  if (Number.isNaN(number) || (typeof value === 'bigint' && !Number.isSafeInteger(number))) return undefined;
  return [number, number];
}

function compare(op: string, a: Span, b: Span): number {
  switch (op) {
    case '<':
      return a[1] < b[0] ? TRUE : a[0] >= b[1] ? FALSE : TRUE | FALSE;
    case '<=':
      return a[1] <= b[0] ? TRUE : a[0] > b[1] ? FALSE : TRUE | FALSE;
    case '>':
      return compare('<', b, a);
    case '>=':
      return compare('<=', b, a);
    default: {
      const apart = a[1] < b[0] || b[1] < a[0];
      const alike = a[0] === a[1] && b[0] === b[1] && a[0] === b[0];
      const equal = op === '==' ? TRUE : FALSE;
      return apart ? TRUE + FALSE - equal : alike ? equal : TRUE | FALSE;
    }
  }
}

/** Rounding never turns the order of two results, so the results of the ends are the ends of the results. */
function calculate(op: string, a: Span, b: Span, whole: boolean): Span | undefined {
  const ends: number[] = [];
  if (op === '%') {
    if (!whole || a[0] < 0 || b[0] <= 0) return undefined;
    return a[0] === a[1] && b[0] === b[1] ? [a[0] % b[0], a[0] % b[0]] : [0, Math.min(a[1], b[1] - 1)];
  }
  if (op === '/' && b[0] <= 0 && b[1] >= 0) return undefined;
  for (const one of a) {
    for (const other of b) {
      if (op === '+') ends.push(one + other);
      else if (op === '-') ends.push(one - other);
      else if (op === '*') ends.push(one * other);
      else ends.push(whole ? Math.trunc(one / other) : one / other);
    }
  }
  // Beyond 2^53 these numbers are not those that the condition calculates with, which are whole.
  if (ends.some((end) => Number.isNaN(end) || (whole && !Number.isSafeInteger(end)))) return undefined;
  return hull(ends);
}

function hull(ends: readonly number[]): Span {
  return [Math.min(...ends), Math.max(...ends)];
}

/** Whether the condition may hold, or fail, for any amounts within the spans: false is certain, true is not. */
export function mayHold(condition: Condition, facts: RuleFacts, spans: AmountSpans): boolean {
  return new Look(facts, spans).truth(condition.tree) !== FALSE;
}

/** Amounts as they vary with one whole number. */
export interface Line {
  /** The facts with the amounts at `x`. */
  factsAt(x: number): RuleFacts;
  /** The amounts from `low` to `high`. */
  spans(low: number, high: number): AmountSpans;
}

export type FirstHeld =
  /** The least `x` at which the condition holds, or fails. */
  | { readonly at: number }
  /** It holds nowhere. */
  | { readonly never: true }
  /** It does not hold up to here (which may be below the least); beyond, nothing is shown. */
  | { readonly shownTo: number };

/** The least whole number from `low` to `high` at which a condition does not come out false. */
export function firstHeld(condition: Condition, line: Line, low: number, high: number): FirstHeld {
  const facts = line.factsAt(low);
  const ahead: [number, number][] = [[low, high]];
  for (let looks = 0; ; looks++) {
    const stretch = ahead.pop();
    if (stretch === undefined) return { never: true };
    const [from, to] = stretch;
    if (looks >= MOST_LOOKS) return { shownTo: from - 1 };
    if (from === to) {
      if (condition.holds(line.factsAt(from)) !== false) return { at: from };
      continue;
    }
    const look = new Look(facts, line.spans(from, to));
    const truth = look.truth(condition.tree);
    if (truth === FALSE) continue;
    if ((truth & FALSE) === 0) return { at: from };
    // A guess may be wrong for ever; every other time the stretch is halved.
    const share = look.turnsAt !== undefined && looks % 2 === 0 ? look.turnsAt : 0.5;
    const last = Math.min(to - 1, Math.max(from, Math.floor(from + share * (to - from))));
    ahead.push([last + 1, to], [from, last]);
  }
}
