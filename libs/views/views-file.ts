/**
 * The file the views live in: which builds of which views it holds, how far each has come, and which one
 * answers. It is disposable: a file that cannot be used is deleted and filled again from the ledger.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { View } from './view.ts';

const FORMAT = 1;
/** SQLite's result codes for a file that is damaged or not a database. */
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** One build of one view. `active` answers; `building` is on its way; `retired` waits to be dropped. */
export interface Build {
  readonly number: number;
  readonly view: string;
  readonly version: number;
  readonly state: 'active' | 'building' | 'retired';
  /** Newest global position reflected; null before the first event. */
  readonly checkpoint: bigint | null;
}

export interface Head {
  readonly number: number;
  /** Newest position reflected. */
  readonly revision: number;
  /** Id of the event there: tells whether the ledger is still the one the rows were made from. */
  readonly event: string;
}

export function prefixOf(build: { readonly view: string; readonly number: number }): string {
  return `${build.view}_${build.number}`;
}

/** Opens or makes the file for the one thread that writes to it. */
export function openViewsFile(file: string): DatabaseSync {
  try {
    return open(file);
  } catch (error) {
    if (!(error instanceof ForeignFormat) && !isDamage(error)) throw error;
    remove(file);
    return open(file);
  }
}

/** Whether the file itself is damaged, so that nothing in it can be relied on. */
export function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && ((code & 0xff) === CORRUPT || (code & 0xff) === NOT_A_DATABASE);
}

/** Deletes the file under its writer, which has to end: the next one starts from the ledger. */
export function discardViewsFile(db: DatabaseSync, file: string): void {
  db.close();
  remove(file);
}

function remove(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

class ForeignFormat extends Error {}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  try {
    // NORMAL: a power cut may lose the newest rows, never their agreement with the checkpoint.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
    db.exec('PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 67108864');
    const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (format === FORMAT) return db;
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
    if (tables > 0) throw new ForeignFormat(`${file} has format ${format}`);
    db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE builds (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        view TEXT NOT NULL,
        version INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('active', 'building', 'retired')),
        checkpoint INTEGER
      ) STRICT;
      CREATE UNIQUE INDEX builds_state ON builds (view, state) WHERE state <> 'retired';
      CREATE TABLE heads (
        build INTEGER NOT NULL,
        book TEXT NOT NULL,
        number INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (build, book)
      ) STRICT, WITHOUT ROWID;
      PRAGMA user_version = ${FORMAT};
      COMMIT;`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function buildsIn(db: DatabaseSync): Build[] {
  const statement = db.prepare('SELECT number, view, version, state, checkpoint FROM builds ORDER BY number');
  statement.setReadBigInts(true);
  return (
    statement.all() as unknown as (Omit<Build, 'number' | 'version'> & { number: bigint; version: bigint })[]
  ).map((row) => ({ ...row, number: Number(row.number), version: Number(row.version) }));
}

export function headsOf(db: DatabaseSync, build: number): Map<string, Head> {
  const rows = db
    .prepare('SELECT book, number, revision, event FROM heads WHERE build = ? ORDER BY number')
    .all(build) as unknown as (Head & { book: string })[];
  return new Map(rows.map(({ book, number, revision, event }) => [book, { number, revision, event }]));
}

/** Makes the tables of a new build; in a transaction of its own. */
export function addBuild(db: DatabaseSync, view: View, state: 'active' | 'building'): Build {
  return inTransaction(db, () => {
    const { number } = db
      .prepare('INSERT INTO builds (view, version, state) VALUES (?, ?, ?) RETURNING number')
      .get(view.name, view.version, state) as { number: number };
    const build: Build = { number, view: view.name, version: view.version, state, checkpoint: null };
    db.exec(view.schema(prefixOf(build)));
    return build;
  });
}

/** From here on this build answers, and the one before it does not. */
export function activate(db: DatabaseSync, build: { readonly number: number; readonly view: string }): void {
  inTransaction(db, () => {
    db.prepare(`UPDATE builds SET state = 'retired' WHERE view = ? AND state = 'active'`).run(build.view);
    db.prepare(`UPDATE builds SET state = 'active' WHERE number = ?`).run(build.number);
  });
}

export function retire(db: DatabaseSync, build: { readonly number: number }): void {
  db.prepare(`UPDATE builds SET state = 'retired' WHERE number = ?`).run(build.number);
}

/** Drops one table of a retired build, so that writes go on in between. @returns false when none is left. */
export function dropRetired(db: DatabaseSync): boolean {
  const build = buildsIn(db).find(({ state }) => state === 'retired');
  if (build === undefined) return false;
  const object = db
    .prepare(
      `SELECT type, name FROM sqlite_schema
       WHERE substr(name, 1, length(?1)) = ?1 AND sql IS NOT NULL ORDER BY type`,
    )
    .get(`${prefixOf(build)}_`) as { type: string; name: string } | undefined;
  inTransaction(db, () => {
    if (object !== undefined) db.exec(`DROP ${object.type} ${object.name}`);
    else {
      db.prepare('DELETE FROM heads WHERE build = ?').run(build.number);
      db.prepare('DELETE FROM builds WHERE number = ?').run(build.number);
    }
  });
  return true;
}

/** Saves how far a build has come, in the transaction of its rows. */
export class Checkpoints {
  readonly #head: StatementSync;
  readonly #checkpoint: StatementSync;

  constructor(db: DatabaseSync) {
    this.#head = db.prepare(
      `INSERT INTO heads (build, book, number, revision, event) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, event = excluded.event`,
    );
    this.#checkpoint = db.prepare('UPDATE builds SET checkpoint = ? WHERE number = ?');
  }

  save(build: number, heads: Iterable<readonly [string, Head]>, checkpoint: bigint): void {
    for (const [book, head] of heads) this.#head.run(build, book, head.number, head.revision, head.event);
    this.#checkpoint.run(checkpoint, build);
  }
}

export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
