/** Reads the acts of a span into the columns that the detectors look at. */
import type { DatabaseSync } from 'node:sqlite';
import { businessCalendar } from '../../domain/time/business-calendar.ts';
import { civilDate, requireDate } from '../../domain/time/civil-date.ts';
import type { ActColumns, Conduct, StaffMember } from '../../signals/conduct.ts';
import { DayByDay } from '../day-by-day.ts';
import { readDay, readId } from '../stored-form.ts';
import { WordReader } from '../words.ts';

export interface ReadConduct {
  readonly conduct: Conduct;
  /** @returns the ids of the acts in those rows */
  readonly idsOf: (rows: readonly number[]) => ReadonlyMap<number, string>;
  /** Epoch ms. */
  readonly occurredAt: Float64Array;
}

/** Grows while rows are read: how many there are is known only afterwards. */
class Column {
  #values = new Float64Array(1024);
  #size = 0;

  push(value: number): void {
    if (this.#size === this.#values.length) {
      const more = new Float64Array(this.#size * 2);
      more.set(this.#values);
      this.#values = more;
    }
    this.#values[this.#size++] = value;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#size);
  }
}

/** Texts or numbers of words, numbered as they come; at the end in the order of the texts. */
class Named<Key extends string | number> {
  readonly #numbers = new Map<Key, number>();
  readonly column = new Column();

  numberOf(key: Key): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(key, number);
    }
    return number;
  }

  push(key: Key | null): void {
    this.column.push(key === null ? -1 : this.numberOf(key));
  }

