/** `goodwill rebuild`: makes views anew from the ledger, beside the old ones, and swaps them in. */
import { Command } from 'commander';
import { ALL_VIEWS } from '../../libs/views/all-views.ts';
import { Views } from '../../libs/views/views.ts';
import { existingDataDir, takeFirstSlot, withDataDir } from './data-dir.ts';
import { CommandFailure, wrongUsage } from './failure.ts';
import { withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { startProgress } from './progress.ts';

const NAMES = ALL_VIEWS.map(({ name }) => name);
const HELP = `
Views: ${NAMES.join(', ')}. Without a name, all of them.
The ledger itself is only read. Stop the service first: it holds the views' file.

Examples:
  goodwill rebuild
  goodwill rebuild ${NAMES[0]} --data-dir /var/lib/goodwill`;

interface RebuildOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
}

export function rebuildCommand(): Command {
  const command = new Command('rebuild')
    .summary('make views anew from the ledger')
    .description(
      'Make views anew from the ledger, beside the old ones, and swap them in when they are whole.',
    )
    .argument('[view...]', 'the views to rebuild; default: all')
    .addHelpText('after', HELP)
    .action(rebuild);
  return withJson(withDataDir(command));
}

async function rebuild(asked: readonly string[], options: RebuildOptions): Promise<void> {
  const unknown = asked.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw wrongUsage(`There is no view "${unknown}".`, `The views are ${NAMES.join(', ')}.`);
  const dataDir = existingDataDir(options.dataDir);
  const slot = takeFirstSlot(dataDir);
  try {
    const views = await Views.start({ viewsFile: slot.file('views'), engine: dataDir.eventsFile });
    try {
      const rebuilt: { view: string; seconds: number }[] = [];
      for (const view of asked.length === 0 ? NAMES : new Set(asked)) {
        rebuilt.push({ view, seconds: await rebuildOne(views, view, options.json !== true) });
      }
      if (options.json) printJson({ rebuilt });
      else printLines(...rebuilt.map(({ view, seconds }) => `${view}: rebuilt in ${seconds.toFixed(1)} s`));
    } finally {
      await views.close();
    }
  } finally {
    slot.release();
  }
}

/** Seconds it took. */
async function rebuildOne(views: Views, view: string, isWatched: boolean): Promise<number> {
  const startedAt = performance.now();
  const bar = startProgress(`${view} | {behind} events to go, {seconds} s`, undefined, isWatched);
  const timer = setInterval(() => {
    const behind = views.lag().find((lag) => lag.view === view)?.eventsBehind ?? 0;
    bar.update(0, { behind, seconds: Math.round((performance.now() - startedAt) / 1_000) });
  }, 250);
  try {
    await views.rebuild(view);
  } catch (error) {
    throw new CommandFailure(`The view ${view} cannot be rebuilt: ${(error as Error).message}`, {
      advice: 'The old one still answers. Run `goodwill verify` to see whether the ledger is whole.',
      cause: error,
    });
  } finally {
    clearInterval(timer);
    bar.stop();
  }
  return (performance.now() - startedAt) / 1_000;
}
