/**
 * The ledger's file: its marks, its tables, and how a connection to it is set up.
 *
 * Writing needs every setting below to keep the promise "acknowledged is durable"; the crash tests kill a
 * change of them.
 */
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, LedgerFileRefused, pauseMs } from './sqlite-faults.ts';

/** "GWLG" in ASCII: marks a SQLite file as a ledger. */
const APPLICATION_ID = 0x47574c47;
const FORMAT = 1;

/**
 * Pages of 4 KiB that the log may hold before a commit moves them into the file. Moving costs the writer about
 * 7 ms per 1,000 pages, and less often is cheaper per page: 2,000 keeps the longest stall near 15 ms.
 */
const CHECKPOINT_PAGES = 2_000;
/** The log is overwritten in place, which makes fdatasync cheap; past this size (bytes) it is cut back. */
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;
/** How long another process may hold the file's lock before a call gives up. */
export const LOCK_PATIENCE_MS = 10_000;
/** A reader meets a lock only while a log is being recovered: milliseconds. */
const READER_PATIENCE_MS = 2_000;

/*
 * Streams are AUTOINCREMENT: the id of a deleted stream is never given to another one. Event numbers are kept
 * from reuse by engine.last_global, so that a subscriber never mistakes a new event for one it has seen.
 */
const TABLES = `
  CREATE TABLE engine (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_global INTEGER NOT NULL,
    probes INTEGER NOT NULL
  ) STRICT;
  INSERT INTO engine VALUES (1, 0, 0);
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE events (
    global INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_in_stream ON events (stream_id, revision);
`;

/**
 * Opens the file for appending, making it first when it is not there. Several processes may do so at once.
 * @throws LedgerFileRefused when the file is not ours to write; SQLite's own error otherwise.
 */
export function openForWriting(file: string): DatabaseSync {
  const deadline = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const db = new DatabaseSync(file, { timeout: 0 });
    try {
      prepareForWriting(db, file);
      return db;
    } catch (error) {
      db.close();
      if (!isBusy(error) || performance.now() > deadline) throw error;
      pauseMs(1 + Math.random() * 9);
    }
  }
}

function prepareForWriting(db: DatabaseSync, file: string): void {
  const fresh = isFresh(db, file);
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  if (mode !== 'wal') {
    throw new LedgerFileRefused(
      `${file} cannot use a write-ahead log here (journal mode "${mode}"): put the data directory on a local disk.`,
    );
  }
  db.exec('PRAGMA synchronous = FULL');
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.exec(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
  // What a deletion of personal data frees is overwritten, not only unlinked.
  db.exec('PRAGMA secure_delete = ON');
  if (!fresh) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    if (isFresh(db, file)) {
      db.exec(TABLES);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      db.exec(`PRAGMA user_version = ${FORMAT}`);
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
  syncDirectory(dirname(file));
}

/** A new file is durable only when the directory that names it is. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Opens the file for reading only. It sees each commit of any thread or process as soon as it is made. */
export function openForReading(file: string): DatabaseSync {
  if (!existsSync(file)) {
    throw new LedgerFileRefused(`${file} does not exist yet: open the ledger for writing first.`);
  }
  const db = new DatabaseSync(file, { readOnly: true, timeout: READER_PATIENCE_MS });
  try {
    if (isFresh(db, file)) {
      throw new LedgerFileRefused(`${file} is empty: open the ledger for writing first.`);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** True when nothing is in the file yet. @throws LedgerFileRefused when what is in it is not ours. */
function isFresh(db: DatabaseSync, file: string): boolean {
  const application = db.prepare('PRAGMA application_id').get()?.application_id;
  const format = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n);
  if (application === 0 && format === 0 && tables === 0) return true;
  if (application !== APPLICATION_ID) {
    throw new LedgerFileRefused(
      `${file} is a SQLite file of another program: choose another data directory, or move that file away.`,
    );
  }
  if (format !== FORMAT) {
    throw new LedgerFileRefused(
      `${file} has format ${format}; this program knows format ${FORMAT}: run the version that wrote it, or a newer one.`,
    );
  }
  return false;
}
