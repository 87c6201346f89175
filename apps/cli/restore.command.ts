/** `goodwill restore`: a backup as the ledger of a new data directory. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Manifest } from './backup/manifest.ts';
import { checkBackup, expectEmpty, restoreBackup } from './backup/restore-backup.ts';
import { describeLedger } from './copy/digest.ts';
import { withDataDir } from './data-dir.ts';
import { asFailure, isServer } from './engine-argument.ts';
import { wrongUsage } from './failure.ts';
import { withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { startProgress } from './progress.ts';

const HELP = `
The directory is new or empty (admin.key may be in it): a backup is never restored over a ledger.
The backup is held against its manifest before and after it is copied. Views and caches come back at the next start.
--dry-run checks the backup and writes nothing.

Examples:
  goodwill restore --from /backups/before-the-upgrade --data-dir /var/lib/goodwill-restored
  goodwill restore --from /backups/before-the-upgrade --dry-run`;

interface RestoreOptions {
  readonly from: string;
  readonly dataDir?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function restoreCommand(): Command {
  const command = new Command('restore')
    .summary('make a new data directory from a backup')
    .description('Make the ledger of a new data directory from a backup, checked against its manifest.')
    .requiredOption('--from <backup>', 'the directory that `goodwill backup` made')
    .option('--dry-run', 'check the backup, write nothing')
    .addHelpText('after', HELP)
    .action(restore);
  return withJson(withDataDir(command));
}

async function restore(options: RestoreOptions): Promise<void> {
  const { dryRun = false, json = false } = options;
  if (isServer(options.dataDir ?? '')) {
    throw wrongUsage(
      '--data-dir is a directory. A backup goes into an EventStoreDB with `goodwill copy`:',
      'goodwill copy --from <backup> --to <connection string>',
    );
  }
  const from = resolve(options.from);
  const dataDir = resolve(options.dataDir || process.env.GOODWILL_DATA_DIR || './data');
  const startedAt = performance.now();
  const bar = startProgress('{step} {bar} {percentage}%', 1, !json);
  const onProgress = (step: string, done: number, all: number) => bar.update(done, { step }, all);
  let manifest: Manifest;
  try {
    if (dryRun && options.dataDir !== undefined) expectEmpty(dataDir);
    manifest = dryRun ? await checkBackup(from, onProgress) : await restoreBackup(from, dataDir, onProgress);
  } catch (error) {
    throw asFailure(error);
  } finally {
    bar.stop();
  }
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  if (json) {
    printJson({ backup: from, dryRun, ...(!dryRun && { dataDir }), ...manifest, seconds });
    return;
  }
  const what = `${describeLedger(manifest)}, as of ${manifest.asOf}`;
  printLines(
    dryRun
      ? `${from} is whole: ${what}. Nothing was written.`
      : `${dataDir}: ${what}, in ${seconds.toFixed(1)} s.`,
    ...(dryRun ? [] : [`Prove it: goodwill verify --data-dir ${dataDir}`]),
  );
}
