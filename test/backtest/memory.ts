/** Says what a backtest holds near its end, in bytes: `node --expose-gc memory.ts EVENTS [FORESEES_BEYOND]`. */
import { runBacktest } from '../../libs/backtest/run-backtest.ts';
import { DOCUMENT, ENDLESS, endlessStore } from './endless-history.ts';

const [events, foreseesBeyond] = process.argv.slice(2).map(Number);
if (events === undefined || gc === undefined)
  throw new Error('how many events? And run it with --expose-gc.');
let held = 0;
const report = await runBacktest({
  eventStore: endlessStore,
  request: { book: ENDLESS, version: 1, document: DOCUMENT, position: events - 1 },
  ...(foreseesBeyond === undefined ? {} : { foreseesBeyond }),
  onProgress: (progress) => {
    if (progress < 0.98 || held > 0) return;
    gc!();
    const { heapUsed, external } = process.memoryUsage();
    held = heapUsed + external;
  },
});
process.stdout.write(JSON.stringify({ held, report }));
