/** `goodwill`: the command line of the ledger. */
import { Command, CommanderError } from 'commander';
import { backupCommand } from './backup.command.ts';
import { copyCommand } from './copy.command.ts';
import { demoCommand } from './demo/demo.command.ts';
import { EXIT_CODES } from './failure.ts';
import { importCommand } from './import/import.command.ts';
import { keysCommand } from './keys.command.ts';
import { reportFailure } from './output.ts';
import { backtestCommand } from './policy/backtest.ts';
import { policyCommand } from './policy/policy.command.ts';
import { rebuildCommand } from './rebuild.command.ts';
import { restoreCommand } from './restore.command.ts';
import { serveCommand } from './serve.command.ts';
import { simulateCommand } from './simulate/simulate.command.ts';
import { verifyCommand } from './verify.command.ts';
import { version } from './version.ts';

const HELP = `
Exit codes: 0 done; 1 it failed, or a comparison found a difference; 2 wrong usage or settings;
3 the service or the engine cannot be reached.

Settings come from the environment (GOODWILL_DATA_DIR, GOODWILL_PORT, …); GOODWILL_DEBUG=1 shows stacks.

Examples:
  goodwill serve                                          the service, on ./data and port 3000
  goodwill import acts.csv.gz --map acts.map.yaml         record acts from a file
  goodwill policy validate policies/                      find every mistake in policy files
  goodwill verify                                         fold the ledger again and compare
  goodwill <command> --help                               all about one command`;

function program(): Command {
  const goodwill = new Command('goodwill')
    .description('Goodwill Ledger: acts of goodwill, decided at once, recorded for ever, accounted for.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError(true)
    // What follows a command is that command's: `policy diff --version 3` is no question for ours.
    .enablePositionalOptions()
    .addHelpText('after', HELP);
  const commands = [
    serveCommand(),
    importCommand(),
    policyCommand(),
    backtestCommand(),
    verifyCommand(),
    rebuildCommand(),
    backupCommand(),
    restoreCommand(),
    copyCommand(),
    keysCommand(),
    simulateCommand(),
    demoCommand(),
  ];
  for (const command of commands) goodwill.addCommand(command);
  for (const command of [goodwill, ...commands, ...commands.flatMap((one) => one.commands)]) {
    command.exitOverride();
  }
  return goodwill;
}

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already said what is wrong; its help and version end with 0.
      process.exitCode = error.exitCode === 0 ? EXIT_CODES.fine : EXIT_CODES.usage;
      return;
    }
    process.exitCode = reportFailure(error);
  }
}

// A reader that goes away (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.fine);
  throw error;
});

await main();
