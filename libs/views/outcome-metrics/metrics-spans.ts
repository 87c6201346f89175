/** How far the outcomes of each book are known: gathered over a batch of events, so that it is written once. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { RETURN } from './follow-ups.ts';

interface Span {
  lastReturn: number | null;
  lastContact: number | null;
  resolutions: number;
}

export class MetricsSpans {
  readonly #widen: StatementSync;
  readonly #define: StatementSync;
  readonly #spans = new Map<number, Span>();

  constructor(db: DatabaseSync, prefix: string) {
    const later = (column: string) =>
      `${column} = coalesce(max(${column}, excluded.${column}), ${column}, excluded.${column})`;
    this.#widen = db.prepare(
      `INSERT INTO ${prefix}_books (book, last_return, last_contact, resolutions) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${later('last_return')}, ${later('last_contact')},
         resolutions = resolutions + excluded.resolutions`,
    );
    this.#define = db.prepare(
      `INSERT INTO ${prefix}_books (book, currency) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET currency = excluded.currency`,
    );
  }

  define(book: number, currency: string): void {
    this.#define.run(book, currency);
  }

  widen(book: number, what: number, at: number): void {
    const span = this.#of(book);
    if (what === RETURN) span.lastReturn = Math.max(span.lastReturn ?? at, at);
    else span.lastContact = Math.max(span.lastContact ?? at, at);
  }

  resolved(book: number): void {
    this.#of(book).resolutions++;
  }

  write(): void {
    for (const [book, { lastReturn, lastContact, resolutions }] of this.#spans)
      this.#widen.run(book, lastReturn, lastContact, resolutions);
    this.#spans.clear();
  }

  /** What was gathered belongs to events that have been undone. */
  forget(): void {
    this.#spans.clear();
  }

  #of(book: number): Span {
    let span = this.#spans.get(book);
    if (span === undefined) {
      span = { lastReturn: null, lastContact: null, resolutions: 0 };
      this.#spans.set(book, span);
    }
    return span;
  }
}
