/**
 * Rows of one table that are written some at a time: one statement for sixteen costs half of sixteen, because SQLite goes
 * to the end of the table once for all of them.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Halves of it down to one write what is left over. */
const AT_ONCE = 16;

export class Rows {
  readonly #db: DatabaseSync;
  readonly #into: string;
  readonly #row: string;
  readonly #columns: number;
  /** By the number of rows each takes. */
  readonly #statements = new Map<number, StatementSync>();
  /** Their values, one row after the other. */
  #waiting: SQLInputValue[] = [];

  /** @param into the table, with its columns where not all of them are given */
  constructor(db: DatabaseSync, into: string, columns: number) {
    this.#db = db;
    this.#into = into;
    this.#columns = columns;
    this.#row = `(?${', ?'.repeat(columns - 1)})`;
  }

  /** Bytes among the values must not be changed until they are written. */
  add(row: readonly SQLInputValue[]): void {
    const waiting = this.#waiting;
    // Cheaper than to push them.
    for (let at = 0, end = waiting.length; at < this.#columns; at++) waiting[end + at] = row[at]!;
    if (waiting.length === AT_ONCE * this.#columns) this.write();
  }

  /** To be called before the rows are looked for, and before `apply` ends. */
  write(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    let written = 0;
    for (let rows = AT_ONCE; rows >= 1; rows /= 2) {
      const values = rows * this.#columns;
      if (waiting.length - written < values) continue;
      const these =
        written === 0 && waiting.length === values ? waiting : waiting.slice(written, written + values);
      this.#statement(rows).run(...these);
      written += values;
    }
  }

  /** What was not written belongs to events that have been undone. */
  forget(): void {
    this.#waiting = [];
  }

  #statement(rows: number): StatementSync {
    let statement = this.#statements.get(rows);
    if (statement === undefined) {
      const all = Array.from({ length: rows }, () => this.#row).join(', ');
      // What fails is rolled back with its transaction. To undo it alone, SQLite would keep a copy of every page.
      statement = this.#db.prepare(`INSERT OR FAIL INTO ${this.#into} VALUES ${all}`);
      this.#statements.set(rows, statement);
    }
    return statement;
  }
}
