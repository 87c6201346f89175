/** Holds what was measured against what it should be. */
import { whole } from '../../apps/cli/terminal/money.ts';
import type { LoadResult } from './load.ts';
import type { Row } from './rows.ts';

export interface Run {
  readonly name: string;
  readonly ratePerSecond?: number;
  readonly result: LoadResult;
  readonly serviceCpu: string;
  readonly generatorCpu: string;
}

export interface Measured {
  readonly row: Row;
  readonly closed: Run;
  readonly fixed?: Run;
  readonly fdatasyncUs?: number;
}

export function ms(us: number): string {
  return `${(us / 1_000).toFixed(us < 10_000 ? 2 : 1)} ms`;
}

export function verdicts(
  measured: readonly Measured[],
): (readonly [what: string, target: string, got: string, ok: boolean | undefined])[] {
  const hot = measured.find(({ row }) => row.number === 1);
  return measured.flatMap(({ row, closed, fixed, fdatasyncUs }) => {
    const perSecond = closed.result.measured.requestsPerSecond * row.actsPerRequest;
    const rows: [string, string, string, boolean | undefined][] = [];
    if (row.targetPerSecond !== undefined) {
      rows.push([
        `(${row.number}) ${row.title}`,
        `${whole(row.targetPerSecond)}/s`,
        `${whole(perSecond)}/s`,
        perSecond >= row.targetPerSecond,
      ]);
    }
    if (row.targetP99Ms !== undefined && fixed !== undefined) {
      const p99Us = fixed.result.measured.latencyUs.p99;
      rows.push([
        `    p99 at a fixed ${whole(fixed.ratePerSecond!)}/s`,
        `< ${row.targetP99Ms} ms at ${whole(row.targetPerSecond!)}/s`,
        ms(p99Us),
        fixed.ratePerSecond! >= row.targetPerSecond! && p99Us < row.targetP99Ms * 1_000,
      ]);
    }
    if (row.number === 1)
      rows.push(['    against pgledger on PostgreSQL', '10 ×', 'not measured here', undefined]);
    if (row.number === 2) {
      const hotPerSecond = hot?.closed.result.measured.requestsPerSecond;
      rows.push([
        `(2) ${row.title}`,
        hotPerSecond === undefined ? 'no slower than (1)' : `${whole(hotPerSecond)}/s`,
        `${whole(perSecond)}/s`,
        // Two runs of the same load differ by some per cent.
        hotPerSecond === undefined ? undefined : perSecond >= hotPerSecond * 0.95,
      ]);
    }
    if (fdatasyncUs !== undefined) {
      const { p50 } = closed.result.measured.latencyUs;
      rows.push([
        `(${row.number}) ${row.title}: p50`,
        `${ms(fdatasyncUs)} + 1 ms`,
        ms(p50),
        p50 <= fdatasyncUs + 1_000,
      ]);
    }
    return rows;
  });
}
