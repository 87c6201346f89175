import type { Amounts, AskedAct } from '../act/act.ts';
import type { Employee, Item, Location } from '../directory/directory.ts';

/** What a rule may look at: one act, who made it, where, and with what. */
export interface RuleFacts {
  readonly asked: Pick<
    AskedAct,
    | 'mode'
    | 'kind'
    | 'trigger'
    | 'employee'
    | 'location'
    | 'customer'
    | 'incident'
    | 'campaign'
    | 'shift'
    | 'channel'
    | 'item'
    | 'reason'
    | 'note'
  >;
  readonly amounts: Amounts;
  /** `YYYY-MM-DD`: the trading day at the location. */
  readonly businessDate: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  /** Undefined, as what follows: the directory does not know it. */
  readonly employee: Pick<Employee, 'roles' | 'homeLocation'> | undefined;
  readonly location: Pick<Location, 'region' | 'timeZone'> | undefined;
  /** Only with an item that was asked for. */
  readonly item: Pick<Item, 'category'> | undefined;
}

/** The texts among the variables of a rule. What an act, or the directory, has not reads as `""`. */
export const TEXTS: Readonly<Record<string, (facts: RuleFacts) => string>> = {
  'act.mode': ({ asked }) => asked.mode,
  'act.kind': ({ asked }) => asked.kind,
  'act.trigger': ({ asked }) => asked.trigger,
  'act.employee': ({ asked }) => asked.employee,
  'act.location': ({ asked }) => asked.location,
  'act.customer': ({ asked }) => asked.customer ?? '',
  'act.incident': ({ asked }) => asked.incident ?? '',
  'act.campaign': ({ asked }) => asked.campaign ?? '',
  'act.shift': ({ asked }) => asked.shift ?? '',
  'act.channel': ({ asked }) => asked.channel ?? '',
  'act.reason': ({ asked }) => asked.reason ?? '',
  'act.note': ({ asked }) => asked.note ?? '',
  'act.sku': ({ asked }) => asked.item?.sku ?? '',
  'act.businessDate': ({ businessDate }) => businessDate,
  'employee.id': ({ asked }) => asked.employee,
  'employee.homeLocation': ({ employee }) => employee?.homeLocation ?? '',
  'location.id': ({ asked }) => asked.location,
  'location.region': ({ location }) => location?.region ?? '',
  'location.timeZone': ({ location }) => location?.timeZone ?? '',
  'item.sku': ({ asked }) => asked.item?.sku ?? '',
  'item.category': ({ item }) => item?.category ?? '',
};

/** The whole numbers among them: what is not there reads as 0. */
export const NUMBERS: Readonly<Record<string, (facts: RuleFacts) => number>> = {
  'act.quantity': ({ asked }) => asked.item?.quantity ?? 0,
  'act.count': ({ amounts }) => amounts.count,
  'act.retailMinor': ({ amounts }) => amounts.retailMinor,
  'act.costMinor': ({ amounts }) => amounts.costMinor,
  'item.quantity': ({ asked }) => asked.item?.quantity ?? 0,
};

export const ROLES = 'employee.roles';
const NONE: readonly string[] = [];
export function rolesOf({ employee }: RuleFacts): readonly string[] {
  return employee?.roles ?? NONE;
}
