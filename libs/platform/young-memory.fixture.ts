/** Started with a bound of young memory: prints how much of it this thread and two of its workers come to hold, in MB. */
import { getHeapSpaceStatistics } from 'node:v8';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { boundYoungMemoryHereAlone } from './young-memory.ts';

/** What is made and kept for a while, so that young memory grows as far as it may. */
function mostYoungMb(): number {
  const kept: unknown[] = [];
  let most = 0;
  for (let i = 0; i < 2_000_000; i++) {
    kept[i % 300_000] = { number: i, list: [i] };
    if (i % 50_000 === 0) most = Math.max(most, youngBytes());
  }
  return Math.round(most / 1e6);
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')!.space_size;
}

function inWorker(maxYoungGenerationSizeMb: number): Promise<number> {
  const worker = new Worker(new URL(import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb } });
  return new Promise((resolve) => worker.once('message', resolve));
}

if (isMainThread) {
  boundYoungMemoryHereAlone();
  const [small, large] = [await inWorker(6), await inWorker(48)];
  process.stdout.write(JSON.stringify({ small, large, here: mostYoungMb() }));
} else {
  parentPort!.postMessage(mostYoungMb());
}
