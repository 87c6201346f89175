/** The policies of a book on a running service, as the commands use them. */
import { createHash, randomUUID } from 'node:crypto';
import type { PolicySource } from '../../../libs/books/read-policy.ts';
import type { Policy } from '../../../libs/domain/policy/policy.ts';
import { connectionOf, LedgerClient, ProblemReply } from '../client.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { findingLine, findingsIn } from './findings.ts';
import type { PolicyFile } from './policy-files.ts';

/** A version as the service shows it, as far as the commands look at it. */
export interface BookVersion {
  readonly version: number;
  readonly status: string;
  readonly approval?: string;
  readonly activations: readonly { readonly from: string; readonly businessDate?: string }[];
  readonly policy: Policy;
  readonly source: PolicySource;
}

export type Versions = readonly Omit<BookVersion, 'policy' | 'source'>[];

export interface Connection {
  readonly url?: string;
  readonly key?: string;
}

export async function withClient<Result>(
  connection: Connection,
  use: (client: LedgerClient) => Promise<Result>,
): Promise<Result> {
  const client = new LedgerClient(connectionOf(connection));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

export function atBook(book: string): string {
  return `/v1/books/${encodeURIComponent(book)}`;
}

export function contentTypeOf({ format }: PolicySource): string {
  return format === 'json' ? 'application/json' : 'application/yaml';
}

/** A version's number as an argument; undefined: the argument is a file. `./3` is the file of that name. */
export function versionIn(argument: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(argument) ? Number(argument) : undefined;
}

/** @throws CommandFailure (exit code 2) */
export function neededVersion(argument: string): number {
  const version = versionIn(argument);
  if (version !== undefined) return version;
  throw wrongUsage(`"${argument}" is no version of a policy.`, 'Give its number, such as 3.');
}

/** @throws CommandFailure when there is no such version */
export async function readVersion(client: LedgerClient, book: string, version: number): Promise<BookVersion> {
  const reply = await client.expect(
    `Version ${version} was not read`,
    'GET',
    `${atBook(book)}/policies/${version}`,
  );
  return reply.body;
}

export async function readVersions(client: LedgerClient, book: string): Promise<Versions> {
  const reply = await client.expect('The versions were not read', 'GET', `${atBook(book)}/policies`);
  return reply.body.policies;
}

/** The version in force: where several are, each at some locations, the one drafted last. */
export async function versionInForce(client: LedgerClient, book: string): Promise<number | undefined> {
  return (await readVersions(client, book)).findLast(({ status }) => status === 'active')?.version;
}

const MOST_TWINS = 20;

/**
 * The version of the book with this content: the one that an earlier call made of it, or a new draft. The keys are
 * made of book and content, so that nothing is drafted twice, however often and from wherever it is called. A
 * draft may have been edited since: then the next key along the line makes another one.
 * @throws CommandFailure with every mistake at its place
 */
export async function draftOf(client: LedgerClient, book: string, file: PolicyFile): Promise<BookVersion> {
  const { path, source, fault } = file;
  if (fault !== undefined) throw new CommandFailure(findingLine(path, fault));
  for (let twin = 1; twin <= MOST_TWINS; twin++) {
    const reply = await client.request('POST', `${atBook(book)}/policies`, {
      body: source.text,
      headers: { 'content-type': contentTypeOf(source) },
      idempotencyKey: draftKey(book, source, twin),
    });
    const mistakes = findingsIn(reply);
    if (mistakes !== undefined) {
      throw new CommandFailure(mistakes.map((mistake) => findingLine(path, mistake)).join('\n'));
    }
    if (reply.status >= 400) throw new ProblemReply(`${path} was not taken`, reply);
    const drafted = await readVersion(client, book, reply.body.version);
    if (drafted.source.text === source.text && drafted.source.format === source.format) return drafted;
  }
  throw new CommandFailure(`Book ${book} has ${MOST_TWINS} drafts of ${path} that were edited since.`, {
    advice: 'Submit the one that is meant by its number, or change the file.',
  });
}

function draftKey(book: string, { format, text }: PolicySource, twin: number): string {
  const content = createHash('sha256')
    .update(JSON.stringify([book, format, text]))
    .digest('hex');
  return `policy-${content.slice(0, 40)}${twin === 1 ? '' : `-${twin}`}`;
}

/**
 * A step of a version's life. Whether it is still to be taken is seen from the version's status before; its key
 * only keeps the retries of this one call apart from others.
 */
export async function takeStep(
  client: LedgerClient,
  book: string,
  version: number,
  step: 'submit' | 'activate',
  body: object,
): Promise<{ readonly status: string; readonly from?: string; readonly unapproved?: true }> {
  const reply = await client.expect(
    `Version ${version} was not ${step === 'submit' ? 'submitted' : 'activated'}`,
    'POST',
    `${atBook(book)}/policies/${version}/${step}`,
    { body, idempotencyKey: `${step}-${randomUUID()}` },
  );
  return reply.body;
}
