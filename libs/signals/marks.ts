/** What the detectors of shares look for: for every act whether it is looked at, and whether it has it. */
import { ABSENT, type Conduct, type Grouped } from './conduct.ts';
import { HIT, IN, OUT } from './share-tests.ts';

/** Of one's acts on a shift: so many are not at its end. */
const BEFORE_LAST = 0.9;
/** Acts on a shift from which they tell anything of when it ends. */
const LEAST_ON_SHIFT = 5;
/** Thousandths of the limit on a single act from which it is just under it. */
const JUST_UNDER = 900;
/** Acts of one employee for one customer that follow each other so closely might have been one. */
const SPLIT_MINUTES = 30;
/** Learned of so much later, an act is dated back. Tills that were offline are left out. */
const LATE_MINUTES = 60;

type Marks = Uint8Array;

/** Acts of the span that something is left of. */
export function standing({ acts, from }: Conduct): Marks {
  const marks = new Uint8Array(acts.size);
  for (let row = 0; row < acts.size; row++)
    marks[row] = acts.reversed[row] === 0 && acts.day[row]! >= from ? IN : OUT;
  return marks;
}

/**
 * After the minute by which half of those on the shift have given nine tenths of what they give on it: the end of the
 * shift as its people show it, which one of them who gives only then cannot move.
 */
export function endOfShift({ acts, shifts }: Conduct, isStanding: Marks, byEmployee: Grouped): Marks {
  const late: number[][] = Array.from({ length: shifts.length }, () => []);
  const { starts, rows } = byEmployee;
  for (let employee = 0; employee + 1 < starts.length; employee++) {
    const minutes = new Map<number, number[]>();
    for (const row of rows.subarray(starts[employee]!, starts[employee + 1]!)) {
      const shift = acts.shift[row]!;
      if (isStanding[row] === OUT || shift < 0) continue;
      const there = minutes.get(shift);
      if (there === undefined) minutes.set(shift, [acts.minute[row]!]);
      else there.push(acts.minute[row]!);
    }
    for (const [shift, own] of minutes) if (own.length >= LEAST_ON_SHIFT) late[shift]!.push(lastOf(own));
  }
  const from = late.map((minutes) => (minutes.length === 0 ? undefined : middleOf(minutes)));
  return marksOf(isStanding, (row) => {
    const line = acts.shift[row]! < 0 ? undefined : from[acts.shift[row]!];
    return line === undefined ? OUT : acts.minute[row]! > line ? HIT : IN;
  });
}

function lastOf(minutes: number[]): number {
  minutes.sort((one, other) => one - other);
  return minutes[Math.floor(BEFORE_LAST * (minutes.length - 1))]!;
}

function middleOf(minutes: number[]): number {
  minutes.sort((one, other) => one - other);
  return minutes[Math.floor((minutes.length - 1) / 2)]!;
}

/** Within a tenth below a limit on single acts, or on it. */
export function justUnder({ acts }: Conduct, isStanding: Marks): Marks {
  return marksOf(isStanding, (row) => {
    const part = acts.ofLimit[row]!;
    return part === ABSENT ? OUT : part >= JUST_UNDER && part <= 1000 ? HIT : IN;
  });
}

/** Of acts with a customer: those that follow another of the same employee for the same customer at once. */
export function splitActs({ acts, customers }: Conduct, isStanding: Marks, byEmployee: Grouped): Marks {
  const marks = new Uint8Array(acts.size);
  const { starts, rows } = byEmployee;
  for (let employee = 0; employee + 1 < starts.length; employee++) {
    const own = [...rows.subarray(starts[employee]!, starts[employee + 1]!)].filter(
      (row) => isStanding[row] !== OUT && acts.customer[row]! >= 0,
    );
    const time = (row: number) => acts.day[row]! * 1440 + acts.minute[row]!;
    own.sort((one, other) => acts.customer[one]! - acts.customer[other]! || time(one) - time(other));
    for (const [at, row] of own.entries()) {
      const before = own[at - 1];
      const follows =
        before !== undefined &&
        acts.customer[before] === acts.customer[row] &&
        acts.customer[row]! < customers.length &&
        time(row) - time(before) <= SPLIT_MINUTES;
      marks[row] = follows ? HIT : IN;
    }
  }
  return marks;
}

