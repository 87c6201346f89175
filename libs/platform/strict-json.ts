/**
 * JSON as it was meant, or a refusal that says where. `JSON.parse` changes numbers it cannot hold without a
 * word (9007199254740993 becomes …992) and does not always say where a text is broken; this does both.
 */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: 'json-malformed' | 'number-not-exact' | 'nested-too-deeply';
      readonly detail: string;
      readonly pointer: string;
      readonly line: number;
      readonly column: number;
    };

/** Deeper than anything the service takes, and shallow enough that no later walk runs out of stack. */
export const MAX_DEPTH = 32;

/** Digits that a double holds exactly, whatever they are. */
const EXACT_DIGITS = 15;
const LONG_NUMBER = /\d{16}|\d\.\d{14}|\d{8}\.\d{7}/;

/** `trusting` leaves out the look at the depth, for callers that never walk what they do not know. */
export function parseJson(text: string, options?: { readonly trusting: boolean }): JsonReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Scan(text).failure() ?? { ...MALFORMED, pointer: '', line: 1, column: 1 };
  }
  if (options?.trusting !== true || LONG_NUMBER.test(text)) {
    const failure = new Scan(text).failure();
    if (failure !== undefined) return failure;
  }
  return { ok: true, value };
}

type Failure = Extract<JsonReading, { ok: false }>;
const MALFORMED = { ok: false, code: 'json-malformed', detail: 'The text is not JSON.' } as const;

class Found extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const BLANKS = /[ \t\n\r]*/y;

/** One pass over the grammar of RFC 8259, keeping the place. */
class Scan {
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  failure(): Failure | undefined {
    try {
      this.#value();
      this.#take(BLANKS);
      if (this.#at < this.#text.length) this.#broken('Text follows the end of the JSON value.');
      return undefined;
    } catch (error) {
      if (error instanceof Found) return error.failure;
      throw error;
    }
  }

  #value(): void {
    this.#take(BLANKS);
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      if (this.#path.length >= MAX_DEPTH) {
        this.#fail('nested-too-deeply', `Values are nested more than ${MAX_DEPTH} deep.`);
      }
      if (first === '{') this.#object();
      else this.#array();
    } else if (first === '"') {
      this.#string('The string is not closed, or holds a bare control character or a bad escape.');
    } else if (first === '-' || (first !== undefined && first >= '0' && first <= '9')) {
      this.#number();
    } else if (this.#take(LITERAL) === undefined) {
      this.#broken(
        first === undefined
          ? 'The text ends where a value should stand.'
          : `${JSON.stringify(first)} stands where a value should.`,
      );
    }
  }

  #number(): void {
    const from = this.#at;
    const token = this.#take(NUMBER);
    if (token === undefined) this.#broken('This is not a number as JSON writes them.');
    const digits = token
      .replace(/[eE].*$/, '')
      .replaceAll(/[-.]/g, '')
      .replace(/^0+/, '');
    if (digits.length <= EXACT_DIGITS && Number.isFinite(Number(token))) return;
    if (/^-?\d+$/.test(token) && Number.isSafeInteger(Number(token))) return;
    this.#at = from;
    this.#fail(
      'number-not-exact',
      `${token.slice(0, 40)} cannot be held exactly; it would be changed without a word.`,
    );
  }

  #object(): void {
    this.#at++;
    this.#take(BLANKS);
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return;
    }
    for (;;) {
      this.#take(BLANKS);
      const name = this.#string('A member needs a name in double quotes here.');
      this.#take(BLANKS);
      if (this.#text[this.#at] !== ':') this.#broken('A colon is missing after the name of the member.');
      this.#at++;
      this.#path.push(name);
      this.#value();
      this.#path.pop();
      if (this.#ends('}')) return;
    }
  }

  #array(): void {
    this.#at++;
    this.#take(BLANKS);
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return;
    }
    for (let index = 0; ; index++) {
      this.#path.push(index);
      this.#value();
      this.#path.pop();
      if (this.#ends(']')) return;
    }
  }

  #ends(closing: '}' | ']'): boolean {
    this.#take(BLANKS);
    const next = this.#text[this.#at];
    if (next !== closing && next !== ',') this.#broken(`A comma or "${closing}" is missing here.`);
    this.#at++;
    return next === closing;
  }

  #string(otherwise: string): string {
    const token = this.#take(STRING);
    if (token === undefined) this.#broken(otherwise);
    return JSON.parse(token) as string;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0];
    if (token !== undefined) this.#at += token.length;
    return token;
  }

  #broken(detail: string): never {
    return this.#fail('json-malformed', detail);
  }

  #fail(code: Failure['code'], detail: string): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    throw new Found({
      ok: false,
      code,
      detail,
      pointer: this.#path
        .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .join(''),
      line: before.length,
      column: before.at(-1)!.length + 1,
    });
  }
}
