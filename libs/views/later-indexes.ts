/**
 * Indexes that only questions need can be made once the rows are in: sorted, each entry costs a tenth of what it costs
 * when its row comes. Which ones are missing is read from the file itself, so that a build that was interrupted is known
 * for what it is.
 */
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { View } from './view.ts';
import { inTransaction, prefixOf } from './views-file.ts';

interface BuildOf {
  readonly build: number;
  readonly view: View;
}

/** For builds that have no rows yet and many to come. */
export function putIndexesOff(db: DatabaseSync, builds: readonly BuildOf[]): void {
  const has = new Set(indexesIn(db).map(({ name }) => name));
  const later = builds.flatMap(({ build, view }) =>
    (view.laterIndexes ?? []).map((name) => `${prefixOf({ view: view.name, number: build })}_${name}`),
  );
  const drop = later.filter((name) => has.has(name)).map((name) => `DROP INDEX ${name};`);
  if (drop.length > 0) inTransaction(db, () => db.exec(drop.join('\n')));
}

/** Makes what the builds should have and have not. Others on this thread have their turn between two indexes. */
export async function makeMissingIndexes(
  db: DatabaseSync,
  builds: readonly BuildOf[],
  signal: AbortSignal,
): Promise<void> {
  const has = new Set(indexesIn(db).map(({ name }) => name));
  for (const { build, view } of builds)
    for (const { name, sql } of indexesOf(view, prefixOf({ view: view.name, number: build }))) {
      if (has.has(name)) continue;
      if (signal.aborted) return;
      inTransaction(db, () => db.exec(sql));
      await nextTurn();
    }
}

interface Index {
  readonly name: string;
  readonly sql: string;
}

function indexesOf(view: View, prefix: string): readonly Index[] {
  const empty = new DatabaseSync(':memory:');
  try {
    empty.exec(view.schema(prefix));
    return indexesIn(empty);
  } finally {
    empty.close();
  }
}

function indexesIn(db: DatabaseSync): readonly Index[] {
  return db
    .prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid`)
    .all() as unknown as Index[];
}

/**
 * Names an index in a question that is slow by any other, or leaves it to SQLite while the index is put off.
 * @returns what stands after the table's name
 */
export function indexedBy(db: DatabaseSync): (index: string) => string {
  const known = new Set<string>();
  const find = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?`);
  return (index) => {
    if (!known.has(index) && find.get(index) !== undefined) known.add(index);
    return known.has(index) ? `INDEXED BY ${index}` : '';
  };
}
