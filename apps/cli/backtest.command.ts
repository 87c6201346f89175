/** `goodwill backtest`: what would have come of a book's acts under a policy version. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { connectionOf, LedgerClient } from './client.ts';
import { CommandFailure } from './failure.ts';
import { wholeNumber, withConnection, withJson } from './options.ts';
import { printJson } from './output.ts';
import { startProgress } from './progress.ts';

const HELP = `
Every act of the book is decided again, by the service, as if the version had been in force from before the first one.
The figures are an accounting counterfactual, not a forecast. The report names the position it ran to: with --position
the same report comes again, whatever was recorded since.

Examples:
  goodwill backtest 3 --book london                                     all there is
  goodwill backtest 3 --book london --from 2026-01-01 --to 2026-03-31   report the acts of a quarter
  goodwill backtest 3 --book london --json > report.json                for machines`;

const ASK_EVERY_MS = 200;

interface BacktestFlags {
  readonly book: string;
  readonly from?: string;
  readonly to?: string;
  readonly position?: number;
  readonly json?: boolean;
  readonly url?: string;
  readonly key?: string;
}

export function backtestCommand(): Command {
  const command = new Command('backtest')
    .summary('replay a book under a policy version')
    .description(
      'Replay the acts of a book under a policy version, and tell what would have been decided otherwise.',
    )
    .argument('<version>', 'the policy version to try', wholeNumber(1, 999_999_999))
    .requiredOption('-b, --book <id>', 'the book')
    .option('--from <date>', 'first business date to report', businessDate)
    .option('--to <date>', 'last business date to report', businessDate)
    .option(
      '--position <n>',
      'the newest event to look at; default: all',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .addHelpText('after', HELP)
    .action(backtest);
  return withJson(withConnection(command));
}

async function backtest(version: number, flags: BacktestFlags): Promise<void> {
  const { from, to, position } = flags;
  const client = new LedgerClient(connectionOf(flags));
  const at = `/v1/books/${encodeURIComponent(flags.book)}`;
  const what = `The backtest of version ${version}`;
  const bar = startProgress('backtest {bar} {percentage}%', 100, flags.json !== true);
  let cancel: (() => void) | undefined;
  try {
    const begun = await client.expect(what, 'POST', `${at}/policies/${version}/backtest`, {
      body: { ...(from && { from }), ...(to && { to }), ...(position !== undefined && { position }) },
      headers: { prefer: 'respond-async' },
      idempotencyKey: `goodwill-backtest-${randomUUID()}`,
    });
    const run = String(begun.headers.location).split('/').at(-1);
    const path = `${at}/backtests/${run}`;
    cancel = () => {
      void client.request('POST', `${path}/cancel`).finally(() => process.exit(130));
    };
    process.once('SIGINT', cancel);
    await finished(client, path, what, (progress) => bar.update(Math.round(progress * 100)));
    bar.stop();
    if (flags.json) {
      const { body } = await client.expect(what, 'GET', path);
      printJson((body as { report: unknown }).report);
    } else {
      const { body } = await client.expect(what, 'GET', `${path}?as=text`);
      process.stdout.write(String(body));
    }
  } finally {
    bar.stop();
    if (cancel !== undefined) process.off('SIGINT', cancel);
    await client.close();
  }
}

async function finished(
  client: LedgerClient,
  path: string,
  what: string,
  onProgress: (progress: number) => void,
): Promise<void> {
  for (;;) {
    const { status, progress } = (await client.expect(what, 'GET', path)).body as {
      status: string;
      progress: number;
    };
    onProgress(progress);
    if (status === 'done') return;
    if (status === 'cancelled') throw new CommandFailure(`${what} was cancelled.`);
    if (status === 'failed') {
      throw new CommandFailure(`${what} failed in the service.`, {
        advice: 'Run it again; if it fails again, `goodwill verify` tells whether the ledger is whole.',
      });
    }
    await sleep(ASK_EVERY_MS);
  }
}

function businessDate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a business date such as 2026-11-21.');
}
