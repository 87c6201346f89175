/**
 * The expressions of a map: CEL over one row, type-checked when the map is read. The only file of the command
 * line that knows the CEL package. An expression sees `row` (cells by column, all text), `line` (where the row
 * starts), `vars` (the map's constants) and the map's `let` names, each worked out at most once a row, and
 * only when asked for.
 */
import { createHash } from 'node:crypto';
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { callToInt, TO_INT_SIGNATURES, toInt } from '../../../libs/domain/rules/to-int.ts';
import { minor, times } from './exact-decimal.ts';
import { localTime } from './local-time.ts';
import type { GoodRow } from './rows.ts';

export type Value = string | bigint | number | boolean | null | readonly Value[] | object;
export type ValueType = 'string' | 'int' | 'bool' | 'list' | 'any';

export interface Expression {
  readonly source: string;
  /** The CEL type found when it was checked: `string`, `int`, `dyn`, … */
  readonly type: string;
  /** The value, where the expression is a literal. */
  readonly constant?: Value;
  /** Columns named as `row.name` or `row["name"]`, outside `has(…)`. */
  readonly columns: readonly { readonly name: string; readonly offset: number }[];
  /** @throws ExpressionFailed */
  evaluate(scope: Scope): Value;
}

export interface ExpressionFault {
  readonly detail: string;
  /** Characters from the start of the expression. */
  readonly offset: number;
  /** As of an expression; empty when it cannot even be parsed. */
  readonly columns: Expression['columns'];
}

export class ExpressionFailed extends Error {
  override readonly name = 'ExpressionFailed';
}

/** What one row's expressions see. */
export type Scope = Readonly<Record<string, unknown>>;

const TYPES_THAT_FIT: Readonly<Record<ValueType, RegExp>> = {
  string: /^(string|dyn)$/,
  int: /^(int|uint|dyn)$/,
  bool: /^(bool|dyn)$/,
  list: /^(list(<.*>)?|dyn)$/,
  any: /./,
};
const NAMES: Readonly<Record<ValueType, string>> = {
  string: 'a text',
  int: 'a whole number',
  bool: 'true or false',
  list: 'a list of texts',
  any: 'a value',
};

export const RESERVED_NAMES: readonly string[] = ['row', 'line', 'vars'];

export class MapExpressions {
  #environment: Environment;
  readonly #vars: Readonly<Record<string, unknown>>;
  readonly #definitions = new Map<string, Expression>();
  #scopeOf: new (
    row: GoodRow,
  ) => Scope;

  constructor(vars: Readonly<Record<string, unknown>>) {
    this.#vars = vars;
    this.#environment = withFunctions(
      new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false })
        .registerVariable('row', 'map<string, string>')
        .registerVariable('line', 'int')
        .registerVariable('vars', 'map<string, dyn>'),
    );
    this.#scopeOf = this.#scopeClass();
  }

  /** Checks an expression and the type of its value. */
  compile(source: string, wanted: ValueType): Expression | ExpressionFault {
    let parsed: ParseResult;
    try {
      parsed = this.#environment.parse(source);
    } catch (error) {
      return { ...faultOf(error), columns: [] };
    }
    const columns = columnsOf(parsed.ast);
    const checked = parsed.check();
    if (!checked.valid) return { ...faultOf(checked.error), columns };
    const type = checked.type ?? 'dyn';
    if (!TYPES_THAT_FIT[wanted].test(type)) {
      return { detail: `gives ${type} where ${NAMES[wanted]} is needed`, offset: 0, columns };
    }
    // Parsed once more: this one is what it was found to be.
    const sound = this.#environment.parse(source);
    callToInt(sound.ast);
    const constant = parsed.ast.op === 'value' ? { constant: parsed.ast.args as Value } : {};
    return {
      source,
      type,
      columns,
      ...constant,
      evaluate: (scope) => evaluated(sound, scope),
    };
  }

  /** Gives an expression a name that later ones may use. */
  define(name: string, expression: Expression): void {
    this.#definitions.set(name, expression);
    this.#environment = this.#environment.clone().registerVariable(name, expression.type);
    this.#scopeOf = this.#scopeClass();
  }

  /** Makes a name known whose expression is wrong, so that only the mistake itself is reported. */
  declare(name: string): void {
    this.#environment = this.#environment.clone().registerVariable(name, 'dyn');
  }

  scope(row: GoodRow): Scope {
    return new this.#scopeOf(row);
  }

  /** A class with one lazy getter per definition, so that a scope costs one small object a row. */
  #scopeClass(): new (row: GoodRow) => Scope {
    const vars = this.#vars;
    const scopeClass = class {
      readonly row: ReadonlyMap<string, string>;
      readonly line: bigint;
      readonly vars: Readonly<Record<string, unknown>>;
      readonly known: Map<string, Value> = new Map();
      constructor({ cells, line }: GoodRow) {
        this.row = cells;
        this.line = BigInt(line);
        this.vars = vars;
      }
    };
    for (const [name, expression] of this.#definitions) {
      Object.defineProperty(scopeClass.prototype, name, {
        get(this: InstanceType<typeof scopeClass>) {
          if (!this.known.has(name)) this.known.set(name, expression.evaluate(this as unknown as Scope));
          return this.known.get(name);
        },
      });
    }
    return scopeClass as unknown as new (
      row: GoodRow,
    ) => Scope;
  }
}

