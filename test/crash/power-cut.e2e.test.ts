/**
 * Aim: an append that was acknowledged before the power went is there when it is back, in order, without gaps; and
 * this suite would notice if it were not. See power-cut.ts for what a cut here is and is not.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { mutatedCopy } from '../mutants/mutate.ts';
import { CuttableDisk } from './power-cut.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const APPENDER = 'libs/event-store/sqlite/appender.fixture.ts';
const STREAM = 'book-cut';

function whyNoDisk(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, to mount a loop device';
  try {
    CuttableDisk.make().remove();
    return undefined;
  } catch (error) {
    return `no loop device can be mounted: ${String(error).split('\n')[0]}`;
  }
}

const reason = whyNoDisk();
const onDisk = reason === undefined ? it : it.skip;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

interface AfterCut {
  /** Ids acknowledged before the cut, by revision. */
  readonly acknowledged: readonly string[];
  /** Ids found in the ledger afterwards, by revision. */
  readonly found: readonly string[];
  /** Why the ledger could not be read, if it could not. */
  readonly fault?: unknown;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'open');
}

/** Runs an appender, cuts the power some time after its first acknowledgement, and reads what is left. */
async function cutPower(
  disk: CuttableDisk,
  project: string,
  name: string,
  delayMs: number,
): Promise<AfterCut> {
  const file = `${name}.db`;
  const parameters = ['--no-warnings', join(project, APPENDER), join(disk.directory, file), STREAM, '2'];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  let said: string[];
  let copy: string;
  try {
    while (linesOf(text).length === 0) {
      if (child.exitCode !== null) throw new Error(`The appender ended with ${child.exitCode}.`);
      await sleep(1);
    }
    await sleep(delayMs);
    // What is read here was acknowledged before the cut, which follows in the same breath.
    said = linesOf(text);
    copy = disk.cut();
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(disk.directory, `${file}${suffix}`), { force: true });
    }
  }
  const acknowledged = said.flatMap((line) => line.split(' ').slice(1));
  return disk.afterCut(copy, async (directory) => {
    const found: string[] = [];
    try {
      const store = await SqliteEventStore.open({ file: join(directory, file) });
      try {
        for await (const page of store.read(STREAM, 0)) {
          for (const event of page) {
            if (event.revision !== found.length) throw new Error(`A gap before revision ${event.revision}.`);
            found.push(event.id);
          }
        }
      } finally {
        await store.close();
      }
    } catch (fault) {
      return { acknowledged, found, fault };
    }
    return { acknowledged, found };
  });
}

function isLoss({ acknowledged, found, fault }: AfterCut): boolean {
  return fault !== undefined || acknowledged.some((id, revision) => found[revision] !== id);
}

describe('a power cut', () => {
  let disk: CuttableDisk;
  beforeAll(() => {
    if (reason === undefined) disk = CuttableDisk.make();
  });
  afterAll(() => {
    if (reason === undefined) disk.remove();
  });

  onDisk(
    `loses no acknowledged append${why}`,
    async () => {
      let acknowledged = 0;
      // From the first append on a file just made to some way into its first checkpoints.
      for (const [round, mostMs] of [0, 5, 30, 150, 400, 800, 1_500].entries()) {
        const delayMs = Math.random() * mostMs;
        const cut = await cutPower(disk, PROJECT, `full-${round}`, delayMs);
        if (cut.fault !== undefined) throw cut.fault;
        expect(cut.found.slice(0, cut.acknowledged.length)).toEqual(cut.acknowledged);
        // An append is there whole or not at all, acknowledged or not.
        expect(cut.found.length % 2).toBe(0);
        acknowledged += cut.acknowledged.length;
      }
      expect(acknowledged).toBeGreaterThan(50);
    },
    60_000,
  );

  onDisk.each(['OFF', 'NORMAL'])(
    `would lose some with synchronous=%s, and that is noticed${why}`,
    async (synchronous) => {
      const mutant = mutatedCopy({
        folders: ['libs/event-store'],
        file: 'libs/event-store/sqlite/sqlite-format.ts',
        find: 'PRAGMA synchronous = FULL',
        replace: `PRAGMA synchronous = ${synchronous}`,
      });
      try {
        const cuts = [];
        // Soon, for with NORMAL the log is made durable whenever it is moved into the file.
        for (let round = 0; round < 3; round++) {
          cuts.push(await cutPower(disk, mutant, `${synchronous}-${round}`, 20));
        }
        expect(cuts.some(isLoss)).toBe(true);
      } finally {
        rmSync(mutant, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
