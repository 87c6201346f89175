/**
 * `npm run bench`: the service's throughput and latency over HTTP, as a client sees them. Starts a service of
 * its own on a real disk; every reply is checked, and at the end the ledger's own count of accepted acts must be
 * that of the acknowledged ones.
 *
 *   npm run bench -- [--seconds 10] [--only 1,3] [--rate 8000] [--dir DIR] [--service MAIN.JS] [--profile] [--keep] [--json]
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { LedgerClient } from '../../apps/cli/client.ts';
import { type ServiceProcess, startService } from '../../apps/cli/demo/service-process.ts';
import { projectRoot } from '../../apps/cli/simulate/project-root.ts';
import { inkFor } from '../../apps/cli/terminal/ink.ts';
import { whole } from '../../apps/cli/terminal/money.ts';
import { table } from '../../apps/cli/terminal/table.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { cpuUseOf, describeCpu, describeMachine, fdatasyncMedianUs } from './machine.ts';
import { BATCH_SIZE, BENCH_POLICY, ROWS, type Row } from './rows.ts';
import { type Measured, ms, type Run, verdicts } from './verdicts.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string' },
    rate: { type: 'string' },
    dir: { type: 'string' },
    service: { type: 'string' },
    profile: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const ink = inkFor(process.stdout);
const say = (line = '') => {
  if (!flags.json) process.stdout.write(`${line}\n`);
};

/** The generator runs in a process of its own, so that its work is not the service's, nor this one's. */
async function generate(options: LoadOptions): Promise<{ result: LoadResult; cpu: string }> {
  const program = join(import.meta.dirname, 'generator.ts');
  const child = spawn(process.execPath, ['--no-warnings', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(options));
  const startedAt = performance.now();
  const before = cpuUseOf(child.pid!);
  let after = before;
  // Read while it lives: afterwards there is nothing to read.
  const sampler = setInterval(() => {
    const use = cpuUseOf(child.pid!);
    if (use.size > 0) after = use;
  }, 250);
  const output = await text(child.stdout);
  clearInterval(sampler);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (output === '') throw new Error('the load generator ended without a result');
  return { result: JSON.parse(output) as LoadResult, cpu: describeCpu(before, after, seconds) };
}

class Bench {
  readonly service: ServiceProcess;
  readonly client: LedgerClient;
  readonly measured: Measured[] = [];
  readonly faults: string[] = [];
  readonly #dir: string;
  readonly #nextNumber = new Map<string, number>();
  readonly #acknowledged = new Map<string, number>();

  constructor(service: ServiceProcess, dir: string) {
    this.service = service;
    this.#dir = dir;
    this.client = new LedgerClient({ url: service.url, key: service.adminKey, connections: 32 });
  }

  async measure(row: Row): Promise<void> {
    say(ink.bold(`(${row.number}) ${row.title}`));
    await this.#openBook(row);
    if (!row.recordsActs) await this.#useEveryBudget(row);
    const isOne = row.connections === 1;
    const syncBeforeUs = isOne ? fdatasyncMedianUs(this.#dir, 1_000) : undefined;
    const closed = await this.#run(row, 'closed loop');
    const syncAfterUs = isOne ? fdatasyncMedianUs(this.#dir, 1_000) : undefined;
    const fdatasyncUs =
      syncBeforeUs !== undefined && syncAfterUs !== undefined ? (syncBeforeUs + syncAfterUs) / 2 : undefined;
    if (fdatasyncUs !== undefined) {
      say(
        `    one fdatasync of 4 KiB on this disk, median before and after: ${ms(syncBeforeUs!)} and ${ms(syncAfterUs!)}`,
      );
    }
    const fixed = isOne ? undefined : await this.#run(row, 'fixed rate', fixedRateFor(row, closed.result));
    this.measured.push({
      row,
      closed,
      ...(fixed !== undefined && { fixed }),
      ...(fdatasyncUs !== undefined && { fdatasyncUs }),
    });
    if (row.recordsActs) await this.#compareCounts(row);
    say();
  }

  async #run(row: Row, name: string, ratePerSecond?: number): Promise<Run> {
    const before = cpuUseOf(this.service.pid);
    const startedAt = performance.now();
    const { result, cpu } = await generate({
      host: '127.0.0.1',
      port: this.service.port,
      template: row.template({ book: row.book, key: this.service.adminKey }),
      firstNumber: this.#nextNumber.get(row.book) ?? 0,
      budgets: row.budgets,
      connections: row.connections,
      warmUpMs: Math.min(3_000, seconds * 300),
      durationMs: seconds * 1_000,
      expectedStatus: row.expectedStatus,
      marker: row.marker,
      ...(ratePerSecond !== undefined && { ratePerSecond }),
    });
    const elapsed = (performance.now() - startedAt) / 1_000;
    const serviceCpu = describeCpu(before, cpuUseOf(this.service.pid), elapsed);
    this.#nextNumber.set(row.book, result.nextNumber);
    this.#acknowledged.set(row.book, (this.#acknowledged.get(row.book) ?? 0) + result.acknowledged);
    for (const [error, { count, example }] of Object.entries(result.errors)) {
      this.faults.push(`(${row.number}) ${name}: ${whole(count)} × ${error}: ${example}`);
    }
    const { requestsPerSecond, latencyUs } = result.measured;
    const rate = `${whole(requestsPerSecond * row.actsPerRequest)}/s`;
    const due = ratePerSecond === undefined ? '' : ` of ${whole(ratePerSecond * row.actsPerRequest)}/s due`;
    say(`    ${name.padEnd(11)}  ${rate}${due}`);
    say(
      `                 p50 ${ms(latencyUs.p50)}  p90 ${ms(latencyUs.p90)}  p99 ${ms(latencyUs.p99)}  ` +
        `p99.9 ${ms(latencyUs.p999)}  max ${ms(latencyUs.max)}`,
    );
    say(ink.dim(`                 service: ${serviceCpu}`));
    say(ink.dim(`                 generator: ${cpu} (of one core each)`));
    return {
      name,
      result,
      serviceCpu,
      generatorCpu: cpu,
      ...(ratePerSecond !== undefined && { ratePerSecond }),
    };
  }

  async #openBook(row: Row): Promise<void> {
    const at = `/v1/books/${row.book}`;
    const put = (path: string, body: unknown) =>
      this.client.expect(`PUT ${path}`, 'PUT', `${at}${path}`, { body });
    await put('', { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
    await put('/locations/soho', {
      timeZone: 'Europe/London',
      region: 'west-end',
      businessDayStartsAt: '04:00',
    });
    await put('/items/coffee%2Fflat-white', { retailMinor: 390, costMinor: 80 });
    await Promise.all(
      Array.from({ length: row.budgets }, (_, at) =>
        put(`/employees/emp-${String(at).padStart(6, '0')}`, { roles: ['barista'], homeLocation: 'soho' }),
      ),
    );
    const drafted = await this.client.expect('policy', 'POST', `${at}/policies`, {
      body: row.policy ?? BENCH_POLICY,
      idempotencyKey: 'bench-policy',
    });
    const { version } = drafted.body as { version: number };
    await this.client.expect('activation', 'POST', `${at}/policies/${version}/activate`, {
      body: {},
      idempotencyKey: 'bench-activate',
    });
  }

  /** Gives every budget some use, so that reads have something to tell. */
  async #useEveryBudget(row: Row): Promise<void> {
    for (let from = 0; from < row.budgets; from += BATCH_SIZE) {
      const acts = Array.from({ length: Math.min(BATCH_SIZE, row.budgets - from) }, (_, at) => ({
        idempotencyKey: `use-${from + at}`,
        kind: 'comp',
        trigger: 'delight',
        employee: `emp-${String(from + at).padStart(6, '0')}`,
        location: 'soho',
        item: { sku: 'coffee/flat-white' },
      }));
      await this.client.expect('use', 'POST', `/v1/books/${row.book}/acts/batch`, {
        body: { acts },
        repeatable: true,
      });
    }
  }

  /** Promise: acknowledged is recorded, once. Asked of the view, and on one budget of its bucket too. */
  async #compareCounts(row: Row): Promise<void> {
    const acknowledged = this.#acknowledged.get(row.book) ?? 0;
    const counts = new Map<string, number>();
    const register = await this.client.expect(
      'register',
      'GET',
      `/v1/books/${row.book}/employees/emp-000000/allowances`,
    );
    const { position, allowances } = register.body as {
      position: number;
      allowances: { limit: string; measures: { count: { used: number } } }[];
    };
    if (row.budgets === 1) counts.set('its bucket', allowances[0]!.measures.count.used);
    const spend = await this.client.expect(
      'spend',
      'GET',
      `/v1/books/${row.book}/metrics/spend?groupBy=kind&atLeast=${position}`,
    );
    counts.set('its spend', (spend.body as { total: { acts: number } }).total.acts);
    for (const [where, count] of counts) {
      if (count === acknowledged) continue;
      this.faults.push(
        `(${row.number}) ${whole(acknowledged)} acts acknowledged, ${whole(count)} in ${where}`,
      );
    }
    say(
      `    acknowledged ${whole(acknowledged)}; the ledger has ${[...counts].map(([where, count]) => `${whole(count)} in ${where}`).join(', ')}`,
    );
  }
}

/** The target where the service can reach it, else four fifths of what it reached: latency at a rate that stands. */
function fixedRateFor(row: Row, closed: LoadResult): number {
  if (flags.rate !== undefined) return Number(flags.rate) / row.actsPerRequest;
  const reached = closed.measured.requestsPerSecond;
  const target =
    row.targetPerSecond === undefined ? Number.POSITIVE_INFINITY : row.targetPerSecond / row.actsPerRequest;
  return target <= reached * 0.95 ? target : Math.max(1, Math.floor(reached * 0.8));
}

function parseSeconds(): number {
  const value = Number(flags.seconds);
  if (!(value >= 0.2 && value <= 3_600)) throw new Error('--seconds is a number from 0.2 to 3600');
  return value;
}

function parseRows(): readonly Row[] {
  if (flags.only === undefined) return ROWS;
  const wanted = flags.only.split(',').map(Number);
  const unknown = wanted.find((number) => !ROWS.some((row) => row.number === number));
  if (unknown !== undefined) throw new Error(`--only names rows from 1 to ${ROWS.length}, such as 1,3`);
  return ROWS.filter((row) => wanted.includes(row.number));
}

const seconds = parseSeconds();
const rows = parseRows();
const parent = resolve(flags.dir ?? join(projectRoot(), '.tmp'));
mkdirSync(parent, { recursive: true });
const dir = mkdtempSync(join(parent, 'bench-'));
const profileDir = join(parent, 'profiles');
const startedAt = Date.now();

say(ink.bold('Goodwill Ledger under load'));
for (const line of describeMachine(dir)) say(`  ${line}`);
say(`  command      npm run bench -- ${process.argv.slice(2).join(' ')}`.trimEnd());
say(
  '  The service and the generator share these cores. Latencies are taken when a reply is complete; at a fixed',
);
say('  rate from the moment the request was due (corrected for coordinated omission).');
say();

const service = await startService({
  dataDir: join(dir, 'data'),
  adminKey: randomBytes(24).toString('base64url'),
  ...(flags.service !== undefined && { program: resolve(flags.service) }),
  nodeArgs: flags.profile ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [],
});
const bench = new Bench(service, dir);
try {
  for (const row of rows) await bench.measure(row);
} finally {
  await bench.client.close();
  await service.stop();
  if (flags.keep) say(`  data kept in ${dir}`);
  else rmSync(dir, { recursive: true, force: true });
}

const judged = verdicts(bench.measured);
say(
  table(
    [
      { heading: 'what' },
      { heading: 'target', align: 'right' },
      { heading: 'measured', align: 'right' },
      { heading: '' },
    ],
    judged.map(([what, target, got, ok]) => [
      what,
      target,
      got,
      ok === undefined ? ink.dim('–') : ok ? ink.green('reached') : ink.yellow('BELOW'),
    ]),
    { ink },
  ),
);
if (flags.profile) {
  const profiles = readdirSync(profileDir).filter((name) => name.includes(`.${service.pid}.`));
  say(`\n  profiles (one per thread, open with Chrome's DevTools or speedscope), in ${profileDir}:`);
  for (const name of profiles) say(`    ${name}`);
}
if (flags.json) {
  const report = {
    machine: describeMachine(parent),
    seconds,
    startedAt: new Date(startedAt).toISOString(),
    measured: bench.measured.map(({ row, ...rest }) => ({ number: row.number, title: row.title, ...rest })),
    faults: bench.faults,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
if (bench.faults.length > 0) {
  say(ink.red(`\n  NOT VALID: ${bench.faults.length} faults`));
  for (const fault of bench.faults) say(ink.red(`    ${fault}`));
  process.exitCode = 1;
}
