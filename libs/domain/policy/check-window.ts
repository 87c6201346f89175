import { parseDuration } from '../time/duration.ts';
import { asMembers, type Mistakes, member, noteUnknownFields, own, quoted, readChoice } from './mistakes.ts';
import { WEEKDAYS, type Window } from './policy.ts';

const EVERY = ['act', 'shift', 'day', 'week', 'month', 'quarter', 'year', 'lifetime'] as const;
const FORMS = `${EVERY.join(', ')}, { every: week, startsOn: monday } or { rolling: P7D }`;

const FISCAL = /fiscal|^[45]-[45]-[45]$|^period$/i;

function noteFiscal(mistakes: Mistakes, pointer: string, written: unknown): undefined {
  return mistakes.note(
    pointer,
    'fiscal-window-not-available',
    `The fiscal window ${quoted(written)} is not available in this version.`,
    'Use a calendar window for now: month, quarter or year.',
  );
}

export function checkWindow(mistakes: Mistakes, value: unknown, pointer: string): Window | undefined {
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
  const fiscal = Object.keys(window).find((name) => FISCAL.test(name));
  if (fiscal !== undefined) return noteFiscal(mistakes, member(pointer, fiscal), fiscal);
  noteUnknownFields(mistakes, window, pointer, ['every', 'startsOn', 'rolling'], 'A window');
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
