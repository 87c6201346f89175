/** Aim: the memory of a backtest does not grow with its history; and what it forgets changes nothing in its report. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Report } from '../../libs/backtest/report.ts';

const run = promisify(execFile);
const MB = 1_000_000;

async function backtest(
  events: number,
  ...flags: readonly string[]
): Promise<{ held: number; report: Report }> {
  const program = join(import.meta.dirname, 'memory.ts');
  const command = ['--expose-gc', '--no-warnings', program, `${events}`, ...flags];
  const { stdout } = await run(process.execPath, command, { maxBuffer: 64 * MB });
  return JSON.parse(stdout) as { held: number; report: Report };
}

describe('the memory of a backtest', () => {
  it('is the same for four times as many acts', async () => {
    const one = await backtest(80_000);
    const four = await backtest(320_000);
    const remembering = await backtest(320_000, '--foresees-beyond', `${Number.MAX_SAFE_INTEGER}`);
    expect(four.report).toEqual(remembering.report);
    expect(four.report.acts.replayed).toBeGreaterThan(319_000);
    expect(four.held - one.held).toBeLessThan(10 * MB);
    // It would show.
    expect(remembering.held - four.held).toBeGreaterThan(40 * MB);
  }, 180_000);

  it('is the same for four times as many acts that are packed', async () => {
    const one = await backtest(80_000, '--packed');
    const four = await backtest(320_000, '--packed');
    expect(four.report).toEqual((await backtest(320_000)).report);
    expect(four.held - one.held).toBeLessThan(10 * MB);
  }, 180_000);
});
