/** Aim: trouble with the file or its disk loses nothing, is told in words that help, and passes when its cause does. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { event, eventsOf } from '../event-store.conformance.ts';
import { EngineUnavailable, NO_STREAM, type StoredEvent } from '../event-store.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';
import { LedgerFileRefused } from './sqlite-faults.ts';
import { SqliteLedgerFile } from './sqlite-ledger-file.ts';

async function idsOf(store: SqliteEventStore, stream: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of store.read(stream, 0)) ids.push(...page.map(({ id }) => id));
  return ids;
}

describe('the ledger file', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'event-store-'));
    file = join(directory, 'events.db');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function alter(sql: string): void {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  }
  async function made(count = 3): Promise<void> {
    const store = await SqliteEventStore.open({ file });
    await store.append('book-a', eventsOf(count), NO_STREAM);
    await store.close();
  }

  it('of another program is refused and left as it was', async () => {
    alter('CREATE TABLE songs (name TEXT)');
    const before = readFileSync(file);
    const opening = SqliteEventStore.open({ file });
    await expect(opening).rejects.toThrow(LedgerFileRefused);
    await expect(opening).rejects.toThrow(/another program: choose another data directory/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('of a later format is refused with the way out, for reading too', async () => {
    await made();
    alter('PRAGMA user_version = 2');
    await expect(SqliteEventStore.open({ file })).rejects.toThrow(/format 2.*newer/);
    await expect(SqliteEventStore.open({ file, readOnly: true })).rejects.toThrow(/format 2.*newer/);
  });

  it('that is no SQLite file is called damaged, and left as it was', async () => {
    writeFileSync(file, 'A shopping list.'.repeat(500));
    await expect(SqliteEventStore.open({ file })).rejects.toThrow(/damaged or no ledger.*restore a backup/);
    expect(readFileSync(file, 'utf8')).toBe('A shopping list.'.repeat(500));
  });

  it('whose pages are damaged is called damaged when they are met, and appends to it are not acknowledged', async () => {
    await made(400);
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4_096);
    writeFileSync(file, bytes);
    const attempt = async (): Promise<unknown> => {
      const store = await SqliteEventStore.open({ file });
      try {
        return await store.append('book-a', eventsOf(1), 399);
      } finally {
        await store.close();
      }
    };
    await expect(attempt()).rejects.toThrow(/damaged or no ledger.*restore a backup/);
  });

  it('whose directory is missing is refused by name', async () => {
    file = join(directory, 'missing', 'events.db');
    await expect(SqliteEventStore.open({ file })).rejects.toThrow(
      /missing.events\.db cannot be opened: check that/,
    );
  });

  it('that is not there is not made by a reader', async () => {
    await expect(SqliteEventStore.open({ file, readOnly: true })).rejects.toThrow(/does not exist yet/);
    expect(existsSync(file)).toBe(false);
  });

  it('answers head and reads while an append waits, and makes the append when the lock is free', async () => {
    const store = await SqliteEventStore.open({ file });
    await store.append('book-a', eventsOf(2), NO_STREAM);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    let settled = false;
    const waiting = store.append('book-a', eventsOf(1), 1).finally(() => {
      settled = true;
    });
    for (let i = 0; i < 20; i++) {
      expect(await store.head('book-a')).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await idsOf(store, 'book-a')).toHaveLength(2);
    expect(settled).toBe(false);
    other.exec('COMMIT');
    expect(await waiting).toMatchObject({ ok: true, revision: 2 });
    other.close();
    await store.close();
  });

  it('numbers events beyond 2^53 exactly, and crosses the gap before them', async () => {
    const store = await SqliteEventStore.open({ file });
    await store.append('book-a', eventsOf(2), NO_STREAM);
    const beyond = 2n ** 53n + 1n;
    alter(`UPDATE events SET global = ${beyond} WHERE revision = 1`);
    await store.append('book-a', eventsOf(2), 1);
    const seen: StoredEvent[] = [];
    const subscription = store.subscribe({ streamPrefix: 'book-' }, (events) => {
      seen.push(...events);
    });
    for (let i = 0; i < 200 && seen.length < 4; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    await subscription.close();
    expect(seen.map(({ global }) => global)).toEqual([1n, beyond, beyond + 1n, beyond + 2n]);
    await store.close();
  });

  it('lets no reader wait long behind events of other streams, and skips none of its own', async () => {
    const store = await SqliteEventStore.open({ file });
    await store.append('customer-a', eventsOf(9_000), NO_STREAM);
    await store.append('book-a', eventsOf(3), NO_STREAM);
    const ledger = SqliteLedgerFile.open(file);
    const first = ledger.pageOfAll(0n, 'book-', 100);
    expect(first).toEqual({ events: [], scannedTo: 4_096n, caughtUp: false });
    const second = ledger.pageOfAll(4_096n, 'book-', 100);
    const third = ledger.pageOfAll(second.scannedTo, 'book-', 100);
    expect(third.events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
    expect(third.caughtUp).toBe(true);
    ledger.close();
    await store.close();
  });

  it('is read in pages that big events cut short', async () => {
    const store = await SqliteEventStore.open({ file });
    for (let i = 0; i < 4; i++) await store.append('book-a', [event('x'.repeat(3_000_000))], i - 1);
    const sizes: number[] = [];
    for await (const page of store.read('book-a', 0)) sizes.push(page.length);
    expect(sizes).toEqual([2, 2]);
    await store.close();
  });

  it('keeps nothing of a deleted stream on the disk', async () => {
    const store = await SqliteEventStore.open({ file });
    const secret = 'Ada Lovelace, 12 St James’s Square';
    await store.append('customer-ada', [event(secret), event(`${'y'.repeat(9_000)}${secret}`)], NO_STREAM);
    await store.append('book-a', eventsOf(3), NO_STREAM);
    const onDisk = (): boolean =>
      [file, `${file}-wal`].some((path) => existsSync(path) && readFileSync(path).includes('Ada Lovelace'));
    // Looked at in a copy's stead only while no connection is open: see SqliteLedgerFile.
    await store.close();
    expect(onDisk()).toBe(true);
    const again = await SqliteEventStore.open({ file });
    await again.delete('customer-ada');
    await again.close();
    expect(onDisk()).toBe(false);
    expect(readFileSync(file).includes('customer-ada')).toBe(false);
  });
});

/** A small disk of its own that can be filled; needs the right to mount. */
function mountSmallDisk(): string {
  const path = mkdtempSync(join(tmpdir(), 'event-store-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'pipe' });
    return path;
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
}

/** Lazily: a failed test may have left a file open in it. */
function removeSmallDisk(path: string): void {
  execFileSync('umount', ['--lazy', path]);
  rmSync(path, { recursive: true });
}

function whyNoSmallDisk(): string | undefined {
  try {
    removeSmallDisk(mountSmallDisk());
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted here: ${String(error).split('\n').at(1) ?? error}`;
  }
}

const reason = whyNoSmallDisk();
const onFullDisk = reason === undefined ? it : it.skip;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

describe('a full disk', () => {
  let disk: string;
  beforeAll(() => {
    if (reason === undefined) disk = mountSmallDisk();
  });
  afterAll(() => {
    if (reason === undefined) removeSmallDisk(disk);
  });

  onFullDisk(`is told, loses nothing, and is over when there is space again${why}`, async () => {
    const directory = join(disk, 'data');
    mkdirSync(directory);
    const file = join(directory, 'events.db');
    const store = await SqliteEventStore.open({ file });
    const acknowledged: string[] = [];
    const append = async (one = event('z'.repeat(2_000))): Promise<void> => {
      const result = await store.append('book-full', [one], acknowledged.length - 1);
      if (!result.ok) throw new Error(`Stands at ${result.actual}.`);
      acknowledged.push(one.id);
    };
    for (let i = 0; i < 20; i++) await append();
    await store.check();

    for (let round = 0; round < 2; round++) {
      const ballast = join(directory, '..', 'ballast');
      try {
        writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024));
      } catch {
        // As much as there was room for.
      }
      let failed = event('z'.repeat(2_000));
      let fault: unknown;
      for (let i = 0; i < 3_000 && !fault; i++) {
        failed = event('z'.repeat(2_000));
        await append(failed).catch((error: unknown) => {
          fault = error;
        });
      }
      expect(fault).toBeInstanceOf(EngineUnavailable);
      expect(fault).toMatchObject({
        nothingWritten: true,
        message: expect.stringMatching(/is full: free some space/),
      });
      await expect(store.check()).rejects.toThrow(/is full: free some space/);
      // Reading goes on.
      expect(await idsOf(store, 'book-full')).toEqual(acknowledged);
      await expect(append(failed)).rejects.toThrow(EngineUnavailable);

      rmSync(ballast);
      await store.check();
      await append(failed);
      for (let i = 0; i < 5; i++) await append();
      expect(await idsOf(store, 'book-full')).toEqual(acknowledged);
    }
    await store.close();
    const again = await SqliteEventStore.open({ file });
    expect(await idsOf(again, 'book-full')).toEqual(acknowledged);
    await again.close();
  });
});
