/**
 * The thread that writes the ledger's file, one append per commit and one fdatasync per commit, so that the disk
 * never stalls the thread that answers requests.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { NO_STREAM } from '../event-store.ts';
import {
  commitLeftNothing,
  explain,
  isBusy,
  isSqliteError,
  LedgerFileRefused,
  pauseMs,
} from './sqlite-faults.ts';
import { LOCK_PATIENCE_MS, openForWriting } from './sqlite-format.ts';

export type Request =
  /** `texts` holds id, type and data of each event in turn: an array of strings is the cheapest to pass. */
  | readonly [seq: number, op: 'append', stream: string, expectedRevision: number, texts: readonly string[]]
  | readonly [seq: number, op: 'delete', stream: string]
  | readonly [seq: number, op: 'open' | 'check' | 'close'];

export type Reply =
  | readonly [seq: number, outcome: 'appended' | 'alreadyThere' | 'conflict', revision: number]
  | readonly [seq: number, outcome: 'done']
  | readonly [seq: number, outcome: 'refused', message: string]
  | readonly [seq: number, outcome: 'unavailable', message: string, nothingWritten: boolean];

type Outcome = ['appended' | 'alreadyThere' | 'conflict', number];

/** With nothing to do for so long, the log is moved into the file, so that a busy time starts with an empty one. */
const IDLE_MS = 250;
const IDLE_LOG_CHARACTERS = 1_000_000;

const { file } = workerData as { readonly file: string };

interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
  readonly stand: StatementSync;
  readonly idsFrom: StatementSync;
  readonly newStream: StatementSync;
  readonly insert: StatementSync;
}

let opened: { readonly db: DatabaseSync; readonly sql: Statements } | undefined;
let loggedCharacters = 0;
let lastWriteAt = 0;
let idleTimer: NodeJS.Timeout | undefined;
let personalDataInLog = false;

/** Opened when first needed, and again after a fault that leaves a connection in doubt. */
function connection(): { readonly db: DatabaseSync; readonly sql: Statements } {
  if (opened) return opened;
  const db = openForWriting(file);
  const prepare = (text: string): StatementSync => {
    const statement = db.prepare(text);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    return statement;
  };
  const sql: Statements = {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
    stand: prepare(
      `SELECT s.id,
              (SELECT max(revision) FROM events WHERE stream_id = s.id),
              max(n.last_global, coalesce((SELECT max(global) FROM events), 0))
       FROM engine n LEFT JOIN streams s ON s.name = ?`,
    ),
    idsFrom: prepare('SELECT id FROM events WHERE stream_id = ? AND revision >= ? ORDER BY revision LIMIT ?'),
    newStream: prepare('INSERT INTO streams (name) VALUES (?) RETURNING id'),
    insert: prepare(
      'INSERT INTO events (global, stream_id, revision, id, type, data) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  };
  opened = { db, sql };
  return opened;
}

function discardConnection(): void {
  const { db } = opened ?? {};
  opened = undefined;
  try {
    db?.close();
  } catch {
    // It is given up because it is broken: how it ends tells nothing new.
  }
}

/** Whether the failure of the call in hand certainly left nothing behind. */
let nothingWritten = true;

/** Runs `work` between BEGIN IMMEDIATE and COMMIT: all of it or nothing. */
function atomically<T>(work: (db: DatabaseSync, sql: Statements) => T): T {
  nothingWritten = true;
  const { db, sql } = connection();
  takeLock(sql.begin);
  let committing = false;
  try {
    const result = work(db, sql);
    committing = true;
    sql.commit.run();
    return result;
  } catch (error) {
    nothingWritten = !committing || commitLeftNothing(error);
    try {
      // Some errors have rolled back already.
      if (db.isTransaction) sql.rollback.run();
    } catch {
      nothingWritten = nothingWritten && !committing;
      discardConnection();
    }
    if (!nothingWritten) discardConnection();
    throw error;
  }
}

/**
 * SQLite's own waiting sleeps ever longer, so that a process that writes without pause starves the others:
 * short waits of random length share the lock.
 */
function takeLock(begin: StatementSync): void {
  const deadline = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      begin.run();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      pauseMs(0.1 + Math.random() * 0.9);
    }
  }
}

