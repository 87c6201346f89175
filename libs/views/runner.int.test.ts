/** Following the ledger: batches, restarts, stops with a reason, and new builds beside those that answer. */
import { rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventsInMemory, firstEvents } from './acts.fixture.ts';
import { ALL_VIEWS } from './all-views.ts';
import { temporaryDirectory, ViewsInProcess } from './in-process.fixture.ts';
import { registerView } from './register/register.view.ts';
import { spendView } from './spend/spend.view.ts';
import { compareViews, foldedTotals, viewTotals } from './verify.ts';
import type { View } from './view.ts';
import { type Build, buildsIn, openViewsFile } from './views-file.ts';

const facts = firstEvents({ seed: 3 }, 800);

let directory: ReturnType<typeof temporaryDirectory>;
let file: string;
let store: EventsInMemory;
let open: ViewsInProcess[];

beforeEach(() => {
  directory = temporaryDirectory();
  file = `${directory.path}/views.db`;
  store = new EventsInMemory();
  open = [];
});

afterEach(async () => {
  for (const views of open) await views.close();
  directory.remove();
});

async function start(views: readonly View[] = ALL_VIEWS, maxBatch?: number): Promise<ViewsInProcess> {
  const started = await ViewsInProcess.start(file, store, views, maxBatch);
  open.push(started);
  return started;
}

async function close(views: ViewsInProcess): Promise<void> {
  open = open.filter((other) => other !== views);
  await views.close();
}

function bothAt(views: ViewsInProcess, position: number, book = 'london') {
  return views.until(
    () => views.position('register', book) === position && views.position('spend', book) === position,
    `position ${position}`,
  );
}

/** Builds in the file, once what is retired has been dropped. */
async function tidyBuilds(views: ViewsInProcess): Promise<Build[]> {
  const db = new DatabaseSync(file, { readOnly: true });
  await views.until(() => buildsIn(db).every(({ state }) => state !== 'retired'), 'tidied');
  const builds = buildsIn(db);
  db.close();
  return builds;
}

/** Everything that can be asked, as text. */
function answers(views: ViewsInProcess): string {
  return JSON.stringify([
    views.searchAll('london', { limit: 500 }),
    views.search('london', { limit: 7 }),
    views.spend('london', { groupBy: ['day', 'location', 'role'] }),
    views.spend('london', { groupBy: ['employee', 'reason'], from: '2026-01-07' }),
  ]);
}

/** The view, but it fails at one position of one book. */
function poisoned(view: View, position: number): View {
  return {
    ...view,
    project(db, prefix) {
      const projection = view.project(db, prefix);
      return {
        ...projection,
        apply(events) {
          for (const place of events) {
            if (place.position === position) throw new Error('too hot');
            projection.apply([place]);
          }
        },
      };
    },
  };
}

function withoutAnything(lag: ReturnType<ViewsInProcess['runner']['lag']>) {
  return Object.fromEntries(lag.map(({ view, status }) => [view, status]));
}

