/** What can go wrong with the ledger's file, told so that somebody can act on it. */
import { EngineUnavailable } from '../event-store.ts';

/** The file is not one this program may use. It stays so until somebody does what the message says. */
export class LedgerFileRefused extends Error {
  override readonly name = 'LedgerFileRefused';
}

/** Primary result codes, https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;

interface SqliteError {
  readonly errcode: number;
  readonly message: string;
}

/** Not by `instanceof`: node:sqlite's errors may belong to another realm. */
export function isSqliteError(error: unknown): error is SqliteError {
  return (
    typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number'
  );
}

function primaryCode(error: unknown): number {
  return isSqliteError(error) ? error.errcode & 0xff : -1;
}

export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

/** A fault that may pass: the disk is full or failing, the file is locked. */
export function mayPass(error: unknown): boolean {
  return isBusy(error) || [IOERR, FULL, CANTOPEN].includes(primaryCode(error));
}

/**
 * Whether a failed COMMIT certainly left nothing behind. With a full disk the commit mark itself could not be
 * written, with a lock it was not tried. After any other error, a failed fsync say, the mark may be in the log
 * and come to life when the log is recovered.
 */
export function commitLeftNothing(error: unknown): boolean {
  return primaryCode(error) === FULL || isBusy(error);
}

/** Blocks this thread. For worker threads only. */
export function pauseMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** One sentence for the operator: what is wrong with the file and what to do. */
export function explain(error: SqliteError, file: string): string {
  const detail = `(SQLite ${error.errcode}: ${error.message})`;
  switch (error.errcode & 0xff) {
    case FULL:
      return `The disk that holds ${file} is full: free some space; the ledger then goes on by itself ${detail}.`;
    case BUSY:
    case LOCKED:
    case PROTOCOL:
      return `Another process holds the lock of ${file}: if this lasts, find and end it ${detail}.`;
    case READONLY:
      return `${file} may not be written to: check its owner and permissions, and those of its directory ${detail}.`;
    case IOERR:
      return `The disk that holds ${file} fails to read or write: check its space and its health ${detail}.`;
    case CANTOPEN:
      return `${file} cannot be opened: check that its directory exists and may be written to ${detail}.`;
    case CORRUPT:
    case NOTADB:
      return `${file} is damaged or no ledger: keep it, and restore a backup in its place ${detail}.`;
    default:
      return `${file} cannot be used ${detail}.`;
  }
}

/** SQLite's errors become the port's; anything else passes through. */
export function asUnavailable(error: unknown, file: string, nothingWritten: boolean): unknown {
  if (!isSqliteError(error)) return error;
  return new EngineUnavailable(explain(error, file), { nothingWritten, cause: error });
}
