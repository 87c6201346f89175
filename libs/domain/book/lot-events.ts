/** The fact that a lot was drawn. Part of a book's facts (`events.ts`). */
import type { Draw } from '../campaign/lot.ts';
import type { Stamp } from './stamp.ts';

export interface AskedDraw {
  readonly campaign: string;
  readonly customer: string;
  /** Where the customer is; absent: the day is that of the book's time zone. */
  readonly location?: string;
  /** Epoch milliseconds; absent means when the ledger learned of it. */
  readonly occurredAt?: number;
}

/** Whoever is drawn, or not, belongs to that arm from then on, whatever is given to them. */
export interface LotDrawn extends Stamp {
  readonly type: 'LotDrawn';
  /** UUIDv7. */
  readonly id: string;
  readonly asked: AskedDraw;
  readonly draw: Draw;
  readonly occurredAt: number;
  /** `YYYY-MM-DD`: the trading day at the location; without one, in the book's time zone. */
  readonly businessDate: string;
  /** Of the location, as the directory had it. */
  readonly region?: string;
}
