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
import { ADMIN_KEY, endForGood, type ServiceProcess, startFresh } from '../service-process.ts';

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

/** The shop's clock as UTC; in the year of the file summer time is from 28 March 01:00 to 31 October 02:00. */
function utc(local: string): number {
  const text = local.replace(' ', 'T');
  const isSummer = text >= '2010-03-28T01:00' && text < '2010-10-31T02:00';
  return Date.parse(`${text}Z`) - (isSummer ? 3_600_000 : 0);
}

/** Refunds with a customer and what they bought later, found by looking at every invoice: no view, no map, no SQL. */
async function returnsAfterRefunds() {
  const refunds: { customer: string; at: number }[] = [];
  const bought = new Map<string, Map<string, number>>();
  const bytes = createReadStream(FILE);
  const text = FILE.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  for await (const row of text.pipe(parse({ columns: true, bom: true })) as AsyncIterable<
    Record<string, string>
  >) {
    const { Invoice: invoice = '', Quantity: quantity, Price: price, InvoiceDate: date = '' } = row;
    const customer = row['Customer ID']!;
    if (invoice.startsWith('A') || row.StockCode!.startsWith('TEST') || customer === '') continue;
    if (invoice.startsWith('C')) {
      if (Number(quantity) < 0) refunds.push({ customer, at: utc(date) });
    } else if (Number(quantity) >= 0 && price !== '0.001') {
      const invoices = bought.get(customer) ?? new Map<string, number>();
      invoices.set(invoice, Math.min(invoices.get(invoice) ?? Number.POSITIVE_INFINITY, utc(date)));
      bought.set(customer, invoices);
    }
  }
  const last = Math.max(...[...bought.values()].flatMap((invoices) => [...invoices.values()]));
  const days = refunds.map(({ customer, at }) => {
    const later = [...(bought.get(customer)?.values() ?? [])].filter((time) => time > at);
    return { until: (Math.min(...later) - at) / 86_400_000, watched: (last - at) / 86_400_000 };
  });
  const within = (limit: number) => {
    const complete = days.filter(({ watched }) => watched >= limit);
    return { n: complete.length, returned: complete.filter(({ until }) => until <= limit).length };
  };
  const seen = days.map(({ until }) => until).filter((until) => until <= 90);
  seen.sort((a, b) => a - b);
  const middle = (seen[Math.floor((seen.length - 1) / 2)]! + seen[Math.ceil((seen.length - 1) / 2)]!) / 2;
  // Kaplan and Meier by hand: on each whole day the share that goes on without a purchase.
  let left = 1;
  const estimate: Record<number, number> = {};
  let median = 0;
  for (let day = 1; day <= 366; day++) {
    const atRisk = days.filter(({ until, watched }) => watched >= day && until > day - 1);
    if (atRisk.length > 0) left *= 1 - atRisk.filter(({ until }) => until <= day).length / atRisk.length;
    if (day === 30 || day === 90) estimate[day] = Math.round((1 - left) * 1e4) / 1e4;
    if (median === 0 && left <= 0.5) median = day;
  }
  return {
    refunds: refunds.length,
    customers: new Set(refunds.map(({ customer }) => customer)).size,
    last: new Date(last).toISOString(),
    within30: within(30),
    within90: within(90),
    seen: { n: seen.length, medianDays: Math.round(middle * 10) / 10 },
    estimate,
    median,
  };
}

(FILE === '' ? describe.skip : describe)('a year of Online Retail II (GOODWILL_REAL_DATA)', () => {
  let service: ServiceProcess;
  let expected: Expected;
  beforeAll(async () => {
    service = await startFresh('real-data');
    expected = await addedUp();
  }, 120_000);
  afterAll(() => endForGood(service));

  // biome-ignore lint/suspicious/noExplicitAny: the command's JSON is looked at from outside
  async function goodwill(...args: string[]): Promise<any> {
    const env = { ...process.env, GOODWILL_ADMIN_KEY: ADMIN_KEY, GOODWILL_URL: service.url };
    const launcher = join(REPOSITORY, 'dist/apps/cli/main.js');
    const { stdout } = await run(process.execPath, [launcher, ...args, '--json'], { cwd: REPOSITORY, env });
    return JSON.parse(stdout);
  }

  const importing = () =>
    goodwill('import', FILE, '--map', MAP, '--rejects', join(service.dataDir, 'rejects.ndjson'));

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
    const rejects = (await readFile(join(service.dataDir, 'rejects.ndjson'), 'utf8')).trim().split('\n');
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

  it('is followed by purchases as a plain reading of the file says', async () => {
    const { position } = (await service.get('/v1/books/online-retail')).json();
    const answer = await service.get(
      `/v1/books/online-retail/metrics/outcomes?kind=refund&atLeast=${position}`,
    );
    const { total, observedUntil } = answer.json();
    const wanted = await returnsAfterRefunds();
    console.log(`refunds and what followed: ${JSON.stringify(wanted)}`);
    const { returnWithin30Days, returnWithin90Days, medianDaysUntilReturn, daysUntilSeenReturn } = total;
    expect(observedUntil.returns).toBe(wanted.last);
    expect(returnWithin30Days).toMatchObject({
      n: wanted.refunds,
      customers: wanted.customers,
      value: wanted.estimate[30],
      complete: wanted.within30,
    });
    expect(returnWithin90Days).toMatchObject({ value: wanted.estimate[90], complete: wanted.within90 });
    expect(medianDaysUntilReturn.value).toBe(wanted.median);
    expect(daysUntilSeenReturn).toMatchObject({ value: wanted.seen.medianDays, n: wanted.seen.n });
    // What is not known yet shows, and is not counted as not having come back.
    expect(returnWithin90Days.censored).toBeGreaterThan(0);
    expect(returnWithin90Days.complete.n).toBeLessThan(returnWithin90Days.n);
    for (const { interval } of [returnWithin30Days, returnWithin90Days, medianDaysUntilReturn])
      expect(interval.low).toBeLessThan(interval.high);
  }, 120_000);

  it('is whole when the ledger is folded again', async () => {
    expect(await goodwill('verify', '--data-dir', service.dataDir)).toMatchObject({ whole: true });
  }, 120_000);
});
