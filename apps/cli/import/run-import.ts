/** A file through a map into the ledger, in constant memory, every row accounted for. */
import type { LedgerClient } from '../client.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { ActSender } from './act-sender.ts';
import { readCsv } from './csv.ts';
import { DirectoryWriter } from './directory-writer.ts';
import { readLines } from './lines.ts';
import type { EntryKind, ImportMap } from './map.ts';
import { type Mapped, mapRow } from './mapping.ts';
import { readNdjson } from './ndjson.ts';
import type { RejectsFile } from './rejects-file.ts';
import { isBadRow, type Row } from './rows.ts';
import { BrokenSource, type Source, stoppedAt } from './source.ts';
import { Tally } from './tally.ts';

type Act = Extract<Mapped, { is: 'act' }>;

export interface ImportRun {
  readonly source: Source;
  readonly map: ImportMap;
  readonly rejects: RejectsFile;
  /** Absent: a dry run. */
  readonly to?: {
    readonly client: LedgerClient;
    readonly book: string;
    readonly batch: number;
    readonly concurrency: number;
    readonly statesDirectory: boolean;
  };
  readonly tally: Tally;
  onProgress?(tally: Tally): void;
}

/**
 * Reads to the end. The tally is right whenever this ends, however it ends.
 * @throws CommandFailure when the file breaks off, or the service refuses or is gone
 */
export async function runImport(run: ImportRun): Promise<{ stated: Record<EntryKind, number> }> {
  const { source, map, rejects, to, tally } = run;
  const rejecting: Promise<void>[] = [];
  const reject = (row: Row, reason: string, detail: string): Promise<void> => {
    tally.addRejected(reason);
    return rejects.add(row, reason, detail);
  };
  const directory = to?.statesDirectory ? new DirectoryWriter(to.client, to.book, map) : undefined;
  await directory?.openBook();
  const sender =
    to &&
    new ActSender(to.client, to.book, {
      batch: to.batch,
      concurrency: to.concurrency,
      since: await positionOf(to.client, to.book),
      onAnswer: (act, answer) => {
        if (answer.is === 'refused') {
          rejecting.push(reject(act.row, answer.reason, answer.detail));
          return;
        }
        if (answer.alreadyThere) tally.alreadyThere += 1;
        else tally.recorded += 1;
        if (answer.breaches > 0) tally.withBreaches += 1;
        tally.addAmounts(act.amounts);
      },
    });
  try {
    for await (const rows of rowsOf(source, map)) {
      const acts: Act[] = [];
      for (const row of rows) {
        tally.rows += 1;
        if (isBadRow(row)) {
          await reject(row, row.reason, row.detail);
          continue;
        }
        const mapped = mapRow(map, row);
        if (mapped.is === 'not an act') tally.addNotAct(mapped.reason);
        else if (mapped.is === 'wrong') await reject(row, mapped.reason, mapped.detail);
        else acts.push(mapped);
      }
      const faults = await directory?.state(acts);
      for (const act of acts) {
        const fault = faults?.get(act);
        if (fault !== undefined) await reject(act.row, fault.reason, fault.detail);
        else if (sender !== undefined) await sender.send(act);
        else {
          tally.wouldSend += 1;
          tally.addAmounts(act.amounts);
        }
      }
      await Promise.all(rejecting.splice(0));
      tally.lastLine = rows.at(-1)!.line;
      run.onProgress?.(tally);
    }
    await sender?.finish();
  } catch (error) {
    if (!(error instanceof BrokenSource)) {
      await sender?.settle();
      throw error;
    }
    await sender?.finish();
    throw stoppedAt(source, tally.lastLine, error);
  } finally {
    await Promise.all(rejecting.splice(0));
  }
  if (tally.unsettled !== 0) {
    throw new Error(
      `${tally.unsettled} of ${tally.rows} rows are unaccounted for: this is a fault of the import`,
    );
  }
  return { stated: directory?.stated ?? { location: 0, employee: 0, item: 0 } };
}

/** Exact: answered from the book itself. @throws CommandFailure when there is no such book */
async function positionOf(client: LedgerClient, book: string): Promise<number> {
  const { body } = await client.expect(`The book "${book}"`, 'GET', `/v1/books/${encodeURIComponent(book)}`);
  if (typeof body?.position === 'number') return body.position;
  throw new CommandFailure(`${client.url} answered for the book without a position.`, {
    advice: 'Check that --url names a Goodwill Ledger of this version.',
  });
}

export async function* rowsOf(source: Source, map: ImportMap): AsyncGenerator<readonly Row[]> {
  const lines = readLines(source.text());
  if (map.format.type === 'ndjson') {
    yield* readNdjson(lines);
    return;
  }
  yield* readCsv(lines, map.format, (columns) => checkColumns(map, columns));
}

/** A column that no row will have is a mistake of the map, not of 500,000 rows. */
function checkColumns(map: ImportMap, columns: readonly string[]): void {
  const missing = [...map.columns].filter(([name]) => !columns.includes(name));
  if (missing.length === 0) return;
  const named = missing.map(([name, at]) => `"${name}" (map ${at.line}:${at.column})`).join(', ');
  throw wrongUsage(
    `The file has no column ${named}. It has: ${columns.join(', ')}.`,
    'Correct the map, or give it the file it is for.',
  );
}
