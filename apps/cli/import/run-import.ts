/** A file through a map into the ledger, in constant memory, every row accounted for. */
import type { LedgerClient } from '../client.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { readCsv } from './csv.ts';
import { DirectoryWriter } from './directory-writer.ts';
import { type Fact, type FactAnswer, FactSender } from './fact-sender.ts';
import { readLines } from './lines.ts';
import type { EntryKind, FactKind, ImportMap } from './map.ts';
import { mapRow } from './mapping.ts';
import { readNdjson } from './ndjson.ts';
import type { RejectsFile } from './rejects-file.ts';
import { isBadRow, type Row } from './rows.ts';
import { BrokenSource, type Source, stoppedAt } from './source.ts';
import { Tally } from './tally.ts';

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
  const senders =
    to &&
    (await sendersTo(to, map, tally, (fact, answer) => {
      rejecting.push(reject(fact.row, answer.reason, answer.detail));
    }));
  try {
    for await (const rows of rowsOf(source, map)) {
      const facts: Fact[] = [];
      for (const row of rows) {
        tally.rows += 1;
        if (isBadRow(row)) {
          await reject(row, row.reason, row.detail);
          continue;
        }
        const mapped = mapRow(map, row);
        if (mapped.is === 'no fact') tally.addSkipped(mapped.reason);
        else if (mapped.is === 'wrong') await reject(row, mapped.reason, mapped.detail);
        else facts.push(mapped);
      }
      const faults = await directory?.state(facts);
      for (const fact of facts) {
        const fault = faults?.get(fact);
        if (fault !== undefined) await reject(fact.row, fault.reason, fault.detail);
        else if (senders !== undefined) await senders.get(fact.kind)!.send(fact);
        else {
          tally.facts[fact.kind].wouldSend += 1;
          tally.addAmounts(fact.amounts);
        }
      }
      await Promise.all(rejecting.splice(0));
      tally.lastLine = rows.at(-1)!.line;
      run.onProgress?.(tally);
    }
    await finish(senders);
  } catch (error) {
    if (!(error instanceof BrokenSource)) {
      await Promise.all([...(senders?.values() ?? [])].map((sender) => sender.settle()));
      throw error;
    }
    await finish(senders);
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

type Senders = ReadonlyMap<FactKind, FactSender>;

/** One for each kind of fact that the map makes: a batch holds facts of one kind. */
async function sendersTo(
  to: NonNullable<ImportRun['to']>,
  map: ImportMap,
  tally: Tally,
  refused: (fact: Fact, answer: FactAnswer & { is: 'refused' }) => void,
): Promise<Senders> {
  const since = await positionOf(to.client, to.book);
  const onAnswer = (fact: Fact, answer: FactAnswer) => {
    if (answer.is === 'refused') return refused(fact, answer);
    if (answer.alreadyThere) tally.facts[fact.kind].alreadyThere += 1;
    else tally.facts[fact.kind].recorded += 1;
    if (answer.breaches > 0) tally.withBreaches += 1;
    tally.addAmounts(fact.amounts);
  };
  const { batch, concurrency } = to;
  return new Map(
    map.sections.map(({ kind }) => [
      kind,
      new FactSender(to.client, to.book, kind, { batch, concurrency, since, onAnswer }),
    ]),
  );
}

/** @throws what stopped a batch of any of them, once all have come to their end */
async function finish(senders: Senders | undefined): Promise<void> {
  const ends = await Promise.allSettled([...(senders?.values() ?? [])].map((sender) => sender.finish()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
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
