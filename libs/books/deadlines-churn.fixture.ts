/** Waits for a great many answers, some at a time, and says how much of them was kept beyond the young generation. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { Deadlines } from './deadlines.ts';

const ANSWERS = 40_000;
const AT_ONCE = 64;
const NUMBERS_PER_ANSWER = 256;

/** Bytes in use that only a collection of everything would look at. */
function oldBytes(): number {
  const isYoung = (name: string) => name.startsWith('new_');
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !isYoung(name))
    .reduce((sum, { space_used_size: size }) => sum + size, 0);
}

const TEXT = JSON.stringify(Array.from({ length: NUMBERS_PER_ANSWER }, (_, i) => i + 0.5));
const deadlines = new Deadlines(60_000);
setFlagsFromString('--expose-gc');
// What loading this has left behind would be counted, too, and marking it keeps what is promoted meanwhile.
(runInNewContext('gc') as () => void)();
const before = oldBytes();
let most = 0;
let left = ANSWERS;

async function client(): Promise<void> {
  while (left-- > 0) {
    await deadlines.within(answer(), true);
    if (left % 1_000 === 0) most = Math.max(most, oldBytes() - before);
  }
}

async function answer(): Promise<readonly number[]> {
  await new Promise((resolve) => setImmediate(resolve));
  // Parsed: what a literal makes, V8 may come to make old from the start.
  return JSON.parse(TEXT);
}

await Promise.all(Array.from({ length: AT_ONCE }, client));
parentPort?.postMessage({ keptBytes: most, answersBytes: ANSWERS * NUMBERS_PER_ANSWER * 8 });
