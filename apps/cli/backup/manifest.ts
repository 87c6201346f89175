/** What a backup says of itself, so that it can be held against its word before it is trusted. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../../libs/platform/strict-json.ts';
import { type DigestedLedger, type DigestedStream, digestOf, inOrder } from '../copy/digest.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';

export const LEDGER_FILE = 'events.db';
export const MANIFEST_FILE = 'manifest.json';
const KIND = 'goodwill-ledger-backup';
const FORMAT = 1;
/** Far above a million streams. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

export interface Manifest extends DigestedLedger {
  /** When the backup began, RFC 3339: what was acknowledged before is in it. */
  readonly asOf: string;
  readonly madeBy: string;
  /** Of the ledger's file beside the manifest. */
  readonly file: { readonly bytes: number; readonly sha256: string };
}

export function manifestText(manifest: Manifest): string {
  const { asOf, madeBy, file, streams, events, sha256 } = manifest;
  const document = { kind: KIND, format: FORMAT, asOf, madeBy, file, events, sha256, streams };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** @throws CommandFailure when there is none, or it is not one */
export function readManifest(backup: string): Manifest {
  const path = join(backup, MANIFEST_FILE);
  const reading = parseJson(textOf(path, backup));
  if (!reading.ok) throw damaged(path, `line ${reading.line}, column ${reading.column}: ${reading.detail}`);
  const found = reading.value as Partial<Record<string, unknown>>;
  if (typeof found !== 'object' || found === null || found.kind !== KIND)
    throw damaged(path, `it is no ${KIND}`);
  if (found.format !== FORMAT) {
    throw wrongUsage(
      `${path} has format ${JSON.stringify(found.format)}; this program knows format ${FORMAT}.`,
      'Restore it with the version that made it, or a newer one.',
    );
  }
  const { asOf, madeBy, file, streams } = found;
  if (!isText(asOf) || !isText(madeBy)) throw damaged(path, 'asOf or madeBy is missing');
  if (!isFile(file)) throw damaged(path, 'file has no bytes and sha256');
  if (!Array.isArray(streams) || !streams.every(isStream))
    throw damaged(path, 'streams are not a list of stream, events and sha256');
  const ledger = digestOf(streams);
  const names = streams.map(({ stream }) => stream);
  const isOrdered = inOrder(names).every((name, i) => name === names[i]);
  if (!isOrdered || new Set(names).size !== names.length)
    throw damaged(path, 'its streams are not each there once, in order');
  if (ledger.events !== found.events || ledger.sha256 !== found.sha256)
    throw damaged(path, 'its streams do not add up to its events and sha256');
  return { asOf, madeBy, file, ...ledger };
}

function textOf(path: string, backup: string): string {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw wrongUsage(
      `${backup} is no backup: there is no ${MANIFEST_FILE}.`,
      'Name the directory that `goodwill backup` made. A ledger without one is copied with `goodwill copy`.',
    );
  }
  try {
    if (fstatSync(handle).size > MAX_MANIFEST_BYTES) throw damaged(path, 'it is too big for one');
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

function damaged(path: string, what: string): CommandFailure {
  return new CommandFailure(`${path} is damaged: ${what}.`, { advice: 'Use another backup.' });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDigest(value: unknown): value is string {
  return isText(value) && /^[0-9a-f]{64}$/.test(value);
}

function isFile(value: unknown): value is Manifest['file'] {
  const file = value as Manifest['file'] | null | undefined;
  return typeof file === 'object' && file !== null && isCount(file.bytes) && isDigest(file.sha256);
}

function isStream(value: unknown): value is DigestedStream {
  const one = value as DigestedStream | null;
  return (
    typeof one === 'object' &&
    one !== null &&
    isText(one.stream) &&
    isCount(one.events) &&
    one.events > 0 &&
    isDigest(one.sha256)
  );
}
