/** `goodwill backup`: a copy of the ledger of a data directory, of one moment, while the service goes on. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { makeBackup, unfinishedBeside } from './backup/make-backup.ts';
import { LEDGER_FILE, MANIFEST_FILE, type Manifest } from './backup/manifest.ts';
import { describeLedger } from './copy/digest.ts';
import { existingDataDir, withDataDir } from './data-dir.ts';
import { asFailure, isServer } from './engine-argument.ts';
import { type CommandFailure, wrongUsage } from './failure.ts';
import { withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { startProgress } from './progress.ts';

const HELP = `
A service may be running: the backup holds all that was acknowledged before it began.
It is a directory with ${LEDGER_FILE} and ${MANIFEST_FILE}; it has its name only when it is whole, checked and on disk.
Nothing is ever overwritten. Where --to is a directory already, the backup is made in it, named by the time.
A ledger on EventStoreDB is backed up by its server, or with \`goodwill copy\`: see docs/operations.md.

Examples:
  goodwill backup --to /backups
  goodwill backup --data-dir /var/lib/goodwill --to /backups/before-the-upgrade`;

interface BackupCommandOptions {
  readonly dataDir?: string;
  readonly to: string;
  readonly json?: boolean;
}

export function backupCommand(): Command {
  const command = new Command('backup')
    .summary('back up the ledger while it is in use')
    .description('Copy the ledger of a data directory as it is at one moment, while the service goes on.')
    .requiredOption('--to <path>', 'the directory to make, or the one to make it in')
    .addHelpText('after', HELP)
    .action(backup);
  return withJson(withDataDir(command));
}

async function backup(options: BackupCommandOptions): Promise<void> {
  if (isServer(options.dataDir ?? process.env.GOODWILL_EVENT_STORE ?? '')) throw keptByAServer();
  const dataDir = existingDataDir(options.dataDir);
  const path = nameOf(options.to);
  const startedAt = performance.now();
  const bar = startProgress('{step} {bar} {percentage}%', 1, options.json !== true);
  let leftBehind: string[];
  let manifest: Manifest;
  try {
    leftBehind = unfinishedBeside(path);
    manifest = await makeBackup({
      eventsFile: dataDir.eventsFile,
      backup: path,
      onProgress: (step, done, all) => bar.update(done, { step }, all),
    });
  } catch (error) {
    throw asFailure(error);
  } finally {
    bar.stop();
  }
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  if (options.json) {
    printJson({ backup: path, dataDir: dataDir.path, ...manifest, leftBehind, seconds });
    return;
  }
  const { streams, file } = manifest;
  printLines(
    ...streams.map(
      (one) => `${JSON.stringify(one.stream)}: ${one.events} events to position ${one.events - 1}`,
    ),
    `${path}: ${describeLedger(manifest)}; ${file.bytes} bytes, in ${seconds.toFixed(1)} s.`,
    ...leftBehind.map(
      (left) => `${left} is unfinished: if no backup is under way, it was killed; remove it.`,
    ),
  );
}

/** @throws CommandFailure */
function nameOf(to: string): string {
  if (isServer(to))
    throw wrongUsage('A backup is made into a directory.', 'For another engine: `goodwill copy`.');
  if (to === '' || to.includes('\0')) throw wrongUsage('--to is not a path.');
  const path = resolve(to);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    const taken = [MANIFEST_FILE, LEDGER_FILE].find((name) => existsSync(join(path, name)));
    if (taken === undefined) return join(path, `ledger-${timeOf(new Date())}`);
    throw wrongUsage(
      `${path} holds ${taken === LEDGER_FILE ? 'a ledger' : 'a backup'} already: nothing was overwritten.`,
      'Choose another name.',
    );
  }
  if (found !== undefined)
    throw wrongUsage(`${path} is there already: nothing was overwritten.`, 'Choose another name.');
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw wrongUsage(`${dirname(path)} is not there: make it first.`);
  return path;
}

/** `20261121T081405Z`: sorts by time, and is a name everywhere. */
function timeOf(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '');
}

function keptByAServer(): CommandFailure {
  return wrongUsage(
    'This ledger is kept by an EventStoreDB, whose files are its own to back up: docs/operations.md says how.',
    'For a copy in a file, at any time: goodwill copy --from <connection string> --to <directory>.',
  );
}
