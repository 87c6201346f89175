/** The data directory of a command that works on the ledger's files themselves. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type Slot, takeSlot } from '../../libs/platform/slot.ts';
import { CommandFailure, wrongUsage } from './failure.ts';

export interface DataDir {
  readonly path: string;
  readonly eventsFile: string;
}

export function withDataDir(command: Command): Command {
  return command.option('-d, --data-dir <dir>', 'where the ledger is kept (GOODWILL_DATA_DIR; ./data)');
}

/** @throws CommandFailure (exit code 2) when there is no ledger */
export function existingDataDir(given: string | undefined, env = process.env): DataDir {
  const path = resolve(given || env.GOODWILL_DATA_DIR || './data');
  const eventsFile = join(path, 'events.db');
  if (existsSync(eventsFile) && statSync(eventsFile).isFile()) return { path, eventsFile };
  throw wrongUsage(
    `${path} holds no ledger: there is no events.db.`,
    'Say where it is with --data-dir or GOODWILL_DATA_DIR.',
  );
}

/**
 * The first slot of the directory, whose views and snapshots a service that starts next will use.
 * @throws CommandFailure while a service holds it
 */
export function takeFirstSlot({ path }: DataDir): Slot {
  const slot = takeSlot(path);
  if (slot.number === 0) return slot;
  slot.release();
  throw new CommandFailure(`A service is running on ${path}.`, {
    advice: 'Stop it first, then run this again.',
  });
}