export function colleagueBenefit({ acts }: Conduct, isStanding: Marks): Marks {
  return marksOf(isStanding, (row) => {
    if (acts.customer[row] === ABSENT) return OUT;
    const named = acts.customerAsEmployee[row]!;
    return named >= 0 && named !== acts.employee[row] ? HIT : IN;
  });
}

export function withoutNote({ acts }: Conduct, isStanding: Marks): Marks {
  return marksOf(isStanding, (row) => (acts.note[row] === ABSENT ? HIT : IN));
}

/** Of all acts of the span, also those that nothing is left of. */
export function reversals({ acts, from }: Conduct): Marks {
  const marks = new Uint8Array(acts.size);
  for (let row = 0; row < acts.size; row++)
    marks[row] = acts.day[row]! < from ? OUT : acts.reversed[row] === 1 ? HIT : IN;
  return marks;
}

/** Days at a place where several were late are left out: there the till was offline. */
export function backDating({ acts, locations }: Conduct, isStanding: Marks): Marks {
  const placeDay = (row: number) => acts.day[row]! * locations.length + acts.location[row]!;
  /** Who was late there that day: an employee, or several. */
  const late = new Map<number, number>();
  const several = -2;
  for (let row = 0; row < acts.size; row++) {
    if (isStanding[row] === OUT || acts.lateMinutes[row]! <= LATE_MINUTES) continue;
    const at = placeDay(row);
    const one = late.get(at);
    if (one === undefined) late.set(at, acts.employee[row]!);
    else if (one !== acts.employee[row]) late.set(at, several);
  }
  return marksOf(isStanding, (row) => {
    if (late.get(placeDay(row)) === several) return OUT;
    return acts.lateMinutes[row]! > LATE_MINUTES ? HIT : IN;
  });
}

/** Of a customer's acts: those away from the place where most of them were. */
export function awayFromHome({ acts }: Conduct, isStanding: Marks, byCustomer: Grouped): Marks {
  const marks = new Uint8Array(acts.size);
  const { starts, rows } = byCustomer;
  for (let customer = 0; customer + 1 < starts.length; customer++) {
    const own = rows.subarray(starts[customer]!, starts[customer + 1]!);
    if (own.length < 2) continue;
    const places = new Map<number, number>();
    for (const row of own)
      if (isStanding[row] !== OUT)
        places.set(acts.location[row]!, (places.get(acts.location[row]!) ?? 0) + 1);
    let home = -1;
    let most = 0;
    for (const [place, count] of places)
      if (count > most || (count === most && place < home)) {
        home = place;
        most = count;
      }
    for (const row of own) if (isStanding[row] !== OUT) marks[row] = acts.location[row] === home ? IN : HIT;
  }
  return marks;
}

/** Of the acts of the span and of the time before it: those of the span. Only who was there all the time. */
export function sinceBefore({ acts, employees, from, before }: Conduct): Marks {
  const marks = new Uint8Array(acts.size);
  if (before >= from) return marks;
  for (let row = 0; row < acts.size; row++) {
    const { since } = employees[acts.employee[row]!]!;
    if (acts.reversed[row] === 1 || since === null || since > before || acts.day[row]! < before) continue;
    marks[row] = acts.day[row]! >= from ? HIT : IN;
  }
  return marks;
}

function marksOf(isStanding: Marks, markOf: (row: number) => number): Marks {
  const marks = new Uint8Array(isStanding.length);
  for (let row = 0; row < marks.length; row++) if (isStanding[row] !== OUT) marks[row] = markOf(row);
  return marks;
}
