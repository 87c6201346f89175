/** A receipt that still knows the bucket it was found in: an act that is accepted is counted there at once. */
import { ACT, bucketId } from './buckets.ts';
import type { LimitReceipt } from './events.ts';

export class CountedReceipt implements LimitReceipt {
  readonly limit: string;
  readonly key: LimitReceipt['key'];
  readonly window: LimitReceipt['window'];
  readonly measures: LimitReceipt['measures'];
  readonly finding: LimitReceipt['finding'];
  /** Empty: nothing is kept. Not among the members, so that what is stored and compared is the receipt alone. */
  readonly #bucket: string;

  constructor(
    limit: string,
    key: LimitReceipt['key'],
    window: LimitReceipt['window'],
    measures: LimitReceipt['measures'],
    finding: LimitReceipt['finding'],
    bucket: string,
  ) {
    this.limit = limit;
    this.key = key;
    this.window = window;
    this.measures = measures;
    this.finding = finding;
    this.#bucket = bucket;
  }

  /** The id of the bucket of any receipt, of this class or read from the ledger; empty where nothing is kept. */
  static bucketOf(receipt: LimitReceipt): string {
    if (#bucket in receipt) return receipt.#bucket;
    const { label } = receipt.window;
    if (receipt.missing !== undefined || label === ACT || 'act' in receipt.key) return '';
    return bucketId(receipt.limit, label, receipt.key);
  }
}
