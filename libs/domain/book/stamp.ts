/** What the shell stamps on every fact. */
export interface Stamp {
  /** When the ledger learned of it, epoch milliseconds. */
  readonly recordedAt: number;
  /** Who told it. */
  readonly actor: string;
  /** The idempotency key of the write; absent for PUTs, which state a whole resource. */
  readonly key?: string;
}
