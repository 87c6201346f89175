/** `goodwill policy diff`: what one policy says otherwise than another, in sentences. */
import { Command } from 'commander';
import { readPolicy } from '../../../libs/books/read-policy.ts';
import { diffPolicies, type PolicyChange } from '../../../libs/domain/policy/diff.ts';
import type { Policy } from '../../../libs/domain/policy/policy.ts';
import { CommandFailure, EXIT_CODES, wrongUsage } from '../failure.ts';
import { wholeNumber, withConnection, withJson } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import { type Connection, readVersion, versionIn, versionInForce, withClient } from './book-policies.ts';
import { findingLine } from './findings.ts';
import { policyFile } from './policy-files.ts';

const HELP = `
Each of the two is a file, - for standard input, the number of a version of --book, or "active" for the version in
force there. With one file and --book, it is compared with --version, or with the version in force.
Order decides nothing and is no difference. Ends with 0; under --exit-code with 1 when there is a difference.

Examples:
  goodwill policy diff old.yaml new.yaml
  goodwill policy diff draft.yaml --book london --version 3    what the draft changes of version 3
  goodwill policy diff 3 4 --book london                       what version 4 changed
  goodwill policy diff active draft.yaml --book london --json`;

interface DiffOptions extends Connection {
  readonly book?: string;
  readonly version?: number;
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

export function diffCommand(): Command {
  const command = new Command('diff')
    .summary('tell what differs between two policies')
    .description('Tell what one policy says otherwise than another.')
    .argument('<before>', 'file, version, or "active"')
    .argument('[after]', 'file, version, or "active"')
    .option('-b, --book <id>', 'the book of the versions')
    .option('--version <n>', 'compare the one file with this version', wholeNumber(1, 999_999_999))
    .option('--exit-code', 'end with 1 when there is a difference')
    .addHelpText('after', HELP)
    .action(diff);
  return withJson(withConnection(command));
}

/** One of the two, and what it is called in what is printed. */
export interface Side {
  readonly name: string;
  readonly policy: Policy;
}

async function diff(first: string, second: string | undefined, options: DiffOptions): Promise<void> {
  const [before, after] = await sidesOf(first, second, options);
  const changes = diffPolicies(before.policy, after.policy);
  if (options.json) printJson({ before: before.name, after: after.name, changes });
  else printLines(`From ${before.name} to ${after.name}:`, ...changeLines(changes));
  process.exitCode = options.exitCode && changes.length > 0 ? EXIT_CODES.failed : EXIT_CODES.fine;
}

export function changeLines(changes: readonly PolicyChange[]): string[] {
  return changes.length === 0 ? ['  No difference.'] : changes.map(({ text }) => `  ${text}`);
}

async function sidesOf(
  first: string,
  second: string | undefined,
  options: DiffOptions,
): Promise<[Side, Side]> {
  const { version, book } = options;
  if (second !== undefined && version !== undefined) {
    throw wrongUsage(
      '--version is for one file alone.',
      'Write the version in place of one of the two files.',
    );
  }
  const [before, after] =
    second === undefined ? [version === undefined ? 'active' : String(version), first] : [first, second];
  if (second === undefined && book === undefined) {
    throw wrongUsage('There is nothing to compare with.', 'Give a second file, or --book with --version.');
  }
  return [await sideOf(before, options), await sideOf(after, options)];
}

async function sideOf(name: string, options: DiffOptions): Promise<Side> {
  const version = versionIn(name);
  if (version === undefined && name !== 'active') return { name, policy: await policyIn(name) };
  const { book } = options;
  if (book === undefined) {
    throw wrongUsage(
      `Which book's ${name === 'active' ? 'version in force' : `version ${name}`}?`,
      'Add --book.',
    );
  }
  return withClient(options, async (client) => {
    const wanted = version ?? (await versionInForce(client, book));
    if (wanted === undefined) {
      throw new CommandFailure(`Book ${book} has no version in force.`, {
        advice: 'Name a version, or give a second file.',
      });
    }
    const { policy } = await readVersion(client, book, wanted);
    return { name: `version ${wanted} of ${book}`, policy };
  });
}

/** @throws CommandFailure with every mistake at its place */
async function policyIn(path: string): Promise<Policy> {
  const file = await policyFile(path);
  const reading = file.fault === undefined ? readPolicy(file.source) : undefined;
  if (reading?.ok) return reading.policy;
  const mistakes = reading === undefined ? [file.fault!] : reading.mistakes;
  throw new CommandFailure(mistakes.map((mistake) => findingLine(file.path, mistake)).join('\n'));
}
