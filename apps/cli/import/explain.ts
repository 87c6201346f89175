/** What a map makes of the first rows, one JSON object a row: for writing maps. */

import type { ImportMap } from './map.ts';
import { mapRow } from './mapping.ts';
import { isBadRow } from './rows.ts';
import { rowsOf } from './run-import.ts';
import type { Source } from './source.ts';

export async function explain(source: Source, map: ImportMap, count: number): Promise<void> {
  let left = count;
  for await (const rows of rowsOf(source, map)) {
    for (const row of rows) {
      if (left-- <= 0) return;
      const outcome = isBadRow(row)
        ? { rejected: row.reason, detail: row.detail, text: row.text }
        : explained(map, row);
      process.stdout.write(`${JSON.stringify({ line: row.line, ...outcome })}\n`);
    }
  }
}

function explained(map: ImportMap, row: Parameters<typeof mapRow>[1]): object {
  const mapped = mapRow(map, row);
  if (mapped.is === 'fact') return { [mapped.kind]: mapped.item };
  const cells = Object.fromEntries(row.cells);
  if (mapped.is === 'no fact') return { skipped: mapped.reason, row: cells };
  return { rejected: mapped.reason, detail: mapped.detail, row: cells };
}
