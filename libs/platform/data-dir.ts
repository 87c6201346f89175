/** The directory of the ledger's files, made when it is not there. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * For its owner alone. One level at a time: Node's recursive mkdir never returns where a file system answers
 * ENOENT to every mkdir, as /proc does.
 * @throws Error with one line that names the directory
 */
export function makeDataDir(dataDir: string): void {
  const missing: string[] = [];
  for (let path = dataDir; !existsSync(path); path = dirname(path)) missing.unshift(path);
  try {
    for (const path of missing) makeOne(path);
  } catch (error) {
    throw new Error(`The data directory ${dataDir} cannot be made: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another start was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
