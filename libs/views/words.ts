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

export class Words {
  #numbers = new Map<string, number>();
  /** Those before them. */
  #older: ReadonlyMap<string, number> = new Map();
  /** Undefined: to be looked up. */
  #last: number | undefined;
  /** Whether all words of the table are remembered. */
  #all = false;
  readonly #find: StatementSync;
  readonly #newest: StatementSync;
  readonly #add: StatementSync;

  constructor(db: DatabaseSync, prefix: string) {
    this.#find = db.prepare(`SELECT number FROM ${prefix}_words WHERE word = ?`);
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
    const found = this.#all ? undefined : (this.#find.get(word) as { number: number } | undefined);
    if (found !== undefined) return found.number;
    this.#add.run(++this.#last, word);
    return this.#last;
  }

  /** Forgets numbers that may have been undone. */
  forget(): void {
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
