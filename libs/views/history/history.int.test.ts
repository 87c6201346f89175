/** Aim: the packed history is the ledger's, whatever batches it came in, and says when it is not. */
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BookEvent } from '../../domain/book/events.ts';
import { decodeEvent } from '../../events/codec.ts';
import { pack } from '../../packed/pack.ts';
import { unpack } from '../../packed/unpack.ts';
import { EventsInMemory, firstEvents } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import { compareViews } from '../verify.ts';
import { BLOCK, historyView } from './history.view.ts';
import { HistoryFile } from './history-file.ts';

const LENGTH = 2 * BLOCK + 300;
const london = firstEvents({ seed: 3 }, LENGTH);
const paris = firstEvents({ seed: 4 }, 90);

let directory: ReturnType<typeof temporaryDirectory>;
let file: string;
let store: EventsInMemory;
let open: { close(): unknown }[];

beforeEach(() => {
  directory = temporaryDirectory();
  file = `${directory.path}/views.db`;
  store = new EventsInMemory();
  open = [];
});

afterEach(async () => {
  for (const one of open) await one.close();
  directory.remove();
});

function closing<One extends { close(): unknown }>(one: One): One {
  open.push(one);
  return one;
}

async function follow(maxBatch?: number): Promise<ViewsInProcess> {
  return closing(await ViewsInProcess.start(file, store, [historyView], maxBatch));
}

async function close(one: ViewsInProcess): Promise<void> {
  open = open.filter((other) => other !== one);
  await one.close();
}

async function opened(book = 'london'): Promise<HistoryFile | undefined> {
  const history = await HistoryFile.open(file, book, store);
  return history && closing(history);
}

/** As the ledger gives them back. */
function stored(book: string): BookEvent[] {
  return store.events.filter(({ stream }) => stream === `book-${book}`).map(decodeEvent);
}

function allOf(history: HistoryFile): { sizes: number[]; events: BookEvent[] } {
  const events: BookEvent[] = [];
  const sizes: number[] = [];
  for (;;) {
    const block = history.at(events.length);
    if (block === undefined) return { sizes, events };
    expect(block.first).toBe(events.length);
    const unpacked = unpack(block.packed);
    sizes.push(unpacked.length);
    events.push(...unpacked);
  }
}

describe('the packed history', () => {
  it.each([1, 7, 300, BLOCK, 5_000])(
    'is the same from batches of %i, with a restart in between',
    async (maxBatch) => {
      store.push('paris', paris.slice(0, 40));
      store.push('london', london.slice(0, 1_000));
      const first = await follow(maxBatch);
      await first.until(() => first.position('history', 'london') === 999, 'the first part');
      await close(first);
      store.push('london', london.slice(1_000));
      store.push('paris', paris.slice(40));
      const views = await follow(maxBatch);
      await views.until(() => views.position('history', 'paris') === paris.length - 1, 'the rest');

      const { sizes, events } = allOf((await opened())!);
      expect(sizes.slice(0, 2)).toEqual([BLOCK, BLOCK]);
      expect(events).toEqual(unpack(pack(stored('london'))));
      expect(allOf((await opened('paris'))!).events).toEqual(unpack(pack(stored('paris'))));
      expect(await compareViews({ viewsFile: file, store, views: [historyView] })).toMatchObject({
        views: [{ view: 'history', rows: 2 }],
        events: LENGTH + paris.length,
      });
    },
  );

  it('has the block of every position, and none of those that it does not reflect', async () => {
    store.push('london', london);
    const views = await follow(400);
    await views.until(() => views.position('history', 'london') === LENGTH - 1, 'all');
    const history = (await opened())!;
    for (const at of [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 7, LENGTH - 1]) {
      const { first, packed } = history.at(at)!;
      expect(first).toBeLessThanOrEqual(at);
      expect(unpack(packed)[at - first]).toEqual(unpack(pack([stored('london')[at]!]))[0]);
    }
    expect(history.at(LENGTH)).toBeUndefined();
  });

  it('goes on being read while it is built anew', async () => {
    store.push('london', london);
    const views = await follow();
    await views.until(() => views.position('history', 'london') === LENGTH - 1, 'all');
    const history = (await opened())!;
    const before = history.at(BLOCK)!;
    await views.runner.rebuild('history');
    expect(history.at(BLOCK)!.packed).toEqual({ ...before.packed });
  });

  it('is not opened where there is none, where it knows nothing of the book, or where it is of another ledger', async () => {
    expect(await opened()).toBeUndefined();
    store.push('london', london.slice(0, 50));
    const views = await follow();
    await views.until(() => views.position('history', 'london') === 49, 'all');
    expect(await opened('rome')).toBeUndefined();
    expect(await opened()).toBeDefined();
    await close(views);
    // Restored from an older copy.
    store = new EventsInMemory();
    store.push('london', london.slice(0, 20));
    expect(await opened()).toBeUndefined();
    rmSync(file);
    expect(await opened()).toBeUndefined();
  });

  it.each([
    ['a number', 'numbers = zeroblob(length(numbers))'],
    ['a name', "named = replace(named, 'customers', 'costumers')"],
    ['a text', "texts = ''"],
  ])('is found out by verify when %s is wrong', async (_, change) => {
    store.push('london', london);
    const views = await follow();
    await views.until(() => views.position('history', 'london') === LENGTH - 1, 'all');
    await close(views);
    const db = new DatabaseSync(file);
    const { name } = db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'history%blocks'`).get() as {
      name: string;
    };
    db.exec(`UPDATE ${name} SET ${change} WHERE key % ${2 ** 36} = ${BLOCK}`);
    db.close();
    const { difference } = await compareViews({ viewsFile: file, store, views: [historyView] });
    expect(difference).toMatchObject({ view: 'history', table: 'blocks', key: { position: BLOCK } });
  });
});
