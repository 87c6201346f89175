/**
 * Aim: nothing of a file is lost silently. Whatever the service or the file does, every row is a fact, skipped,
 * rejected with its line and reason, or the import says where it stopped; running it again doubles nothing.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LedgerClient } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import { type FakeLedger, startFakeLedger } from './fake-ledger.fixture.ts';
import { readMap } from './read-map.ts';
import { RejectsFile } from './rejects-file.ts';
import { runImport } from './run-import.ts';
import { openSource } from './source.ts';
import { type Summary, summaryOf } from './summary.ts';
import { Tally } from './tally.ts';

const MAP = `format: { type: csv }
skip:
  - { when: row.kind == "sale", reason: sale }
reject:
  - { when: row.kind == "odd", reason: odd }
act:
  kind: row.kind
  trigger: '"recovery"'
  employee: row.who
  location: '"shop-" + string(line % 3)'
  retailMinor: minor(row.amount, 2)
  costMinor: minor(row.amount, 2)
  note: row.note
  occurredAt: localTime("2026-07-01 10:00", "UTC")
idempotencyKey: '"t/" + string(line)'
directory:
  book: { currency: GBP, timeZone: Europe/London, fourEyes: false }
  location: { timeZone: '"Europe/London"' }
  employee: { roles: '["barista"]' }
`;

let directory: string;
let ledger: FakeLedger;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-import-'));
  ledger = await startFakeLedger();
});
afterEach(async () => {
  await ledger.close();
  await rm(directory, { recursive: true, force: true });
});

function table(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => `refund,emp-${i % 4},${i}.50,n${i}`);
  return `kind,who,amount,note\n${lines.join('\n')}\n`;
}

async function importing(
  content: string | Uint8Array,
  settings: {
    batch?: number;
    concurrency?: number;
    map?: string;
    retryForMs?: number;
    dryRun?: boolean;
  } = {},
): Promise<{ summary: Summary; rejects: Record<string, unknown>[]; failure?: CommandFailure }> {
  const file = join(directory, 'acts.csv');
  await writeFile(file, content);
  const reading = readMap(settings.map ?? MAP);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const client = new LedgerClient({ url: ledger.url, key: 'k', retryForMs: settings.retryForMs ?? 5_000 });
  const rejects = await RejectsFile.create(join(directory, 'rejects.ndjson'), file);
  const tally = new Tally();
  let stated = { location: 0, employee: 0, item: 0 };
  let failure: CommandFailure | undefined;
  try {
    const to = {
      client,
      book: 'b',
      batch: settings.batch ?? 100,
      concurrency: settings.concurrency ?? 2,
      statesDirectory: true,
    };
    const source = await openSource(file);
    ({ stated } = await runImport({
      source,
      map: reading.map,
      rejects,
      tally,
      ...(settings.dryRun ? {} : { to }),
    }));
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    failure = error;
  } finally {
    await client.close();
  }
  const hasRejects = await rejects.close();
  const lines = hasRejects ? (await readFile(rejects.path, 'utf8')).trim().split('\n') : [];
  const isComplete = failure === undefined;
  const summary = summaryOf({ file, isDryRun: false, isComplete, tally, stated, elapsedMs: 1 });
  return { summary, rejects: lines.map((line) => JSON.parse(line)), ...(failure && { failure }) };
}

describe('an import', () => {
  it('accounts for every row, and the second run adds nothing', async () => {
    const text = `${table(250)}sale,emp-1,1.00,x\nodd,emp-1,1.00,x\nrefund,emp-1,oops,x\nrefund,"emp-1"x,1.00,x\nrefund,emp-1,1.00\nrefund,emp-1,2.00,beyond\n`;
    const first = await importing(text);
    expect(first.failure).toBeUndefined();
    expect(first.summary).toMatchObject({
      rows: 256,
      acts: {
        total: 251,
        new: 251,
        alreadyThere: 0,
        withBreaches: 1,
        retailMinor: 250 * 50 + 100 * ((249 * 250) / 2) + 200,
      },
      skipped: { total: 1, byReason: { sale: 1 } },
      rejected: {
        total: 4,
        byReason: { odd: 1, 'expression-failed': 1, 'bad-quoting': 1, 'wrong-column-count': 1 },
      },
      unsettled: 0,
      directory: { location: 3, employee: 4, item: 0 },
    });
    expect(first.rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [253, 'odd'],
      [254, 'expression-failed'],
      [255, 'bad-quoting'],
      [256, 'wrong-column-count'],
    ]);
    expect(first.rejects[1]!.row).toEqual({ kind: 'refund', who: 'emp-1', amount: 'oops', note: 'x' });
    expect(first.rejects[2]!.text).toBe('refund,"emp-1"x,1.00,x');
    expect(ledger.acts.size).toBe(251);

    const second = await importing(gzipSync(text));
    expect(second.summary.acts).toMatchObject({ total: 251, new: 0, alreadyThere: 251 });
    expect(second.summary.acts.retailMinor).toBe(first.summary.acts.retailMinor);
    expect(ledger.acts.size).toBe(251);
  });

  it('states the book first and every entry once, before the first act that names it', async () => {
    await importing(table(1_000), { batch: 50 });
    const puts = ledger.asked.filter((line) => line.startsWith('PUT'));
    expect(ledger.asked[0]).toBe('PUT /v1/books/b');
    expect(new Set(puts).size).toBe(puts.length);
    expect(puts).toHaveLength(1 + 3 + 4);
    expect(ledger.asked.lastIndexOf(puts.at(-1)!)).toBeLessThan(
      ledger.asked.findIndex((line) => line.startsWith('POST')),
    );
  });

  it('keeps two equal rows apart: two acts', async () => {
    const { summary } = await importing('kind,who,amount,note\nrefund,e,1.00,x\nrefund,e,1.00,x\n');
    expect(summary.acts.new).toBe(2);
  });

  it('asks again with the same keys when an answer is lost, and doubles nothing', async () => {
    ledger.fault = (line, count) => (line.startsWith('POST') && count % 3 === 1 ? 'lost-answer' : undefined);
    const { summary, failure } = await importing(table(500));
    expect(failure).toBeUndefined();
    expect(summary.acts).toMatchObject({ total: 500, new: 500 });
    expect(ledger.acts.size).toBe(500);
  });

  it('waits out a 503 and a reset', async () => {
    ledger.fault = (line, count) =>
      line.startsWith('POST') && count === 1 ? 503 : count === 2 ? 'reset' : undefined;
    expect((await importing(table(200))).summary.acts.new).toBe(200);
  });

  it('rejects what the service refuses, with its code and row', async () => {
    ledger.refuse = (act) => (act.note === 'n7' ? { status: 422, code: 'occurred-at-in-future' } : undefined);
    const { summary, rejects } = await importing(table(20));
    expect(summary).toMatchObject({
      acts: { new: 19 },
      rejected: { byReason: { 'occurred-at-in-future': 1 } },
    });
    expect(rejects).toMatchObject([
      { line: 9, detail: 'refused as occurred-at-in-future', row: { note: 'n7' } },
    ]);
  });

  it('rejects a row that changed since it was recorded, naming what differs', async () => {
    await importing(table(5));
    const { summary, rejects } = await importing(table(5).replace('n3', 'other'));
    expect(summary.acts).toMatchObject({ new: 0, alreadyThere: 4 });
    expect(rejects).toMatchObject([
      { line: 5, reason: 'idempotency-key-reused', detail: expect.stringMatching(/differs: note/) },
    ]);
  });

  it('sends single items again that the service could not record now', async () => {
    let refusals = 0;
    ledger.refuse = (act) =>
      act.note === 'n3' && refusals++ < 2 ? { status: 503, code: 'engine-unavailable' } : undefined;
    const { summary } = await importing(table(10));
    expect(summary.acts).toMatchObject({ new: 10, alreadyThere: 0 });
  });

  it('finds the one act a whole batch is refused for', async () => {
    ledger.fault = (line, _, body) => (line.startsWith('POST') && body.includes('"n7"') ? 413 : undefined);
    const { summary, rejects } = await importing(table(64), { batch: 64 });
    expect(summary).toMatchObject({ acts: { new: 63 }, rejected: { byReason: { 'fault-413': 1 } } });
    expect(rejects).toMatchObject([{ line: 9, row: { note: 'n7' } }]);
  });

  it('keeps batches below what the service takes', async () => {
    const long = 'y'.repeat(1_900);
    const text = `kind,who,amount,note\n${`refund,e,1.00,${long}\n`.repeat(1_000)}`;
    const { summary } = await importing(text, { batch: 1_000 });
    expect(summary.acts.new).toBe(1_000);
    expect(Math.max(...ledger.batchSizes)).toBeLessThan(500);
  });

  it('stops when the service is gone, and says what is settled', async () => {
    ledger.fault = (line) => (line.startsWith('POST') && ledger.acts.size >= 200 ? 'reset' : undefined);
    const { summary, failure } = await importing(table(5_000), { retryForMs: 300 });
    expect(failure).toMatchObject({ exitCode: 3, message: expect.stringMatching(/does not answer/) });
    expect(summary.complete).toBe(false);
    expect(summary.acts.total).toBe(ledger.acts.size);
    expect(summary.acts.total + summary.unsettled).toBe(summary.rows);
    ledger.fault = undefined;
    const again = await importing(table(5_000));
    expect(again.summary.acts).toMatchObject({ total: 5_000, alreadyThere: summary.acts.total });
  });

  it.each([
    [401, 1],
    [404, 1],
  ])('stops at once on %s', async (status, exitCode) => {
    ledger.fault = (line) => (line.startsWith('POST') ? status : undefined);
    const { failure, summary } = await importing(table(3_000));
    expect(failure).toMatchObject({ exitCode });
    expect(summary.acts.total).toBe(0);
  });

  it('stops where gzip breaks off, having recorded what came before, and goes on when run again', async () => {
    const text = table(20_000);
    const { summary, failure } = await importing(gzipSync(text).subarray(0, 50_000), { batch: 1_000 });
    expect(failure).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/^Stopped after line \d+: .*ends before it is whole/),
    });
    expect(failure!.advice).toMatch(/again: nothing is recorded twice/);
    expect(summary.rows).toBeGreaterThan(0);
    expect(summary).toMatchObject({
      complete: false,
      unsettled: 0,
      acts: { total: summary.rows, new: ledger.acts.size },
    });
    const again = await importing(text, { batch: 1_000 });
    expect(again.summary.acts).toMatchObject({ total: 20_000, alreadyThere: summary.rows });
  });

  it('refuses a file that lacks a column of the map before anything is sent', async () => {
    const { failure } = await importing('kind,who,note\nrefund,e,x\n');
    expect(failure).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/no column "amount" \(map \d+:\d+\)/),
    });
    expect(ledger.acts.size).toBe(0);
  });

  it('rejects rows whose entry cannot be stated, each for itself', async () => {
    const map = MAP.replace(`'["barista"]'`, `'[string(int(row.note))]'`);
    const { summary } = await importing(
      'kind,who,amount,note\nrefund,e,1.00,x\nrefund,e,1.00,5\nrefund,e,1.00,y\n',
      { map },
    );
    expect(summary).toMatchObject({ acts: { new: 2 }, rejected: { byReason: { 'expression-failed': 1 } } });
  });

  it('asks nobody in a dry run', async () => {
    const { summary } = await importing(table(10), { dryRun: true });
    expect(summary.acts).toMatchObject({ total: 10, new: 0, wouldBeSent: 10 });
    expect(ledger.asked).toEqual([]);
  });

  it('never replaces the file it reads by the rejects', async () => {
    const file = join(directory, 'acts.csv');
    await writeFile(file, 'x');
    await expect(
      RejectsFile.create(join(directory, '..', directory.split('/').at(-1)!, 'acts.csv'), file),
    ).rejects.toThrow(/is the file to import/);
    expect(await readFile(file, 'utf8')).toBe('x');
  });
});
