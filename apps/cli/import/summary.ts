/** What an import did, for machines and for people. */
import type { EntryKind } from './map.ts';
import { type FactTally, sum, type Tally } from './tally.ts';

interface Counts {
  readonly total: number;
  readonly new: number;
  readonly alreadyThere: number;
  readonly wouldBeSent: number;
}

export interface Summary {
  readonly file: string;
  readonly book?: string;
  readonly dryRun: boolean;
  /** False when the import stopped before the end of the file. */
  readonly complete: boolean;
  readonly rows: number;
  readonly acts: Counts & {
    readonly withBreaches: number;
    readonly retailMinor: number | string;
    readonly costMinor: number | string;
  };
  /** `valueMinor`: of the purchases among them. */
  readonly outcomes: Counts & { readonly valueMinor: number | string };
  readonly incidents: Counts;
  /** Rows that the map says are no facts. */
  readonly skipped: { readonly total: number; readonly byReason: Readonly<Record<string, number>> };
  readonly rejected: {
    readonly total: number;
    readonly byReason: Readonly<Record<string, number>>;
    readonly file?: string;
  };
  /** Rows read whose answer never came; 0 when complete. */
  readonly unsettled: number;
  readonly directory: Readonly<Record<EntryKind, number>>;
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

export function summaryOf(run: {
  file: string;
  book?: string;
  isDryRun: boolean;
  isComplete: boolean;
  tally: Tally;
  stated: Record<EntryKind, number>;
  elapsedMs: number;
  rejectsFile?: string;
}): Summary {
  const { tally } = run;
  return {
    file: run.file,
    ...(run.book !== undefined && { book: run.book }),
    dryRun: run.isDryRun,
    complete: run.isComplete,
    rows: tally.rows,
    acts: { ...countsOf(tally.facts.act), withBreaches: tally.withBreaches, ...tally.amounts },
    outcomes: { ...countsOf(tally.facts.outcome), valueMinor: tally.valueMinor },
    incidents: countsOf(tally.facts.incident),
    skipped: { total: sum(tally.skipped), byReason: byCount(tally.skipped) },
    rejected: {
      total: tally.rejectedRows,
      byReason: byCount(tally.rejected),
      ...(run.rejectsFile !== undefined && { file: run.rejectsFile }),
    },
    unsettled: tally.unsettled,
    directory: run.stated,
    seconds: Math.round(run.elapsedMs) / 1_000,
    rowsPerSecond: Math.round(tally.rows / (run.elapsedMs / 1_000)),
  };
}

export function summaryLines(summary: Summary): string[] {
  const { acts, outcomes, incidents, skipped, rejected, directory } = summary;
  const lines = [
    `${figure(summary.rows)} rows read from ${summary.file} in ${summary.seconds.toFixed(1)} s (${summary.rowsPerSecond.toLocaleString('en-GB')} rows/s)`,
    '',
    ...countLines(acts, 'acts', summary.dryRun),
  ];
  if (acts.withBreaches > 0)
    lines.push(`${figure(acts.withBreaches)}   of them with breaches: beyond a limit, or no policy in force`);
  if (outcomes.total > 0) lines.push(...countLines(outcomes, 'outcomes', summary.dryRun));
  if (incidents.total > 0) lines.push(...countLines(incidents, 'facts of incidents', summary.dryRun));
  lines.push(`${figure(skipped.total)} skipped`, ...reasons(skipped.byReason));
  lines.push(`${figure(rejected.total)} rejected`, ...reasons(rejected.byReason));
  if (summary.unsettled > 0) lines.push(`${figure(summary.unsettled)} without an answer`);
  lines.push('', `The acts come to ${acts.retailMinor} minor units at retail and ${acts.costMinor} at cost.`);
  if (outcomes.total > 0) lines.push(`The purchases come to ${outcomes.valueMinor} minor units.`);
  const stated = Object.entries(directory).filter(([, count]) => count > 0);
  if (stated.length > 0)
    lines.push(
      `The directory was told of ${stated.map(([kind, count]) => `${count} × ${kind}`).join(', ')}.`,
    );
  if (rejected.file !== undefined) lines.push(`Rejected rows: ${rejected.file}`);
  return lines;
}

function countsOf({ total, recorded, alreadyThere, wouldSend }: FactTally): Counts {
  return { total, new: recorded, alreadyThere, wouldBeSent: wouldSend };
}

function countLines(counts: Counts, name: string, isDryRun: boolean): string[] {
  const all = `${figure(counts.total)} ${name}`;
  if (isDryRun) return [all, `${figure(counts.wouldBeSent)}   would be sent (dry run: nothing was recorded)`];
  return [all, `${figure(counts.new)}   new`, `${figure(counts.alreadyThere)}   already there`];
}

function reasons(byReason: Readonly<Record<string, number>>): string[] {
  return Object.entries(byReason).map(([reason, count]) => `${figure(count)}   ${reason}`);
}

function figure(count: number): string {
  return count.toLocaleString('en-GB').padStart(12);
}

function byCount(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}
