/**
 * How fast the views are built from a ledger, and how far they lag under a steady load.
 *
 *     node --no-warnings test/load/views.bench.ts [--acts 200000] [--rate 5000] [--seconds 10]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { bookEvents, toAppend } from '../../libs/views/acts.fixture.ts';
import type { SpendDimension } from '../../libs/views/spend/spend.ts';
import { Views } from '../../libs/views/views.ts';

const { values } = parseArgs({
  options: {
    acts: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '10' },
  },
});
const acts = Number(values.acts);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const directory = mkdtempSync(join(tmpdir(), 'views-bench-'));
const eventsFile = join(directory, 'events.db');
const viewsFile = join(directory, 'views.db');
const [cpu] = cpus();
console.log(
  `machine: ${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);

try {
  const store = await SqliteEventStore.open({ file: eventsFile });
  const source = bookEvents({
    seed: 1,
    locations: 50,
    employees: 500,
    customers: 100_000,
    actsPerDay: 2_000,
  });
  const next = (count: number): BookEvent[] => {
    const events: BookEvent[] = [];
    while (events.length < count) events.push(source.next().value);
    return events;
  };
  let position = -1;
  const append = async (count: number): Promise<void> => {
    const result = await store.append(
      'book-bench',
      toAppend('book-bench', next(count), position + 1),
      position,
    );
    if (!result.ok) throw new Error(`the ledger stands at ${result.actual}`);
    position = result.revision;
  };
  while (position < acts) await append(1_000);
  console.log(`ledger: ${position + 1} events, ${megabytes(eventsFile)} MB`);

  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const views = await Views.start({ viewsFile, engine: eventsFile });
  if (!(await views.waitFor('bench', position, 600_000))) throw new Error('the views did not get there');
  const took = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  console.log(
    `rebuild: ${Math.round((position + 1) / took)} events/s over ${took.toFixed(1)} s, ` +
      `${((user + system) / 1e6 / took).toFixed(2)} cores, ${megabytes(viewsFile)} MB, ` +
      `RSS ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
  );

  const groupings: SpendDimension[][] = [
    ['kind'],
    ['day'],
    ['location', 'reason'],
    ['employee', 'role', 'kind'],
  ];
  for (const groupBy of groupings)
    await timed(`spend by ${groupBy.join('+')}`, () => views.spend('bench', { groupBy }));
  await timed('spend by location in one week', () =>
    views.spend('bench', { groupBy: ['location'], from: '2026-01-12', to: '2026-01-18' }),
  );
  await timed('newest page', () => views.search('bench'));
  await timed('page of an employee', () => views.search('bench', { employee: 'emp-7' }));
  await timed('page of a kind in one week', () =>
    views.search('bench', { kind: 'refund', from: '2026-01-12', to: '2026-01-18' }),
  );
  await timed('filters nothing passes', () =>
    views.search('bench', { employee: 'emp-7', location: 'loc-1' }),
  );

  const lags: number[] = [];
  const waits: Promise<void>[] = [];
  const perTick = Math.max(1, Math.round(rate / 100));
  const loadFrom = performance.now();
  for (let tick = 0; tick < seconds * 100; tick++) {
    await pause(Math.max(0, loadFrom + tick * 10 - performance.now()));
    await append(perTick);
    const at = performance.now();
    waits.push(views.waitFor('bench', position, 60_000).then(() => void lags.push(performance.now() - at)));
  }
  const lasted = (performance.now() - loadFrom) / 1_000;
  await Promise.all(waits);
  lags.sort((one, other) => one - other);
  const percentile = (share: number) =>
    lags[Math.min(lags.length - 1, Math.floor(lags.length * share))]!.toFixed(1);
  console.log(
    `lag at ${Math.round((perTick * seconds * 100) / lasted)} events/s: p50 ${percentile(0.5)} ms, ` +
      `p99 ${percentile(0.99)} ms, worst ${percentile(1)} ms`,
  );
  await timed('rebuild beside', () => views.rebuild('register'));
  await views.close();
  await store.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await work();
  console.log(`${what}: ${(performance.now() - from).toFixed(1)} ms`);
}

function megabytes(file: string): number {
  return Math.round(statSync(file).size / 2 ** 20);
}
