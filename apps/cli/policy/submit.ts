/** `goodwill policy submit`: a file becomes a version of a book, submitted for approval. */
import { Command } from 'commander';
import { diffPolicies, type PolicyChange } from '../../../libs/domain/policy/diff.ts';
import type { LedgerClient, ProblemEntry } from '../client.ts';
import { withConnection, withJson } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import { inkFor } from '../terminal/ink.ts';
import {
  atBook,
  type BookVersion,
  type Connection,
  contentTypeOf,
  draftOf,
  readVersion,
  takeStep,
  versionInForce,
  withClient,
} from './book-policies.ts';
import { changeLines } from './diff.ts';
import { findingLine, findingOf } from './findings.ts';
import { type PolicyFile, policyFile } from './policy-files.ts';

const HELP = `
Drafts the file as a version of the book and submits it; somebody else approves it then, and whoever may puts it in
force with "goodwill policy activate". Safe to repeat: the same content in the same book is the same version, and a
version that is submitted already is left as it is.

Examples:
  goodwill policy submit policies/cafe-chain.yaml --book london --comment "Fits the spring menu."
  goodwill policy submit draft.yaml --book london --json`;

interface SubmitOptions extends Connection {
  readonly book: string;
  readonly comment?: string;
  readonly json?: boolean;
}

export function submitCommand(): Command {
  const command = new Command('submit')
    .summary('draft a policy file in a book and submit it')
    .description('Make a policy file a version of a book and submit it for approval.')
    .argument('<file>', 'the policy; - for standard input')
    .requiredOption('-b, --book <id>', 'the book')
    .option('--comment <text>', 'for whoever approves it')
    .addHelpText('after', HELP)
    .action(submit);
  return withJson(withConnection(command));
}

async function submit(path: string, options: SubmitOptions): Promise<void> {
  const { book, comment } = options;
  const file = await policyFile(path);
  await withClient(options, async (client) => {
    const drafted = await draftOf(client, book, file);
    const isNew = drafted.status === 'draft';
    if (isNew)
      await takeStep(client, book, drafted.version, 'submit', comment === undefined ? {} : { comment });
    const found = isNew ? await readVersion(client, book, drafted.version) : drafted;
    const warnings = await warningsOf(client, book, file);
    const { before, changes } = await changesOf(client, book, found);
    const { version, status, approval } = found;
    if (options.json) {
      printJson({
        version,
        status,
        approval,
        submittedNow: isNew,
        warnings,
        comparedWith: before ?? null,
        changes,
      });
      return;
    }
    const ink = inkFor(process.stdout);
    printLines(
      `Version ${version} of ${book} ${isNew ? 'is submitted' : `was there already: ${status}`}.`,
      ...warnings.map((warning) => findingLine(file.path, warning, 'warning', ink)),
      ...(before === undefined
        ? ['No version is in force to compare it with.']
        : [`From version ${before}, in force, to version ${version}:`, ...changeLines(changes)]),
      ...nextStep(found, book),
    );
  });
}

async function warningsOf(client: LedgerClient, book: string, { source }: PolicyFile) {
  const reply = await client.expect('The policy was not checked', 'POST', `${atBook(book)}/policies/check`, {
    body: source.text,
    headers: { 'content-type': contentTypeOf(source) },
    repeatable: true,
  });
  return (reply.body.warnings as ProblemEntry[]).map(findingOf);
}

async function changesOf(
  client: LedgerClient,
  book: string,
  { version, policy }: BookVersion,
): Promise<{ before?: number; changes: readonly PolicyChange[] }> {
  const before = await versionInForce(client, book);
  if (before === undefined || before === version) return { ...(before && { before }), changes: [] };
  const inForce = await readVersion(client, book, before);
  return { before, changes: diffPolicies(inForce.policy, policy) };
}

function nextStep({ version, status, approval }: BookVersion, book: string): string[] {
  const activation = `goodwill policy activate ${version} --book ${book}`;
  if (status === 'submitted' && approval === 'needed') {
    return [
      `Next, somebody else approves it: POST ${atBook(book)}/policies/${version}/approve; then ${activation}.`,
    ];
  }
  return status === 'submitted' || status === 'approved' ? [`Next: ${activation}`] : [];
}
