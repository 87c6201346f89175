/** Indexes that are made when the rows are in: right answers without them, and none that stays missing. */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventsInMemory, firstEvents } from './acts.fixture.ts';
import { ALL_VIEWS } from './all-views.ts';
import { temporaryDirectory, ViewsInProcess } from './in-process.fixture.ts';
import type { RegisterRow } from './register/register.ts';
import { compareViews } from './verify.ts';
import { prefixOf } from './views-file.ts';

/** More than what a view counts as caught up with. */
const LONG = firstEvents({ seed: 5 }, 2_600);
const LATER = ALL_VIEWS.flatMap(({ name, laterIndexes = [] }) => laterIndexes.map((index) => [name, index]));

let directory: ReturnType<typeof temporaryDirectory>;
let file: string;
let store: EventsInMemory;
let views: ViewsInProcess;

beforeEach(() => {
  directory = temporaryDirectory();
  file = `${directory.path}/views.db`;
  store = new EventsInMemory();
  store.push('london', LONG);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await views.close();
  directory.remove();
});

/** Of the builds that the file began with, whose numbers are those of the views. */
function indexesThere(): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const names = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index'`).all();
  db.close();
  return names.map(({ name }) => name as string);
}

function laterThere(): number {
  const there = new Set(indexesThere());
  return LATER.filter(([view, index]) => {
    const number = ALL_VIEWS.findIndex(({ name }) => name === view) + 1;
    return there.has(`${prefixOf({ view: view!, number })}_${index}`);
  }).length;
}

function allCurrent(): Promise<void> {
  return views.until(
    () => views.runner.lag().every(({ status }) => status.state === 'current'),
    'every view current',
  );
}

async function untilSome(rows: number): Promise<void> {
  while (views.position('register', 'london') < rows) await pause(1);
}

const FILTERS = {
  employee: ({ employee }: RegisterRow) => employee,
  location: ({ location }: RegisterRow) => location,
  customer: ({ customer }: RegisterRow) => customer,
  incident: ({ incident }: RegisterRow) => incident,
  status: ({ status }: RegisterRow) => status,
} as const;

/** Asks by one value of every filter, and looks the same up among all rows. */
function expectFilteredAnswers(): void {
  const position = views.search('london').position;
  const rows = views.searchAll('london', { limit: 500 });
  expect(rows.length).toBeGreaterThan(100);
  for (const [filter, of] of Object.entries(FILTERS)) {
    const value = rows.map(of).find((each) => each !== null && each !== 'accepted')!;
    expect(views.searchAll('london', { [filter]: value, limit: 7 })).toEqual(
      rows.filter((row) => of(row) === value),
    );
  }
  expect(views.search('london').position).toBe(position);
}

describe('indexes of a long ledger that is read from its beginning', () => {
  it('are made when the rows are in, and questions are answered before', async () => {
    views = await ViewsInProcess.start(file, store, ALL_VIEWS, 20);
    expect(LATER.length).toBeGreaterThan(5);
    expect(laterThere()).toBe(0);
    await untilSome(300);
    expectFilteredAnswers();
    const report = { about: 'metrics', query: { groupBy: [] } };
    expect(views.reader.ask('outcomes', 'london', report)).toMatchObject({ position: expect.any(Number) });
    const visits = { about: 'outcomes', filters: { type: 'visit', customer: 'cust-1', incident: 'inc-1' } };
    expect(views.reader.ask('facts', 'london', visits)).toMatchObject({ ok: true });
    expect(views.runner.lag()[0]!.status.state).toBe('building');
    await allCurrent();
    expect(laterThere()).toBe(LATER.length);
    await views.until(() => views.position('register', 'london') === 2_599, 'all rows');
    expectFilteredAnswers();
    expect((await compareViews({ viewsFile: file, store, views: ALL_VIEWS })).difference).toBeUndefined();
  });

  it('are made by the next start when the one before was interrupted, and lack nothing that the views name', async () => {
    views = await ViewsInProcess.start(file, store, ALL_VIEWS, 20);
    await untilSome(400);
    await views.close();
    expect(laterThere()).toBe(0);
    views = await ViewsInProcess.start(file, store);
    await allCurrent();
    const made = indexesThere().sort();
    await views.close();

    store = new EventsInMemory();
    store.push('london', LONG.slice(0, 100));
    directory.remove();
    directory = temporaryDirectory();
    file = `${directory.path}/views.db`;
    views = await ViewsInProcess.start(file, store);
    await allCurrent();
    expect(made).toEqual(indexesThere().sort());
  });

  it('are made at once where the disk was full for a while', async () => {
    const { exec } = DatabaseSync.prototype;
    let refused = 0;
    jest.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      // The tables' own statements come together; an index that was put off comes alone.
      if (sql.startsWith('CREATE INDEX') && refused++ < 2)
        throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
      return exec.call(this, sql);
    });
    views = await ViewsInProcess.start(file, store, ALL_VIEWS, 500);
    await allCurrent();
    expect(refused).toBeGreaterThan(2);
    expect(laterThere()).toBe(LATER.length);
  });

  it('are there from the start in a build beside one that answers', async () => {
    views = await ViewsInProcess.start(file, store, ALL_VIEWS, 500);
    await allCurrent();
    const rebuilt = views.runner.rebuild('register');
    const number = ALL_VIEWS.length + 1;
    expect(indexesThere()).toContain(`${prefixOf({ view: 'register', number })}_by_customer`);
    await rebuilt;
    expectFilteredAnswers();
  });
});
