/** The first row of `npm run bench`, single acts on one hot budget, beside something else that is measured. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LedgerClient } from '../../apps/cli/client.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { BENCH_POLICY, ROWS } from './rows.ts';

const row = ROWS[0]!;
let nextNumber = 0;

/**
 * @param ratePerSecond absent: a closed loop
 * @throws when a reply was not as it should be
 */
export async function load({
  port,
  key,
  seconds,
  ratePerSecond,
}: {
  readonly port: number;
  readonly key: string;
  readonly seconds: number;
  readonly ratePerSecond?: number;
}): Promise<LoadResult['measured']> {
  const options: LoadOptions = {
    host: '127.0.0.1',
    port,
    template: row.template({ book: 'load', key }),
    firstNumber: nextNumber,
    budgets: row.budgets,
    connections: row.connections,
    warmUpMs: 2_000,
    durationMs: seconds * 1_000,
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
    throw new Error(`not valid: ${count} × ${error}: ${example}`);
  }
  return result.measured;
}

export async function openLoadBook(client: LedgerClient): Promise<void> {
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
