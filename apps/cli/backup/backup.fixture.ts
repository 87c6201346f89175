/** Ledgers to back up, and a small disk to fill. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore } from '../../../libs/event-store/engines.ts';

/** @param bytes of data in each event */
export async function fillLedger(file: string, events: number, bytes = 900): Promise<void> {
  const store = await openEventStore(file);
  const data = JSON.stringify({ text: 'x'.repeat(bytes) });
  for (let head = -1; head < events - 1; ) {
    const batch = Array.from({ length: Math.min(2_000, events - 1 - head) }, () => ({
      id: randomUUID(),
      type: 'T',
      data,
    }));
    const result = await store.append('facts-large', batch, head);
    if (!result.ok) throw new Error(`it stands at ${result.actual}`);
    head = result.revision;
  }
  await store.close();
}

/** A file system of its own; needs the right to mount. */
export function mountSmallDisk(sizeMib: number): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'goodwill-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
  return {
    path,
    remove() {
      execFileSync('umount', ['--lazy', path]);
      rmSync(path, { recursive: true });
    },
  };
}

/** Undefined when a small disk can be mounted, else why not. */
export function whyNoSmallDisk(): string | undefined {
  try {
    mountSmallDisk(1).remove();
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted here: ${String(error).split('\n').at(1) ?? error}`;
  }
}
