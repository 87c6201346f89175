/** The views in their threads, over the embedded engine: questions, waiting, crashes, sudden death. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { firstEvents, toAppend } from './acts.fixture.ts';
import { ALL_VIEWS } from './all-views.ts';
import { temporaryDirectory } from './in-process.fixture.ts';
import { registerView } from './register/register.view.ts';
import { spendView } from './spend/spend.view.ts';
import { compareViews, foldedTotals, viewTotals } from './verify.ts';
import { Views, ViewsUnavailable } from './views.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let files: { viewsFile: string; engine: string };
let store: SqliteEventStore;
let views: Views | undefined;
const facts = firstEvents({ seed: 5, locations: 10, employees: 40 }, 12_000);
let appended: number;

beforeEach(async () => {
  directory = temporaryDirectory();
  files = { viewsFile: `${directory.path}/views.db`, engine: `${directory.path}/events.db` };
  store = await SqliteEventStore.open({ file: files.engine });
  appended = 0;
});

afterEach(async () => {
  await views?.close();
  views = undefined;
  await store.close();
  directory.remove();
});

async function append(count: number): Promise<void> {
  const events = toAppend('book-london', facts.slice(appended, appended + count), appended);
  const result = await store.append('book-london', events, appended - 1);
  expect(result.ok).toBe(true);
  appended += count;
}

describe('the views in their threads', () => {
  it('answer with the position they reflect, and can be waited for', async () => {
    views = await Views.start(files);
    expect(await views.search('london')).toEqual({ ok: true, position: -1, rows: [] });
    expect(views.position('london')).toBe(-1);
    expect(await views.waitFor('london', 0, 30)).toBe(false);
    await append(500);
    expect(await views.waitFor('london', 499, 10_000)).toBe(true);
    expect(views.position('london')).toBe(499);
    expect((await views.search('london', { limit: 3 })).position).toBe(499);
    const spend = await views.spend('london', { groupBy: ['kind'] });
    expect(spend).toMatchObject({ ok: true, position: 499 });
    expect(await views.waitFor('london', 500, 30)).toBe(false);
    await expect(views.search('london', { limit: 0 })).rejects.toThrow(RangeError);
    await expect(views.rebuild('balances')).rejects.toThrow(RangeError);
  });

  it('rebuild while questions are answered', async () => {
    for (let batch = 0; batch < 10; batch++) await append(1_000);
    views = await Views.start(files);
    expect(await views.waitFor('london', 9_999, 20_000)).toBe(true);
    const before = JSON.stringify(await views.spend('london', { groupBy: ['day', 'employee'] }));
    let done = false;
    const rebuilt = Promise.all([views.rebuild('spend'), views.rebuild('register')]).then(() => {
      done = true;
    });
    let asked = 0;
    while (!done) {
      expect(JSON.stringify(await views.spend('london', { groupBy: ['day', 'employee'] }))).toBe(before);
      asked++;
    }
    await rebuilt;
    expect(asked).toBeGreaterThan(0);
    expect(JSON.stringify(await views.spend('london', { groupBy: ['day', 'employee'] }))).toBe(before);
    expect(views.lag().map(({ status, rebuilding }) => [status.state, rebuilding])).toEqual(
      ALL_VIEWS.map(() => ['current', false]),
    );
  });

  it('come back after a thread died, and say so to who was waiting', async () => {
    const crashing = `${directory.path}/crash.worker.mts`;
    const here = new URL('.', import.meta.url).href;
    writeFileSync(
      crashing,
      `import { SqliteEventStore } from '${here}../event-store/sqlite/sqlite-event-store.ts';
       import { ALL_VIEWS } from '${here}all-views.ts';
       import { runViewsThread } from '${here}thread-body.ts';
       const spend = ALL_VIEWS[1];
       const views = [ALL_VIEWS[0], { ...spend, answer: (db, prefix) => (book, query) => {
         if (query.from === '1999-01-01') process.exit(7);
         return spend.answer(db, prefix)(book, query);
       } }];
       const openStore = (file) => SqliteEventStore.open({ file, readOnly: true });
       await runViewsThread({ views, openStore });`,
    );
    const deaths: string[] = [];
    await append(100);
    views = await Views.start({
      ...files,
      workerUrl: new URL(`file://${crashing}`),
      onDeath: (reason) => deaths.push(reason),
    });
    expect(await views.waitFor('london', 99, 10_000)).toBe(true);
    const fatal = views.spend('london', { groupBy: ['kind'], from: '1999-01-01' });
    const beside = views.search('london');
    await expect(fatal).rejects.toThrow(ViewsUnavailable);
    await beside.catch((error) => expect(error).toBeInstanceOf(ViewsUnavailable));
    expect(deaths).toHaveLength(1);
    for (let tries = 0; ; tries++) {
      try {
        expect((await views.search('london')).position).toBe(99);
        break;
      } catch (error) {
        if (tries > 200 || !(error instanceof ViewsUnavailable)) throw error;
        await pause(25);
      }
    }
    // The thread that follows was not concerned.
    await append(50);
    expect(await views.waitFor('london', 149, 10_000)).toBe(true);
  });

  it.each([
    ['from its second page on', 1],
    // But for the pages that hold the tables' own description, which is read at the start.
    ['in the middle', 80],
  ])('make the file anew when it is damaged %s', async (_where, pages) => {
    for (let batch = 0; batch < 3; batch++) await append(1_000);
    views = await Views.start(files);
    expect(await views.waitFor('london', 2_999, 10_000)).toBe(true);
    const ask = () => views!.spend('london', { groupBy: ['employee', 'day'] });
    const before = JSON.stringify(await ask());
    // With every index: what is left to be made would meet the damage at the start.
    while (views.lag().some(({ status }) => status.state !== 'current')) await pause(5);
    await views.close();
    const described = pages > 1 ? pagesOfDescription(files.viewsFile) : new Set();
    const { size } = statSync(files.viewsFile);
    const file = openSync(files.viewsFile, 'r+');
    for (let at = pages * 4_096; at < size; at += 4_096)
      if (!described.has(at / 4_096)) writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, at);
    closeSync(file);
    const deaths: string[] = [];
    views = await Views.start({ ...files, onDeath: (reason) => deaths.push(reason) });
    let after = '';
    for (let tries = 0; after !== before && tries < 400; tries++) {
      after = await ask().then(JSON.stringify, () => '');
      await pause(25);
    }
    expect(after).toBe(before);
    // Noticed at the start, or by the thread that meets it, which then ends.
    if (pages > 1) expect(deaths.length).toBeGreaterThan(0);
    await append(10);
    expect(await views.waitFor('london', 3_009, 10_000)).toBe(true);
  });

  it('can be killed at any moment of following: the rows are those of a fresh build', async () => {
    const script = `
      import { Views } from ${JSON.stringify(new URL('./views.ts', import.meta.url).href)};
      const views = await Views.start(${JSON.stringify(files)});
      setInterval(() => views.nudge(), 5);
      console.log('started');`;
    const runner = `${directory.path}/follow.mts`;
    writeFileSync(runner, script);
    await append(2_000);
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, ['--no-warnings', runner], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      for (let burst = 0; burst < 3; burst++) await append(500);
      await pause((round * 37) % 90);
      await killed(child);
      const compared = await compareViews({
        viewsFile: files.viewsFile,
        store,
        views: ALL_VIEWS,
        temporaryDirectory: directory.path,
      });
      expect(compared.difference).toBeUndefined();
    }
    views = await Views.start(files);
    expect(await views.waitFor('london', appended - 1, 20_000)).toBe(true);
    await views.close();
    views = undefined;
    const compared = await compareViews({ viewsFile: files.viewsFile, store, views: ALL_VIEWS });
    expect(compared.difference).toBeUndefined();
    const ofActs = [registerView, spendView];
    const rows = new Map(compared.views.map((view) => [view.view, view.rows]));
    expect(ofActs.map(({ name }) => rows.get(name)! > 9_000)).toEqual([true, true]);
    const folded = await foldedTotals(store, 'london');
    for (const view of ofActs) expect(viewTotals(files.viewsFile, view, 'london')).toEqual(folded);
  }, 60_000);
});

describe('one transaction for rows and checkpoint', () => {
  it.each(['before', 'after'])(
    'holds when death comes right %s a commit',
    async (moment) => {
      const script = `${directory.path}/die.mts`;
      const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
      writeFileSync(
        script,
        `import { DatabaseSync } from 'node:sqlite';
       import { SqliteEventStore } from ${from('../event-store/sqlite/sqlite-event-store.ts')};
       import { ViewsInProcess } from ${from('./in-process.fixture.ts')};
       const { viewsFile, engine } = ${JSON.stringify(files)};
       const exec = DatabaseSync.prototype.exec;
       let left = Number(process.argv[2]);
       DatabaseSync.prototype.exec = function (sql) {
         const last = sql.includes('COMMIT') && --left === 0;
         if (last && ${moment === 'before'}) process.kill(process.pid, 'SIGKILL');
         exec.call(this, sql);
         if (last) process.kill(process.pid, 'SIGKILL');
       };
       const store = await SqliteEventStore.open({ file: engine, readOnly: true });
       await ViewsInProcess.start(viewsFile, store, undefined, 100);`,
      );
      await append(3_000);
      const reached: number[] = [];
      // The first commits make the tables; from then on each is a batch.
      for (const commits of [1, 2, 3, 4, 5, 7, 4]) {
        const child = spawn(process.execPath, ['--no-warnings', script, String(commits)], {
          stdio: 'inherit',
        });
        const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
        expect(signal).toBe('SIGKILL');
        if (reached.length === 0 && commits === 1 && moment === 'before') continue;
        const compared = await compareViews({ viewsFile: files.viewsFile, store, views: ALL_VIEWS });
        expect(compared.difference).toBeUndefined();
        reached.push(compared.views[0]?.positions.london ?? -1);
      }
      expect(reached.at(-1)).toBeGreaterThan(500);
      expect(reached).toEqual([...reached].sort((one, other) => one - other));
      views = await Views.start(files);
      expect(await views.waitFor('london', 2_999, 20_000)).toBe(true);
      await views.close();
      views = undefined;
      const compared = await compareViews({ viewsFile: files.viewsFile, store, views: ALL_VIEWS });
      expect(compared.difference).toBeUndefined();
    },
    60_000,
  );
});

/** Counted from 0. */
function pagesOfDescription(file: string): Set<number> {
  const db = new DatabaseSync(file, { readOnly: true });
  const pages = db.prepare(`SELECT pageno - 1 AS page FROM dbstat WHERE name = 'sqlite_schema'`).all();
  db.close();
  return new Set(pages.map(({ page }) => page as number));
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
