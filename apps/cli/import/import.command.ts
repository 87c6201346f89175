/** `goodwill import`: files of acts that have already happened, row by row into a book. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { connectionOf, LedgerClient } from '../client.ts';
import { EXIT_CODES, wrongUsage } from '../failure.ts';
import { wholeNumber, withConnection, withJson } from '../options.ts';
import { printJson, printLines, reportFailure } from '../output.ts';
import { startProgress } from '../progress.ts';
import { explain } from './explain.ts';
import type { EntryKind, ImportMap } from './map.ts';
import { readMap } from './read-map.ts';
import { RejectsFile } from './rejects-file.ts';
import { runImport } from './run-import.ts';
import { openSource } from './source.ts';
import { summaryLines, summaryOf } from './summary.ts';
import { Tally } from './tally.ts';

interface ImportOptions {
  readonly map: string;
  readonly book?: string;
  readonly batch: number;
  readonly concurrency: number;
  readonly rejects?: string;
  readonly directory: boolean;
  readonly dryRun?: boolean;
  readonly explain?: number;
  readonly json?: boolean;
  readonly url?: string;
  readonly key?: string;
}

const HELP = `
Every row is a fact (an act, an outcome, a fact of an incident), skipped (by reason), or rejected (by reason,
with its line, to a file); all together add up to the rows read. Running the same import again records nothing
twice.

Examples:
  goodwill import acts.csv.gz --map acts.map.yaml --dry-run      try the map, record nothing
  goodwill import acts.csv.gz --map acts.map.yaml --explain 5    show what the map makes of the first 5 rows
  goodwill import acts.csv.gz --map acts.map.yaml --book london  record the acts
  zcat acts.gz | goodwill import - --map acts.map.yaml --json    from standard input, for a machine

The map's language: docs/importing.md`;

export function importCommand(): Command {
  const command = new Command('import')
    .summary('record acts, outcomes and incidents from a CSV or NDJSON file')
    .description(
      'Record what happened from a file: CSV or NDJSON, plain or gzip. A map says which rows are acts, outcomes or incidents.',
    )
    .argument('<file>', 'the file, or - for standard input')
    .requiredOption('-m, --map <file>', 'the map: what the rows mean (YAML)')
    .option('-b, --book <id>', 'the book to record in; default: the one the map names')
    .option('--batch <n>', 'facts sent at once, 1 to 1000', wholeNumber(1, 1_000), 500)
    .option(
      '--concurrency <n>',
      'batches under way at once; 1 keeps the order of the file',
      wholeNumber(1, 16),
      2,
    )
    .option('--rejects <file>', 'where rejected rows go; default: <file>.rejects.ndjson in this directory')
    .option('--no-directory', 'leave the book and its directory as they are, whatever the map derives')
    .option('--dry-run', 'read and map every row, record nothing; needs no service')
    .option('--explain <n>', 'show what the map makes of the first n rows, and stop', wholeNumber(1, 10_000))
    .addHelpText('after', HELP)
    .action((file: string, options: ImportOptions) => importFile(file, options));
  return withJson(withConnection(command));
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  const map = await loadMap(options.map);
  if (options.explain !== undefined)
    return explain(await openSource(file, map.format.encoding), map, options.explain);
  const book = options.book ?? map.book;
  const client = options.dryRun ? undefined : clientFor(options, book);
  const source = await openSource(file, map.format.encoding);
  const rejects = await RejectsFile.create(options.rejects ?? defaultRejects(file), file);
  const tally = new Tally();
  const startedAt = performance.now();
  const bar = startProgress(
    source.totalBytes === undefined
      ? '{rows} rows, {rejected} rejected'
      : '{bar} {percentage}% | {rows} rows, {rejected} rejected',
    source.totalBytes,
    options.json !== true,
  );
  let failure: unknown;
  let stated: Record<EntryKind, number> = { location: 0, employee: 0, item: 0 };
  try {
    const to = client && {
      client,
      book: book!,
      batch: options.batch,
      concurrency: options.concurrency,
      statesDirectory: options.directory,
    };
    const onProgress = () =>
      bar.update(source.readBytes(), { rows: tally.rows, rejected: tally.rejectedRows });
    ({ stated } = await runImport({ source, map, rejects, tally, ...(to && { to }), onProgress }));
  } catch (error) {
    failure = error;
  } finally {
    bar.stop();
    await client?.close();
  }
  const hasRejects = await rejects.close();
  const summary = summaryOf({
    file: source.name,
    ...(book !== undefined && { book }),
    isDryRun: options.dryRun === true,
    isComplete: failure === undefined,
    tally,
    stated,
    elapsedMs: performance.now() - startedAt,
    ...(hasRejects && { rejectsFile: rejects.path }),
  });
  if (options.json) printJson(summary);
  else if (failure === undefined || tally.rows > 0) printLines(...summaryLines(summary));
  process.exitCode = failure === undefined ? EXIT_CODES.fine : reportFailure(failure);
}

function clientFor(options: ImportOptions, book: string | undefined): LedgerClient {
  if (book === undefined) {
    throw wrongUsage(
      'Neither --book nor the map says which book.',
      'Add --book <id>, or `book:` to the map.',
    );
  }
  return new LedgerClient({ ...connectionOf(options), connections: Math.max(8, options.concurrency) });
}

function defaultRejects(file: string): string {
  return `${file === '-' ? 'stdin' : basename(file)}.rejects.ndjson`;
}

/** @throws CommandFailure (exit code 2) with every mistake, each with its line and column */
async function loadMap(path: string): Promise<ImportMap> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrongUsage(
      `The map ${path} cannot be read (${error.code ?? error.message}).`,
      'Give --map a YAML file; see docs/importing.md.',
    );
  });
  const reading = readMap(text);
  if (reading.ok) return reading.map;
  const mistakes = reading.mistakes.map(
    ({ line, column, detail }) => `  ${path}:${line}:${column} ${detail}`,
  );
  const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
  throw wrongUsage(`The map has ${count}:\n${mistakes.join('\n')}`, "The map's language: docs/importing.md.");
}
