/** The engines that commands are given: a data directory or a SQLite file of this machine, or a server. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineUnavailable } from '../../libs/event-store/event-store.ts';
import { CommandFailure, EXIT_CODES, wrongUsage } from './failure.ts';

export type EngineArgument =
  /** `file` may not be there yet; `dataDir` where it is the ledger of a data directory. */
  | { readonly kind: 'file'; readonly file: string; readonly dataDir?: string }
  | { readonly kind: 'server'; readonly connectionString: string };

/** The errors of engines that stay until somebody does what the message says. */
const REFUSALS: ReadonlySet<string> = new Set(['LedgerFileRefused', 'ConnectionStringRefused']);

/** @throws CommandFailure (exit code 2) for a text that names no engine */
export function engineArgument(text: string, option: string): EngineArgument {
  if (isServer(text)) return { kind: 'server', connectionString: text };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw wrongUsage(
      `${option} names no engine: only esdb:// and esdb+discover:// are known.`,
      'Write the path of a data directory or of a SQLite ledger, or a connection string of EventStoreDB.',
    );
  }
  if (text === '' || text.includes('\0')) throw wrongUsage(`${option} is not a path.`);
  const path = resolve(text);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() || (found === undefined && !path.endsWith('.db'))) {
    return { kind: 'file', file: join(path, 'events.db'), dataDir: path };
  }
  if (found !== undefined && !found.isFile())
    throw wrongUsage(`${path} is neither a directory nor a file: ${option} cannot use it.`);
  return basename(path) === 'events.db'
    ? { kind: 'file', file: path, dataDir: dirname(path) }
    : { kind: 'file', file: path };
}

export function isServer(text: string): boolean {
  return /^esdb(\+discover)?:\/\//i.test(text);
}

/** What `openEventStore` takes. */
export function engineOf(argument: EngineArgument): string {
  return argument.kind === 'file' ? argument.file : argument.connectionString;
}

/** For people and logs: without name and password. */
export function shownEngine(argument: EngineArgument): string {
  if (argument.kind === 'file') return argument.dataDir ?? argument.file;
  return argument.connectionString.replace(/\/\/[^/?]*@/, '//').replace(/\?.*$/s, '');
}

/** Whether both are one file, however it is reached. Two names of one server are not recognised. */
export function isSameEngine(a: EngineArgument, b: EngineArgument): boolean {
  if (a.kind === 'file' && b.kind === 'file') {
    return a.file === b.file || (existsSync(b.file) && realpathSync(a.file) === realpathSync(b.file));
  }
  return a.kind === 'server' && b.kind === 'server' && a.connectionString === b.connectionString;
}

/** An engine's or a disk's error as the end of a command; anything else as it is. */
export function asFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (REFUSALS.has(error.name)) return wrongUsage(error.message);
  if (error instanceof EngineUnavailable)
    return new CommandFailure(error.message, { exitCode: EXIT_CODES.unreachable, cause: error });
  // A disk that is full or a directory that may not be written to: the message names it.
  if ('syscall' in error || 'errcode' in error) return new CommandFailure(error.message, { cause: error });
  return error;
}
