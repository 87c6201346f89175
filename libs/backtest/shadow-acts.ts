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

/** Lines held in memory until there is time to write them: some tens of megabytes. */
const MOST_HELD = 200_000;

export class ShadowActsFile {
  readonly #db: DatabaseSync;
  readonly #keep: StatementSync;
  readonly #find: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetAll: StatementSync;
  /** Not written yet, by shadow and id. Null: to be forgotten. */
  readonly #held = new Map<number, Map<string, string | null>>();
  #heldCount = 0;
  #next = 1;

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

  /** Writes what is held. @param canWait unless that has become too much */
  flush(canWait: boolean): void {
    if (this.#heldCount === 0 || (canWait && this.#heldCount < MOST_HELD)) return;
    this.#db.exec('BEGIN');
    for (const [shadow, lines] of this.#held) {
      for (const [id, line] of lines) {
        if (line === null) this.#forget.run(shadow, id);
        else this.#keep.run(shadow, id, line);
      }
      lines.clear();
    }
    this.#db.exec('COMMIT');
    this.#heldCount = 0;
  }

  forShadow(): KeptActs & { drop(): void } {
    const shadow = this.#next++;
    const held = new Map<string, string | null>();
    this.#held.set(shadow, held);
    const put = (id: string, line: string | null) => {
      held.set(id, line);
      this.#heldCount++;
    };
    const find = (id: string): ActOnLedger | undefined => {
      const line = held.get(id) ?? (held.has(id) ? undefined : this.#lineOf(shadow, id));
      return line === undefined ? undefined : readAct(id, line);
    };
    return {
      keep: (decided) => put(decided.id, actText(decided)),
      settle: (settled: SettlingEvent) => {
        const act = find(settled.act);
        if (act !== undefined) put(settled.act, actText(act.decided, settled));
      },
      find,
      forget: (id) => put(id, null),
      drop: () => {
        this.#held.delete(shadow);
        this.#forgetAll.run(shadow);
      },
    };
  }

  close(): void {
    this.#db.close();
  }

  #lineOf(shadow: number, id: string): string | undefined {
    return (this.#find.get(shadow, id) as { act: string } | undefined)?.act;
  }
}
