/**
 * What a shadow has to remember of its acts, in case one is reversed some day: the buckets it was counted in. In a file
 * of its own beside the ledger, because acts are many and reversals few; made anew whenever the thread starts.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ActOnLedger } from '../domain/book/context.ts';
import type { SettlingEvent } from '../domain/book/events.ts';
import { actText, readAct } from './act-text.ts';
import type { KeptActs } from './counterfactual.ts';

export class ShadowActsFile {
  readonly #db: DatabaseSync;
  readonly #keep: StatementSync;
  readonly #find: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetAll: StatementSync;
  #next = 1;
  #isWriting = false;

  constructor(file: string) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    this.#db = new DatabaseSync(file);
    // Nothing in it outlives the thread: the ledger has it all.
    this.#db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE');
    this.#db.exec(
      'CREATE TABLE acts (shadow INTEGER, id TEXT, act TEXT NOT NULL, PRIMARY KEY (shadow, id)) WITHOUT ROWID',
    );
    this.#keep = this.#db.prepare('INSERT OR REPLACE INTO acts (shadow, id, act) VALUES (?, ?, ?)');
    this.#find = this.#db.prepare('SELECT act FROM acts WHERE shadow = ? AND id = ?');
    this.#forget = this.#db.prepare('DELETE FROM acts WHERE shadow = ? AND id = ?');
    this.#forgetAll = this.#db.prepare('DELETE FROM acts WHERE shadow = ?');
  }

  /** Writes are gathered until then: one batch of events, one transaction of the database. */
  flush(): void {
    if (!this.#isWriting) return;
    this.#db.exec('COMMIT');
    this.#isWriting = false;
  }

  forShadow(): KeptActs & { drop(): void } {
    const shadow = this.#next++;
    const put = (id: string, text: string) => {
      this.#write();
      this.#keep.run(shadow, id, text);
    };
    const find = (id: string): ActOnLedger | undefined => {
      const row = this.#find.get(shadow, id) as { act: string } | undefined;
      return row === undefined ? undefined : readAct(id, row.act);
    };
    return {
      keep: (decided) => put(decided.id, actText(decided)),
      settle: (settled: SettlingEvent) => {
        const act = find(settled.act);
        if (act !== undefined) put(settled.act, actText(act.decided, settled));
      },
      find,
      forget: (id) => {
        this.#write();
        this.#forget.run(shadow, id);
      },
      drop: () => {
        this.#write();
        this.#forgetAll.run(shadow);
        this.flush();
      },
    };
  }

  close(): void {
    this.flush();
    this.#db.close();
  }

  #write(): void {
    if (this.#isWriting) return;
    this.#db.exec('BEGIN');
    this.#isWriting = true;
  }
}
