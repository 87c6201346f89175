/** A backup becomes the ledger of an empty data directory, after it has been held against its manifest twice. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeDataDir } from '../../../libs/platform/data-dir.ts';
import { takeFirstSlot } from '../data-dir.ts';
import { flush, publishFile } from '../durable-files.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { digestFile, digestLedgerFile, expectFile, expectLedger } from './ledger-file.ts';
import { LEDGER_FILE, type Manifest, readManifest } from './manifest.ts';

const UNFINISHED = `${LEDGER_FILE}.restoring`;
/** What may be in a directory that counts as empty: keys, locks, and what a restore that was killed left. */
const HARMLESS = /^(admin\.key|lost\+found|slot-\d+\.lock(-journal)?|events\.db\.restoring(-journal)?)$/;
const READ_BYTES = 1024 * 1024;

export type Step = 'copying' | 'reading';
type OnProgress = (step: Step, done: number, all: number) => void;

/** Only looks. @throws CommandFailure when the backup is not what its manifest says */
export async function checkBackup(backup: string, onProgress: OnProgress = () => {}): Promise<Manifest> {
  const manifest = readManifest(backup);
  const file = ledgerFileOf(backup);
  expectFile(await digestFile(file), manifest, file);
  const found = await digestLedgerFile(file, (done, all) => onProgress('reading', done, all));
  expectLedger(found, manifest, file);
  return manifest;
}

/** @throws CommandFailure; the ledger is then not there */
export async function restoreBackup(
  backup: string,
  dataDir: string,
  onProgress: OnProgress = () => {},
): Promise<Manifest> {
  const manifest = readManifest(backup);
  const file = ledgerFileOf(backup);
  expectEmpty(dataDir);
  makeDataDir(dataDir);
  const ledgerFile = join(dataDir, LEDGER_FILE);
  const slot = takeFirstSlot({ path: dataDir, eventsFile: ledgerFile });
  try {
    expectEmpty(dataDir);
    const unfinished = join(dataDir, UNFINISHED);
    rmSync(unfinished, { force: true });
    try {
      expectFile(await copyFile(file, unfinished, manifest.file.bytes, onProgress), manifest, file);
      flush(unfinished);
      const found = await digestLedgerFile(unfinished, (done, all) => onProgress('reading', done, all));
      expectLedger(found, manifest, file);
      publishFile(unfinished, ledgerFile);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
    flush(dirname(dataDir));
  } finally {
    slot.release();
  }
  return manifest;
}

function ledgerFileOf(backup: string): string {
  const file = join(backup, LEDGER_FILE);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw new CommandFailure(`${backup} is damaged: there is no ${LEDGER_FILE}.`, {
    advice: 'Use another backup.',
  });
}

/** @throws CommandFailure (exit code 2) when something is in the directory */
export function expectEmpty(dataDir: string): void {
  const found = statSync(dataDir, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw wrongUsage(`${dataDir} is not a directory.`);
  const names = readdirSync(dataDir).filter((name) => !HARMLESS.test(name));
  if (names.includes(LEDGER_FILE)) {
    throw wrongUsage(
      `${dataDir} holds a ledger already: a backup is never restored over one.`,
      'Name a new directory, and point the service at it.',
    );
  }
  if (names.length > 0) {
    throw wrongUsage(
      `${dataDir} is not empty: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}.`,
      'Name a new or an empty directory; admin.key may be in it.',
    );
  }
}

async function copyFile(
  from: string,
  to: string,
  all: number,
  onProgress: OnProgress,
): Promise<Manifest['file']> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    createReadStream(from, { highWaterMark: READ_BYTES }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        onProgress('copying', bytes, all);
        yield chunk;
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o600 }),
  );
  return { bytes, sha256: hash.digest('hex') };
}
