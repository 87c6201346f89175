import type { Amounts, AskedAct } from '../act/act.ts';
import type { Employee, Item, Location } from '../directory/directory.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';

/** Everything a guardrail may look at. */
export interface ActFacts {
  readonly asked: AskedAct;
  /** Empty when an act is only evaluated: its id is given with its place in the ledger. */
  readonly id: string;
  readonly book: string;
  readonly occurredAt: number;
  readonly businessDate: string;
  readonly amounts: Amounts;
  readonly employee: Employee | undefined;
  readonly location: Location | undefined;
  readonly item: Item | undefined;
  readonly calendar: BusinessCalendar;
}
