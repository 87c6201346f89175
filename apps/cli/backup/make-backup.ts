/**
 * A backup is a directory with the ledger's file and its manifest. It is made beside its name and renamed when it is
 * whole, checked and on disk: whatever stops the making, there is nothing under the name.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openEventStore } from '../../../libs/event-store/engines.ts';
import { type EventStore, NO_STREAM } from '../../../libs/event-store/event-store.ts';
import { type DigestedLedger, digestStream } from '../copy/digest.ts';
import { NO_PATIENCE } from '../copy/patience.ts';
import { flush } from '../durable-files.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { version } from '../version.ts';
import { digestFile, digestLedgerFile } from './ledger-file.ts';
import { LEDGER_FILE, MANIFEST_FILE, type Manifest, manifestText } from './manifest.ts';
import type { VacuumWorkerData } from './vacuum.worker.ts';

const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './vacuum.worker.ts' : './vacuum.worker.js',
  import.meta.url,
);
const UNFINISHED = '.partial-';
/** As in `ledger-20261121T081405Z`. */
const TIME = /\d{8}T\d{6}Z$/;
const LOOK_EVERY_MS = 200;

export type Step = 'copying' | 'reading' | 'comparing';

export interface BackupOptions {
  readonly eventsFile: string;
  /** The directory to be made; its parent is there. */
  readonly backup: string;
  /** In bytes while copying, in events afterwards. */
  readonly onProgress?: (step: Step, done: number, all: number) => void;
}

/** @throws CommandFailure; then nothing is left behind */
export async function makeBackup(options: BackupOptions): Promise<Manifest> {
  const { eventsFile, backup, onProgress = () => {} } = options;
  expectFree(backup);
  const unfinished = mkdtempSync(`${backup}${UNFINISHED}`);
  const giveUp = removeOnSignal(unfinished);
  try {
    const source = await openEventStore(eventsFile, { readOnly: true });
    try {
      const asOf = new Date().toISOString();
      const heads = await headsOf(source);
      const file = join(unfinished, LEDGER_FILE);
      await vacuumInto(eventsFile, file, (bytes, all) => onProgress('copying', bytes, all));
      const ledger = await digestLedgerFile(file, (done, all) => onProgress('reading', done, all));
      await expectEqual(source, heads, ledger, (done) => onProgress('comparing', done, ledger.events));
      const manifest: Manifest = {
        asOf,
        madeBy: `goodwill ${version()}`,
        file: await digestFile(file),
        ...ledger,
      };
      writeFileSync(join(unfinished, MANIFEST_FILE), manifestText(manifest), { mode: 0o600 });
      publish(unfinished, backup);
      return manifest;
    } finally {
      await source.close();
    }
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    giveUp();
  }
}

function expectFree(backup: string): void {
  if (statSync(backup, { throwIfNoEntry: false }) !== undefined)
    throw wrongUsage(`${backup} is there already: nothing was overwritten.`, 'Choose another name.');
}

function publish(unfinished: string, backup: string): void {
  for (const name of [LEDGER_FILE, MANIFEST_FILE]) flush(join(unfinished, name));
  flush(unfinished);
  try {
    renameSync(unfinished, backup);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) throw error;
    throw new CommandFailure(`${backup} has been made by somebody else meanwhile: nothing was overwritten.`);
  }
  flush(dirname(backup));
}

/** Unfinished backups of this name, or of names made from a time: of runs that were killed, or that are under way. */
export function unfinishedBeside(backup: string): string[] {
  const family = (name: string): string => name.replace(TIME, '<time>');
  const ours = family(basename(backup));
  const parent = dirname(backup);
  return readdirSync(parent)
    .filter((name) => {
      const at = name.lastIndexOf(UNFINISHED);
      return at > 0 && family(name.slice(0, at)) === ours;
    })
    .map((name) => join(parent, name));
}

async function headsOf(store: EventStore): Promise<Map<string, number>> {
  const names = await store.streams('');
  return new Map(await Promise.all(names.map(async (name) => [name, await store.head(name)] as const)));
}

async function vacuumInto(from: string, to: string, onBytes: (done: number, all: number) => void) {
  // Made here, so that it is its owner's alone whatever the umask; SQLite takes an empty file.
  closeSync(openSync(to, 'wx', 0o600));
  // The file's size is only looked up: opening it would drop SQLite's locks.
  const all = statSync(from).size;
  const timer = setInterval(() => onBytes(Math.min(statSync(to).size, all), all), LOOK_EVERY_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      const worker = new Worker(WORKER, { workerData: { from, to } satisfies VacuumWorkerData });
      worker.once('error', reject);
      worker.once('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`the copying thread ended with ${code}`)),
      );
    });
  } catch (error) {
    const { message, errcode } = error as { message?: string; errcode?: number };
    const number = errcode === undefined ? '' : ` (SQLite ${errcode})`;
    throw new CommandFailure(
      `The backup cannot be written: ${message ?? String(error)}${number}. Nothing is left of it.`,
      { advice: `Look at the space and the health of the disk at ${dirname(dirname(to))}.`, cause: error },
    );
  } finally {
    clearInterval(timer);
  }
}

/**
 * The copy against its source, event for event; and everything that was there when the backup began is in it.
 * @param heads of the source, before
 */
async function expectEqual(
  source: EventStore,
  heads: ReadonlyMap<string, number>,
  ledger: DigestedLedger,
  onProgress: (done: number) => void,
): Promise<void> {
  const found = new Map(ledger.streams.map((one) => [one.stream, one]));
  let done = 0;
  for (const stream of new Set([...heads.keys(), ...found.keys()])) {
    // Personal data may be deleted at any time.
    if ((await source.head(stream)) === NO_STREAM) continue;
    const copy = found.get(stream);
    if ((copy?.events ?? 0) <= (heads.get(stream) ?? NO_STREAM))
      throw unequal(`${JSON.stringify(stream)} is not as long as it was before`);
    const original = await digestStream(source, stream, copy!.events - 1, NO_PATIENCE, (count) => {
      done += count;
      onProgress(done);
    });
    if (original.sha256 !== copy!.sha256) throw unequal(`${JSON.stringify(stream)} differs`);
  }
}

function unequal(what: string): CommandFailure {
  return new CommandFailure(`The copy is not equal to the ledger: ${what}.`, {
    advice:
      'Run `goodwill verify` on the ledger, and have the disks looked at. Nothing is left of the backup.',
  });
}

/** Ctrl-C leaves nothing behind. Returns what undoes it. */
function removeOnSignal(directory: string): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = (signal: NodeJS.Signals) => {
    rmSync(directory, { recursive: true, force: true });
    undo();
    // As if it had not been caught: at once, whatever the copying thread is in the midst of.
    process.kill(process.pid, signal);
  };
  const undo = () => {
    for (const signal of signals) process.removeListener(signal, stop);
  };
  for (const signal of signals) process.once(signal, stop);
  return undo;
}