export function isFault(result: Expression | ExpressionFault): result is ExpressionFault {
  return 'detail' in result;
}

function evaluated(parsed: ParseResult, scope: Scope): Value {
  try {
    return parsed(scope as Record<string, unknown>) as Value;
  } catch (error) {
    throw error instanceof ExpressionFailed
      ? error
      : new ExpressionFailed(faultOf(error).detail, { cause: error });
  }
}

function faultOf(error: unknown): { detail: string; offset: number } {
  const { summary, message, range, cause } = error as {
    summary?: string;
    message?: string;
    range?: { start: number };
    cause?: Error;
  };
  if (cause instanceof ExpressionFailed) return { detail: cause.message, offset: 0 };
  const detail = summary ?? (message ?? String(error)).split('\n')[0]!;
  return { detail, offset: range?.start ?? 0 };
}

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** `has(row.x)` asks whether a column is there, so it names no column that must be. */
function columnsOf(ast: unknown, found: { name: string; offset: number }[] = []) {
  if (Array.isArray(ast)) {
    for (const part of ast) columnsOf(part, found);
    return found;
  }
  if (!isNode(ast)) return found;
  const { op, args, start } = ast;
  if (op === 'call' && Array.isArray(args) && args[0] === 'has') return found;
  if ((op === '.' || op === '[]') && Array.isArray(args) && isNode(args[0]) && args[0].op === 'id') {
    const name = op === '.' ? args[1] : isNode(args[1]) && args[1].op === 'value' ? args[1].args : undefined;
    if (args[0].args === 'row' && typeof name === 'string') found.push({ name, offset: start });
  }
  columnsOf(args, found);
  return found;
}

/** The same on every machine and in every version: 53 bits of SHA-256, never negative. */
function hash(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE() >> 11n;
}

function withFunctions(environment: Environment): Environment {
  for (const signature of TO_INT_SIGNATURES) environment.registerFunction(signature, toInt);
  return environment
    .registerFunction('minor(string, int): int', minor)
    .registerFunction('times(string, string): string', times)
    .registerFunction('abs(int): int', (value: bigint) => (value < 0n ? -value : value))
    .registerFunction('localTime(string, string): string', localTime)
    .registerFunction('hash(string): int', hash)
    .registerFunction('lower(string): string', (text: string) => text.toLowerCase())
    .registerFunction('upper(string): string', (text: string) => text.toUpperCase())
    .registerFunction('replace(string, string, string): string', (text: string, what: string, by: string) =>
      text.replaceAll(what, by),
    );
}
