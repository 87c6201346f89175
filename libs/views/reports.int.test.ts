/**
 * Aim: whoever asks something small never waits for a report. Reports are made one after the other, boundedly many wait,
 * the same one is made once, and neither a death nor a damaged file nor a shutdown leaves one hanging. A sweep here
 * lasts until the test lets it end.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { firstEvents, toAppend } from './acts.fixture.ts';
import { temporaryDirectory } from './in-process.fixture.ts';
import { MOST_WAITING, Reports } from './reports.ts';
import type { SpendAnswer } from './spend/spend.ts';
import { TooManyReports, Views, ViewsUnavailable } from './views.ts';

const facts = firstEvents({ seed: 11, locations: 4, employees: 20 }, 400);
const IN_JANUARY = { from: '2026-01-01', to: '2026-01-31' };

let place: ReturnType<typeof temporaryDirectory>;
let store: SqliteEventStore;
let views: Views;
let workerUrl: URL;
let deaths: string[];
let appended: number;

beforeEach(async () => {
  place = temporaryDirectory();
  workerUrl = new URL(`file://${place.path}/slow.worker.mts`);
  const here = new URL('.', import.meta.url).href;
  // What `from` names is done first; every sweep leaves a line, with its thread.
  writeFileSync(
    workerUrl,
    `import { appendFileSync, existsSync } from 'node:fs';
     import { threadId } from 'node:worker_threads';
     import { SqliteEventStore } from '${here}../event-store/sqlite/sqlite-event-store.ts';
     import { registerView } from '${here}register/register.view.ts';
     import { spendView } from '${here}spend/spend.view.ts';
     import { runViewsThread } from '${here}thread-body.ts';
     const asleep = new Int32Array(new SharedArrayBuffer(4));
     const spend = { ...spendView, answer: (db, prefix) => {
       const report = spendView.answer(db, prefix);
       return (book, query) => {
         const { from = '' } = query;
         if (from < '1990-01-01' && from !== '') {
           appendFileSync('${place.path}/sweeps', threadId + ' ' + from + '\\n');
           if (from === '1901-01-01') while (!existsSync('${place.path}/end')) Atomics.wait(asleep, 0, 0, 2);
           if (from === '1902-01-01') process.exit(7);
           if (from === '1903-01-01') throw Object.assign(new Error('malformed'), { errcode: 11 });
           if (from === '1904-01-01') for (;;);
           if (from === '1905-01-01') for (const _ of db.prepare('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n').iterate());
         }
         return report(book, query);
       };
     } };
     const openStore = (file) => SqliteEventStore.open({ file, readOnly: true });
     await runViewsThread({ views: [registerView, spend], openStore });`,
  );
  const files = { viewsFile: `${place.path}/views.db`, engine: `${place.path}/events.db` };
  store = await SqliteEventStore.open({ file: files.engine });
  deaths = [];
  appended = 0;
  views = await Views.start({ ...files, workerUrl, onDeath: (reason) => deaths.push(reason) });
  await append(200);
});

afterEach(async () => {
  await views.close();
  await store.close();
  place.remove();
});

async function append(count: number): Promise<void> {
  const events = toAppend('book-london', facts.slice(appended, appended + count), appended);
  expect((await store.append('book-london', events, appended - 1)).ok).toBe(true);
  appended += count;
  expect(await views.waitFor('london', appended - 1, 10_000)).toBe(true);
}

const report = (from: string, to?: string): Promise<SpendAnswer> =>
  views.spend('london', { groupBy: ['kind'], from, ...(to !== undefined && { to }) });
const untilLet = (to?: string) => report('1901-01-01', to);
const letEnd = () => appendFileSync(`${place.path}/end`, '');

function sweeps(): { thread: string; from: string }[] {
  try {
    const lines = readFileSync(`${place.path}/sweeps`, 'utf8').trim().split('\n');
    return lines.map((line) => ({ thread: line.split(' ')[0]!, from: line.split(' ')[1]! }));
  } catch {
    return [];
  }
}

async function underWay(count = 1): Promise<void> {
  for (let tries = 0; sweeps().length < count; tries++) {
    if (tries > 2_000) throw new Error('no sweep began');
    await pause(5);
  }
}

describe('a report', () => {
  it('keeps nobody waiting who asks something small, and is answered as it would be alone', async () => {
    let ended = false;
    const slow = untilLet().finally(() => {
      ended = true;
    });
    await underWay();
    expect((await views.search('london', { limit: 5 })).position).toBe(199);
    const month = await views.spend('london', { groupBy: ['kind'], ...IN_JANUARY });
    expect(month).toMatchObject({ ok: true, position: 199 });
    await append(10);
    expect((await views.search('london', { limit: 5 })).position).toBe(209);
    expect(ended).toBe(false);
    letEnd();
    expect(await slow).toMatchObject({ ok: true, position: 199 });
  });

  it('is made after those before it; the same one that waits is made once', async () => {
    const first = untilLet();
    await underWay();
    const later = [untilLet('2030-01-01'), untilLet('2031-01-01'), untilLet('2030-01-01')];
    await pause(30);
    expect(sweeps()).toHaveLength(1);
    expect(views.reportsWaiting).toBe(2);
    letEnd();
    const [one, other, same] = await Promise.all(later);
    expect(same).toBe(one);
    expect(other).toEqual(one);
    expect(await first).toEqual(one);
    expect(sweeps()).toHaveLength(3);
    expect(views.reportsWaiting).toBe(0);
    expect(new Set(sweeps().map(({ thread }) => thread)).size).toBe(1);
  });

  it('that is being made is shared as long as nothing came since it began', async () => {
    const first = untilLet();
    await underWay();
    const same = untilLet();
    await append(10);
    const newer = untilLet();
    letEnd();
    expect(await same).toBe(await first);
    expect([(await first).position, (await newer).position]).toEqual([199, 209]);
    expect(sweeps()).toHaveLength(2);
  });

  it('is refused when too many wait, and taken again when they have gone', async () => {
    const all = [untilLet()];
    await underWay();
    for (let at = 0; at < MOST_WAITING; at++) all.push(untilLet(`20${30 + at}-01-01`));
    await expect(untilLet('2100-01-01')).rejects.toThrow(TooManyReports);
    await expect(untilLet('2100-01-01')).rejects.toThrow(ViewsUnavailable);
    // One that waits already takes no place.
    all.push(untilLet('2030-01-01'));
    letEnd();
    const answers = await Promise.all(all);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await untilLet('2100-01-01')).toEqual(answers[0]);
  });
});

describe('the thread of the reports', () => {
  it('is started again when it died; who waits in the queue does not notice', async () => {
    const fatal = report('1902-01-01');
    const next = report('1906-01-01');
    await expect(fatal).rejects.toThrow(ViewsUnavailable);
    expect(await next).toMatchObject({ ok: true, position: 199 });
    expect(deaths).toHaveLength(1);
    const [died, alive] = sweeps();
    expect(alive!.thread).not.toBe(died!.thread);
  });

  it('tells of a damaged file, which is made anew, and reads the new one', async () => {
    await expect(report('1903-01-01')).rejects.toThrow('malformed');
    let answer: SpendAnswer | undefined;
    const anew = () => sweeps().at(-1)!.thread !== sweeps()[0]!.thread && answer?.position === 199;
    for (let tries = 0; !anew() && tries < 400; tries++) {
      await pause(25);
      answer = await report('1907-01-01').catch(() => undefined);
    }
    expect(anew()).toBe(true);
    expect(answer).toMatchObject({ ok: true, position: 199 });
    await append(10);
    expect(await report('1908-01-01')).toMatchObject({ position: 209 });
  });

  it.each([
    ['computes', '1904-01-01'],
    ['reads rows', '1905-01-01'],
  ])('is ended with the service while it %s, and whoever waits is told', async (_what, from) => {
    const told = [report(from), report('1906-01-01')].map((asked) =>
      asked.then(
        () => 'answered',
        (error) => (error instanceof ViewsUnavailable ? 'told' : error),
      ),
    );
    await underWay();
    await views.endReports();
    expect(await Promise.all(told)).toEqual(['told', 'told']);
    await expect(report('1906-01-01')).rejects.toThrow(ViewsUnavailable);
    expect((await views.search('london')).position).toBe(199);
    await views.close();
    expect(deaths).toEqual([]);
  });

  it('ends when there has been no report for a while, and comes back with the next', async () => {
    const data = { role: 'report', viewsFile: `${place.path}/views.db`, engine: '' } as const;
    const died: string[] = [];
    const reports = new Reports({
      url: workerUrl,
      data,
      said: () => {},
      died: (reason) => died.push(reason),
      idleMs: 20,
    });
    const ask = (from: string) =>
      reports.ask({
        name: from,
        reflects: () => '',
        answer: (thread) =>
          thread({ call: 'ask', view: 'spend', book: 'london', question: { groupBy: ['kind'], from } }),
      });
    const before = await ask('1906-01-01');
    await pause(200);
    expect(await ask('1906-01-01')).toEqual(before);
    await reports.close();
    const [first, second] = sweeps();
    expect(second!.thread).not.toBe(first!.thread);
    expect(died).toEqual([]);
  });
});
