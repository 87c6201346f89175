/** `goodwill policy validate`: every mistake of every file, and what is legal and surely not meant. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type PolicyFinding, readPolicy } from '../../../libs/books/read-policy.ts';
import { currencyAdvice } from '../../../libs/domain/money/currency.ts';
import { type LedgerClient, type ProblemEntry, ProblemReply } from '../client.ts';
import { EXIT_CODES, type ExitCode } from '../failure.ts';
import { withConnection, withJson } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import { inkFor } from '../terminal/ink.ts';
import { atBook, contentTypeOf, withClient } from './book-policies.ts';
import { annotation, findingLine, findingOf, findingsIn } from './findings.ts';
import { type PolicyFile, policyFiles } from './policy-files.ts';

const HELP = `
Prints file:line:column: code: message — advice for every mistake, then the warnings. Ends with 1 when there is
a mistake, or a warning under --strict; with 2 when a file cannot be read. Needs no service; with --book, that
book's currency, fiscal calendar and directory are looked at as well.

Of folders, every .yaml, .yml and .json is read but *.scenario.yaml and *.schema.json.

Examples:
  goodwill policy validate policies/                        all policies of a repository
  goodwill policy validate draft.yaml --currency GBP        a figure in another currency is a mistake
  goodwill policy validate policies/ --strict --github      in a workflow, beside the lines of a pull request
  goodwill policy validate draft.yaml --book london         names that the book does not know are warned of`;

interface ValidateOptions {
  readonly currency?: string;
  readonly strict?: boolean;
  readonly github?: boolean;
  readonly json?: boolean;
  readonly book?: string;
  readonly url?: string;
  readonly key?: string;
}

/** What was found in one file. */
export interface FileVerdict {
  readonly file: string;
  readonly mistakes: readonly PolicyFinding[];
  readonly warnings: readonly PolicyFinding[];
}

export function validateCommand(): Command {
  const command = new Command('validate')
    .summary('find every mistake in policy files')
    .description('Find every mistake in policy files, each with its place and what to write instead.')
    .argument('<paths...>', 'files or folders of policies; - for standard input')
    .addOption(
      new Option('--currency <code>', "the book's currency; else each document's own is taken").argParser(
        knownCurrency,
      ),
    )
    .option('--strict', 'end with 1 for warnings too')
    .option('--github', 'print annotations for GitHub Actions')
    .option('-b, --book <id>', 'check against this book of a running service')
    .addHelpText('after', HELP)
    .action(validate);
  return withJson(withConnection(command));
}

async function validate(paths: readonly string[], options: ValidateOptions): Promise<void> {
  const files = await policyFiles(paths);
  const { book } = options;
  const verdicts =
    book === undefined
      ? files.map((file) => verdictOn(file, options.currency))
      : await withClient(options, async (client) => {
          const checked: FileVerdict[] = [];
          for (const file of files) checked.push(await verdictOfBook(client, book, file));
          return checked;
        });
  const { mistakes, warnings } = totals(verdicts);
  if (options.json) printJson({ files: verdicts, mistakes, warnings });
  else if (options.github) printAnnotations(verdicts);
  else printLines(...linesOf(verdicts, inkFor(process.stdout)));
  process.exitCode = exitCodeOf(verdicts, options.strict === true);
}

export function verdictOn({ path, source, fault }: PolicyFile, currency?: string): FileVerdict {
  if (fault !== undefined) return { file: path, mistakes: [fault], warnings: [] };
  const reading = readPolicy(source, currency === undefined ? {} : { currency });
  return reading.ok
    ? { file: path, mistakes: [], warnings: reading.warnings }
    : { file: path, mistakes: reading.mistakes, warnings: [] };
}

async function verdictOfBook(client: LedgerClient, book: string, file: PolicyFile): Promise<FileVerdict> {
  const { path, source, fault } = file;
  if (fault !== undefined) return { file: path, mistakes: [fault], warnings: [] };
  const reply = await client.request('POST', `${atBook(book)}/policies/check`, {
    body: source.text,
    headers: { 'content-type': contentTypeOf(source) },
    repeatable: true,
  });
  const mistakes = findingsIn(reply);
  if (mistakes !== undefined) return { file: path, mistakes, warnings: [] };
  if (reply.status >= 400) throw new ProblemReply(`${path} was not checked`, reply);
  const { warnings } = reply.body as { warnings: ProblemEntry[] };
  return { file: path, mistakes: [], warnings: warnings.map(findingOf) };
}

export function totals(verdicts: readonly FileVerdict[]): { mistakes: number; warnings: number } {
  return {
    mistakes: verdicts.reduce((sum, { mistakes }) => sum + mistakes.length, 0),
    warnings: verdicts.reduce((sum, { warnings }) => sum + warnings.length, 0),
  };
}

export function exitCodeOf(verdicts: readonly FileVerdict[], isStrict: boolean): ExitCode {
  const { mistakes, warnings } = totals(verdicts);
  return mistakes > 0 || (isStrict && warnings > 0) ? EXIT_CODES.failed : EXIT_CODES.fine;
}

export function linesOf(verdicts: readonly FileVerdict[], ink = inkFor({})): string[] {
  const lines = verdicts.flatMap(({ file, mistakes }) =>
    mistakes.map((mistake) => findingLine(file, mistake, undefined, ink)),
  );
  const warned = verdicts.flatMap(({ file, warnings }) =>
    warnings.map((warning) => findingLine(file, warning, 'warning', ink)),
  );
  if (lines.length > 0 && warned.length > 0) lines.push('');
  lines.push(...warned);
  const { mistakes, warnings } = totals(verdicts);
  const parts = [counted(verdicts.length, 'policy', 'policies')];
  parts.push(mistakes === 0 ? 'no mistakes' : counted(mistakes, 'mistake', 'mistakes'));
  if (warnings > 0) parts.push(counted(warnings, 'warning', 'warnings'));
  if (lines.length > 0) lines.push('');
  lines.push(`${parts.join(', ')}.`);
  return lines;
}

function printAnnotations(verdicts: readonly FileVerdict[]): void {
  const lines = verdicts.flatMap(({ file, mistakes, warnings }) => [
    ...mistakes.map((mistake) => annotation(file, mistake, 'error')),
    ...warnings.map((warning) => annotation(file, warning, 'warning')),
  ]);
  printLines(...lines, linesOf(verdicts).at(-1)!);
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

function knownCurrency(code: string): string {
  const advice = currencyAdvice(code);
  if (advice === undefined) return code;
  throw new InvalidArgumentError(`No book can be kept in it. ${advice}`);
}
