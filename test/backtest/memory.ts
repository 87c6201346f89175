/**
 * Says what a backtest holds near its end, in bytes, read from the ledger or packed:
 * `node --expose-gc memory.ts EVENTS [--packed] [--foresees-beyond EVENTS]`.
 */
import { parseArgs } from 'node:util';
import { runBacktest } from '../../libs/backtest/run-backtest.ts';
import { DOCUMENT, ENDLESS, endlessPacked, endlessStore } from './endless-history.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    packed: { type: 'boolean', default: false },
    'foresees-beyond': { type: 'string', default: '0' },
  },
});
const events = Number(positionals[0]);
if (!(events > 0) || gc === undefined) throw new Error('how many events? And run it with --expose-gc.');
let held = 0;
const report = await runBacktest({
  eventStore: endlessStore,
  request: { book: ENDLESS, version: 1, document: DOCUMENT, position: events - 1 },
  foreseesBeyond: Number(flags['foresees-beyond']),
  ...(flags.packed ? { packed: endlessPacked(events) } : {}),
  onProgress: (progress) => {
    if (progress < 0.98 || held > 0) return;
    gc!();
    const { heapUsed, external } = process.memoryUsage();
    held = heapUsed + external;
  },
});
process.stdout.write(JSON.stringify({ held, report }));