  /** So that the figures do not depend on the order in which the ledger met them. */
  sorted(textOf: (key: Key) => string): { readonly texts: string[]; readonly column: Int32Array } {
    const all = [...this.#numbers].map(([key, number]) => ({ text: textOf(key), number }));
    all.sort((one, other) => (one.text < other.text ? -1 : one.text > other.text ? 1 : 0));
    const place = new Int32Array(all.length);
    for (const [at, { number }] of all.entries()) place[number] = at;
    return {
      texts: all.map(({ text }) => text),
      column: placed(this.column.values, place),
    };
  }
}

/** A loop, for `Int32Array.from` with a function takes ten times as long. */
function placed(numbers: Float64Array, place: Int32Array): Int32Array {
  const column = new Int32Array(numbers.length);
  for (let row = 0; row < column.length; row++) column[row] = numbers[row]! < 0 ? -1 : place[numbers[row]!]!;
  return column;
}

type Row = [
  day: number,
  employee: number,
  location: number,
  customer: string | null,
  category: number | null,
  shift: number | null,
  at: number,
  late: number,
  note: number | null,
  ofLimit: number | null,
  incident: number,
  approver: number | null,
  position: number,
  reversed: number,
];

/** Business dates as stored, both included. */
export interface ReadSpan {
  readonly before: number;
  readonly from: number;
  readonly to: number;
}

export function conductReader(
  db: DatabaseSync,
  prefix: string,
): (book: number, span: ReadSpan) => ReadConduct {
  const words = new WordReader(db, prefix);
  const days = new DayByDay<Row>(
    db,
    `${prefix}_acts`,
    `day, employee, location, customer, category, shift, at, late, note, of_limit, incident, approver,
       position, reversed`,
    'ORDER BY id',
  );
  // A million ids would be most of what a report takes up: only those that are shown are read.
  const idsAt = db.prepare(
    `SELECT id, position FROM ${prefix}_acts
     WHERE book = ? AND day BETWEEN ? AND ? AND position IN (SELECT value FROM json_each(?))`,
  );
  const staffOf = db.prepare(`SELECT employee, roles, since FROM ${prefix}_staff WHERE book = ?`);
  const placesOf = db.prepare(`SELECT location, zone, starts FROM ${prefix}_places WHERE book = ?`);
  const zoneOf = db.prepare(`SELECT zone FROM ${prefix}_books WHERE book = ?`);

  return (book, span) => {
    const dayNo = dayNumbers();
    const startOf = dayStarts(
      placesOf.all(book) as unknown as Place[],
      (zoneOf.get(book) as { zone: string } | undefined)?.zone ?? 'UTC',
    );
    const employee = new Named<number>();
    const location = new Named<number>();
    const customer = new Named<string>();
    const category = new Named<number>();
    const shift = new Named<number>();
    const approver = new Named<number>();
    const note = new Named<number>();
    const plain = {
      day: new Column(),
      minute: new Column(),
      ofLimit: new Column(),
      late: new Column(),
      reversed: new Column(),
      incident: new Column(),
      position: new Column(),
      at: new Column(),
    };
    const staff = staffOf.all(book) as unknown as { employee: number; roles: string; since: number }[];
    for (const { employee: number } of staff) employee.numberOf(number);
    for (const rows of days.of(book, span.before, span.to)) {
      for (const row of rows) {
        const day = dayNo(row[0]);
        employee.push(row[1]);
        location.push(row[2]);
        customer.push(row[3]);
        category.push(row[4]);
        shift.push(row[5]);
        plain.day.push(day);
        plain.minute.push(Math.floor((row[6] - startOf(row[2], day)) / 60_000));
        plain.at.push(row[6]);
        plain.late.push(row[7]);
        note.push(row[8]);
        plain.ofLimit.push(row[9] ?? -1);
        plain.incident.push(row[10]);
        approver.push(row[11]);
        plain.position.push(row[12]);
        plain.reversed.push(row[13]);
      }
    }
    const wordOf = (number: number) => words.wordOf(number);
    const employees = employee.sorted(wordOf);
    const customers = customer.sorted((id) => id);
    const shifts = shift.sorted(wordOf);
    const categories = category.sorted(wordOf);
    const locations = location.sorted(wordOf);
    const approvers = approver.sorted(wordOf);
    const notes = note.sorted((mark) => String(mark).padStart(15, '0'));
    const known = new Map(staff.map((one) => [words.wordOf(one.employee), one]));
    const placeOf = new Map(employees.texts.map((id, at) => [id, at]));
    const asEmployee = Int32Array.from(customers.texts, (id) => placeOf.get(id) ?? -1);
    const acts: ActColumns = {
      size: plain.day.values.length,
      employee: employees.column,
      location: locations.column,
      customer: customers.column,
      customerAsEmployee: customers.column.map((at) => (at < 0 ? -1 : asEmployee[at]!)),
      day: Int32Array.from(plain.day.values),
      minute: Int32Array.from(plain.minute.values),
      shift: shifts.column,
      note: notes.column,
      category: categories.column,
      ofLimit: Int32Array.from(plain.ofLimit.values),
      lateMinutes: Int32Array.from(plain.late.values),
      approver: approvers.column,
      reversed: Uint8Array.from(plain.reversed.values),
      incident: Uint8Array.from(plain.incident.values),
      position: Float64Array.from(plain.position.values),
    };
    const conduct: Conduct = {
      acts,
      employees: employees.texts.map((id): StaffMember => {
        const one = known.get(id);
        return { id, roles: one?.roles ?? '', since: one?.since ?? null };
      }),
      locations: locations.texts,
      customers: customers.texts,
      shifts: shifts.texts,
      notes: notes.texts.length,
      categories: categories.texts,
      approvers: approvers.texts,
      from: dayNo(span.from),
      to: dayNo(span.to),
      before: dayNo(span.before),
    };
    return {
      conduct,
      idsOf(rows) {
        const position = new Map(rows.map((row) => [acts.position[row]!, row]));
        const found = idsAt.iterate(book, span.before, span.to, JSON.stringify([...position.keys()]));
        const ids = new Map<number, string>();
        for (const { id, position: at } of found as unknown as Iterable<Identified>)
          ids.set(position.get(at)!, readId(id));
        return ids;
      },
      occurredAt: Float64Array.from(plain.at.values),
    };
  };
}

interface Identified {
  readonly id: Uint8Array | string;
  readonly position: number;
}

interface Place {
  readonly location: number;
  readonly zone: string;
  readonly starts: string;
}

/** When a business day starts at a place, epoch ms; asked for every act, so remembered. */
function dayStarts(places: readonly Place[], zone: string): (location: number, dayNo: number) => number {
  const own = businessCalendar(zone, '00:00');
  const calendars = new Map(
    places.map(({ location, zone: there, starts }) => [location, businessCalendar(there, starts)]),
  );
  const known = new Map<number, number>();
  return (location, dayNo) => {
    const key = location * 2 ** 24 + dayNo;
    let start = known.get(key);
    if (start === undefined) {
      start = (calendars.get(location) ?? own).startOfDay(dayNo);
      known.set(key, start);
    }
    return start;
  };
}

function dayNumbers(): (stored: number) => number {
  const known = new Map<number, number>();
  return (stored) => {
    let day = known.get(stored);
    if (day === undefined) {
      day = requireDate(readDay(stored));
      known.set(stored, day);
    }
    return day;
  };
}

/** @returns the business date as it is stored */
export function storedOf(dayNo: number): number {
  const { year, month, day } = civilDate(dayNo);
  return year * 10_000 + month * 100 + day;
}
