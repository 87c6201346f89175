/** The file of a backup, looked at as bytes and as a ledger. Nobody else has it open. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { openEventStore } from '../../../libs/event-store/engines.ts';
import { type DigestedLedger, type DigestedStream, digestOf, digestStream, inOrder } from '../copy/digest.ts';
import { NO_PATIENCE } from '../copy/patience.ts';
import { CommandFailure } from '../failure.ts';
import type { Manifest } from './manifest.ts';

const READ_BYTES = 1024 * 1024;

export async function digestFile(path: string): Promise<Manifest['file']> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** @param onProgress called with the events done and the events there are */
export async function digestLedgerFile(
  path: string,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<DigestedLedger> {
  const store = await openEventStore(path, { readOnly: true });
  try {
    const names = inOrder(await store.streams(''));
    const heads = await Promise.all(names.map((stream) => store.head(stream)));
    const all = heads.reduce((sum, head) => sum + head + 1, 0);
    let done = 0;
    const found: DigestedStream[] = [];
    for (const [i, stream] of names.entries()) {
      const one = await digestStream(store, stream, heads[i]!, NO_PATIENCE, (count) => {
        done += count;
        onProgress(done, all);
      });
      // A name without events is what an append that was refused may leave.
      if (one.events > 0) found.push(one);
    }
    return digestOf(found);
  } finally {
    await store.close();
  }
}

/** @throws CommandFailure that names the first stream that is not as the manifest says */
export function expectLedger(found: DigestedLedger, manifest: Manifest, path: string): void {
  if (found.sha256 === manifest.sha256) return;
  const there = new Map(found.streams.map((one) => [one.stream, one]));
  const odd =
    manifest.streams.find(({ stream, sha256 }) => there.get(stream)?.sha256 !== sha256)?.stream ??
    found.streams.find(({ stream }) => !manifest.streams.some((one) => one.stream === stream))?.stream;
  throw new CommandFailure(
    `${path} is not the ledger of its manifest: the stream ${JSON.stringify(odd)} differs.`,
    { advice: 'Use another backup.' },
  );
}

/** @throws CommandFailure */
export function expectFile(found: Manifest['file'], { file }: Manifest, path: string): void {
  if (found.bytes === file.bytes && found.sha256 === file.sha256) return;
  const said =
    found.bytes === file.bytes
      ? `has the sha256 ${found.sha256}, not ${file.sha256}`
      : `has ${found.bytes} bytes, not ${file.bytes}`;
  throw new CommandFailure(`${path} is damaged: it ${said}.`, { advice: 'Use another backup.' });
}