function append(stream: string, expectedRevision: number, texts: readonly string[]): Outcome {
  const count = texts.length / 3;
  let characters = 0;
  const outcome = atomically<Outcome>((_db, sql) => {
    const [id, revision, lastGlobal] = sql.stand.get(stream) as unknown as [
      bigint | null,
      bigint | null,
      bigint,
    ];
    const head = revision === null ? NO_STREAM : Number(revision);
    if (head !== expectedRevision) {
      const retried = id !== null && isRetry(sql, id, expectedRevision + 1, texts);
      return retried ? ['alreadyThere', expectedRevision + count] : ['conflict', head];
    }
    const streamId = id ?? (sql.newStream.get(stream) as unknown as [bigint])[0];
    let global = lastGlobal;
    for (let i = 0, at = head + 1; i < texts.length; i += 3, at++) {
      global += 1n;
      const data = texts[i + 2]!;
      sql.insert.run(global, streamId, at, texts[i]!, texts[i + 1]!, data);
      characters += data.length + 200;
    }
    return ['appended', head + count];
  });
  noteWritten(characters);
  return outcome;
}

/** An exact retry: each event stands where this append would have put it. */
function isRetry(sql: Statements, streamId: bigint, from: number, texts: readonly string[]): boolean {
  const count = texts.length / 3;
  const ids = sql.idsFrom.all(streamId, from, count) as unknown as readonly [string][];
  return ids.length === count && ids.every(([id], i) => id === texts[i * 3]);
}

function deleteStream(stream: string): void {
  atomically((db) => {
    db.exec(
      'UPDATE engine SET last_global = max(last_global, coalesce((SELECT max(global) FROM events), 0))',
    );
    db.prepare('DELETE FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?)').run(stream);
    db.prepare('DELETE FROM streams WHERE name = ?').run(stream);
  });
  personalDataInLog = true;
  emptyLog();
  noteWritten(0);
}

/** A reader in the middle of a page can be in the way: then it is tried again when there is nothing to do. */
function emptyLog(): void {
  moveLog(() => {
    const row = opened?.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (row?.busy === 0) personalDataInLog = false;
  });
}

/** When it fails the log stays as it is, and as safe; the next write that needs the space tells the reason. */
function moveLog(move: () => void): void {
  try {
    move();
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}

/** A full disk shows at the next write, not before: only a write tells. */
function check(): void {
  atomically((db) => db.exec('UPDATE engine SET probes = probes + 1'));
}

function noteWritten(characters: number): void {
  loggedCharacters += characters;
  lastWriteAt = performance.now();
  if (loggedCharacters >= IDLE_LOG_CHARACTERS || personalDataInLog) {
    idleTimer ??= setTimeout(whenIdle, IDLE_MS);
  }
}

function whenIdle(): void {
  idleTimer = undefined;
  if (performance.now() - lastWriteAt < IDLE_MS - 10) {
    idleTimer = setTimeout(whenIdle, IDLE_MS);
    return;
  }
  if (personalDataInLog) emptyLog();
  else moveLog(() => opened?.db.exec('PRAGMA wal_checkpoint(PASSIVE)'));
  loggedCharacters = 0;
  if (personalDataInLog) idleTimer = setTimeout(whenIdle, IDLE_MS);
}

function perform(request: Request): Reply {
  const seq = request[0];
  switch (request[1]) {
    case 'append':
      return [seq, ...append(request[2], request[3], request[4])];
    case 'delete':
      deleteStream(request[2]);
      return [seq, 'done'];
    case 'open':
      connection();
      return [seq, 'done'];
    case 'check':
      check();
      return [seq, 'done'];
    case 'close':
      clearTimeout(idleTimer);
      discardConnection();
      return [seq, 'done'];
  }
}

parentPort!.on('message', (request: Request) => {
  nothingWritten = true;
  let reply: Reply;
  try {
    reply = perform(request);
  } catch (error) {
    if (error instanceof LedgerFileRefused) {
      reply = [request[0], 'refused', error.message];
    } else if (isSqliteError(error)) {
      reply = [request[0], 'unavailable', explain(error, file), nothingWritten];
    } else {
      // A defect of ours: the thread ends, its callers are told, and a new one starts afresh.
      throw error;
    }
  }
  parentPort!.postMessage(reply);
  if (request[1] === 'close') parentPort!.close();
});
