/** Answers questions from the views' file. Rows and the position they reflect come from one read transaction. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ViewsUnavailable } from './status.ts';
import type { View } from './view.ts';
import { type Head, prefixOf } from './views-file.ts';

type Answer = ReturnType<View['answer']>;

export class Reader {
  readonly #db: DatabaseSync;
  readonly #views: ReadonlyMap<string, View>;
  readonly #active: StatementSync;
  readonly #head: StatementSync;
  readonly #open = new Map<string, { readonly build: number; readonly answer: Answer }>();

  constructor(file: string, views: readonly View[]) {
    this.#db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    this.#db.exec('PRAGMA cache_size = -16384');
    this.#views = new Map(views.map((view) => [view.name, view]));
    this.#active = this.#db.prepare(`SELECT number AS build FROM builds WHERE view = ? AND state = 'active'`);
    this.#head = this.#db.prepare('SELECT number, revision, event FROM heads WHERE build = ? AND book = ?');
  }

  /** How far the view has come with the book; undefined: it knows nothing of it. */
  head(name: string, book: string): Head | undefined {
    const active = this.#active.get(name) as { build: number } | undefined;
    return active === undefined ? undefined : (this.#head.get(active.build, book) as Head | undefined);
  }

  /** @returns the view's answer with `position`, -1 while the view knows nothing of the book. */
  ask(name: string, book: string, question: unknown): object {
    const view = this.#views.get(name);
    if (view === undefined) throw new RangeError(`no view ${name}`);
    this.#db.exec('BEGIN');
    try {
      const active = this.#active.get(name) as { build: number } | undefined;
      if (active === undefined) throw new ViewsUnavailable(`the view ${name} has not been begun yet`);
      const { build } = active;
      const head = this.#head.get(build, book) as Head | undefined;
      let open = this.#open.get(name);
      if (open?.build !== build) {
        open = { build, answer: view.answer(this.#db, prefixOf({ view: name, number: build })) };
        this.#open.set(name, open);
      }
      return { position: head?.revision ?? -1, ...open.answer(head?.number, question) };
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  close(): void {
    this.#db.close();
  }
}
