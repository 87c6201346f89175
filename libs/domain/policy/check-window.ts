import { parseDuration } from '../time/duration.ts';
import {
  asMembers,
  type Members,
  type Mistakes,
  member,
  noteUnknownFields,
  own,
  quoted,
  readChoice,
} from './mistakes.ts';
import { FISCAL_PERIODS, type FiscalPeriod, WEEKDAYS, type Window } from './policy.ts';

export const EVERY = ['act', 'shift', 'day', 'week', 'month', 'quarter', 'year', 'lifetime'] as const;
const FORMS = `${EVERY.join(', ')}, { every: week, startsOn: monday }, { rolling: P7D } or { fiscal: month }`;

/** What people write who mean a fiscal window, in the place of a window's name. */
const FISCAL = /fiscal|^[45]-[45]-[45]$|^nrf$|^period$/i;

/** @param fiscal whether the book has a fiscal calendar; undefined: not known here */
export function checkWindow(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  fiscal?: boolean,
): Window | undefined {
  if (typeof value === 'string') return readEvery(mistakes, value, pointer, undefined, pointer);
  const window = asMembers(value);
  if (window === undefined) {
    const what = value === undefined ? 'The limit has no window.' : `${quoted(value)} is no window.`;
    return mistakes.note(
      pointer,
      value === undefined ? 'window-missing' : 'window-unknown',
      what,
      `Write one of: ${FORMS}.`,
    );
  }
  const misnamed = Object.keys(window).find((name) => name !== 'fiscal' && FISCAL.test(name));
  if (misnamed !== undefined) {
    return noteFiscal(mistakes, member(pointer, misnamed), misnamed, window[misnamed]);
  }
  noteUnknownFields(mistakes, window, pointer, ['every', 'startsOn', 'rolling', 'fiscal'], 'A window');
  if (Object.hasOwn(window, 'fiscal')) return readFiscal(mistakes, window, pointer, fiscal);
  const every = own(window, 'every');
  const rolling = own(window, 'rolling');
  const startsOn = own(window, 'startsOn');
  if (rolling !== undefined) {
    if (every !== undefined || startsOn !== undefined) {
      mistakes.note(
        pointer,
        'window-ambiguous',
        'A rolling window has no every and no startsOn: it ends with each act.',
        'Write either { rolling: P7D } or { every: week, startsOn: monday }.',
      );
    }
    return readRolling(mistakes, rolling, member(pointer, 'rolling'));
  }
  if (every === undefined) {
    return mistakes.note(
      pointer,
      'window-unknown',
      'The window says neither every nor rolling.',
      `Write one of: ${FORMS}.`,
    );
  }
  return readEvery(mistakes, every, member(pointer, 'every'), startsOn, member(pointer, 'startsOn'));
}

/** Says how a fiscal window is written, for one that was written otherwise. */
function noteFiscal(mistakes: Mistakes, pointer: string, written: unknown, more?: unknown): undefined {
  const said = `${typeof written === 'string' ? written : ''} ${typeof more === 'string' ? more : ''}`;
  const period = FISCAL_PERIODS.find((name) => said.toLowerCase().includes(name)) ?? 'month';
  return mistakes.note(
    pointer,
    'fiscal-window-malformed',
    `A fiscal window is written otherwise than ${quoted(written)}.`,
    `Write window: { fiscal: ${period} }; one of ${FISCAL_PERIODS.join(', ')}. Its pattern, such as 4-5-4, is the book's.`,
  );
}

function readFiscal(
  mistakes: Mistakes,
  window: Members,
  pointer: string,
  fiscal: boolean | undefined,
): Window | undefined {
  if (own(window, 'every') !== undefined || own(window, 'rolling') !== undefined) {
    return mistakes.note(
      pointer,
      'window-ambiguous',
      'A fiscal window has no every and no rolling.',
      'Write { fiscal: month } and nothing else.',
    );
  }
  if (own(window, 'startsOn') !== undefined) {
    mistakes.note(
      member(pointer, 'startsOn'),
      'starts-on-useless',
      "A fiscal month starts on the day after the book's fiscal weeks end.",
      'Leave startsOn out.',
    );
  }
  const at = member(pointer, 'fiscal');
  const value = own(window, 'fiscal');
  if (typeof value !== 'string' || !(FISCAL_PERIODS as readonly string[]).includes(value)) {
    return noteFiscal(mistakes, at, value);
  }
  if (fiscal === false) {
    return mistakes.note(
      at,
      'fiscal-calendar-missing',
      `The window counts fiscal ${value}s, and the book has no fiscal calendar.`,
      `Give it one first: PUT /v1/books/{book} with its "fiscalCalendar", such as "nrf"; or write window: ${value}.`,
    );
  }
  return { every: 'fiscal', period: value as FiscalPeriod };
}

function readEvery(
  mistakes: Mistakes,
  every: unknown,
  pointer: string,
  startsOn: unknown,
  startsOnPointer: string,
): Window | undefined {
  if (typeof every === 'string' && FISCAL.test(every)) return noteFiscal(mistakes, pointer, every);
  if (typeof every === 'string' && /^P[\dT]/.test(every)) {
    return mistakes.note(
      pointer,
      'window-unknown',
      `${quoted(every)} is a length of time, not the name of a window.`,
      `Write { rolling: ${every.slice(0, 40)} }.`,
    );
  }
  const name = readChoice(mistakes, every, pointer, 'window', EVERY, 'window-unknown');
  if (name === 'week') {
    if (startsOn === undefined) return { every: 'week', startsOn: 'monday' };
    const day = readChoice(
      mistakes,
      startsOn,
      startsOnPointer,
      'day of the week',
      WEEKDAYS,
      'starts-on-unknown',
    );
    return day === undefined ? undefined : { every: 'week', startsOn: day };
  }
  if (startsOn !== undefined && name !== undefined) {
    return mistakes.note(
      startsOnPointer,
      'starts-on-useless',
      `startsOn says on which day a week starts; this window is ${quoted(name)}.`,
      'Leave startsOn out, or write every: week.',
    );
  }
  return name === undefined ? undefined : { every: name };
}

function readRolling(mistakes: Mistakes, value: unknown, pointer: string): Window | undefined {
  if (typeof value !== 'string' || value.length > 64) {
    return mistakes.note(
      pointer,
      'rolling-malformed',
      `A rolling window is as long as an ISO 8601 duration says, and this is ${quoted(value)}.`,
      'Write P7D for seven days, PT36H for thirty-six hours.',
    );
  }
  const parsed = parseDuration(value);
  if ('error' in parsed) return mistakes.note(pointer, 'rolling-malformed', parsed.error, parsed.advice);
  return { every: 'rolling', durationMs: parsed.durationMs, duration: value };
}
