/** `goodwill copy`: the ledger from one engine into another, checked to the last byte. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { type BookVerdict, verifyBooks } from '../../libs/books/verify.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { makeDataDir } from '../../libs/platform/data-dir.ts';
import type { Slot } from '../../libs/platform/slot.ts';
import { type Copied, copyLedger, type Side, type Step } from './copy/copy-ledger.ts';
import { describeLedger } from './copy/digest.ts';
import { NO_PATIENCE, type Patience } from './copy/patience.ts';
import { takeFirstSlot } from './data-dir.ts';
import { publishFile } from './durable-files.ts';
import {
  asFailure,
  type EngineArgument,
  engineArgument,
  engineOf,
  isSameEngine,
  shownEngine,
} from './engine-argument.ts';
import { CommandFailure, EXIT_CODES, wrongUsage } from './failure.ts';
import { withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { startProgress } from './progress.ts';

const HELP = `
An engine is a data directory, a SQLite ledger (a file that ends in .db), a backup's directory, or a connection
string of EventStoreDB.
Ids, types, data and revisions stay as they are; each event is read again from the target and compared.
A source in use is copied as it stood at the beginning. Run it again to go on, after a break or to follow.
The target is new, or holds what an earlier copy of the same source left; anything else is refused untouched.
A new data directory is a ledger only when all is done and checked.

Examples:
  goodwill copy --from ./data --to 'esdb+discover://copy:secret@a:2113,b:2113,c:2113'
  goodwill copy --from 'esdb://localhost:2113?tls=false' --to ./copy`;

/** A server may be electing a leader, or starting again. */
const SERVER_PATIENCE: Patience = { forMs: 60_000 };
/** The name of a new file until it is whole. */
const UNFINISHED = '.copying';

interface CommandOptions {
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

export function copyCommand(): Command {
  const command = new Command('copy')
    .summary('copy the ledger into another engine')
    .description('Copy the ledger from one engine into another, event for event, and compare the two.')
    .requiredOption('--from <engine>', 'the ledger to copy; it is only read')
    .requiredOption('--to <engine>', 'where it is copied to')
    .addHelpText('after', HELP)
    .action(copy);
  return withJson(command);
}

async function copy(options: CommandOptions): Promise<void> {
  const from = engineArgument(options.from, '--from');
  const to = engineArgument(options.to, '--to');
  if (from.kind === 'file' && !existsSync(from.file)) {
    throw wrongUsage(`${shownEngine(from)} holds no ledger: ${from.file} is not there.`);
  }
  if (isSameEngine(from, to)) throw wrongUsage('--from and --to are the same ledger.');
  const startedAt = performance.now();
  let result: Result;
  try {
    result = to.kind === 'file' ? await intoFile(from, to, options) : await into(from, to, options);
  } catch (error) {
    throw asFailure(error);
  }
  report(from, to, result, Math.round(performance.now() - startedAt) / 1_000, options.json === true);
}

interface Result {
  readonly copied: Copied;
  readonly books: readonly BookVerdict[];
}

/** A new file has its name only when it is whole; one that is there is gone on with. */
async function intoFile(
  from: EngineArgument,
  to: EngineArgument & { kind: 'file' },
  options: CommandOptions,
): Promise<Result> {
  let slot: Slot | undefined;
  if (to.dataDir !== undefined) {
    makeTargetDir(to.dataDir);
    slot = takeFirstSlot({ path: to.dataDir, eventsFile: to.file });
  } else if (!existsSync(dirname(to.file))) {
    throw wrongUsage(`${dirname(to.file)} is not there: make it first.`);
  }
  try {
    if (existsSync(to.file)) return await into(from, to, options);
    const unfinished = to.file + UNFINISHED;
    // Made here, so that it is its owner's alone; SQLite would leave that to the umask.
    closeSync(openSync(unfinished, 'a', 0o600));
    const result = await into(from, { kind: 'file', file: unfinished }, options);
    if (!isWhole(result)) return result;
    if (existsSync(`${unfinished}-wal`)) {
      throw new CommandFailure(`Another process has ${unfinished} open.`, {
        advice: 'End it, then run this again.',
      });
    }
    publishFile(unfinished, to.file);
    return result;
  } finally {
    slot?.release();
  }
}

function makeTargetDir(path: string): void {
  try {
    makeDataDir(path);
  } catch (error) {
    throw new CommandFailure((error as Error).message, { cause: error });
  }
}

async function into(from: EngineArgument, to: EngineArgument, options: CommandOptions): Promise<Result> {
  const source = await openEventStore(engineOf(from), { readOnly: true });
  try {
    const store = await openEventStore(engineOf(to));
    try {
      // First contact without patience: a name misspelt is told at once.
      await source.streams('');
      await store.check();
      return await copyAndVerify(
        { store: source, patience: patienceWith(from) },
        { store, patience: patienceWith(to) },
        options.json !== true,
      );
    } finally {
      await store.close();
    }
  } finally {
    await source.close();
  }
}

function patienceWith({ kind }: EngineArgument): Patience {
  return kind === 'server' ? SERVER_PATIENCE : NO_PATIENCE;
}

async function copyAndVerify(source: Side, target: Side, isWatched: boolean): Promise<Result> {
  const bar = startProgress('{step} {bar} {percentage}% | {value} of {total} events', 1, isWatched);
  const onProgress = (step: Step | 'deciding again', done: number, all: number) =>
    bar.update(done, { step }, all);
  try {
    const copied = await copyLedger({ source, target, onProgress });
    const books = await verifyBooks({
      eventStore: target.store,
      cacheFiles: [],
      onProgress: (done, all) => onProgress('deciding again', done, all),
    });
    return { copied, books };
  } finally {
    bar.stop();
  }
}

function isWhole({ books }: Result): boolean {
  return books.every(({ difference }) => difference === undefined);
}

function report(from: EngineArgument, to: EngineArgument, result: Result, seconds: number, isJson: boolean) {
  const { ledger, copied, behind } = result.copied;
  const whole = isWhole(result);
  if (isJson) {
    const shown = { from: shownEngine(from), to: shownEngine(to) };
    printJson({ ...shown, whole, ...ledger, copied, behind, books: result.books, seconds });
  } else {
    const { streams, events } = ledger;
    printLines(
      ...streams.map((one) => `${JSON.stringify(one.stream)}: ${one.events} events, sha256 ${one.sha256}`),
      ...result.books.flatMap(({ book, difference }) =>
        difference === undefined ? [] : [`book ${book} DIFFERS: ${difference}`],
      ),
      `Equal in both: ${describeLedger(ledger)}; ${copied} copied now, ${events - copied} were there; ${seconds.toFixed(1)} s.`,
      behind === 0
        ? 'That is all the source holds.'
        : `The source has got ${behind} more since this began: run it again to follow.`,
    );
    if (!whole)
      printLines(
        'The copy is exact, but the ledger is not whole: run `goodwill verify` where it came from. A new file keeps its unfinished name.',
      );
  }
  process.exitCode = whole ? EXIT_CODES.fine : EXIT_CODES.failed;
}
