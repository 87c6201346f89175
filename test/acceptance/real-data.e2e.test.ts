/**
 * Aim: a year of a real shop's invoices imports whole: every row is accounted for, the money is what adding up
 * the file itself gives, and a second run adds nothing. GOODWILL_REAL_DATA names the file ("Online Retail II",
 * UCI dataset 502, sheet "Year 2009-2010" as CSV, plain or gzip; see docs/importing.md): it is too large to be
 * kept here, and without it this suite is skipped.
 */

import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse';
import {
  ADMIN_KEY,
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';

const FILE = process.env.GOODWILL_REAL_DATA ?? '';
const REPOSITORY = resolve(import.meta.dirname, '../..');
const MAP = 'docs/examples/online-retail-ii.map.yaml';
const run = promisify(execFile);

interface Expected {
  rows: number;
  acts: number;
  refundedMinor: bigint;
  outcomes: number;
  boughtMinor: bigint;
  rejected: number;
}

/** The same question asked of the file by other means: another CSV reader, plain additions, no map. */
async function addedUp(): Promise<Expected> {
  const expected: Expected = {
    rows: 0,
    acts: 0,
    refundedMinor: 0n,
    outcomes: 0,
    boughtMinor: 0n,
    rejected: 0,
  };
  const bytes = createReadStream(FILE);
  const text = FILE.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const records = text.pipe(parse({ columns: true, bom: true }));
  for await (const row of records as AsyncIterable<Record<string, string>>) {
    expected.rows += 1;
    if (row.Invoice!.startsWith('A') || row.StockCode!.startsWith('TEST')) continue;
    const quantity = Number(row.Quantity);
    const isRefund = row.Invoice!.startsWith('C');
    if (!isRefund && (quantity < 0 || row['Customer ID'] === '')) continue;
    const [pounds, pence = ''] = row.Price!.split('.');
    if ((isRefund && quantity >= 0) || (!isRefund && pence.length > 2)) {
      expected.rejected += 1;
      continue;
    }
    const lineMinor = BigInt(Math.abs(quantity)) * BigInt(pounds! + pence.padEnd(2, '0').slice(0, 2));
    if (isRefund) {
      expected.acts += 1;
      expected.refundedMinor += lineMinor;
    } else {
      expected.outcomes += 1;
      expected.boughtMinor += lineMinor;
    }
  }
  return expected;
}

async function boughtBy(customer: string): Promise<string[]> {
  const bytes = createReadStream(FILE);
  const text = FILE.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const lines: string[] = [];
  for await (const row of text.pipe(parse({ columns: true, bom: true })) as AsyncIterable<
    Record<string, string>
  >) {
    if (row['Customer ID'] !== customer || row.Invoice!.startsWith('C')) continue;
    lines.push(String(Math.round(Number(row.Quantity) * Number(row.Price) * 100)));
  }
  return lines;
}

(FILE === '' ? describe.skip : describe)('a year of Online Retail II (GOODWILL_REAL_DATA)', () => {
  let service: ServiceProcess;
  let dataDir: string;
  let expected: Expected;
  beforeAll(async () => {
    dataDir = await temporaryDirectory('real-data');
    service = await startService(dataDir);
    expected = await addedUp();
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    await removeDirectory(dataDir);
  });

  // biome-ignore lint/suspicious/noExplicitAny: the command's JSON is looked at from outside
  async function goodwill(...args: string[]): Promise<any> {
    const env = { ...process.env, GOODWILL_ADMIN_KEY: ADMIN_KEY, GOODWILL_URL: service.url };
    const launcher = join(REPOSITORY, 'dist/apps/cli/main.js');
    const { stdout } = await run(process.execPath, [launcher, ...args, '--json'], { cwd: REPOSITORY, env });
    return JSON.parse(stdout);
  }

  const importing = () =>
    goodwill('import', FILE, '--map', MAP, '--rejects', join(dataDir, 'rejects.ndjson'));

  it('accounts for every row, to the penny', async () => {
    const summary = await importing();
    console.log(`${summary.rows} rows at ${summary.rowsPerSecond} rows/s`);
    expect(summary).toMatchObject({ complete: true, rows: expected.rows, unsettled: 0 });
    const facts = summary.acts.total + summary.outcomes.total + summary.incidents.total;
    expect(facts + summary.skipped.total + summary.rejected.total).toBe(expected.rows);
    expect(summary.acts).toMatchObject({ new: expected.acts, alreadyThere: 0 });
    expect(summary.outcomes).toMatchObject({ new: expected.outcomes, alreadyThere: 0 });
    expect(BigInt(summary.outcomes.valueMinor)).toBe(expected.boughtMinor);
    expect(BigInt(summary.acts.retailMinor)).toBe(expected.refundedMinor);
    expect(summary.rejected.total).toBe(expected.rejected);
    const rejects = (await readFile(join(dataDir, 'rejects.ndjson'), 'utf8')).trim().split('\n');
    expect(rejects).toHaveLength(expected.rejected);
  }, 300_000);

  it('finds every fact there already the second time, and the ledger has the money once', async () => {
    const summary = await importing();
    expect(summary.acts).toMatchObject({ new: 0, alreadyThere: expected.acts });
    expect(summary.outcomes).toMatchObject({ new: 0, alreadyThere: expected.outcomes });
    const book = (await service.get('/v1/books/online-retail')).json();
    const spend = await service.get(
      `/v1/books/online-retail/metrics/spend?from=2009-12-01&to=2010-12-31&groupBy=kind&atLeast=${book.position}`,
    );
    expect(spend.json().total).toMatchObject({
      acts: expected.acts,
      costMinor: Number(expected.refundedMinor),
      retailMinor: Number(expected.refundedMinor),
    });
  }, 300_000);

  it('finds what one customer bought, line by line', async () => {
    const { position } = (await service.get('/v1/books/online-retail')).json();
    const bought: string[] = [];
    let more = '';
    do {
      const page = await service.get(
        `/v1/books/online-retail/outcomes?customer=13085&type=purchase&atLeast=${position}${more}`,
      );
      const { outcomes, nextCursor } = page.json();
      bought.push(...outcomes.map(({ valueMinor }: { valueMinor: number }) => String(valueMinor)));
      more = nextCursor === null ? '' : `&cursor=${nextCursor}`;
    } while (more !== '');
    const wanted = await boughtBy('13085');
    expect(wanted.length).toBeGreaterThan(50);
    expect(bought.sort()).toEqual(wanted.sort());
  }, 120_000);

  it('is whole when the ledger is folded again', async () => {
    expect(await goodwill('verify', '--data-dir', dataDir)).toMatchObject({ whole: true });
  }, 120_000);
});
