/**
 * Several processes may serve one data directory. The ledger's file is shared; each process's disposable
 * files are its own, told apart by the slot it holds. A slot is an exclusive SQLite lock on `slot-N.lock`,
 * which the operating system gives back however the process ends.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** More processes than this on one directory are a mistake of the operator. */
const MAX_SLOTS = 64;
const SQLITE_BUSY = 5;

export interface Slot {
  readonly number: number;
  /** `cache.db` in slot 0, `cache-1.db` in slot 1. */
  file(name: string): string;
  release(): void;
}

/** @throws Error when every slot is taken or the directory cannot be written to. */
export function takeSlot(dataDir: string): Slot {
  for (let number = 0; number < MAX_SLOTS; number++) {
    const lock = tryLock(join(dataDir, `slot-${number}.lock`));
    if (lock === undefined) continue;
    return {
      number,
      file: (name) => join(dataDir, number === 0 ? `${name}.db` : `${name}-${number}.db`),
      release: () => {
        if (lock.isOpen) lock.close();
      },
    };
  }
  throw new Error(`${MAX_SLOTS} processes already serve ${dataDir}.`);
}

function tryLock(file: string): DatabaseSync | undefined {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}
