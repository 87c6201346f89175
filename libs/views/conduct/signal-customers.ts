/** The few customers of a signal: how often they come at all, which may be all there is to it. */
import type { DatabaseSync } from 'node:sqlite';
import { requireDate } from '../../domain/time/civil-date.ts';
import { readDay } from '../stored-form.ts';
import type { SignalCustomer } from './conduct.ts';
import { type ReadConduct, storedOf } from './read-conduct.ts';

export function customersOf(
  db: DatabaseSync,
  prefix: string,
): (book: number, read: ReadConduct, employee: number, customers: readonly number[]) => SignalCustomer[] {
  const visits = db.prepare(
    `SELECT DISTINCT day FROM ${prefix}_visits WHERE book = ? AND customer = ? AND day BETWEEN ? AND ?`,
  );
  return (book, { conduct }, employee, customers) => {
    const { acts, from, to } = conduct;
    const counts = new Map(
      customers.map((customer) => [customer, { own: 0, others: 0, days: new Set<number>() }]),
    );
    for (let row = 0; row < acts.size; row++) {
      const count = counts.get(acts.customer[row]!);
      if (count === undefined || acts.reversed[row] === 1 || acts.day[row]! < from) continue;
      if (acts.employee[row] === employee) {
        count.own++;
        count.days.add(acts.day[row]!);
      } else count.others++;
    }
    return [...counts].map(([number, { own, others, days }]) => {
      const customer = conduct.customers[number]!;
      const came = visits.all(book, customer, storedOf(from), storedOf(to)) as unknown as { day: number }[];
      return {
        customer,
        acts: own,
        actsByOthers: others,
        daysCame: came.length,
        daysWithoutAct: came.filter(({ day }) => !days.has(requireDate(readDay(day)))).length,
      };
    });
  };
}
