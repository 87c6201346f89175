/**
 * Numbers for words that come again and again (employees, places, reasons): rows and indexes stay small.
 * Numbers are given in the order of the ledger.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Words remembered at least; when there are twice as many, those that have not come for longest are forgotten. */
const REMEMBERED = 50_000;

export function wordsSchema(prefix: string): string {
  return `CREATE TABLE ${prefix}_words (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;`;
}

/** For words of which many come but once: their index is made later, or when a word has to be looked up by it. */
export function manyWordsSchema(prefix: string): string {
  return `CREATE TABLE ${prefix}_words (number INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;
    ${wordsIndex('', prefix)};`;
}
/** As named after the prefix. */
export const WORDS_INDEX = 'words_by_word';

function wordsIndex(condition: string, prefix: string): string {
  return `CREATE UNIQUE INDEX ${condition} ${prefix}_${WORDS_INDEX} ON ${prefix}_words (word)`;
}

export class Words {
  #numbers = new Map<string, number>();
  /** Those before them. */
  #older: ReadonlyMap<string, number> = new Map();
  /** Undefined: to be looked up. */
  #last: number | undefined;
  /** Whether all words of the table are remembered. */
  #all = false;
  #find: StatementSync | undefined;
  readonly #db: DatabaseSync;
  readonly #prefix: string;
  /** Undefined: the table has its own. */
  readonly #index: string | undefined;
  readonly #newest: StatementSync;
  readonly #add: StatementSync;

  /** @param many whether the table is of `manyWordsSchema` */
  constructor(db: DatabaseSync, prefix: string, many = false) {
    this.#db = db;
    this.#prefix = prefix;
    this.#index = many ? wordsIndex('IF NOT EXISTS', prefix) : undefined;
    this.#newest = db.prepare(`SELECT coalesce(max(number), 0) AS number FROM ${prefix}_words`);
    this.#add = db.prepare(`INSERT INTO ${prefix}_words (number, word) VALUES (?, ?)`);
  }

  /** The word's number, new if it must be; null for an absent word. */
  numberOf(word: string | undefined): number | null {
    if (word === undefined) return null;
    return this.#numbers.get(word) ?? this.#remembered(word);
  }

  #remembered(word: string): number {
    const number = this.#older.get(word) ?? this.#stored(word);
    if (this.#numbers.size >= REMEMBERED) {
      if (this.#older.size > 0) this.#all = false;
      this.#older = this.#numbers;
      this.#numbers = new Map();
    }
    this.#numbers.set(word, number);
    return number;
  }

  #stored(word: string): number {
    if (this.#last === undefined) {
      this.#last = (this.#newest.get() as { number: number }).number;
      this.#all = this.#last === 0;
    }
    const found = this.#all ? undefined : this.#lookedUp(word);
    if (found !== undefined) return found;
    this.#add.run(++this.#last, word);
    return this.#last;
  }

  #lookedUp(word: string): number | undefined {
    if (this.#find === undefined) {
      if (this.#index !== undefined) this.#db.exec(this.#index);
      this.#find = this.#db.prepare(`SELECT number FROM ${this.#prefix}_words WHERE word = ?`);
    }
    return (this.#find.get(word) as { number: number } | undefined)?.number;
  }

  /** Forgets numbers that may have been undone. */
  forget(): void {
    this.#find = undefined;
    this.#numbers = new Map();
    this.#older = new Map();
    this.#last = undefined;
  }
}

/** Looks words up without adding any. */
export class WordReader {
  readonly #words = new Map<number, string>();
  readonly #find: StatementSync;
  readonly #resolve: StatementSync;

  constructor(db: DatabaseSync, prefix: string) {
    this.#find = db.prepare(`SELECT number FROM ${prefix}_words WHERE word = ?`);
    this.#resolve = db.prepare(`SELECT word FROM ${prefix}_words WHERE number = ?`);
  }

  numberOf(word: string): number | undefined {
    return (this.#find.get(word) as { number: number } | undefined)?.number;
  }

  wordOf(number: number): string;
  wordOf(number: number | null): string | null;
  wordOf(number: number | null): string | null {
    if (number === null) return null;
    const known = this.#words.get(number);
    if (known !== undefined) return known;
    const row = this.#resolve.get(number) as { word: string } | undefined;
    if (row === undefined) throw new Error(`word ${number} is missing from the views: rebuild them`);
    if (this.#words.size >= REMEMBERED) this.#words.clear();
    this.#words.set(number, row.word);
    return row.word;
  }
}
