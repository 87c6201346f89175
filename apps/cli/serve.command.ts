/** `goodwill serve`: the service, in this process, so that a signal to the command reaches it. */
import { Command } from 'commander';
import { wholeNumber } from './options.ts';

const HELP = `
SIGTERM or Ctrl-C ends it cleanly: what was acknowledged stays, what is under way is finished.
Every setting can be given in the environment; an option stands above it.

Examples:
  goodwill serve
  goodwill serve --port 8080 --data-dir /var/lib/goodwill`;

interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  readonly dataDir?: string;
  readonly sandbox?: boolean;
}

export function serveCommand(): Command {
  return new Command('serve')
    .summary('run the service in the foreground')
    .description('Run the service in the foreground, on this machine alone unless --host says otherwise.')
    .option('-p, --port <n>', 'port to listen on (GOODWILL_PORT; 3000)', wholeNumber(0, 65_535))
    .option('--host <address>', 'address to listen on (GOODWILL_HOST; 127.0.0.1)')
    .option('-d, --data-dir <dir>', 'where the ledger is kept (GOODWILL_DATA_DIR; ./data)')
    .option('--sandbox', 'allow the clock to be set, for trying things out (GOODWILL_SANDBOX)')
    .addHelpText('after', HELP)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  if (options.port !== undefined) process.env.GOODWILL_PORT = String(options.port);
  if (options.host !== undefined) process.env.GOODWILL_HOST = options.host;
  if (options.dataDir !== undefined) process.env.GOODWILL_DATA_DIR = options.dataDir;
  if (options.sandbox) process.env.GOODWILL_SANDBOX = 'true';
  // A launch, not a use: the service is another app, started where its build stands.
  await import(new URL('../ledger/main.js', import.meta.url).href);
}
