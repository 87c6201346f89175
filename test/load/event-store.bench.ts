/**
 * What the embedded engine costs: commit latency, events per second in groups, reading, heads.
 * Run: node --no-warnings test/load/event-store.bench.ts [directory]. Compare ratios within one run only.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventToAppend } from '../../libs/event-store/event-store.ts';
import { NO_STREAM } from '../../libs/event-store/event-store.ts';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { SqliteLedgerFile } from '../../libs/event-store/sqlite/sqlite-ledger-file.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const DATA = JSON.stringify({ asked: 'x'.repeat(560) });

const events = (count: number): EventToAppend[] =>
  Array.from({ length: count }, () => ({ id: randomUUID(), type: 'ActAccepted', data: DATA }));

function quantiles(latenciesMs: number[]): string {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2);
  return `p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  p99.9 ${at(0.999)}  max ${at(1)} ms`;
}

function bareSync(directory: string): void {
  const handle = openSync(join(directory, 'bare'), 'w');
  const page = Buffer.alloc(8_192, 1);
  // Written in place, as the log is.
  for (let i = 0; i < 1_000; i++) writeSync(handle, page, 0, page.length, i * page.length);
  fdatasyncSync(handle);
  const latencies: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const start = performance.now();
    writeSync(handle, page, 0, page.length, i * page.length);
    fdatasyncSync(handle);
    latencies.push(performance.now() - start);
  }
  closeSync(handle);
  console.log(`bare write of 8 KiB + fdatasync:       ${quantiles(latencies)}`);
}

async function groups(store: SqliteEventStore, size: number): Promise<void> {
  const stream = `book-groups-${size}`;
  const group = events(size);
  const latencies: number[] = [];
  let head = NO_STREAM;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1_000) {
    const from = performance.now();
    const result = await store.append(stream, group, head);
    if (!result.ok) throw new Error(`Stands at ${result.actual}.`);
    head = result.revision;
    latencies.push(performance.now() - from);
  }
  const perSecond = Math.round(((head + 1) / (performance.now() - start)) * 1_000);
  console.log(
    `groups of ${String(size).padStart(5)}: ${String(perSecond).padStart(8)} events/s   ${quantiles(latencies)}`,
  );
}

/** Groups at a fixed rate, each timed from when it was due: a stall counts for all that had to wait. */
async function fixedRate(store: SqliteEventStore, size: number, perSecond: number): Promise<void> {
  const stream = `book-rate-${size}-${perSecond}`;
  const group = events(size);
  const latencies: number[] = [];
  const calls: Promise<void>[] = [];
  const intervalMs = (1_000 * size) / perSecond;
  const start = performance.now();
  for (let i = 0; i * intervalMs < SECONDS * 1_000; i++) {
    const due = start + i * intervalMs;
    while (performance.now() < due) await sleep(0);
    calls.push(
      store.append(stream, group, i * size - 1).then(() => {
        latencies.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(calls);
  console.log(`${perSecond} events/s in groups of ${size}: ${quantiles(latencies)}`);
}

function reading(file: string): void {
  const ledger = SqliteLedgerFile.open(file);
  const stream = 'book-groups-512';
  for (const maxBatch of [512, 4_096]) {
    let count = 0;
    const start = performance.now();
    for (const page of ledger.readSync(stream, 0, { maxBatch })) count += page.length;
    const seconds = (performance.now() - start) / 1_000;
    console.log(`readSync, pages of ${maxBatch}: ${Math.round(count / seconds)} events/s (${count} events)`);
  }
  const start = performance.now();
  for (let i = 0; i < 50_000; i++) ledger.head(stream);
  console.log(`head: ${((performance.now() - start) / 50).toFixed(2)} µs`);
  ledger.close();
}

async function following(store: SqliteEventStore, file: string): Promise<void> {
  const reader = await SqliteEventStore.open({ file, readOnly: true });
  const stream = 'book-lag';
  const sentAt = new Map<string, number>();
  const lags: number[] = [];
  let after = 0n;
  for await (const page of store.read('book-groups-512', (await store.head('book-groups-512')) - 1)) {
    after = page.at(-1)!.global;
  }
  const subscription = reader.subscribe({ after, streamPrefix: stream }, (seen) => {
    for (const { id } of seen) lags.push(performance.now() - (sentAt.get(id) ?? 0));
  });
  for (let i = 0; i < 300; i++) {
    const [one] = events(1) as [EventToAppend];
    const result = store.append(stream, [one], i - 1);
    sentAt.set(one.id, performance.now());
    await result;
    await sleep(5);
  }
  await sleep(200);
  await subscription.close();
  await reader.close();
  console.log(`append to a reader that is not woken:    ${quantiles(lags)}`);
}

const directory = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'event-store-bench-'));
const file = join(directory, 'events.db');
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, SQLite ${process.versions.sqlite}, ${directory}; events of ${DATA.length} characters`,
);
try {
  bareSync(directory);
  const store = await SqliteEventStore.open({ file });
  for (const size of [1, 16, 64, 128, 256, 512, 1_024]) await groups(store, size);
  await fixedRate(store, 32, 8_000);
  await fixedRate(store, 64, 20_000);
  await following(store, file);
  reading(file);
  await store.close();
  console.log(`file: ${Math.round(statSync(file).size / 1e6)} MB`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
