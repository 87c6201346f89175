/**
 * What backtests and shadows cost: the time of one backtest, and what the service's clients feel of a backtest and of a
 * shadow, each measured in alternating pairs, without and with.
 *
 *     npm run build && node --no-warnings test/load/backtest.bench.ts [--acts 1000000] [--rate 4000] [--seconds 10]
 *         [--pairs 3] [--only time,latency,shadow] [--dir DIR]
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { LedgerClient } from '../../apps/cli/client.ts';
import { startService } from '../../apps/cli/demo/service-process.ts';
import { projectRoot } from '../../apps/cli/simulate/project-root.ts';
import { whole } from '../../apps/cli/terminal/money.ts';
import { Backtests } from '../../libs/backtest/backtests.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { encodeEvent } from '../../libs/events/codec.ts';
import { BOOK, policyOf, simulatedHistory } from '../backtest/simulated-history.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { describeMachine } from './machine.ts';
import { BENCH_POLICY, ROWS } from './rows.ts';

const { values: flags } = parseArgs({
  options: {
    acts: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '4000' },
    seconds: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '3' },
    only: { type: 'string', default: 'time,latency,shadow' },
    dir: { type: 'string' },
  },
});
const wanted = new Set(flags.only.split(','));
const parent = flags.dir ?? join(projectRoot(), '.tmp');
mkdirSync(parent, { recursive: true });
const dir = mkdtempSync(join(parent, 'backtest-'));
const engine = join(dir, 'events.db');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** @returns the position of the draft to try, and of the newest event */
async function makeLedger(acts: number): Promise<{ document: number; position: number; reversed: string[] }> {
  const policy = policyOf(readFileSync(join(projectRoot(), 'policies/cafe-chain.yaml'), 'utf8'));
  const limits = policy.limits.map((limit) =>
    limit.id === 'weekly-coffees' ? { ...limit, allow: { count: 5 } } : limit,
  );
  const chain = { seed: 1, stores: 300, staffPerStore: 12, from: '2025-01-01', days: 3_000 };
  const store = await SqliteEventStore.open({ file: engine });
  const reversed: string[] = [];
  let batch: BookEvent[] = [];
  let position = -1;
  let document = -1;
  const flush = async () => {
    const appends = batch.map((event) => ({ id: randomUUID(), ...encodeEvent(event) }));
    await store.append(`book-${BOOK}`, appends, position);
    position += batch.length;
    batch = [];
  };
  let made = 0;
  for (const event of simulatedHistory({ chain, policy, drafts: [{ ...policy, limits }] })) {
    if (event.type === 'PolicyDrafted') document = position + batch.length + 1;
    if (event.type === 'ActReversed') reversed.push(event.act);
    batch.push(event);
    if (batch.length === 4_096) await flush();
    if ('asked' in event && 'guardrails' in event && ++made === acts) break;
  }
  await flush();
  await store.close();
  return { document, position, reversed };
}

async function time({ document, position, reversed }: Awaited<ReturnType<typeof makeLedger>>): Promise<void> {
  const worker = (name: string) => new URL(`../../apps/ledger/${name}.worker.ts`, import.meta.url);
  const backtests = new Backtests({
    engine,
    workerUrl: worker('backtest'),
    readerUrl: worker('backtest-reader'),
  });
  for (let i = 0; i < Number(flags.pairs); i++) {
    const before = process.memoryUsage().rss;
    let most = before;
    const sampler = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    // Another position each time: a report that is at hand would be given again.
    const run = backtests.begin({ book: BOOK, version: 2, document, position: position - i }, reversed);
    const { acts } = JSON.parse((await run.report).json) as { acts: { replayed: number; changed: number } };
    const seconds = (performance.now() - startedAt) / 1_000;
    clearInterval(sampler);
    const { user, system } = process.cpuUsage(cpu);
    say(
      `backtest of ${whole(acts.replayed)} acts, ${whole(acts.changed)} changed: ${seconds.toFixed(1)} s ` +
        `(${((user + system) / 1e6).toFixed(1)} s of processor), ${Math.round((most - before) / 1e6)} MB more`,
    );
  }
  await backtests.close();
}

const row = ROWS[0]!;
let nextNumber = 0;

