/**
 * `cache.db`: what a process keeps to start fast and to recognise old keys without holding them in memory.
 * Disposable: everything in it comes back from the ledger, so a file that is damaged, or that belongs to
 * another ledger, is thrown away. A power cut may take its newest commits but never part of one
 * (`synchronous = NORMAL`): a key that a mark covers is there.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { type BookState, SNAPSHOT_VERSION } from '../domain/book/state.ts';
import { bytesOfState, stateOfBytes } from './snapshot-bytes.ts';

/** Raised when the tables change: an older file is then thrown away. */
const FORMAT = 1;
/**
 * Keys are kept in generations of this many, so that inserts of random hashes stay within a tree that fits
 * the page cache however old the ledger grows; a lookup that the Bloom filter lets through asks each.
 */
const KEYS_PER_GENERATION = 131_072;

/** How far a book's keys, or its snapshot, reach, and the id of the event there: the proof of the same ledger. */
export interface Mark {
  readonly revision: number;
  readonly eventId: string;
}

export class CacheFile {
  readonly #db: DatabaseSync;
  readonly #insertKey: StatementSync;
  readonly #findKey: StatementSync;
  #keyCount: number;

  /** @param options.beside another thread has the file open for writing: it is not made anew here */
  constructor(file: string, options: { readonly readOnly?: boolean; readonly beside?: boolean } = {}) {
    const { readOnly = false, beside = false } = options;
    this.#db = readOnly || beside ? openOnce(file, readOnly) : open(file);
    this.#insertKey = this.#db.prepare('INSERT OR IGNORE INTO keys VALUES (?, ?, ?)');
    this.#findKey = this.#db.prepare('SELECT revision FROM keys WHERE generation = ? AND hash = ?');
    this.#keyCount = (this.#db.prepare('SELECT sum(n) AS n FROM marks').get() as { n: number | null }).n ?? 0;
  }

  /** Adds keys of one book up to the mark, in one commit. `hashes` and `revisions` run in parallel. */
  addKeys(book: string, hashes: Float64Array, revisions: Float64Array, mark: Mark): void {
    // So that the file's tree is filled from left to right.
    const sorted = Uint32Array.from(hashes, (_, i) => i).sort((one, other) => hashes[one]! - hashes[other]!);
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      sorted.forEach((place, i) => {
        const generation = Math.floor((this.#keyCount + i) / KEYS_PER_GENERATION);
        this.#insertKey.run(generation, hashes[place]!, revisions[place]!);
      });
      this.#db
        .prepare(
          `INSERT INTO marks VALUES (?, ?, ?, ?) ON CONFLICT (book) DO UPDATE
           SET revision = excluded.revision, event_id = excluded.event_id, n = n + excluded.n`,
        )
        .run(book, mark.revision, mark.eventId, hashes.length);
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
    this.#keyCount += hashes.length;
  }

  keysMark(book: string): Mark | undefined {
    const row = this.#db.prepare('SELECT revision, event_id FROM marks WHERE book = ?').get(book);
    return row === undefined
      ? undefined
      : { revision: row.revision as number, eventId: row.event_id as string };
  }

  /** The revisions at which an event with this key hash may stand, the newest generation first. */
  findKey(hash: number): number[] {
    const found: number[] = [];
    const row = this.#db.prepare('SELECT max(generation) AS newest FROM keys').get() as {
      newest: number | null;
    };
    for (let generation = row.newest ?? -1; generation >= 0; generation--) {
      for (const { revision } of this.#findKey.all(generation, hash)) found.push(revision as number);
    }
    return found;
  }

  /** Every key hash, in pages, each in memory of its own: to fill the Bloom filter at start. */
  *allHashes(pageSize = 65_536): Generator<Float64Array<ArrayBuffer>> {
    let page = new Float64Array(pageSize);
    let n = 0;
    const statement = this.#db.prepare('SELECT hash FROM keys');
    statement.setReturnArrays(true);
    for (const row of statement.iterate()) {
      page[n++] = (row as unknown as readonly [number])[0];
      if (n === pageSize) {
        yield page;
        page = new Float64Array(pageSize);
        n = 0;
      }
    }
    yield page.subarray(0, n);
  }

  saveSnapshot(state: BookState, eventId: string): void {
    const data = bytesOfState(state);
    this.#db
      .prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)')
      .run(state.id, SNAPSHOT_VERSION, state.revision, eventId, crc32(data), data);
  }

  /** The newest snapshot of a book that this version can read and whose checksum holds. */
  loadSnapshot(book: string): BookState | undefined {
    const row = this.#db
      .prepare('SELECT checksum, data FROM snapshots WHERE book = ? AND version = ?')
      .get(book, SNAPSHOT_VERSION);
    if (row === undefined) return undefined;
    const data = row.data as Uint8Array<ArrayBuffer>;
    if (crc32(data) !== row.checksum) return undefined;
    return stateOfBytes(data);
  }

  snapshotMark(book: string): Mark | undefined {
    const row = this.#db
      .prepare('SELECT revision, event_id FROM snapshots WHERE book = ? AND version = ?')
      .get(book, SNAPSHOT_VERSION);
    return row === undefined
      ? undefined
      : { revision: row.revision as number, eventId: row.event_id as string };
  }

  /**
   * Forgets a book whose ledger is not the one it was made from. Its keys may stay: they only say where to look, and
   * whoever looks compares the keys themselves. Other books, which rely on theirs, are not touched.
   */
  forget(book: string): void {
    this.#db.exec('BEGIN');
    this.#db.prepare('DELETE FROM marks WHERE book = ?').run(book);
    this.#db.prepare('DELETE FROM snapshots WHERE book = ?').run(book);
    this.#db.exec('COMMIT');
  }

  close(): void {
    this.#db.close();
  }
}

function open(file: string): DatabaseSync {
  try {
    return openOnce(file, false);
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    return openOnce(file, false);
  }
}

function openOnce(file: string, readOnly: boolean): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly, timeout: 10_000 });
  try {
    if (readOnly) return db;
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000');
    const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (format !== 0 && format !== FORMAT) throw new Error(`cache format ${format}`);
    db.exec(`
      CREATE TABLE IF NOT EXISTS keys (
        generation INTEGER, hash INTEGER, revision INTEGER, PRIMARY KEY (generation, hash, revision)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS marks (book TEXT PRIMARY KEY, revision INTEGER, event_id TEXT, n INTEGER);
      CREATE TABLE IF NOT EXISTS snapshots (
        book TEXT PRIMARY KEY, version INTEGER, revision INTEGER, event_id TEXT, checksum INTEGER, data BLOB
      );
      PRAGMA user_version = ${FORMAT};
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
