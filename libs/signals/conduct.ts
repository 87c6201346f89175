/**
 * What the detectors look at: the acts of a span, column by column, people and places as numbers. Plain arrays, so that
 * they can be made by a view, by a simulation or by hand.
 */

/** A row for every accepted act, in any order. -1 where there is none, unless said otherwise. */
export interface ActColumns {
  readonly size: number;
  readonly employee: Int32Array;
  readonly location: Int32Array;
  readonly customer: Int32Array;
  /** The employee whom the customer's id names as well. */
  readonly customerAsEmployee: Int32Array;
  /** Business date as a day number. */
  readonly day: Int32Array;
  /** Since the business day began at the location. */
  readonly minute: Int32Array;
  /** The place and the shift as it comes again every day. */
  readonly shift: Int32Array;
  /** The text of the note, as a number that equal texts share. */
  readonly note: Int32Array;
  readonly category: Int32Array;
  /** Thousandths that it took of the tightest limit on a single act. */
  readonly ofLimit: Int32Array;
  /** Minutes until the ledger learned of it, 0 and more. */
  readonly lateMinutes: Int32Array;
  /** Whoever answered for it, where it had waited for an approval. */
  readonly approver: Int32Array;
  /** 1 where nothing of it is left: it is looked at for how often that happens, and for nothing else. */
  readonly reversed: Uint8Array;
  /** 1 where it names an incident. */
  readonly incident: Uint8Array;
  /** Of the event that made it an act: what a review had seen, and what came after it. */
  readonly position: Float64Array;
}

export interface StaffMember {
  readonly id: string;
  /** Joined to one text: who has the same is a peer. */
  readonly roles: string;
  /** Day number from which the directory knows them; null: it does not. */
  readonly since: number | null;
}

export interface Conduct {
  readonly acts: ActColumns;
  /** All sorted by their ids, so that numbers say nothing of the order in which the ledger met them. */
  readonly employees: readonly StaffMember[];
  readonly locations: readonly string[];
  readonly customers: readonly string[];
  readonly shifts: readonly string[];
  readonly notes: number;
  readonly categories: readonly string[];
  /** Ids of whoever answers for acts, which need not be employees. */
  readonly approvers: readonly string[];
  /** Day numbers of the span, both included. Acts before `from` are there for comparison with oneself alone. */
  readonly from: number;
  readonly to: number;
  /** The first day of the time before the span that one is compared with. */
  readonly before: number;
}

export const ABSENT = -1;

/** The acts of each subject, one after the other: `rows[starts[s]]` up to `rows[starts[s + 1]]`. */
export interface Grouped {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** A counting sort by a column; rows without a subject are left out. */
export function groupedBy(column: Int32Array, subjects: number): Grouped {
  const starts = new Int32Array(subjects + 1);
  for (let row = 0; row < column.length; row++) if (column[row]! >= 0) starts[column[row]! + 1]!++;
  for (let subject = 0; subject < subjects; subject++) starts[subject + 1]! += starts[subject]!;
  const next = starts.slice();
  const rows = new Int32Array(starts[subjects]!);
  for (let row = 0; row < column.length; row++) if (column[row]! >= 0) rows[next[column[row]!]!++] = row;
  return { starts, rows };
}
