/** A key is found from the moment it is added: held, on its way to the file, or on it; also when it does not get there. */
import { describe, expect, it } from '@jest/globals';
import type { CacheClient } from './cache-client.ts';
import { KeyIndex } from './key-index.ts';

const BOOK = 'london';
const mark = (revision: number) => ({ revision, eventId: `event-${revision}` });

/** A file that takes keys when it is told to, or refuses them. */
class SlowFile {
  readonly filed = new Map<number, number[]>();
  take: () => void = () => {};
  refuse: () => void = () => {};

  async hashes(): Promise<void> {}

  findKey(hash: number): number[] {
    return this.filed.get(hash) ?? [];
  }

  async addKeys(_book: string, hashes: Float64Array, revisions: Float64Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.take = resolve;
      this.refuse = () => reject(new Error('the disk is full'));
    });
    for (const [i, hash] of hashes.entries()) this.filed.set(hash, [...this.findKey(hash), revisions[i]!]);
  }
}

async function opened() {
  const file = new SlowFile();
  const keys = new KeyIndex(file as unknown as CacheClient);
  await keys.fill();
  return { file, keys };
}

describe('the index of keys', () => {
  it('finds a key before, while and after it is handed to the file', async () => {
    const { file, keys } = await opened();
    expect(keys.find(BOOK, 7)).toEqual([]);
    keys.add(BOOK, 7, 0);
    keys.reached(BOOK, mark(0));
    expect(keys.find(BOOK, 7)).toEqual([0]);
    const flushed = keys.flush(BOOK);
    await Promise.resolve();
    keys.add(BOOK, 7, 1);
    expect(keys.find(BOOK, 7)).toEqual([1, 0]);
    file.take();
    await flushed;
    expect(file.filed.get(7)).toEqual([0]);
    expect(keys.find(BOOK, 7)).toEqual([1, 0]);
    expect(keys.find('paris', 7)).toEqual([0]);
  });

  it('holds what the file refused, with what has come since, and hands over both the next time', async () => {
    const { file, keys } = await opened();
    keys.add(BOOK, 7, 0);
    keys.reached(BOOK, mark(0));
    const flushed = keys.flush(BOOK);
    await Promise.resolve();
    keys.add(BOOK, 8, 1);
    keys.reached(BOOK, mark(1));
    file.refuse();
    await flushed;
    expect([keys.find(BOOK, 7), keys.find(BOOK, 8)]).toEqual([[0], [1]]);
    const again = keys.flush(BOOK);
    await Promise.resolve();
    file.take();
    await again;
    expect([...file.filed]).toEqual([
      [7, [0]],
      [8, [1]],
    ]);
  });
});