describe('following the ledger', () => {
  it('goes on from where it stood, after any batch size', async () => {
    store.push('london', facts.slice(0, 300));
    for (const [end, maxBatch] of [
      [400, 1],
      [650, 7],
      [800, 500],
    ] as const) {
      const views = await start(ALL_VIEWS, maxBatch);
      store.push('london', facts.slice(store.events.length, end));
      await bothAt(views, end - 1);
      await close(views);
    }
    const compared = await compareViews({ viewsFile: file, store, views: ALL_VIEWS });
    expect(compared.difference).toBeUndefined();
    expect(compared.views.map(({ positions }) => positions)).toEqual(ALL_VIEWS.map(() => ({ london: 799 })));
  });

  it('gives the same answers, byte for byte, from a deleted or a damaged file', async () => {
    store.push('london', facts);
    store.push('paris', firstEvents({ seed: 4 }, 100));
    const first = await start();
    await bothAt(first, 99, 'paris');
    const before = answers(first);
    await close(first);
    for (const damage of ['deleted', 'damaged', 'foreign'] as const) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
      if (damage === 'damaged') writeFileSync(file, Buffer.alloc(20_000, 'no database '));
      if (damage === 'foreign') {
        const db = new DatabaseSync(file);
        db.exec('CREATE TABLE other (x); PRAGMA user_version = 77');
        db.close();
      }
      const again = await start();
      await bothAt(again, 99, 'paris');
      expect(answers(again)).toBe(before);
      await close(again);
    }
  });

  it('builds anew when the ledger is not the one the rows were made from', async () => {
    store.push('london', facts.slice(0, 500));
    const before = await start();
    await bothAt(before, 499);
    await close(before);
    store = new EventsInMemory();
    store.push('london', firstEvents({ seed: 99 }, 400));
    const after = await start();
    await bothAt(after, 399);
    expect(after.search('london').position).toBe(399);
    await close(after);
    expect((await compareViews({ viewsFile: file, store, views: ALL_VIEWS })).difference).toBeUndefined();
  });

  it('stops one view at the event it cannot apply, and not the others', async () => {
    store.push('london', facts);
    const views = await start([poisoned(registerView, 333), spendView]);
    await views.until(() => views.position('spend', 'london') === 799, 'spend is there');
    expect(withoutAnything(views.runner.lag()).register).toMatchObject({
      state: 'stopped',
      code: 'event-not-applicable',
      reason: 'Book london, position 333: too hot',
    });
    expect(views.search('london').position).toBe(332);
    expect(views.search('london').rows[0]!.position).toBeLessThanOrEqual(332);
    await close(views);
    const mended = await start();
    await bothAt(mended, 799);
    await mended.until(
      () => mended.runner.lag().every(({ status }) => status.state === 'current'),
      'both current',
    );
    await close(mended);
    expect((await compareViews({ viewsFile: file, store, views: ALL_VIEWS })).difference).toBeUndefined();
  });

  it('stops at the very event whose row is refused, though rows are written together', async () => {
    const twice = facts.findIndex((event, at) => at > 100 && event.type === 'ActAccepted');
    const again = twice + 37;
    store.push('london', [...facts.slice(0, again), facts[twice]!, ...facts.slice(again)]);
    const views = await start(ALL_VIEWS, 500);
    await views.until(() => views.position('register', 'london') === 800, 'the register is there');
    const stopped = Object.entries(withoutAnything(views.runner.lag())).filter(
      ([, { state }]) => state === 'stopped',
    );
    expect(stopped.map(([view]) => view)).toEqual(['spend', 'outcomes', 'conduct']);
    for (const [view, status] of stopped) {
      expect(status).toMatchObject({ code: 'event-not-applicable' });
      expect((status as { reason: string }).reason).toContain(`position ${again}: UNIQUE constraint failed`);
      expect(views.position(view, 'london')).toBe(again - 1);
    }
    await close(views);
    expect((await compareViews({ viewsFile: file, store, views: ALL_VIEWS })).difference).toBeUndefined();
  });

  it('stops at a gap and advises', async () => {
    store.push('london', facts.slice(0, 200));
    store.events.splice(120, 1);
    const views = await start();
    await views.until(() => views.runner.lag().every(({ status }) => status.state === 'stopped'), 'stopped');
    const { register } = withoutAnything(views.runner.lag());
    expect(register).toMatchObject({ code: 'gap', reason: 'Book london goes from position 119 to 121.' });
    expect((register as { advice: string }).advice).toContain('goodwill verify');
    expect(views.search('london').position).toBe(119);
  });

  it('stops at an event it cannot read', async () => {
    store.push('london', facts.slice(0, 200));
    store.events[150] = { ...store.events[150]!, type: 'goodwill.act-forgotten.v9' };
    const views = await start();
    await views.until(() => views.runner.lag().every(({ status }) => status.state === 'stopped'), 'stopped');
    expect(withoutAnything(views.runner.lag()).spend).toMatchObject({ code: 'event-unreadable' });
    expect(views.spend('london', { groupBy: ['kind'] }).position).toBe(149);
  });

  it('takes no event twice that is delivered twice', async () => {
    store.push('london', facts.slice(0, 200));
    const again = store.events.slice(50, 90).map((event) => ({ ...event, global: event.global + 200n }));
    store.events.push(...again);
    const views = await start();
    await bothAt(views, 199);
    store.events.push({ ...store.events[10]!, global: 999n });
    store.push('paris', facts.slice(0, 3));
    await bothAt(views, 2, 'paris');
    await close(views);
    expect(viewTotals(file, registerView, 'london')!.accepted).toBe(
      facts.slice(0, 200).filter((event) => {
        if (event.type === 'ActAccepted' || event.type === 'ActCommitted') return true;
        return 'becomes' in event && event.becomes === 'accepted';
      }).length,
    );
  });

  it('says how far behind it is', async () => {
    store.push('london', facts);
    const views = await start(ALL_VIEWS, 10);
    expect(views.runner.lag()[0]!.eventsBehind).toBeGreaterThan(0);
    await bothAt(views, 799);
    await views.until(() => views.runner.lag()[0]!.status.state === 'current', 'current');
    expect(views.runner.lag()).toMatchObject([
      { view: 'register', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'spend', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'adjustments', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'facts', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'use', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'stories', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'outcomes', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'conduct', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
      { view: 'history', eventsBehind: 0, secondsBehind: 0, rebuilding: false },
    ]);
  });
});

