/** The policy documents that a command is given: files, standard input, and folders of them. */
import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { MOST_POLICY_BYTES, type PolicyFinding, type PolicySource } from '../../../libs/books/read-policy.ts';
import { wrongUsage } from '../failure.ts';

export interface PolicyFile {
  /** As it was given, or found below the folder that was: what an editor opens from the same directory. */
  readonly path: string;
  readonly source: PolicySource;
  /** Why it is not even looked at. */
  readonly fault?: PolicyFinding;
}

const DOCUMENT = /\.(ya?ml|json)$/i;
/** Documents that stand beside policies and are none. */
const BESIDE = /\.(scenario\.ya?ml|schema\.json)$/i;
const NEVER_IN = new Set(['node_modules']);

/**
 * @param paths files as they are, `-` for standard input; of folders every .yaml, .yml and .json below them, but
 *   scenarios, schemas, and what is hidden
 * @throws CommandFailure (exit code 2) when a path cannot be read, or a folder holds no document
 */
export async function policyFiles(paths: readonly string[]): Promise<readonly PolicyFile[]> {
  const files: PolicyFile[] = [];
  for (const path of paths) {
    const found = path === '-' || !(await isFolder(path)) ? [path] : await documentsBelow(path);
    if (found.length === 0) {
      throw wrongUsage(
        `The folder ${path} holds no policy.`,
        'Policies are files that end in .yaml, .yml or .json; those that end in .scenario.yaml or .schema.json are passed over.',
      );
    }
    for (const file of found) files.push(await policyFile(file));
  }
  return files;
}

/** @throws CommandFailure (exit code 2) when it cannot be read */
export async function policyFile(path: string): Promise<PolicyFile> {
  const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path).catch(cannotRead(path));
  const text = bytes.toString('utf8');
  const isJson = path === '-' ? /^\s*\{/.test(text) : /\.json$/i.test(path);
  const shown = path === '-' ? '<stdin>' : path;
  const fault = faultOf(bytes, text);
  return {
    path: shown,
    source: { format: isJson ? 'json' : 'yaml', text },
    ...(fault !== undefined && { fault }),
  };
}

function faultOf(bytes: Buffer, text: string): PolicyFinding | undefined {
  const fault = (code: string, message: string, advice: string, before = ''): PolicyFinding => {
    const lines = before.split('\n');
    return { pointer: '', code, message, advice, line: lines.length, column: lines.at(-1)!.length + 1 };
  };
  if (bytes.length > MOST_POLICY_BYTES) {
    return fault(
      'document-too-large',
      `The document has ${bytes.length} bytes; at most ${MOST_POLICY_BYTES} are taken.`,
      'Check what else it holds: two hundred guardrails fit with room to spare.',
    );
  }
  if (isUtf8(bytes)) return undefined;
  return fault(
    'not-utf8',
    'The bytes here are not UTF-8.',
    'Save the file as UTF-8; editors call it the encoding of the file.',
    text.slice(0, Math.max(0, text.indexOf('\uFFFD'))),
  );
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(cannotRead(path))).isDirectory();
}

async function documentsBelow(folder: string): Promise<string[]> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(cannotRead(folder));
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || NEVER_IN.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await documentsBelow(path)));
    else if (entry.isFile() && DOCUMENT.test(entry.name) && !BESIDE.test(entry.name)) found.push(path);
  }
  return found;
}

function cannotRead(path: string): (error: NodeJS.ErrnoException) => never {
  return ({ code, message }) => {
    throw wrongUsage(
      `${path} cannot be read (${code === 'ENOENT' ? 'there is no such file' : (code ?? message)}).`,
      'Give files or folders of policies, or - for standard input.',
    );
  };
}
