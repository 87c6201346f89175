/** `goodwill verify`: folds the ledger again and holds everything derived from it against the result. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type BookVerdict, verifyBooks } from '../../libs/books/verify.ts';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { type DataDir, existingDataDir, withDataDir } from './data-dir.ts';
import { EXIT_CODES } from './failure.ts';
import { withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { startProgress } from './progress.ts';

const HELP = `
Reads every event of every book, decides every act again as it was decided, and compares what stands in the
snapshots with the result. Names the first difference of each book and ends with 1 if there is one.
Nothing is written; a service may be running.

Examples:
  goodwill verify
  goodwill verify --data-dir /var/lib/goodwill --json`;

interface VerifyOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('fold the ledger again and compare')
    .description(
      'Fold the whole ledger again and compare it with the decisions, snapshots and views made from it.',
    )
    .addHelpText('after', HELP)
    .action(verify);
  return withJson(withDataDir(command));
}

async function verify(options: VerifyOptions): Promise<void> {
  const dataDir = existingDataDir(options.dataDir);
  const startedAt = performance.now();
  const books = await booksOf(dataDir, options.json !== true);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const isWhole = books.every(({ difference }) => difference === undefined);
  if (options.json) printJson({ dataDir: dataDir.path, whole: isWhole, books, seconds });
  else printLines(...books.flatMap(linesOf), verdictLine(books, isWhole, seconds));
  process.exitCode = isWhole ? EXIT_CODES.fine : EXIT_CODES.failed;
}

async function booksOf(dataDir: DataDir, isWatched: boolean): Promise<readonly BookVerdict[]> {
  const eventStore = await SqliteEventStore.open({ file: dataDir.eventsFile, readOnly: true });
  const bar = startProgress('{bar} {percentage}% | {value} of {total} events', 1, isWatched);
  try {
    return await verifyBooks({
      eventStore,
      cacheFiles: filesOf(dataDir, 'cache'),
      onProgress: (done, all) => bar.update(done, {}, all),
    });
  } finally {
    bar.stop();
    await eventStore.close();
  }
}

/** `cache.db` and those of further processes on the directory (`cache-1.db`). */
export function filesOf(dataDir: DataDir, name: 'cache' | 'views'): string[] {
  return readdirSync(dataDir.path)
    .filter((file) => file === `${name}.db` || new RegExp(`^${name}-\\d+\\.db$`).test(file))
    .sort()
    .map((file) => join(dataDir.path, file));
}

function linesOf(verdict: BookVerdict): string[] {
  const { book, events, acts, position, compared, difference } = verdict;
  const lines = [`${book}: ${events} events to position ${position}, ${acts} acts`];
  if (compared.length > 0) lines.push(...compared.map((what) => `  compared with ${what}`));
  if (difference !== undefined) lines.push(`  DIFFERS: ${difference}`);
  return lines;
}

function verdictLine(books: readonly BookVerdict[], isWhole: boolean, seconds: number): string {
  const count = books.length === 1 ? '1 book' : `${books.length} books`;
  return isWhole
    ? `${count} whole, in ${seconds.toFixed(1)} s.`
    : `${count} looked at in ${seconds.toFixed(1)} s: not whole.`;
}