describe('building beside', () => {
  it('answers from the old build until the new one is swapped in, under new acts', async () => {
    store.push('london', facts.slice(0, 600));
    const views = await start(ALL_VIEWS, 20);
    await bothAt(views, 599);
    let swapped = false;
    const rebuilt = views.runner.rebuild('register').then(() => {
      swapped = true;
    });
    let asked = 0;
    for (let end = 610; !swapped; end = Math.min(800, end + 10)) {
      store.push('london', facts.slice(store.events.length, end));
      const { position, rows } = views.search('london');
      expect(position).toBeGreaterThanOrEqual(599);
      expect(rows).toHaveLength(50);
      asked++;
      await new Promise(setImmediate);
    }
    await rebuilt;
    expect(asked).toBeGreaterThan(3);
    store.push('london', facts.slice(store.events.length));
    await bothAt(views, 799);
    expect(views.runner.lag()[0]).toMatchObject({ rebuilding: false, status: { state: 'current' } });
    expect((await tidyBuilds(views)).map(({ view, state }) => `${view} ${state}`)).toEqual([
      'spend active',
      'adjustments active',
      'facts active',
      'use active',
      'stories active',
      'outcomes active',
      'conduct active',
      'history active',
      'register active',
    ]);
    await close(views);
    const db = openViewsFile(file);
    const left = db
      .prepare(`SELECT count(*) AS tables FROM sqlite_schema WHERE name GLOB 'register_1_*'`)
      .get();
    db.close();
    expect(left).toEqual({ tables: 0 });
    expect((await compareViews({ viewsFile: file, store, views: ALL_VIEWS })).difference).toBeUndefined();
  });

  it('goes on after a restart in the middle', async () => {
    store.push('london', facts);
    const views = await start(ALL_VIEWS, 20);
    await bothAt(views, 799);
    views.runner.rebuild('spend').catch(() => {});
    for (let turn = 0; turn < 6; turn++) await new Promise(setImmediate);
    await close(views);
    const db = openViewsFile(file);
    expect(buildsIn(db).map(({ state }) => state)).toEqual([...ALL_VIEWS.map(() => 'active'), 'building']);
    expect(buildsIn(db).at(-1)!.checkpoint).toBeGreaterThan(0n);
    db.close();
    const again = await start();
    await again.until(() => again.runner.lag().every(({ rebuilding }) => !rebuilding), 'swapped in');
    await close(again);
    expect((await compareViews({ viewsFile: file, store, views: ALL_VIEWS })).difference).toBeUndefined();
  });

  it('builds a new version beside an old one that it can read', async () => {
    store.push('london', facts);
    const old = await start();
    await bothAt(old, 799);
    const before = answers(old);
    await close(old);
    const { version } = registerView;
    const next: View = { ...registerView, version: version + 1, readable: [version] };
    const views = await start([next, spendView], 5);
    expect(answers(views)).toBe(before);
    expect(views.runner.lag()[0]).toMatchObject({ rebuilding: true });
    await views.until(() => views.runner.lag()[0]!.status.state === 'current', 'swapped in');
    expect(answers(views)).toBe(before);
    const versions = (await tidyBuilds(views)).map((build) => [build.view, build.version, build.state]);
    expect(versions).toEqual([
      ['spend', spendView.version, 'active'],
      ['register', version + 1, 'active'],
    ]);
  });

  it('keeps the old build when the new one cannot be finished', async () => {
    store.push('london', facts.slice(0, 300));
    let poison = false;
    const moody: View = {
      ...registerView,
      project: (db, prefix) => (poison ? poisoned(registerView, 100) : registerView).project(db, prefix),
    };
    const views = await start([moody, spendView]);
    await bothAt(views, 299);
    poison = true;
    await expect(views.runner.rebuild('register')).rejects.toThrow('position 100: too hot');
    expect(views.search('london').position).toBe(299);
    poison = false;
    await views.runner.rebuild('register');
    store.push('london', facts.slice(300, 310));
    await bothAt(views, 309);
    await expect(views.runner.rebuild('balances')).rejects.toThrow('no view balances');
  });
});

