/** `goodwill verify`: folds the ledger again and holds everything derived from it against the result. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { type KeysVerdict, verifyKeys } from '../../libs/access/verify.ts';
import { type BookVerdict, verifyBooks } from '../../libs/books/verify.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import type { EventStore } from '../../libs/event-store/event-store.ts';
import { ALL_VIEWS } from '../../libs/views/all-views.ts';
import { type ComparedView, compareViews, type Difference } from '../../libs/views/verify.ts';
import { type DataDir, existingDataDir, withDataDir } from './data-dir.ts';
import { EXIT_CODES } from './failure.ts';
import { withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { startProgress } from './progress.ts';

const HELP = `
Reads every event of every book, decides every act and every step of a policy again as it was decided, and holds
the snapshots and the views against the result; the keys as well. Names the first difference of each and ends with 1 if there is one.
The directory is only read; a service may be running.

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

/** One file of views, held against the ledger. */
interface ViewsVerdict {
  readonly file: string;
  readonly views: readonly ComparedView[];
  readonly difference?: Difference | string;
}

async function verify(options: VerifyOptions): Promise<void> {
  const dataDir = existingDataDir(options.dataDir);
  const isWatched = options.json !== true;
  const startedAt = performance.now();
  const eventStore = await openEventStore(dataDir.eventsFile, { readOnly: true });
  let books: readonly BookVerdict[];
  let views: readonly ViewsVerdict[];
  let keys: KeysVerdict;
  try {
    books = await verdictsOfBooks(eventStore, dataDir, isWatched);
    views = await verdictsOfViews(eventStore, dataDir, isWatched);
    keys = await verifyKeys(eventStore);
  } finally {
    await eventStore.close();
  }
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const isWhole = [...books, ...views, keys].every(({ difference }) => difference === undefined);
  if (options.json) printJson({ dataDir: dataDir.path, whole: isWhole, books, views, keys, seconds });
  else
    printLines(
      ...books.flatMap(bookLines),
      ...views.flatMap(viewsLines),
      ...keysLines(keys),
      verdictLine(books, isWhole, seconds),
    );
  process.exitCode = isWhole ? EXIT_CODES.fine : EXIT_CODES.failed;
}

async function verdictsOfBooks(
  eventStore: EventStore,
  dataDir: DataDir,
  isWatched: boolean,
): Promise<readonly BookVerdict[]> {
  const bar = startProgress('books {bar} {percentage}% | {value} of {total} events', 1, isWatched);
  try {
    return await verifyBooks({
      eventStore,
      cacheFiles: filesOf(dataDir, 'cache'),
      onProgress: (done, all) => bar.update(done, {}, all),
    });
  } finally {
    bar.stop();
  }
}

async function verdictsOfViews(
  store: EventStore,
  dataDir: DataDir,
  isWatched: boolean,
): Promise<readonly ViewsVerdict[]> {
  const verdicts: ViewsVerdict[] = [];
  for (const file of filesOf(dataDir, 'views')) {
    const bar = startProgress('views {bar} {percentage}% | {value} of {total} events', 1, isWatched);
    const onProgress = (done: number, all: number) => bar.update(done, {}, all);
    try {
      const { views, difference } = await compareViews({
        viewsFile: file,
        store,
        views: ALL_VIEWS,
        onProgress,
      });
      verdicts.push({ file, views, ...(difference && { difference }) });
    } catch (error) {
      verdicts.push({ file, views: [], difference: `cannot be compared: ${(error as Error).message}` });
    } finally {
      bar.stop();
    }
  }
  return verdicts;
}

/** `cache.db` and those of further processes on the directory (`cache-1.db`). */
function filesOf(dataDir: DataDir, name: 'cache' | 'views'): string[] {
  return readdirSync(dataDir.path)
    .filter((file) => file === `${name}.db` || new RegExp(`^${name}-\\d+\\.db$`).test(file))
    .sort()
    .map((file) => join(dataDir.path, file));
}

function bookLines(verdict: BookVerdict): string[] {
  const { book, events, acts, position, compared, difference } = verdict;
  const lines = [`${book}: ${events} events to position ${position}, ${acts} acts`];
  if (compared.length > 0) lines.push(...compared.map((what) => `  compared with ${what}`));
  if (difference !== undefined) lines.push(`  DIFFERS: ${difference}`);
  return lines;
}

function viewsLines({ file, views, difference }: ViewsVerdict): string[] {
  const lines = views.map(
    ({ view, rows, books }) => `${basename(file)}: view ${view}, ${rows} rows of ${books} books`,
  );
  if (typeof difference === 'string') lines.push(`${basename(file)} DIFFERS: ${difference}`);
  else if (difference !== undefined) {
    const { view, book, table, key, column, expected, found } = difference;
    const place = `view ${view}, book ${book}, ${table} ${JSON.stringify(key)}, ${column}`;
    lines.push(
      `${basename(file)} DIFFERS: ${place}: ${shown(found)} where the ledger makes it ${shown(expected)}`,
    );
    lines.push('  The ledger is right: run `goodwill rebuild`, or delete the file; it comes back.');
  }
  return lines;
}

function keysLines({ made, revoked, position, difference }: KeysVerdict): string[] {
  const lines = position < 0 ? [] : [`keys: ${made} made, ${revoked} revoked, to position ${position}`];
  return difference === undefined ? lines : [...lines, `  DIFFERS: ${difference}`];
}

const LONGEST_SHOWN = 300;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}… (${text.length} characters)`;
}

function verdictLine(books: readonly BookVerdict[], isWhole: boolean, seconds: number): string {
  const count = books.length === 1 ? '1 book' : `${books.length} books`;
  return isWhole
    ? `${count} whole, in ${seconds.toFixed(1)} s.`
    : `${count} looked at in ${seconds.toFixed(1)} s: not whole.`;
}
