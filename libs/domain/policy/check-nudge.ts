/** The section of a policy on private words to employees who have much of an allowance left. */
import { nearestName } from '../rules/nearest-name.ts';
import { LONGEST_MESSAGE } from './check-rule.ts';
import { asMembers, type Mistakes, member, noteUnknownFields, own, quoted, readText } from './mistakes.ts';
import { type Limit, NUDGE_PERCENT, type Nudge, type Window } from './policy.ts';

export const MOST_NUDGES = 50;
export const NUDGE_PLACEHOLDERS = ['left', 'weekday', 'until'] as const;

const FIELDS = ['limit', 'message', 'unusedPercent', 'passedPercent'] as const;
const EXAMPLE =
  'Write for example: - { limit: weekly-coffees, message: "You have {left} coffees left until {weekday}." }.';

/** The limits that were taken, and where each id of the document stands. */
interface Written {
  readonly limits: readonly Limit[];
  readonly ids: ReadonlyMap<string, string>;
}

export function checkNudges(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  written: Written,
): readonly Nudge[] | undefined {
  if (!Array.isArray(value)) {
    return mistakes.note(
      pointer,
      'not-a-list',
      `nudge lists limits and what is said of each, and is ${quoted(value)}.`,
      EXAMPLE,
    );
  }
  if (value.length === 0) {
    return mistakes.note(
      pointer,
      'nudge-empty',
      'nudge is empty: nobody would read anything.',
      `${EXAMPLE} Without the section nobody is nudged.`,
    );
  }
  if (value.length > MOST_NUDGES) {
    return mistakes.note(
      pointer,
      'list-too-long',
      `There are ${value.length} nudges; a policy has at most ${MOST_NUDGES}.`,
      'Keep those that matter: an employee reads one at a time.',
    );
  }
  const named = new Map<string, string>();
  const read = value.map((one, i) => checkOne(mistakes, one, member(pointer, i), written, named));
  return read.every((one) => one !== undefined) ? read : undefined;
}

function checkOne(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  written: Written,
  named: Map<string, string>,
): Nudge | undefined {
  const one = asMembers(value);
  if (one === undefined) {
    return mistakes.note(
      pointer,
      'not-an-object',
      `A nudge is a limit and a message; this is ${quoted(value)}.`,
      EXAMPLE,
    );
  }
  noteUnknownFields(mistakes, one, pointer, FIELDS, 'A nudge');
  const limit = checkLimitNamed(mistakes, own(one, 'limit'), member(pointer, 'limit'), written, named);
  const message = checkMessage(mistakes, own(one, 'message'), member(pointer, 'message'));
  const [unusedPercent, passedPercent] = (['unusedPercent', 'passedPercent'] as const).map((name) =>
    checkPercent(mistakes, own(one, name), member(pointer, name), name),
  );
  if (limit === undefined || message === undefined) return undefined;
  if (unusedPercent === undefined || passedPercent === undefined) return undefined;
  return { limit, message, unusedPercent, passedPercent };
}

function checkLimitNamed(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  { limits, ids }: Written,
  named: Map<string, string>,
): string | undefined {
  if (value === undefined) {
    return mistakes.note(
      pointer,
      'field-missing',
      'limit is missing: it must be said what is left of what.',
      EXAMPLE,
    );
  }
  if (typeof value !== 'string' || ids.get(value)?.startsWith('/limits/') !== true) {
    const own = limits.filter(({ per }) => per.join() === 'employee').map(({ id }) => id);
    const near = typeof value === 'string' ? nearestName(value, own) : undefined;
    return mistakes.note(
      pointer,
      'nudge-limit-unknown',
      `The policy has no limit ${quoted(value)}.`,
      `${near === undefined ? '' : `Did you mean ${near}? `}Name the id of a limit of this policy that is counted per: [employee].`,
    );
  }
  const first = named.get(value);
  if (first !== undefined) {
    return mistakes.note(
      pointer,
      'nudge-duplicate',
      `What is said of ${quoted(value)} stands at ${first} already.`,
      'Say one thing of each limit.',
    );
  }
  named.set(value, pointer);
  const limit = limits.find(({ id }) => id === value);
  // Whatever is wrong with the limit itself is told there.
  if (limit === undefined) return value;
  if (limit.per.join() !== 'employee') {
    return mistakes.note(
      pointer,
      'nudge-not-own',
      `The limit ${quoted(value)} is counted per ${limit.per.join(' and ')}: what is left of it is not the employee's alone.`,
      'Name a limit that is counted per: [employee].',
    );
  }
  if (!hasEnd(limit.window)) {
    return mistakes.note(
      pointer,
      'nudge-without-end',
      `The window of ${quoted(value)} has no last day that all could be told.`,
      'Name a limit that is counted by the day, week, month, quarter, year or a fiscal period.',
    );
  }
  return value;
}

/** Whether the window is one of the calendar, of which one knows how far it has come and when it ends. */
export function hasEnd({ every }: Window): boolean {
  return every !== 'act' && every !== 'shift' && every !== 'rolling' && every !== 'lifetime';
}

function checkMessage(mistakes: Mistakes, value: unknown, pointer: string): string | undefined {
  if (value === undefined) {
    return mistakes.note(
      pointer,
      'field-missing',
      'message is missing: it must be said what the employee reads.',
      EXAMPLE,
    );
  }
  const message = readText(mistakes, value, pointer, 'A message', LONGEST_MESSAGE);
  if (message === undefined) return undefined;
  for (const [written, name] of message.matchAll(/\{([^{}]*)\}/g)) {
    if ((NUDGE_PLACEHOLDERS as readonly string[]).includes(name!)) continue;
    const near = nearestName(name!, NUDGE_PLACEHOLDERS);
    return mistakes.note(
      pointer,
      'nudge-placeholder-unknown',
      `Nothing is known that could stand for ${quoted(written)}.`,
      `${near === undefined ? '' : `Did you mean {${near}}? `}Write {left} for what is left, {weekday} or {until} for the last day.`,
    );
  }
  return message;
}

const PERCENT = {
  unusedPercent: { least: 1, most: 100, says: 'how much of the allowance is left at least' },
  passedPercent: { least: 0, most: 99, says: 'how much of the window has passed at least' },
} as const;

function checkPercent(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  name: keyof typeof PERCENT,
): number | undefined {
  if (value === undefined) return NUDGE_PERCENT[name];
  const { least, most, says } = PERCENT[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return mistakes.note(
    pointer,
    'nudge-percent',
    `${name} says ${says}, and is ${quoted(value)}.`,
    `Write a whole number from ${least} to ${most}, without a percent sign: ${name}: ${NUDGE_PERCENT[name]}.`,
  );
}