describe('verify', () => {
  it('finds the first thing that differs', async () => {
    store.push('london', facts.slice(0, 400));
    const views = await start();
    await bothAt(views, 399);
    const row = views.search('london', { status: 'accepted' }).rows.at(-1)!;
    await close(views);
    const db = openViewsFile(file);
    const expectDifference = async (tamper: string, restore: string, difference: object) => {
      db.exec(tamper);
      const compared = await compareViews({ viewsFile: file, store, views: ALL_VIEWS });
      expect(compared.difference).toMatchObject(difference);
      db.exec(restore);
    };
    const where = `WHERE key % ${2 ** 36} = ${row.position}`;
    await expectDifference(
      `UPDATE register_1_acts SET cost = cost + 1 ${where}`,
      `UPDATE register_1_acts SET cost = cost - 1 ${where}`,
      {
        view: 'register',
        book: 'london',
        table: 'acts',
        key: { position: row.position },
        column: 'cost',
        expected: row.amounts.costMinor,
        found: row.amounts.costMinor + 1,
      },
    );
    await expectDifference(
      `CREATE TEMP TABLE kept AS SELECT * FROM register_1_acts ${where}; DELETE FROM register_1_acts ${where}`,
      'INSERT INTO register_1_acts SELECT * FROM kept',
      { key: { position: row.position }, column: '(row)', found: undefined },
    );
    await expectDifference(
      `UPDATE register_1_words SET word = 'emp-x' WHERE word = '${row.employee}'`,
      `UPDATE register_1_words SET word = '${row.employee}' WHERE word = 'emp-x'`,
      { column: 'employee', found: 'emp-x' },
    );
    await expectDifference(
      `UPDATE heads SET revision = revision + 5 WHERE build = 2`,
      `UPDATE heads SET revision = revision - 5 WHERE build = 2`,
      { view: 'spend', column: 'position' },
    );
    db.close();
    const compared = await compareViews({ viewsFile: file, store, views: ALL_VIEWS });
    expect(compared).toMatchObject({ events: 400 * ALL_VIEWS.length });
    expect(compared.difference).toBeUndefined();
  });

  it('adds up to what the events add up to, in both views', async () => {
    store.push('london', facts);
    const views = await start();
    await bothAt(views, 799);
    const { total } = views.spend('london', { groupBy: ['kind'] });
    await close(views);
    const folded = await foldedTotals(store, 'london');
    expect(viewTotals(file, registerView, 'london')).toEqual(folded);
    expect(viewTotals(file, spendView, 'london')).toEqual(folded);
    expect(total).toMatchObject({
      acts: folded.accepted - folded.reversedInWhole,
      costMinor: folded.costMinor,
    });
    expect(folded.reversedInWhole).toBeGreaterThan(0);
    expect(await foldedTotals(store, 'london', 100)).toMatchObject({ position: 100 });
  });
});

describe('a ledger that was moved to another engine', () => {
  it('is followed from its beginning: the same events stand in other places there', async () => {
    store.push('london', facts.slice(0, 300));
    const spread = store.events.map((event) => ({ ...event, global: event.global * 10n }));
    store.events.splice(0, store.events.length, ...spread);
    const before = await start();
    await bothAt(before, 299);
    await close(before);

    store = new EventsInMemory();
    store.push('london', facts.slice(0, 310));
    const after = await start();
    await bothAt(after, 309);
    expect(after.searchAll('london')).toHaveLength(
      facts.slice(0, 310).filter((event) => 'guardrails' in event).length,
    );
  });
});
