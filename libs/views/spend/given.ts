/** A further question to the view of spend: how many acts each employee and each location gave, and what cost nothing. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ACCEPTED, ROLE_SEPARATOR, storedDay } from '../stored-form.ts';
import type { Given, UseDimension, UseSpan } from '../use/use.ts';
import { WordReader } from '../words.ts';

export type GivenQuery = UseSpan & { readonly about: 'given' };
export type GivenAnswer = { readonly position: number } & Given;

type Row = readonly [
  employee: number,
  location: number,
  region: number | null,
  roles: number | null,
  acts: number,
  zeroCost: number,
];

export function givenReport(db: DatabaseSync, prefix: string) {
  const words = new WordReader(db, prefix);
  let sweep: StatementSync | undefined;

  function keysOf(groupBy: UseDimension, [, location, region, roles]: Row): readonly (string | null)[] {
    if (groupBy === 'location') return [words.wordOf(location)];
    if (groupBy === 'region') return [words.wordOf(region)];
    return roles === null ? [null] : words.wordOf(roles).split(ROLE_SEPARATOR);
  }

  return (bookNumber: number | undefined, { groupBy, from, to }: GivenQuery): Given => {
    const employees = new Map<string, number>();
    const locations = new Map<string, number>();
    const groups = new Map<string | null, { acts: number; zeroCost: number }>();
    const total = { acts: 0, zeroCost: 0 };
    sweep ??= prepared(db, prefix);
    const rows =
      bookNumber === undefined
        ? []
        : (sweep.iterate(
            bookNumber,
            from === undefined ? 0 : storedDay(from),
            to === undefined ? 99_991_231 : storedDay(to),
          ) as unknown as Iterable<Row>);
    for (const row of rows) {
      const [employeeNumber, locationNumber, , , acts, zeroCost] = row;
      const employee = words.wordOf(employeeNumber);
      const location = words.wordOf(locationNumber);
      employees.set(employee, (employees.get(employee) ?? 0) + acts);
      locations.set(location, (locations.get(location) ?? 0) + acts);
      total.acts += acts;
      total.zeroCost += zeroCost;
      if (groupBy === undefined) continue;
      for (const key of keysOf(groupBy, row)) {
        const group = groups.get(key) ?? { acts: 0, zeroCost: 0 };
        group.acts += acts;
        group.zeroCost += zeroCost;
        groups.set(key, group);
      }
    }
    return {
      employees: [...employees],
      locations: [...locations],
      groups: [...groups].map(([key, sums]) => ({ key, ...sums })),
      total,
    };
  };
}

/** Groups in the order of the ledger's words would differ from file to file; what is made of them does not. */
function prepared(db: DatabaseSync, prefix: string): StatementSync {
  const statement = db.prepare(
    `SELECT employee, location, region, roles, count(*), sum(cost = 0)
     FROM ${prefix}_acts WHERE book = ? AND day BETWEEN ? AND ? AND status = ${ACCEPTED}
     GROUP BY employee, location, region, roles`,
  );
  statement.setReturnArrays(true);
  return statement;
}
