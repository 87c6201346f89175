/**
 * Conditions of rules, in the Common Expression Language. The only file that names the CEL library.
 *
 * A decision must be the same on every machine and in every year, and no rule may stall the writer of its
 * book. So only a list of operations known to be pure and cheap is let through; what the library offers beyond
 * it (regular expressions, which are backtracking here; time zones, which it takes from the host; bytes; maps;
 * dynamic types) is refused when the policy is posted, with what to write instead.
 */
import { Environment } from '@marcbachmann/cel-js';
import { nearestName } from './nearest-name.ts';
import type { RuleFacts } from './rule-facts.ts';

/** Characters of one condition; a rule longer than this is several rules. */
export const LONGEST_CONDITION = 2000;

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

const TIMESTAMP = 'google.protobuf.Timestamp';

/** Every name a rule may use, with its CEL type. The guide for operations lists the same; a test compares. */
export const RULE_VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  act: {
    mode: 'string',
    kind: 'string',
    trigger: 'string',
    employee: 'string',
    location: 'string',
    customer: 'string',
    incident: 'string',
    campaign: 'string',
    shift: 'string',
    channel: 'string',
    reason: 'string',
    note: 'string',
    sku: 'string',
    quantity: 'int',
    count: 'int',
    retailMinor: 'int',
    costMinor: 'int',
    businessDate: 'string',
    occurredAt: TIMESTAMP,
  },
  employee: { id: 'string', roles: 'list<string>', homeLocation: 'string' },
  location: { id: 'string', region: 'string', timeZone: 'string' },
  item: { sku: 'string', category: 'string', quantity: 'int' },
};

const CONSTRUCTORS = { act: RuleAct, employee: RuleEmployee, location: RuleLocation, item: RuleItem };

function makeEnvironment(): Environment {
  const environment = new Environment({
    limits: { maxAstNodes: 500, maxDepth: 40, maxListElements: 200, maxMapEntries: 1, maxCallArguments: 4 },
  });
  for (const [name, ctor] of Object.entries(CONSTRUCTORS)) {
    environment.registerType(ctor.name, { ctor, fields: { ...RULE_VARIABLES[name] } });
    environment.registerVariable(name, ctor.name);
  }
  return environment;
}

const environment = makeEnvironment();

/** The facts of one act, made ready once for all rules that look at them. */
export interface RuleContext {
  readonly act: RuleAct;
  readonly employee: RuleEmployee;
  readonly location: RuleLocation;
  readonly item: RuleItem;
}

export function ruleContext(facts: RuleFacts): RuleContext {
  return {
    act: new RuleAct(facts),
    employee: new RuleEmployee(facts),
    location: new RuleLocation(facts),
    item: new RuleItem(facts),
  };
}

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
  holds(context: RuleContext): boolean | { readonly error: string };
}

export interface BadCondition {
  readonly ok: false;
  readonly message: string;
  readonly advice: string;
  readonly at?: Place;
}

/** What the library's nodes and errors carry; its own types hide `checkedType`. */
interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly pos: number;
  readonly start: number;
  readonly end: number;
  readonly checkedType?: { readonly kind: string; readonly name: string };
}
interface CelFault {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly node?: Partial<Node>;
  readonly range?: { readonly start: number; readonly end: number };
}

