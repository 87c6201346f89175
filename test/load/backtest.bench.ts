/**
 * What backtests and shadows cost: the time of one backtest, its history packed and not, and what the service's clients feel of
 * a backtest and of a shadow, each measured in alternating pairs, without and with.
 *
 *     npm run build && node --no-warnings test/load/backtest.bench.ts [--acts 1000000] [--rate 4000] [--seconds 10]
 *         [--pairs 3] [--only time,latency,shadow] [--dir DIR]
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LedgerClient } from '../../apps/cli/client.ts';
import { startService } from '../../apps/cli/demo/service-process.ts';
import { projectRoot } from '../../apps/cli/simulate/project-root.ts';
import { whole } from '../../apps/cli/terminal/money.ts';
import { Backtests } from '../../libs/backtest/backtests.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { historyView } from '../../libs/views/history/history.view.ts';
import { Runner } from '../../libs/views/runner.ts';
import { openViewsFile } from '../../libs/views/views-file.ts';
import { BOOK } from '../backtest/simulated-history.ts';
import { describeMachine } from './machine.ts';
import { load, openLoadBook } from './one-row.ts';
import { makeLedger, type SimulatedLedger } from './simulated-ledger.ts';

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
const seconds = Number(flags.seconds);
const wanted = new Set(flags.only.split(','));
const parent = flags.dir ?? join(projectRoot(), '.tmp');
mkdirSync(parent, { recursive: true });
const dir = mkdtempSync(join(parent, 'backtest-'));
const engine = join(dir, 'events.db');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Packs the history, as the thread of the views does beside the other views. */
async function packHistory(): Promise<string> {
  const file = join(dir, 'views.db');
  const store = await openEventStore(engine, { readOnly: true });
  const db = openViewsFile(file);
  const startedAt = performance.now();
  const cpu = process.threadCpuUsage();
  const runner = await Runner.start({
    db,
    store,
    views: [historyView],
    events: {
      moved: () => {},
      lag: () => {},
      damaged: (error) => {
        throw error;
      },
    },
  });
  while (runner.lag()[0]!.eventsBehind > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const { user, system } = process.threadCpuUsage(cpu);
  const seconds = (performance.now() - startedAt) / 1_000;
  await runner.close();
  await store.close();
  db.close();
  const megabytes = Math.round(statSync(file).size / 1e6);
  say(
    `packed by itself in ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of processor), ${megabytes} MB`,
  );
  return file;
}

async function time(ledger: SimulatedLedger): Promise<void> {
  const historyFile = await packHistory();
  // Another position each time: a report that is at hand would be given again.
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    await timeOne('packed', ledger, pair, historyFile);
    await timeOne('from the ledger alone', ledger, pair);
  }
}

async function timeOne(
  how: string,
  { document, position, reversed }: SimulatedLedger,
  pair: number,
  historyFile?: string,
): Promise<void> {
  const worker = (name: string) => new URL(`../../apps/ledger/${name}.worker.ts`, import.meta.url);
  const backtests = new Backtests({
    engine,
    ...(historyFile === undefined ? {} : { historyFile }),
    workerUrl: worker('backtest'),
    readerUrl: worker('backtest-reader'),
  });
  try {
    const before = process.memoryUsage().rss;
    let most = before;
    const sampler = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const run = backtests.begin({ book: BOOK, version: 2, document, position: position - pair }, reversed);
    const { acts } = JSON.parse((await run.report).json) as { acts: { replayed: number; changed: number } };
    const seconds = (performance.now() - startedAt) / 1_000;
    clearInterval(sampler);
    const { user, system } = process.cpuUsage(cpu);
    say(
      `${how}, ${whole(acts.replayed)} acts, ${whole(acts.changed)} changed: ${seconds.toFixed(1)} s ` +
        `(${((user + system) / 1e6).toFixed(1)} s of processor), ${Math.round((most - before) / 1e6)} MB more`,
    );
  } finally {
    await backtests.close();
  }
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(1)} ms`;
}

async function latency(client: LedgerClient, port: number, key: string): Promise<void> {
  const rate = Number(flags.rate);
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const without = await load({ port, key, seconds, ratePerSecond: rate });
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
    const beside = await load({ port, key, seconds, ratePerSecond: rate });
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
    const without = await load({ port, key, seconds });
    await turn(true);
    const beside = await load({ port, key, seconds });
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
const ledger = await makeLedger(engine, Number(flags.acts));
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
