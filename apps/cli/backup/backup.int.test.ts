/** Aim: a backup that is damaged in any byte is refused, and nothing that is there is ever overwritten. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStore } from '../../../libs/event-store/engines.ts';
import { fillLedger, mountSmallDisk, whyNoSmallDisk } from './backup.fixture.ts';
import { digestLedgerFile } from './ledger-file.ts';
import { makeBackup, unfinishedBeside } from './make-backup.ts';
import { type Manifest, manifestText, readManifest } from './manifest.ts';
import { checkBackup, restoreBackup } from './restore-backup.ts';

let directory: string;
const at = (...names: string[]): string => join(directory, ...names);
let manifest: Manifest;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-backup-'));
  mkdirSync(at('data'));
  await fillLedger(at('data/events.db'), 3_000);
  const store = await openEventStore(at('data/events.db'));
  await store.append('book-ü', [{ id: 'b', type: 'T', data: '{ "a": "😀" }' }], -1);
  await store.close();
  manifest = await makeBackup({ eventsFile: at('data/events.db'), backup: at('backup') });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

let copies = 0;
async function spoiled(spoil: (backup: string) => void): Promise<string> {
  const backup = at(`spoiled-${copies++}`);
  await cp(at('backup'), backup, { recursive: true });
  spoil(backup);
  return backup;
}

describe('a backup', () => {
  it('holds the ledger, its owner alone may read it, and it restores to the same', async () => {
    expect(readdirSync(at('backup')).sort()).toEqual(['events.db', 'manifest.json']);
    for (const name of ['', 'events.db', 'manifest.json'])
      expect(statSync(at('backup', name)).mode & 0o077).toBe(0);
    expect(manifest).toMatchObject({
      events: 3_001,
      streams: [{ stream: 'book-ü' }, { stream: 'facts-large' }],
    });
    expect(await checkBackup(at('backup'))).toEqual(manifest);
    await restoreBackup(at('backup'), at('restored/here'));
    expect(await digestLedgerFile(at('restored/here/events.db'))).toEqual(
      await digestLedgerFile(at('data/events.db')),
    );
    const store = await openEventStore(at('restored/here/events.db'));
    expect(await store.append('book-ü', [{ id: 'c', type: 'T', data: '{}' }], 0)).toMatchObject({ ok: true });
    await store.close();
  });

  it('never takes a name that is taken', async () => {
    const before = statSync(at('backup/events.db')).mtimeMs;
    writeFileSync(at('file'), 'mine');
    for (const backup of [at('backup'), at('data'), at('file')])
      await expect(makeBackup({ eventsFile: at('data/events.db'), backup })).rejects.toThrow(/there already/);
    expect(statSync(at('backup/events.db')).mtimeMs).toBe(before);
    expect(readFileSync(at('file'), 'utf8')).toBe('mine');
    expect(readdirSync(directory).filter((name) => name.includes('.partial-'))).toEqual([]);
  });

  it('tells of unfinished ones of the same kind alone', () => {
    for (const name of [
      'ledger-20261121T081405Z.partial-aB3xyz',
      'other.partial-aB3xyz',
      'one.partial-123456',
    ])
      mkdirSync(at('list', name), { recursive: true });
    expect(unfinishedBeside(at('list/ledger-20261122T000000Z'))).toEqual([
      at('list/ledger-20261121T081405Z.partial-aB3xyz'),
    ]);
    expect(unfinishedBeside(at('list/one'))).toEqual([at('list/one.partial-123456')]);
    expect(unfinishedBeside(at('list/ledger'))).toEqual([]);
  });
});

describe('a backup that is damaged', () => {
  const flipByte = (path: string, where: number): void => {
    const bytes = readFileSync(path);
    bytes[where] = bytes[where]! ^ 1;
    writeFileSync(path, bytes);
  };
  const rewritten = (backup: string, change: (document: Record<string, unknown>) => unknown): void => {
    const path = join(backup, 'manifest.json');
    const document = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(change(document) ?? document));
  };
  /** A manifest true to the file, of a ledger that somebody changed. */
  const forged = (backup: string): void => {
    const db = new DatabaseSync(join(backup, 'events.db'));
    db.exec(`UPDATE events SET data = '{}' WHERE revision = 2999`);
    db.close();
  };
  const cases: [string, (backup: string) => void, RegExp][] = [
    ['a byte of the ledger', (b) => flipByte(join(b, 'events.db'), 1_000_000), /has the sha256/],
    ['a short ledger', (b) => truncateSync(join(b, 'events.db'), 4_096), /has 4096 bytes, not/],
    ['an event changed', forged, /has the sha256/],
    ['no manifest', (b) => writeFileSync(join(b, 'manifest.json'), ''), /line 1, column 1/],
    ['half a manifest', (b) => truncateSync(join(b, 'manifest.json'), 200), /is damaged: line/],
    ['another document', (b) => rewritten(b, () => ({ kind: 'x' })), /is no goodwill-ledger-backup/],
    ['null', (b) => rewritten(b, () => 'null'), /is no goodwill-ledger-backup/],
    ['a list', (b) => rewritten(b, () => []), /is no goodwill-ledger-backup/],
    [
      'a format to come',
      (b) => rewritten(b, (m) => ({ ...m, format: 2 })),
      /has format 2; this program knows format 1/,
    ],
    [
      'no file',
      (b) => rewritten(b, (m) => ({ ...m, file: { bytes: -1, sha256: 'x' } })),
      /file has no bytes and sha256/,
    ],
    ['streams of nothing', (b) => rewritten(b, (m) => ({ ...m, streams: [{}] })), /streams are not a list/],
    [
      'a stream missing',
      (b) => rewritten(b, (m) => ({ ...m, streams: (m.streams as []).slice(1) })),
      /do not add up/,
    ],
    [
      'a stream twice',
      (b) => rewritten(b, (m) => ({ ...m, streams: [...(m.streams as []), ...(m.streams as [])] })),
      /once, in order/,
    ],
    ['another sum', (b) => rewritten(b, (m) => ({ ...m, sha256: '0'.repeat(64) })), /do not add up/],
  ];
  it.each(cases)('%s: refused, and nothing is restored', async (_, spoil, message) => {
    const backup = await spoiled(spoil);
    const target = at(`target-${copies}`);
    await expect(checkBackup(backup)).rejects.toThrow(message);
    await expect(restoreBackup(backup, target)).rejects.toThrow(message);
    expect(existsSync(join(target, 'events.db'))).toBe(false);
    expect(existsSync(join(target, 'events.db.restoring'))).toBe(false);
  });

  it('a manifest of another ledger, though its file is true: refused', async () => {
    const backup = await spoiled((b) => {
      const streams = manifest.streams.slice(0, 1);
      const { events } = streams[0]!;
      rewritten(b, (m) => ({ ...m, streams, events }));
    });
    // Its own sum made right as well: only the ledger itself can tell.
    const { digestOf } = await import('../copy/digest.ts');
    const lying = { ...manifest, ...digestOf(manifest.streams.slice(0, 1)) };
    writeFileSync(join(backup, 'manifest.json'), manifestText(lying));
    expect(readManifest(backup).events).toBe(1);
    await expect(restoreBackup(backup, at('lied-to'))).rejects.toThrow(/stream "facts-large" differs/);
    expect(existsSync(at('lied-to/events.db'))).toBe(false);
  });

  it('what is no backup is told from one that is damaged', async () => {
    await expect(checkBackup(at('data'))).rejects.toThrow(/is no backup: there is no manifest\.json/);
    await expect(checkBackup(at('nowhere'))).rejects.toThrow(/is no backup/);
    await expect(checkBackup(at('file'))).rejects.toThrow(/is no backup/);
  });
});

