/** Files that are there wholly or not at all, whenever the machine stops. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { CommandFailure } from './failure.ts';

/** A file, or a directory: what it names is durable only with it. */
export function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Where file systems have no second names for a file (FAT, some networks). */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Gives a finished file its name, durably, and never takes the name from another.
 * @throws CommandFailure when the name is taken
 */
export function publishFile(finished: string, name: string): void {
  const isTaken = (cause?: unknown) =>
    new CommandFailure(`${name} is there already: nothing was overwritten.`, { cause });
  flush(finished);
  try {
    linkSync(finished, name);
    unlinkSync(finished);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST') throw isTaken(error);
    if (!WITHOUT_LINKS.has(code)) throw error;
    if (existsSync(name)) throw isTaken();
    renameSync(finished, name);
  }
  flush(dirname(name));
}
