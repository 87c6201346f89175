/**
 * Aim: backtests run one at a time in threads of their own, tell how far they are, share what is asked for twice, end
 * when nobody waits for them, and outlive a thread that dies.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { encodeEvent } from '../events/codec.ts';
import { historyView } from '../views/history/history.view.ts';
import { ViewsInProcess } from '../views/in-process.fixture.ts';
import { BacktestCancelled, Backtests, BacktestUnavailable, type Run } from './backtests.ts';
import { opened, START } from './histories.fixture.ts';
import { type BacktestRequest, runBacktest } from './run-backtest.ts';

const ACTS = 20_000;
const directory = mkdtempSync(join(tmpdir(), 'goodwill-backtests-'));
const engine = join(directory, 'events.db');
const worker = (name: string) => new URL(`../../apps/ledger/${name}.worker.ts`, import.meta.url);
let request: BacktestRequest;
let backtests: Backtests;

beforeAll(async () => {
  const book = opened({
    currency: 'GBP',
    uncovered: 'allow',
    rules: [],
    limits: [
      {
        id: 'week',
        appliesTo: {},
        per: ['employee'],
        window: { every: 'week', startsOn: 'monday' },
        allow: { count: 30 },
        beyond: 'decline',
      },
    ],
  });
  for (let i = 0; i < ACTS; i++) {
    const recordedAt = START + i * 600_000;
    const asked = {
      mode: 'request',
      kind: 'comp',
      trigger: 'delight',
      employee: ['ann', 'bob', 'cat'][i % 3]!,
      location: 'soho',
      costMinor: 80,
      retailMinor: 390,
    } as const;
    const id = `act-${i}`;
    book.tell({ type: 'DecideAct', asked }, { recordedAt, id });
    if (i % 50 === 0) {
      book.tell({ type: 'ReverseAct', act: id, reason: 'r', asked: {} }, { recordedAt, id: `r-${i}` });
    }
  }
  const store = await SqliteEventStore.open({ file: engine });
  const appends = book.events.map((event, i) => ({ id: `event-${i}`, ...encodeEvent(event) }));
  for (let at = 0; at < appends.length; at += 1_000) {
    await store.append('book-the book', appends.slice(at, at + 1_000), at - 1);
  }
  await store.close();
  const document = book.events.findIndex(({ type }) => type === 'PolicyDrafted');
  request = { book: 'the book', version: 1, document, position: book.events.length - 1 };
  backtests = new Backtests({
    engine,
    workerUrl: worker('backtest'),
    readerUrl: worker('backtest-reader'),
  });
});
afterAll(async () => {
  await backtests.close();
  rmSync(directory, { recursive: true, force: true });
});

async function until(run: Run, states: readonly string[]): Promise<void> {
  while (!states.includes(run.state)) await pause(2);
}

describe('backtests in threads of their own', () => {
  it('give the report that is made here, with or without knowing what is reversed', async () => {
    const run = backtests.begin(request);
    const seen: number[] = [];
    while (!run.isOver) {
      seen.push(run.progress);
      await pause(2);
    }
    const { json, page } = await run.report;
    const eventStore = await SqliteEventStore.open({ file: engine, readOnly: true });
    // Without looking ahead: nothing is forgotten.
    const here = await runBacktest({ eventStore, request, foreseesBeyond: Number.POSITIVE_INFINITY });
    expect(await runBacktest({ eventStore, request })).toEqual(here);
    await eventStore.close();
    expect(json).toBe(JSON.stringify(here));
    expect(here).toMatchObject({ acts: { replayed: ACTS, changed: 0 } });
    expect(here.outcomes.recorded.declined.acts).toBeGreaterThan(1_000);
    expect(page).toMatch(/20,000 acts/);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect([run.state, run.progress]).toEqual(['done', 1]);
    expect(backtests.begin(request)).toBe(run);
  });

  it('give the same report from a packed history, and from one of another ledger', async () => {
    const historyFile = join(directory, 'views.db');
    const eventStore = await SqliteEventStore.open({ file: engine, readOnly: true });
    const views = await ViewsInProcess.start(historyFile, eventStore, [historyView], 2_000);
    await views.until(() => views.position('history', 'the book') === request.position, 'packed');
    await views.close();
    await eventStore.close();
    const reports: string[] = [];
    for (const damage of [
      '',
      `UPDATE history_1_blocks SET texts = '' WHERE key % 5 = 0`,
      `UPDATE heads SET event = 'x'`,
    ]) {
      const db = new DatabaseSync(historyFile);
      db.exec(damage);
      db.close();
      const packed = new Backtests({
        engine,
        historyFile,
        workerUrl: worker('backtest'),
        readerUrl: worker(damage === '' ? 'nothing' : 'backtest-reader'),
      });
      reports.push((await packed.begin(request).report).json);
      await packed.close();
    }
    const { json } = await backtests.begin(request).report;
    expect(reports).toEqual([json, json, json]);
  });

  it('run one after the other, and the same request once', async () => {
    const first = backtests.begin({ ...request, from: '2026-11-01' });
    const second = backtests.begin({ ...request, from: '2026-11-02' });
    expect(backtests.begin({ ...request, from: '2026-11-02' })).toBe(second);
    await until(first, ['running']);
    expect([second.state, backtests.waiting]).toEqual(['queued', 1]);
    await first.report;
    expect(JSON.parse((await second.report).json).span).toEqual({ from: '2026-11-02', to: null });
  });

  it('are cancelled, waiting or running, and can be asked for again', async () => {
    const running = backtests.begin({ ...request, from: '2026-12-01' });
    const waiting = backtests.begin({ ...request, from: '2026-12-02' });
    await until(running, ['running']);
    backtests.cancel(waiting);
    backtests.cancel(running);
    await expect(running.report).rejects.toThrow(BacktestCancelled);
    await expect(waiting.report).rejects.toThrow(BacktestCancelled);
    const again = backtests.begin({ ...request, from: '2026-12-01' });
    expect(again).not.toBe(running);
    expect(JSON.parse((await again.report).json).acts.replayed).toBe(ACTS);
    backtests.cancel(again);
    expect(again.state).toBe('done');
  });

  it('end when the last who waits for them goes', async () => {
    const run = backtests.begin({ ...request, from: '2027-01-01' });
    const one = run.hold();
    const other = run.hold();
    one();
    one();
    expect(run.isOver).toBe(false);
    other();
    expect(run.state).toBe('cancelled');
    await expect(run.report).rejects.toThrow(BacktestCancelled);
  });

  it('say that the ledger is another one', async () => {
    const run = backtests.begin({ ...request, position: request.position + 5 });
    await expect(run.report).rejects.toThrow(/ends at/);
    const document = backtests.begin({ ...request, document: 0 });
    await expect(document.report).rejects.toThrow(/no document of version 1/);
  });

  it('fail alone when their thread dies, and when the service closes', async () => {
    const other = new Backtests({ engine, workerUrl: worker('nothing'), readerUrl: worker('nothing') });
    await expect(other.begin(request).report).rejects.toThrow(BacktestUnavailable);
    const closing = new Backtests({
      engine,
      workerUrl: worker('backtest'),
      readerUrl: worker('backtest-reader'),
    });
    const run = closing.begin(request);
    await until(run, ['running']);
    await closing.close();
    await expect(run.report).rejects.toThrow(BacktestUnavailable);
    expect(() => closing.begin({ ...request, from: '2027-01-01' })).toThrow(BacktestUnavailable);
  });
});
