/** Conduct by hand: acts as plain objects, people and places by name. */
import type { Conduct } from './conduct.ts';

export interface ActByHand {
  readonly employee: string;
  readonly location?: string;
  readonly customer?: string;
  readonly day?: number;
  readonly minute?: number;
  readonly shift?: string;
  readonly note?: string;
  readonly category?: string;
  readonly ofLimit?: number;
  readonly lateMinutes?: number;
  readonly approver?: string;
  readonly reversed?: boolean;
  readonly incident?: boolean;
  readonly position?: number;
}

export interface Circumstances {
  /** Also those who never give. */
  readonly staff?: readonly string[];
  readonly roles?: (employee: string) => string;
  readonly from?: number;
  readonly to?: number;
  readonly before?: number;
}

export function conductOf(acts: readonly ActByHand[], more: Circumstances = {}): Conduct {
  const names = (of: (act: ActByHand) => string | undefined, others: readonly string[] = []) =>
    [...new Set([...others, ...acts.flatMap((act) => of(act) ?? [])])].sort();
  const staff = names(({ employee }) => employee, more.staff);
  const lists = {
    locations: names(({ location }) => location ?? 'soho'),
    customers: names(({ customer }) => customer),
    shifts: names(({ shift }) => shift),
    notes: names(({ note }) => note),
    categories: names(({ category }) => category),
    approvers: names(({ approver }) => approver),
  };
  const column = (of: (act: ActByHand) => number) => Int32Array.from(acts, of);
  const index = (list: readonly string[], of: (act: ActByHand) => string | undefined) =>
    column((act) => {
      const name = of(act);
      return name === undefined ? -1 : list.indexOf(name);
    });
  return {
    acts: {
      size: acts.length,
      employee: index(staff, ({ employee }) => employee),
      location: index(lists.locations, ({ location }) => location ?? 'soho'),
      customer: index(lists.customers, ({ customer }) => customer),
      customerAsEmployee: column(({ customer }) => (customer === undefined ? -1 : staff.indexOf(customer))),
      day: column(({ day }) => day ?? 0),
      minute: column(({ minute }) => minute ?? 0),
      shift: index(lists.shifts, ({ shift }) => shift),
      note: index(lists.notes, ({ note }) => note),
      category: index(lists.categories, ({ category }) => category),
      ofLimit: column(({ ofLimit }) => ofLimit ?? -1),
      lateMinutes: column(({ lateMinutes }) => lateMinutes ?? 0),
      approver: index(lists.approvers, ({ approver }) => approver),
      reversed: Uint8Array.from(acts, ({ reversed }) => (reversed === true ? 1 : 0)),
      incident: Uint8Array.from(acts, ({ incident }) => (incident === true ? 1 : 0)),
      position: Float64Array.from(acts, ({ position }, at) => position ?? at),
    },
    employees: staff.map((id) => ({ id, roles: more.roles?.(id) ?? 'barista', since: -100 })),
    locations: lists.locations,
    customers: lists.customers,
    shifts: lists.shifts,
    notes: lists.notes.length,
    categories: lists.categories,
    approvers: lists.approvers,
    from: more.from ?? 0,
    to: more.to ?? 27,
    before: more.before ?? more.from ?? 0,
  };
}