class Refused extends Error {
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
function refuseUnsafe(node: Node, inLoop: boolean): void {
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

function placeOf(expression: string, offset: number): Place {
  const before = expression.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

/** The library's error, in words for someone who writes a policy. */
function explain(fault: CelFault): { message: string; advice: string; offset?: number } {
  const summary = (fault.summary ?? fault.message).split('\n')[0] ?? '';
  const offset = fault.node?.pos ?? fault.range?.start;
  const node = fault.node;
  const place = offset === undefined ? {} : { offset };
  switch (fault.code) {
    case 'no_such_key': {
      const [owner, field] = (node?.args ?? []) as [Node | undefined, string | undefined];
      const name = owner?.op === 'id' ? String(owner.args) : '';
      const fields = Object.keys(RULE_VARIABLES[name] ?? {});
      const near = nearestName(String(field), fields);
      return {
        message: `${name} has no field ${String(field)}.`,
        advice: `${near === undefined ? '' : `Did you mean ${name}.${near}? `}The fields of ${name} are: ${fields.join(', ')}.`,
        ...(owner === undefined ? place : { offset: owner.end + 1 }),
      };
    }
    case 'unknown_variable': {
      const name = String(node?.args);
      const owners = Object.keys(RULE_VARIABLES).filter((v) => Object.hasOwn(RULE_VARIABLES[v] ?? {}, name));
      const near =
        owners[0] === undefined ? nearestName(name, Object.keys(RULE_VARIABLES)) : `${owners[0]}.${name}`;
      return {
        message: `There is no ${name} here.`,
        advice: `${near === undefined ? '' : `Did you mean ${near}? `}Start from act, employee, location or item; write a text in quotes: "${name}".`,
        ...place,
      };
    }
    case 'no_such_overload':
      return { message: mismatch(summary), advice: mismatchAdvice(summary), ...place };
    case 'invalid_logical_operand':
    case 'invalid_condition_type':
      return {
        message: `&&, ||, ! and ? join conditions, and one side here is none (${summary.replace(/^.*got /, 'it is ')}).`,
        advice: 'Compare it with something: act.incident == "", act.count > 1.',
        ...place,
      };
    case 'no_matching_overload':
      return {
        message: `${summary.replace(/^found no matching overload for /, 'This call does not fit: ')}.`,
        advice:
          'Check the kinds of its arguments: startsWith, endsWith and contains take a text; size takes a text or a list.',
        ...place,
      };
    case 'heterogeneous_list_element':
      return {
        message: summary,
        advice: 'Let all values of a list be of one kind: ["comp", "refund"].',
        ...place,
      };
    case 'limit_exceeded':
      return { message: 'The condition is too large.', advice: 'Split it into several rules.', ...place };
    case 'unterminated_string':
    case 'newline_in_string':
      return {
        message: 'A text is not closed.',
        advice: 'Close it with the same quote it began with.',
        ...place,
      };
    default:
      return {
        message: `This is not a condition: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}.`,
        advice: syntaxAdvice(summary),
        ...place,
      };
  }
}

function mismatch(summary: string): string {
  const found = /^no such overload: (.+) (==|!=|<=|>=|<|>|in|\+|-|\*|\/|%) (.+)$/.exec(summary);
  if (found === null) return `${summary.replace(/^no such overload: /, 'This does not fit: ')}.`;
  return `${found[2]} cannot stand between ${kindWord(found[1])} and ${kindWord(found[3])}.`;
}

function mismatchAdvice(summary: string): string {
  if (summary.includes('double') && summary.includes('int')) {
    return 'Amounts are whole minor units: write 5000, not 50.00. To calculate with fractions: double(act.costMinor).';
  }
  if (summary.includes(TIMESTAMP)) return 'Compare act.occurredAt with timestamp("2026-12-01T00:00:00Z").';
  if (summary.includes(' in ')) return 'After `in` stands a list: act.kind in ["comp", "refund"].';
  if (summary.includes('list')) return 'To look into a list: "barista" in employee.roles.';
  return 'Numbers stand bare (act.count > 2), texts in quotes (act.kind == "refund").';
}

function kindWord(type: string | undefined): string {
  if (type === 'string') return 'a text';
  if (type === 'int') return 'a whole number';
  if (type === 'double') return 'a fraction';
  if (type === 'bool') return 'a condition';
  if (type === TIMESTAMP) return 'a time';
  if (type?.startsWith('list')) return 'a list';
  if (type?.startsWith('Rule')) return `the whole ${type.slice(4).toLowerCase()}`;
  return type ?? 'nothing';
}

function syntaxAdvice(summary: string): string {
  if (summary.includes("'='") || summary.includes(': =')) return 'To compare, write == (two equals signs).';
  if (/: &|'&'/.test(summary)) return 'For "and" write &&.';
  if (/: \||'\|'/.test(summary)) return 'For "or" write ||.';
  return 'Write for example: act.kind == "refund" && act.retailMinor > 5000.';
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
    if (checked.type !== 'bool') {
      return {
        ok: false,
        message: `The condition is ${kindWord(checked.type)}; it must be true or false.`,
        advice: 'Compare it with something, for example: act.retailMinor > 5000.',
        at: placeOf(expression, tree.start),
      };
    }
    return {
      ok: true,
      holds(context) {
        try {
          const result: unknown = parsed(context as unknown as Record<string, unknown>);
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
    const { message, advice, offset } = explain(fault as CelFault);
    return {
      ok: false,
      message,
      advice,
      ...(offset === undefined ? {} : { at: placeOf(expression, offset) }),
    };
  }
}

function runtimeMessage(fault: unknown): string {
  const { summary, message } = fault as CelFault;
  return (summary ?? message).split('\n')[0] ?? 'The condition could not be evaluated.';
}
