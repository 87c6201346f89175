/**
 * The thread that asks SQLite for the copy: one call that may take minutes. It reads within one snapshot, so the
 * copy is of one moment, and whoever appends meanwhile does not wait for it.
 */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

export interface VacuumWorkerData {
  readonly from: string;
  /** Empty, or not there. */
  readonly to: string;
}

const { from, to } = workerData as VacuumWorkerData;
const db = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
try {
  db.prepare('VACUUM INTO ?').run(to);
} finally {
  db.close();
}
