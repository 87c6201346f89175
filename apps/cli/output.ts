/** How every command speaks: one JSON document for machines, lines for people, errors on standard error. */
import { CommandFailure, EXIT_CODES, type ExitCode } from './failure.ts';

export function printJson(document: unknown): void {
  // SQLite's large integers come as bigint, which JSON has no word for.
  const text = JSON.stringify(document, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2);
  process.stdout.write(`${text}\n`);
}

export function printLines(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Says what went wrong and what to do; the stack only with GOODWILL_DEBUG=1. Returns the exit code. */
export function reportFailure(error: unknown): ExitCode {
  const failure = error instanceof CommandFailure ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const lines = failure === undefined ? [`A fault of the program: ${message}`] : [message];
  const advice =
    failure?.advice ??
    (failure === undefined ? 'Run it again with GOODWILL_DEBUG=1 to see where.' : undefined);
  if (advice !== undefined) lines.push(advice);
  process.stderr.write(`goodwill: ${lines.join('\n')}\n`);
  if (process.env.GOODWILL_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return failure?.exitCode ?? EXIT_CODES.failed;
}