describe('a restore', () => {
  it.each([
    ['a ledger', 'events.db', /holds a ledger already/],
    ["a ledger's log", 'events.db-wal', /is not empty: events\.db-wal/],
    ['views', 'views.db', /is not empty: views\.db/],
    ['anything', 'letter.txt', /is not empty: letter\.txt/],
  ])('over %s is refused', async (_, name, message) => {
    const target = at(`over-${name}`);
    mkdirSync(target);
    writeFileSync(join(target, name), 'mine');
    await expect(restoreBackup(at('backup'), target)).rejects.toThrow(message);
    expect(readdirSync(target)).toEqual([name]);
    expect(readFileSync(join(target, name), 'utf8')).toBe('mine');
  });

  it('goes on where one was killed, beside the key', async () => {
    mkdirSync(at('again'));
    writeFileSync(at('again/events.db.restoring'), 'half');
    writeFileSync(at('again/admin.key'), 'key');
    await restoreBackup(at('backup'), at('again'));
    expect(readdirSync(at('again')).sort()).toEqual(['admin.key', 'events.db', 'slot-0.lock']);
  });
});

const reason = whyNoSmallDisk();
const onSmallDisk = reason === undefined ? it : it.skip;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

describe('a full disk', () => {
  onSmallDisk(`leaves nothing of a backup, nor of a restore${why}`, async () => {
    const disk = mountSmallDisk(2);
    try {
      const backup = join(disk.path, 'backup');
      await expect(makeBackup({ eventsFile: at('data/events.db'), backup })).rejects.toThrow(
        /cannot be written: .*full/,
      );
      expect(readdirSync(disk.path)).toEqual([]);
      await expect(restoreBackup(at('backup'), join(disk.path, 'restored'))).rejects.toThrow(/ENOSPC/);
      expect(readdirSync(join(disk.path, 'restored'))).toEqual(['slot-0.lock']);
    } finally {
      disk.remove();
    }
  });
});
