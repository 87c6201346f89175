/** What several comparisons, all of which hold, leave of the values their terms can have. */
import type { Node } from './condition-limits.ts';
import { type Constant, canBe, constantOf, rangeOf, wordsOf, written } from './condition-terms.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
/** The same comparison with its sides changed over. */
const TURNED: Readonly<Record<Comparison, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
/** Which of less, equal, greater a comparison lets through, as bits. */
const LETS_THROUGH: Readonly<Record<Comparison, number>> = {
  '<': 1,
  '==': 2,
  '>': 4,
  '<=': 3,
  '>=': 6,
  '!=': 5,
};

class Numbers {
  #from: number;
  #to: number;
  readonly #whole: boolean;
  readonly #not = new Set<number>();
  /** Fractions only: whether the ends themselves are outside. */
  #above = false;
  #below = false;

  constructor(term: Node) {
    const { from, to } = rangeOf(term);
    this.#from = from;
    this.#to = to;
    this.#whole = term.checkedType?.name !== 'double';
  }

  compare(comparison: Comparison, value: number): void {
    if (comparison === '!=') this.#not.add(value);
    if (comparison === '==' || comparison === '>=') this.#atLeast(value, false);
    if (comparison === '==' || comparison === '<=') this.#atMost(value, false);
    if (comparison === '>') this.#atLeast(this.#whole ? value + 1 : value, !this.#whole);
    if (comparison === '<') this.#atMost(this.#whole ? value - 1 : value, !this.#whole);
  }

