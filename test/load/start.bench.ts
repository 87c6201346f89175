/**
 * What a long history costs: how long a start takes without and with what the start before left behind, how much memory
 * the service then holds, and whether it still decides as fast as a young one.
 *
 *     npm run build && node --no-warnings test/load/start.bench.ts [--acts 10000,1000000] [--seconds 8] [--rounds 3]
 *         [--dir DIR]
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LedgerClient } from '../../apps/cli/client.ts';
import { type ServiceProcess, startService } from '../../apps/cli/demo/service-process.ts';
import { projectRoot } from '../../apps/cli/simulate/project-root.ts';
import { whole } from '../../apps/cli/terminal/money.ts';
import { CacheFile } from '../../libs/books/cache-file.ts';
import { BOOK } from '../backtest/simulated-history.ts';
import { describeMachine } from './machine.ts';
import { load, openLoadBook } from './one-row.ts';
import { makeLedger } from './simulated-ledger.ts';

const { values: flags } = parseArgs({
  options: {
    acts: { type: 'string', default: '10000,1000000' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string' },
  },
});
const parent = flags.dir ?? join(projectRoot(), '.tmp');
mkdirSync(parent, { recursive: true });
const seconds = Number(flags.seconds);
const adminKey = randomBytes(24).toString('base64url');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Longer than any start should take: what it takes is what is measured. */
const READY_WITHIN_MS = 600_000;

async function timedStart(dataDir: string): Promise<{ service: ServiceProcess; readyS: number }> {
  const startedAt = performance.now();
  const service = await startService({ dataDir, adminKey, readyWithinMs: READY_WITHIN_MS });
  return { service, readyS: (performance.now() - startedAt) / 1_000 };
}

/** Resident memory, MB. */
function memoryOf({ pid }: ServiceProcess): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Math.round((Number(kib) * 1_024) / 1e6);
}

/** Until the views reflect everything and the book has a snapshot at its head. */
async function settled(service: ServiceProcess, dataDir: string, position: number): Promise<number> {
  const startedAt = performance.now();
  const cache = new CacheFile(join(dataDir, 'cache.db'), { readOnly: true });
  const headers = { authorization: `Bearer ${adminKey}` };
  for (;;) {
    const metrics = await (await fetch(`${service.url}/metrics`, { headers })).text();
    const behind = [...metrics.matchAll(/^goodwill_views_behind_events\{[^}]*\} (\d+)/gm)];
    const isCaughtUp = behind.length > 0 && behind.every(([, events]) => events === '0');
    // A young book needs none.
    const hasSnapshot = position < 100_000 || cache.snapshotMark(BOOK)?.revision === position;
    if (isCaughtUp && hasSnapshot) break;
    await pause(500);
  }
  cache.close();
  return (performance.now() - startedAt) / 1_000;
}

async function measure(acts: number): Promise<void> {
  const dataDir = mkdtempSync(join(parent, 'start-'));
  try {
    const { position } = await makeLedger(join(dataDir, 'events.db'), acts);
    const first = await timedStart(dataDir);
    const settledS = await settled(first.service, dataDir, position);
    say(
      `${whole(acts)} acts, ${whole(position + 1)} events: ready after ${first.readyS.toFixed(1)} s from the ` +
        `ledger alone, its views and snapshot made ${settledS.toFixed(0)} s later`,
    );
    await first.service.stop();
    for (let round = 0; round < Number(flags.rounds); round++) {
      const { service, readyS } = await timedStart(dataDir);
      const atReady = memoryOf(service);
      const client = new LedgerClient({ url: service.url, key: adminKey, connections: 4 });
      if (round === 0) await openLoadBook(client);
      const { requestsPerSecond, latencyUs } = await load({ port: service.port, key: adminKey, seconds });
      say(
        `  ready after ${readyS.toFixed(1)} s, ${atReady} MB; then ${whole(requestsPerSecond)} acts/s on another ` +
          `book, p99 ${(latencyUs.p99 / 1_000).toFixed(1)} ms, ${memoryOf(service)} MB`,
      );
      await client.close();
      await service.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

for (const line of describeMachine(parent)) say(line);
for (const acts of flags.acts.split(',')) await measure(Number(acts));
