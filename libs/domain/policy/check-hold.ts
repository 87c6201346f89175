/** The sections of a policy on acts that wait for an approval: for how long, and who may give it. */
import { LONGEST_TIME_TO_LIVE_MS } from '../act/act.ts';
import { parseDuration } from '../time/duration.ts';
import { checkFigures } from './check-limit.ts';
import {
  asMembers,
  type Mistakes,
  member,
  noteUnknownFields,
  own,
  quoted,
  readChoice,
  readText,
} from './mistakes.ts';
import { type Authority, HOLD, type Hold } from './policy.ts';

export const MOST_AUTHORITIES = 100;
const LONGEST_HOLD_MS = LONGEST_TIME_TO_LIVE_MS;

export function checkHold(mistakes: Mistakes, value: unknown, pointer: string): Hold | undefined {
  const hold = asMembers(value);
  if (hold === undefined) {
    return mistakes.note(
      pointer,
      'not-an-object',
      `hold says how long an act waits for its approval and what then, and is ${quoted(value)}.`,
      'Write { for: PT30M, then: expire }. What is held is said by the limits: beyond: hold.',
    );
  }
  noteUnknownFields(mistakes, hold, pointer, ['for', 'then'], 'hold');
  const length = checkFor(mistakes, own(hold, 'for'), member(pointer, 'for'));
  const thenWritten = own(hold, 'then');
  const then =
    thenWritten === undefined
      ? HOLD.then
      : readChoice(
          mistakes,
          thenWritten,
          member(pointer, 'then'),
          'way to end a hold',
          ['expire', 'accept'],
          'hold-then-unknown',
        );
  return length === undefined || then === undefined ? undefined : { ...length, then };
}

function checkFor(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
): Pick<Hold, 'durationMs' | 'duration'> | undefined {
  if (value === undefined) return { durationMs: HOLD.durationMs, duration: HOLD.duration };
  if (typeof value !== 'string') {
    return mistakes.note(
      pointer,
      'hold-for-malformed',
      `A hold lasts as long as an ISO 8601 duration says, and this is ${quoted(value)}.`,
      'Write PT30M for half an hour, PT12H for twelve hours, P1D for a day.',
    );
  }
  const parsed = parseDuration(value);
  if ('error' in parsed) return mistakes.note(pointer, 'hold-for-malformed', parsed.error, parsed.advice);
  if (parsed.durationMs > LONGEST_HOLD_MS) {
    return mistakes.note(
      pointer,
      'hold-for-too-long',
      `An act would wait ${quoted(value)} and keep its value from others as long.`,
      'Write at most P31D; for most, PT30M to P1D.',
    );
  }
  return { durationMs: parsed.durationMs, duration: value };
}

export function checkAuthority(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
): readonly Authority[] | undefined {
  const example = 'Write for example: - { role: shift-lead, upTo: { costMinor: 5000 } }.';
  if (!Array.isArray(value)) {
    return mistakes.note(
      pointer,
      'not-a-list',
      `authority lists roles and how much each may approve, and is ${quoted(value)}.`,
      example,
    );
  }
  if (value.length === 0) {
    return mistakes.note(
      pointer,
      'authority-empty',
      'authority is empty, so nobody could approve anything.',
      `${example} Without the section, whoever may approve at all may approve everything.`,
    );
  }
  if (value.length > MOST_AUTHORITIES) {
    return mistakes.note(
      pointer,
      'list-too-long',
      `There are ${value.length} authorities; a policy has at most ${MOST_AUTHORITIES}.`,
      'Give people of the same authority a role in common.',
    );
  }
  const roles = new Map<string, string>();
  const read = value.map((one, i) => checkOne(mistakes, one, member(pointer, i), roles, example));
  return read.every((one) => one !== undefined) ? read : undefined;
}

function checkOne(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  roles: Map<string, string>,
  example: string,
): Authority | undefined {
  const one = asMembers(value);
  if (one === undefined) {
    return mistakes.note(
      pointer,
      'not-an-object',
      `An authority is a role and how much it may approve; this is ${quoted(value)}.`,
      example,
    );
  }
  noteUnknownFields(mistakes, one, pointer, ['role', 'upTo'], 'An authority');
  const role = checkRole(mistakes, own(one, 'role'), member(pointer, 'role'), roles, example);
  const upTo = checkFigures(mistakes, own(one, 'upTo'), member(pointer, 'upTo'), {
    field: 'upTo',
    missing: 'upTo is missing: how much the role may approve must be said.',
    emptyCode: 'up-to-empty',
    empty: 'upTo bounds nothing.',
    example: 'Write for example { costMinor: 50000 } (minor units: 50000 is 500.00).',
  });
  return role === undefined || upTo === undefined ? undefined : { role, upTo };
}

function checkRole(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  roles: Map<string, string>,
  example: string,
): string | undefined {
  if (value === undefined) {
    return mistakes.note(pointer, 'field-missing', 'role is missing: whose authority is it?', example);
  }
  const role = readText(mistakes, value, pointer, 'A role', 128);
  if (role === undefined) return undefined;
  const first = roles.get(role);
  if (first !== undefined) {
    return mistakes.note(
      pointer,
      'authority-duplicate',
      `The authority of ${quoted(role)} is already said at ${first}.`,
      'Say each role once, with all its figures in one upTo.',
    );
  }
  roles.set(role, pointer);
  return role;
}