  #atLeast(value: number, above: boolean): void {
    if (value > this.#from || (value === this.#from && above)) {
      this.#from = value;
      this.#above = above;
    }
  }

  #atMost(value: number, below: boolean): void {
    if (value < this.#to || (value === this.#to && below)) {
      this.#to = value;
      this.#below = below;
    }
  }

  get any(): boolean {
    if (this.#from > this.#to) return false;
    if (this.#from < this.#to) {
      // Few whole numbers left may all be excluded one by one.
      if (!this.#whole || this.#to - this.#from >= this.#not.size) return true;
      for (let value = this.#from; value <= this.#to; value++) if (!this.#not.has(value)) return true;
      return false;
    }
    return !this.#above && !this.#below && !this.#not.has(this.#from);
  }
}

class Texts {
  readonly #term: string;
  #only: readonly string[] | undefined;
  #from: string | undefined;
  #to: string | undefined;
  #above = false;
  #below = false;
  readonly #not = new Set<string>();
  readonly #tests: ((text: string) => boolean)[] = [];
  #start = '';
  #startsApart = false;

  constructor(term: string) {
    this.#term = term;
    this.#only = wordsOf(term);
  }

  oneOf(values: readonly string[]): void {
    this.#only = this.#only === undefined ? values : this.#only.filter((one) => values.includes(one));
  }

  noneOf(values: readonly string[]): void {
    for (const value of values) this.#not.add(value);
  }

  compare(comparison: Comparison, value: string): void {
    if (comparison === '==') this.oneOf([value]);
    else if (comparison === '!=') this.noneOf([value]);
    else if (comparison === '>' || comparison === '>=') {
      const above = comparison === '>';
      if (this.#from === undefined || value > this.#from || (value === this.#from && above)) {
        this.#from = value;
        this.#above = above;
      }
    } else {
      const below = comparison === '<';
      if (this.#to === undefined || value < this.#to || (value === this.#to && below)) {
        this.#to = value;
        this.#below = below;
      }
    }
  }

  test(name: string, part: string, holds: boolean): void {
    if (name === 'startsWith' && holds) {
      if (part.startsWith(this.#start)) this.#start = part;
      else if (!this.#start.startsWith(part)) this.#startsApart = true;
    }
    this.#tests.push((text) => {
      const found =
        name === 'startsWith'
          ? text.startsWith(part)
          : name === 'endsWith'
            ? text.endsWith(part)
            : text.includes(part);
      return found === holds;
    });
  }

  get any(): boolean {
    if (this.#startsApart) return false;
    if (this.#only !== undefined) return this.#only.some((text) => this.#canBe(text));
    if (this.#from === undefined || this.#to === undefined || this.#from < this.#to) return true;
    return this.#from === this.#to && this.#canBe(this.#from);
  }

  #canBe(text: string): boolean {
    if (!canBe(this.#term, text) || this.#not.has(text)) return false;
    if (this.#from !== undefined && (text < this.#from || (text === this.#from && this.#above))) return false;
    if (this.#to !== undefined && (text > this.#to || (text === this.#to && this.#below))) return false;
    return this.#tests.every((test) => test(text));
  }
}

const TEXT_TESTS = new Set(['startsWith', 'endsWith', 'contains']);

/** Facts are added one after the other; `contradictory` as soon as nothing can meet them all. */
export class PossibleValues {
  readonly #numbers = new Map<string, Numbers>();
  readonly #texts = new Map<string, Texts>();
  readonly #pairs = new Map<string, number>();
  readonly #truths = new Map<string, boolean>();
  #contradictory = false;

  get contradictory(): boolean {
    if (this.#contradictory) return true;
    for (const numbers of this.#numbers.values()) if (!numbers.any) return true;
    for (const texts of this.#texts.values()) if (!texts.any) return true;
    return false;
  }

  /** Takes a condition without &&, || and ! in it to hold, or not to. */
  add(node: Node, holds: boolean): void {
    if (Object.hasOwn(OPPOSITE, node.op)) {
      const comparison = node.op as Comparison;
      const [left, right] = node.args as [Node, Node];
      this.#compare(left, holds ? comparison : OPPOSITE[comparison], right);
      return;
    }
    if (node.op === 'in') this.#addIn(node, holds);
    if (node.op === 'rcall') this.#addTest(node, holds);
    const text = written(node);
    const known = this.#truths.get(text);
    if (known !== undefined && known !== holds) this.#contradictory = true;
    this.#truths.set(text, holds);
  }

  #compare(left: Node, comparison: Comparison, right: Node): void {
    const [a, b] = [constantOf(left), constantOf(right)];
    if (a !== undefined && b !== undefined) {
      if (!compares(a, comparison, b)) this.#contradictory = true;
    } else if (b !== undefined) {
      this.#bound(left, comparison, b);
    } else if (a !== undefined) {
      this.#bound(right, TURNED[comparison], a);
    } else {
      this.#relate(written(left), comparison, written(right));
    }
  }

  #bound(term: Node, comparison: Comparison, value: Constant): void {
    if (typeof value === 'number') this.#numbersOf(term).compare(comparison, value);
    else if (typeof value === 'string') this.#textsOf(written(term)).compare(comparison, value);
  }

  #relate(left: string, comparison: Comparison, right: string): void {
    const turned = left > right;
    const bits = LETS_THROUGH[turned ? TURNED[comparison] : comparison];
    const pair = JSON.stringify(turned ? [right, left] : [left, right]);
    const rest = (this.#pairs.get(pair) ?? (left === right ? 2 : 7)) & bits;
    if (rest === 0) this.#contradictory = true;
    this.#pairs.set(pair, rest);
  }

  #addIn(node: Node, holds: boolean): void {
    const [term, list] = node.args as [Node, Node];
    if (list.op !== 'list') return;
    const values = (list.args as Node[]).map(constantOf);
    if (values.length === 0 && holds) this.#contradictory = true;
    if (values.some((value) => value === undefined)) return;
    const constant = constantOf(term);
    if (constant !== undefined) {
      if (values.includes(constant) !== holds) this.#contradictory = true;
    } else if (values.every((value) => typeof value === 'string')) {
      const texts = this.#textsOf(written(term));
      if (holds) texts.oneOf(values);
      else texts.noneOf(values);
    } else if (values.every((value) => typeof value === 'number')) {
      const numbers = this.#numbersOf(term);
      if (!holds) for (const value of values) numbers.compare('!=', value);
      else {
        numbers.compare('>=', Math.min(...values));
        numbers.compare('<=', Math.max(...values));
      }
    }
  }

  #addTest(node: Node, holds: boolean): void {
    const [name, receiver, args] = node.args as [string, Node, Node[]];
    const part = args[0] === undefined ? undefined : constantOf(args[0]);
    if (!TEXT_TESTS.has(name) || typeof part !== 'string') return;
    const text = constantOf(receiver);
    if (typeof text !== 'string') this.#textsOf(written(receiver)).test(name, part, holds);
  }

  #numbersOf(term: Node): Numbers {
    const name = written(term);
    const numbers = this.#numbers.get(name) ?? new Numbers(term);
    this.#numbers.set(name, numbers);
    return numbers;
  }

  #textsOf(name: string): Texts {
    const texts = this.#texts.get(name) ?? new Texts(name);
    this.#texts.set(name, texts);
    return texts;
  }
}

function compares(a: Constant, comparison: Comparison, b: Constant): boolean {
  const order = a === b ? 2 : a < b ? 1 : 4;
  return (LETS_THROUGH[comparison] & order) !== 0;
}
