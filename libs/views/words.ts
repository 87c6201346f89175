/**
 * Numbers for words that come again and again (employees, places, reasons): rows and indexes stay small.
 * Numbers are given in the order of the ledger.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Words remembered at once; beyond it the memory is emptied and filled again from the table. */
const REMEMBERED = 50_000;

export function wordsSchema(prefix: string): string {
  return `CREATE TABLE ${prefix}_words (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;`;
}

export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  constructor(db: DatabaseSync, prefix: string) {
    this.#find = db.prepare(`SELECT number FROM ${prefix}_words WHERE word = ?`);
    this.#add = db.prepare(`INSERT INTO ${prefix}_words (word) VALUES (?) RETURNING number`);
  }

  /** The word's number, new if it must be; null for an absent word. */
  numberOf(word: string | undefined): number | null {
    if (word === undefined) return null;
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const row = (this.#find.get(word) ?? this.#add.get(word)) as { number: number };
    if (this.#numbers.size >= REMEMBERED) this.#numbers.clear();
    this.#numbers.set(word, row.number);
    return row.number;
  }

  /** Forgets numbers that may have been undone. */
  forget(): void {
    this.#numbers.clear();
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
