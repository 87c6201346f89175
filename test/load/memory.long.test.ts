/**
 * Aim: a service holds what its books need and little besides. A ledger small enough for a test takes far less than the
 * 500 MB that are wanted with a million acts (docs/measurements.md), so it is held against bounds of its own. The service
 * broke the second of them, with 490 MB, as long as it kept answers that had been given and had no bound of young memory.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LedgerClient } from '../../apps/cli/client.ts';
import { type ServiceProcess, startService } from '../../apps/cli/demo/service-process.ts';
import { load, openLoadBook } from './one-row.ts';
import { makeLedger } from './simulated-ledger.ts';

const ACTS = 60_000;
/** With the program, which is 70 MB of it. */
const AT_START_MB = 300;
/** Halfway between the 354 to 389 MB that it takes and those it took: what is kept would go on growing with the rate. */
const UNDER_LOAD_MB = 440;
const LOAD_SECONDS = 10;

const adminKey = randomBytes(24).toString('base64url');
let dataDir: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'memory-'));
  await makeLedger(join(dataDir, 'events.db'), ACTS);
  // Makes the views and what the next start reads, and takes more memory for it.
  const first = await startService({ dataDir, adminKey, readyWithinMs: 120_000 });
  await caughtUp(first);
  await first.stop();
  service = await startService({ dataDir, adminKey, readyWithinMs: 60_000 });
}, 240_000);

afterAll(async () => {
  await service?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

/** Until the views reflect the whole ledger. */
async function caughtUp({ url }: ServiceProcess): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}` };
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    const behind = [...metrics.matchAll(/^goodwill_views_behind_events\{[^}]*\} (\d+)/gm)];
    if (behind.length > 0 && behind.every(([, events]) => events === '0')) return;
    await pause(250);
  }
}

/** Resident memory, MB. */
function residentMb(): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service!.pid}/status`, 'utf8'))!;
  return (Number(kib) * 1_024) / 1e6;
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the memory of a service', () => {
  it('is bounded at its start and under load', async () => {
    const atStart = residentMb();
    const client = new LedgerClient({ url: service!.url, key: adminKey, connections: 4 });
    await openLoadBook(client);
    await client.close();
    const { requestsPerSecond } = await load({ port: service!.port, key: adminKey, seconds: LOAD_SECONDS });
    const underLoad = residentMb();
    process.stdout.write(
      `${Math.round(atStart)} MB at the start, ${Math.round(underLoad)} MB after ${LOAD_SECONDS} s of ` +
        `${Math.round(requestsPerSecond)} acts/s\n`,
    );
    expect(atStart).toBeLessThan(AT_START_MB);
    expect(underLoad).toBeLessThan(UNDER_LOAD_MB);
  }, 60_000);
});
