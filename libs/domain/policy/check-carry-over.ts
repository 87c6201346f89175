import { MEASURES, type Measure } from '../act/act.ts';
import { isMeasure, readFigure } from './check-figure.ts';
import { asMembers, type Mistakes, member, noteUnknownFields, own, quoted } from './mistakes.ts';
import type { CarryOver, Dimension, Limit, Window } from './policy.ts';

/** Every window carried into is one more to look back at when an act is decided. */
export const LONGEST_LIFE = 12;
const EXAMPLE = 'Write for example carryOver: { upTo: 5, for: 1 }.';

const CALENDAR: ReadonlySet<Window['every']> = new Set([
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'fiscal',
] satisfies Window['every'][]);

/** Whether what a window leaves can be carried: it has an end, and another of its kind follows. */
export function hasSuccessor(window: Window): boolean {
  return CALENDAR.has(window.every);
}

/** `carryOver` of a limit; `of` are its other members, undefined where they are mistaken themselves. */
export function checkCarryOver(
  mistakes: Mistakes,
  value: unknown,
  limitPointer: string,
  of: {
    readonly per: readonly Dimension[] | undefined;
    readonly window: Window | undefined;
    readonly allow: Limit['allow'] | undefined;
  },
): CarryOver | undefined {
  if (value === undefined) return undefined;
  const pointer = member(limitPointer, 'carryOver');
  const members = asMembers(value);
  if (members === undefined) {
    return mistakes.note(
      pointer,
      'not-an-object',
      `carryOver says how much is carried and for how long, and is ${quoted(value)}.`,
      typeof value === 'number' ? `Write carryOver: { upTo: ${value}, for: 1 }.` : EXAMPLE,
    );
  }
  noteUnknownFields(mistakes, members, pointer, ['upTo', 'for'], 'carryOver');
  if (of.window !== undefined && !hasSuccessor(of.window)) {
    mistakes.note(
      pointer,
      'carry-over-useless',
      `Nothing is carried out of a window of ${quoted(of.window.every)}: no other follows when it ends.`,
      'Count in day, week, month, quarter, year or a fiscal window, or leave carryOver out.',
    );
  } else if (of.per?.includes('act')) {
    mistakes.note(
      pointer,
      'carry-over-useless',
      'A limit counted per act has no memory, and so nothing to carry.',
      'Take act out of per, or leave carryOver out.',
    );
  }
  const upTo = readUpTo(mistakes, own(members, 'upTo'), member(pointer, 'upTo'), of.allow);
  const life = readLife(mistakes, own(members, 'for') ?? undefined, member(pointer, 'for'));
  return upTo === undefined || life === undefined ? undefined : { upTo, for: life };
}

function readUpTo(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  allow: Limit['allow'] | undefined,
): CarryOver['upTo'] | undefined {
  if (value === undefined || value === null) {
    return mistakes.note(pointer, 'field-missing', 'carryOver does not say how much: upTo.', EXAMPLE);
  }
  const bounded = allow === undefined ? undefined : MEASURES.filter((name) => allow[name] !== undefined);
  const figures = asMembers(value);
  if (figures === undefined) {
    if (bounded !== undefined && bounded.length !== 1) {
      return mistakes.note(
        pointer,
        'carry-over-ambiguous',
        `upTo is ${quoted(value)}, and the limit allows ${bounded.join(' and ')}.`,
        `Name the measure: upTo: { ${bounded[0]}: ${typeof value === 'number' ? value : 5} }.`,
      );
    }
    const measure = bounded?.[0] ?? 'count';
    const figure = readCarried(mistakes, value, pointer, measure);
    return figure === undefined ? undefined : { [measure]: figure };
  }
  const names = Object.keys(figures);
  if (names.length === 0) {
    return mistakes.note(pointer, 'allow-empty', 'upTo names no measure.', EXAMPLE);
  }
  const upTo: Partial<Record<Measure, number>> = {};
  for (const name of names) {
    const at = member(pointer, name);
    if (!isMeasure(mistakes, name, at, bounded ?? MEASURES)) continue;
    if (bounded !== undefined && !bounded.includes(name)) {
      mistakes.note(
        at,
        'carry-over-unbounded',
        `The limit does not bound ${name}, so none of it can be left over.`,
        `Carry what the limit allows: ${bounded.join(', ')}.`,
      );
    } else {
      const figure = readCarried(mistakes, figures[name], at, name);
      if (figure !== undefined) upTo[name] = figure;
    }
  }
  return Object.keys(upTo).length === names.length ? upTo : undefined;
}

function readCarried(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  measure: Measure,
): number | undefined {
  const figure = readFigure(mistakes, value, pointer, measure);
  if (figure !== 0) return figure;
  return mistakes.note(
    pointer,
    'carry-over-nothing',
    'upTo is 0: nothing would be carried.',
    'Write how much is carried at most, or leave carryOver out.',
  );
}

function readLife(mistakes: Mistakes, value: unknown, pointer: string): number | undefined {
  if (value === undefined) return 1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_LIFE) {
    return value;
  }
  return mistakes.note(
    pointer,
    'carry-over-life',
    `What is carried lives for a whole number of windows, and this is ${quoted(value)}.`,
    `Write for: 1 for the next window alone, up to for: ${LONGEST_LIFE}.`,
  );
}
