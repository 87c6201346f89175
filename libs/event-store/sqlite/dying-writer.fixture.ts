/**
 * Ends the writing thread while appends are in flight, several times, retries them, and prints what came of it
 * as JSON. A process of its own, because a test runner's `process` does not tell of new workers.
 */
import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { AppendResult } from '../event-store.ts';
import { EngineUnavailable } from '../event-store.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';

let worker: Worker | undefined;
process.on('worker', (started) => {
  worker = started;
});

const [file] = process.argv.slice(2) as [string];
const stream = 'book-dying';
const store = await SqliteEventStore.open({ file });
const ids: string[] = [];
const outcomes: Record<string, number> = {};
const count = (what: string): void => {
  outcomes[what] = (outcomes[what] ?? 0) + 1;
};

for (let round = 0; round < 5; round++) {
  const batch = Array.from({ length: 40 }, () => ({ id: randomUUID(), type: 'T', data: '{}' }));
  const from = ids.length - 1;
  const tryOne = async (i: number): Promise<AppendResult | undefined> => {
    try {
      return await store.append(stream, [batch[i]!], from + i);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      count(error.nothingWritten ? 'nothing written' : 'unknown');
      return undefined;
    }
  };
  // The first is waited for, so that the thread ends in the midst of its work, not before it.
  const first = await tryOne(0);
  const rest = batch.slice(1).map((_, i) => tryOne(i + 1));
  await new Promise((resolve) => setTimeout(resolve, round));
  await worker!.terminate();
  const results = [first, ...(await Promise.all(rest))];
  for (let i = 0; i < batch.length; i++) {
    const result = results[i] ?? (await tryOne(i));
    if (!result?.ok || result.revision !== from + i + 1)
      throw new Error(`${round}/${i}: ${JSON.stringify(result)}`);
    count(result.alreadyThere ? 'already there' : 'appended');
  }
  ids.push(...batch.map(({ id }) => id));
}

const stored: string[] = [];
for await (const page of store.read(stream, 0)) stored.push(...page.map(({ id }) => id));
await store.close();
console.log(JSON.stringify({ outcomes, expected: ids, stored }));
