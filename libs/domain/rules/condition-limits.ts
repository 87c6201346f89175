/**
 * What a condition may use. A decision must be the same on every machine and in every year, and no rule may
 * stall the writer of its book; so only operations known to be pure and cheap are let through.
 */
import { nearestName } from './nearest-name.ts';
import { RULE_WORDS } from './rule-variables.ts';

/** A node of the parsed condition; the library's own types hide `checkedType`, which is set once it is checked. */
export interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly pos: number;
  readonly start: number;
  readonly end: number;
  readonly checkedType?: { readonly kind: string; readonly name: string };
}
/** A condition that is well-formed CEL and yet not taken. */
export class Refused extends Error {
  readonly advice: string;
  readonly offset: number;
  constructor(message: string, advice: string, offset: number) {
    super(message);
    this.advice = advice;
    this.offset = offset;
  }
}

const FUNCTIONS = ['double', 'duration', 'int', 'size', 'string', 'timestamp'];
const METHODS = [
  'all',
  'contains',
  'endsWith',
  'exists',
  'exists_one',
  'filter',
  'getDayOfWeek',
  'getFullYear',
  'getHours',
  'getMinutes',
  'getMonth',
  'lowerAscii',
  'size',
  'startsWith',
  'trim',
  'upperAscii',
];
const LOOPS = new Set(['all', 'exists', 'exists_one', 'filter']);
const TIME_PARTS = new Set(['getDayOfWeek', 'getFullYear', 'getHours', 'getMinutes', 'getMonth']);
const PLAIN = new Set('value id . ?: || && !_ -_ != == in + - * / % < <= > >= list'.split(' '));

/** Time literals are read by the library with the host's zone when they name none. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;
const GO_DURATION = /^-?(?:\d{1,9}(?:\.\d{1,6})?(?:ms|h|m|s))+$/;

const ADVICE_FOR_REFUSED: Readonly<Record<string, string>> = {
  matches:
    'Regular expressions can take for ever on some texts. Use startsWith, endsWith, contains, == or `in [...]`.',
  has: 'Every field is always there: compare with "" (or 0) to see whether the act has one.',
  map: 'Use exists, all or filter on the list instead.',
  getDate: 'Compare act.businessDate with "YYYY-MM-DD" instead: it is the trading day at the location.',
  getDayOfMonth: 'Compare act.businessDate with "YYYY-MM-DD" instead: it is the trading day at the location.',
  getDayOfYear: 'Compare act.businessDate with "YYYY-MM-DD" instead: it is the trading day at the location.',
};

function literal(node: Node | undefined): unknown {
  return node?.op === 'value' ? node.args : undefined;
}

function refuseName(name: string, what: string, allowed: readonly string[], offset: number): never {
  const near = nearestName(name, allowed);
  const advice =
    (Object.hasOwn(ADVICE_FOR_REFUSED, name) ? ADVICE_FOR_REFUSED[name] : undefined) ??
    `${near === undefined ? '' : `Did you mean ${near}? `}Rules may use: ${allowed.join(', ')}.`;
  throw new Refused(`${what} ${name} is not available in rules.`, advice, offset);
}

/** Refuses whatever is not on the lists above. Runs on the parsed tree before it is type-checked. */
export function refuseUnsafe(node: Node, inLoop: boolean): void {
  if (node.op === 'call') {
    const [name, args] = node.args as [string, Node[]];
    if (!FUNCTIONS.includes(name)) refuseName(name, 'The function', FUNCTIONS, node.start);
    const text = literal(args[0]);
    if (name === 'timestamp' && !(typeof text === 'string' && isInstant(text))) {
      throw new Refused(
        'timestamp() takes a time written out in full.',
        'Write for example timestamp("2026-12-01T00:00:00Z"), with Z or an offset.',
        node.start,
      );
    }
    if (name === 'duration' && !(typeof text === 'string' && text.length <= 32 && GO_DURATION.test(text))) {
      throw new Refused(
        'duration() takes a length of time written out.',
        'Write for example duration("36h") or duration("1h30m").',
        node.start,
      );
    }
    for (const arg of args) refuseUnsafe(arg, inLoop);
    return;
  }
  if (node.op === 'rcall') {
    const [name, receiver, args] = node.args as [string, Node, Node[]];
    const at = Math.max(node.start, receiver.end);
    if (!METHODS.includes(name)) refuseName(name, 'The method', METHODS, at);
    if (TIME_PARTS.has(name) && args.length > 0) {
      throw new Refused(
        `${name} takes no time zone in rules: a time is in UTC here.`,
        'Compare act.businessDate, which is the trading day at the location, or leave the zone out.',
        at,
      );
    }
    const loops = LOOPS.has(name);
    if (loops && inLoop) {
      throw new Refused(
        'One list condition may not stand inside another.',
        'Split it into two rules, or list the values: "barista" in employee.roles.',
        at,
      );
    }
    refuseUnsafe(receiver, inLoop);
    for (const arg of args) refuseUnsafe(arg, inLoop || loops);
    return;
  }
  if (!PLAIN.has(node.op)) {
    throw new Refused(
      node.op === '[]' ? 'Rules do not use [ ] to look things up.' : `Rules do not use ${wordFor(node.op)}.`,
      'Write act.kind, or "barista" in employee.roles.',
      node.start,
    );
  }
  if (node.op === 'value') {
    const value = node.args;
    const plain = ['string', 'boolean', 'number', 'bigint'].includes(typeof value);
    if (!plain) {
      throw new Refused(
        value === null ? 'Nothing is ever null in a rule.' : 'Rules do not use bytes or unsigned numbers.',
        value === null
          ? 'Compare with "" (a text) or 0 (a number).'
          : 'Write a text as "…" and a number as 50.',
        node.start,
      );
    }
    return;
  }
  if (node.op === 'id') return;
  if (node.op === '.') {
    refuseUnsafe((node.args as [Node, string])[0], inLoop);
    return;
  }
  const parts = Array.isArray(node.args) ? (node.args as Node[]) : [node.args as Node];
  for (const part of parts) refuseUnsafe(part, inLoop);
}