async function load(port: number, key: string, ratePerSecond?: number): Promise<LoadResult['measured']> {
  const options: LoadOptions = {
    host: '127.0.0.1',
    port,
    template: row.template({ book: 'load', key }),
    firstNumber: nextNumber,
    budgets: row.budgets,
    connections: row.connections,
    warmUpMs: 2_000,
    durationMs: Number(flags.seconds) * 1_000,
    expectedStatus: row.expectedStatus,
    marker: row.marker,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
  };
  const program = join(import.meta.dirname, 'generator.ts');
  const child = spawn(process.execPath, ['--no-warnings', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(options));
  const result = JSON.parse(await text(child.stdout)) as LoadResult;
  nextNumber = result.nextNumber;
  for (const [error, { count, example }] of Object.entries(result.errors)) {
    say(`  NOT VALID: ${count} × ${error}: ${example}`);
  }
  return result.measured;
}

async function openLoadBook(client: LedgerClient): Promise<void> {
  const at = '/v1/books/load';
  const put = (path: string, body: unknown) => client.expect(`PUT ${path}`, 'PUT', `${at}${path}`, { body });
  await put('', { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
  await put('/locations/soho', {
    timeZone: 'Europe/London',
    region: 'west-end',
    businessDayStartsAt: '04:00',
  });
  await put('/items/coffee%2Fflat-white', { retailMinor: 390, costMinor: 80 });
  for (let i = 0; i < row.budgets; i++) {
    await put(`/employees/emp-${String(i).padStart(6, '0')}`, { roles: ['barista'], homeLocation: 'soho' });
  }
  for (const name of ['bench', 'shadow']) {
    const idempotencyKey = `${name}-policy`;
    await client.expect('policy', 'POST', `${at}/policies`, { body: BENCH_POLICY, idempotencyKey });
  }
  await client.expect('activation', 'POST', `${at}/policies/1/activate`, {
    body: {},
    idempotencyKey: 'activate',
  });
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(1)} ms`;
}

async function latency(client: LedgerClient, port: number, key: string): Promise<void> {
  const rate = Number(flags.rate);
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const without = await load(port, key, rate);
    let isOn = true;
    let done = 0;
    const running = (async () => {
      while (isOn) {
        // A new key pins the newest position, so that every one is made anew.
        const idempotencyKey = randomUUID();
        const path = `/v1/books/${BOOK}/policies/2/backtest`;
        const begun = await client.request('POST', path, {
          idempotencyKey,
          headers: { prefer: 'respond-async' },
        });
        const run = `/v1/books/${BOOK}/backtests/${(begun.body as { id: string }).id}`;
        while (isOn) {
          const { status } = (await client.request('GET', run)).body as { status: string };
          if (status === 'done') done++;
          if (status !== 'running' && status !== 'queued') break;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        if (!isOn) await client.request('POST', `${run}/cancel`, { repeatable: true });
      }
    })();
    const beside = await load(port, key, rate);
    isOn = false;
    await running;
    say(
      `at ${whole(rate)}/s: p50 ${ms(without.latencyUs.p50)}, p99 ${ms(without.latencyUs.p99)}; ` +
        `with a backtest beside: p50 ${ms(beside.latencyUs.p50)}, p99 ${ms(beside.latencyUs.p99)} ` +
        `(× ${(beside.latencyUs.p99 / without.latencyUs.p99).toFixed(2)}; ${done} finished)`,
    );
  }
}

async function shadow(client: LedgerClient, port: number, key: string): Promise<void> {
  const turn = (on: boolean) =>
    client.expect('the shadow', 'POST', '/v1/books/load/policies/2/shadow', {
      body: { on },
      idempotencyKey: randomUUID(),
    });
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const without = await load(port, key);
    await turn(true);
    const beside = await load(port, key);
    const { position } = (await client.expect('the book', 'GET', '/v1/books/load')).body as {
      position: number;
    };
    const report = (await client.expect('the report', 'GET', '/v1/books/load/policies/2/shadow')).body as {
      position: number;
      acts: { replayed: number; changed: number };
    };
    await turn(false);
    const share = 1 - beside.requestsPerSecond / without.requestsPerSecond;
    say(
      `${whole(without.requestsPerSecond)}/s without a shadow, ${whole(beside.requestsPerSecond)}/s with one ` +
        `(${(100 * share).toFixed(1)} % less); it reflects ${whole(report.position)} of ${whole(position)}, ` +
        `${whole(report.acts.replayed)} acts, ${whole(report.acts.changed)} changed`,
    );
  }
}

for (const line of describeMachine(dir)) say(line);
const ledger = await makeLedger(Number(flags.acts));
say(`ledger: ${whole(ledger.position + 1)} events`);
try {
  if (wanted.has('time')) await time(ledger);
  if (wanted.has('latency') || wanted.has('shadow')) {
    const adminKey = randomBytes(24).toString('base64url');
    const service = await startService({ dataDir: dir, adminKey, readyWithinMs: 120_000 });
    const client = new LedgerClient({ url: service.url, key: adminKey, connections: 4 });
    try {
      await openLoadBook(client);
      if (wanted.has('latency')) await latency(client, service.port, adminKey);
      if (wanted.has('shadow')) await shadow(client, service.port, adminKey);
    } finally {
      await client.close();
      await service.stop();
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
