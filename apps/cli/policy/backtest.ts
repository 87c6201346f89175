/** `goodwill policy backtest`: what would have been decided, had a policy been in force all along. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { parseDate } from '../../../libs/domain/time/civil-date.ts';
import { type LedgerClient, type LedgerReply, ProblemReply } from '../client.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { wholeNumber, withConnection, withJson } from '../options.ts';
import { printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { atBook, type Connection, draftOf, versionIn, withClient } from './book-policies.ts';
import { policyFile } from './policy-files.ts';

const HELP = `
A file is drafted in the book first, as "goodwill policy submit" does, and not submitted. The report is pinned to
the newest event of the book; with --position it is that of an earlier run again. Ctrl-C cancels it.

Examples:
  goodwill policy backtest draft.yaml --book london
  goodwill policy backtest 4 --book london --from 2026-10-01 --to 2026-10-31
  goodwill policy backtest 4 --book london --position 10234 --json > report.json`;

interface BacktestOptions extends Connection {
  readonly book: string;
  readonly from?: string;
  readonly to?: string;
  readonly position?: number;
  readonly json?: boolean;
}

export function backtestCommand(): Command {
  const command = new Command('backtest')
    .summary('replay the history of a book under a policy')
    .description('Replay the history of a book under a policy, and report what would have come of it.')
    .argument('<policy>', 'a file, - for standard input, or the number of a version')
    .requiredOption('-b, --book <id>', 'the book')
    .option('--from <date>', 'report from this business day on (YYYY-MM-DD)')
    .option('--to <date>', 'report up to this business day, included')
    .option('--position <n>', 'as of this position of the book', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .addHelpText('after', HELP)
    .action(backtest);
  return withJson(withConnection(command));
}

async function backtest(policy: string, options: BacktestOptions): Promise<void> {
  const { book, from, to, position } = options;
  for (const day of [from, to]) {
    if (day === undefined || parseDate(day) !== undefined) continue;
    throw wrongUsage(`"${day}" is no business day.`, 'Write it as 2026-11-21.');
  }
  const file = versionIn(policy) === undefined ? await policyFile(policy) : undefined;
  await withClient(options, async (client) => {
    const version = file === undefined ? versionIn(policy)! : (await draftOf(client, book, file)).version;
    const report = await reportOf(client, book, version, { from, to, position }, options.json === true);
    if (typeof report === 'string') process.stdout.write(report.endsWith('\n') ? report : `${report}\n`);
    else printJson(report);
  });
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly progress: number;
  readonly report?: unknown;
}

const POLL_MS = 250;

/** @returns the report's page, or its JSON */
async function reportOf(
  client: LedgerClient,
  book: string,
  version: number,
  span: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly position?: number | undefined;
  },
  isJson: boolean,
): Promise<unknown> {
  const headers = { accept: isJson ? 'application/json' : 'text/plain' };
  const asked = await client.expect(
    `Version ${version} was not backtested`,
    'POST',
    `${atBook(book)}/policies/${version}/backtest`,
    {
      body: span,
      headers: { ...headers, prefer: 'respond-async, wait=2' },
      idempotencyKey: `backtest-${randomUUID()}`,
    },
  );
  if (asked.status === 200) return asked.body;
  const { id } = asked.body as Run;
  const path = `${atBook(book)}/backtests/${encodeURIComponent(id)}`;
  const cancelling = new AbortController();
  const cancel = () => cancelling.abort();
  process.once('SIGINT', cancel);
  const bar = startProgress('backtest {bar} {percentage}%', 1_000, !isJson);
  try {
    for (;;) {
      const reply = await client.request('GET', path, { headers });
      if (reply.status >= 400) throw new ProblemReply('The backtest was not followed', reply);
      const report = reportIn(reply);
      if (report !== undefined) return report;
      bar.update(Math.round((reply.body as Run).progress * 1_000));
      await sleep(POLL_MS, undefined, { signal: cancelling.signal }).catch(() => undefined);
      if (!cancelling.signal.aborted) continue;
      await client.expect('The backtest was not cancelled', 'POST', `${path}/cancel`, { repeatable: true });
      throw new CommandFailure('The backtest was cancelled.');
    }
  } finally {
    bar.stop();
    process.off('SIGINT', cancel);
  }
}

/** Undefined while it waits or runs. */
function reportIn({ body }: LedgerReply): unknown {
  // The page, which comes as text as soon as there is one.
  if (typeof body === 'string') return body;
  const { status, report } = body as Run;
  if (status === 'queued' || status === 'running') return undefined;
  if (report !== undefined) return report;
  throw new CommandFailure(`The backtest ended without a report (${status}).`, {
    advice: 'Ask for it again; if it fails again, `goodwill verify` tells whether the ledger is whole.',
  });
}