function isInstant(text: string): boolean {
  return RFC_3339.test(text) && !Number.isNaN(Date.parse(text));
}

function wordFor(op: string): string {
  return op === 'map' ? 'maps such as {"a": 1}' : op;
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** Refuses what is typed well and surely not meant. Runs on the type-checked tree. */
export function refuseUnmeant(node: Node): void {
  if (COMPARISONS.has(node.op) || node.op === 'in') {
    const [left, right] = node.args as [Node, Node];
    const types = [left.checkedType?.name, right.checkedType?.name];
    if (COMPARISONS.has(node.op) && types.includes('int') && types.includes('double')) {
      throw new Refused(
        'A whole number is compared with a fraction.',
        'Amounts are whole minor units: write 5000 for 50.00. To calculate with fractions: double(act.costMinor).',
        node.start,
      );
    }
    refuseUnknownWord(left, node.op === 'in' ? [] : [right]);
    refuseUnknownWord(right, [left]);
    if (node.op === 'in' && right.op === 'list') refuseUnknownWord(left, right.args as Node[]);
  }
  for (const part of partsOf(node)) refuseUnmeant(part);
}

function refuseUnknownWord(field: Node, values: readonly Node[]): void {
  if (field.op !== '.') return;
  const [owner, name] = field.args as [Node, string];
  const path = `${String(owner.args)}.${name}`;
  const words = owner.op === 'id' && Object.hasOwn(RULE_WORDS, path) ? RULE_WORDS[path] : undefined;
  if (words === undefined) return;
  for (const value of values) {
    const word = literal(value);
    if (typeof word !== 'string' || words.includes(word)) continue;
    const near = nearestName(word, words);
    throw new Refused(
      `${path} is never ${JSON.stringify(word.slice(0, 40))}.`,
      `${near === undefined ? '' : `Did you mean "${near}"? `}It is one of: ${words.join(', ')}.`,
      value.start,
    );
  }
}

/** The nodes below a node that `refuseUnsafe` has let through. */
export function partsOf(node: Node): readonly Node[] {
  if (node.op === 'value' || node.op === 'id') return [];
  if (node.op === '.') return [(node.args as [Node])[0]];
  if (node.op === 'call') return (node.args as [string, Node[]])[1];
  if (node.op === 'rcall') {
    const [, receiver, args] = node.args as [string, Node, Node[]];
    return [receiver, ...args];
  }
  return Array.isArray(node.args) ? (node.args as Node[]) : [node.args as Node];
}
