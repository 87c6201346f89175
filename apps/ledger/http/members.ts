/**
 * Reads a small object member by member, from a table of checks: for facts that come by the hundred thousand, where
 * decorators would cost more than all the rest. Every mistake is reported, and nothing unknown is taken.
 */
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { parseInstant } from '../../../libs/domain/time/instant.ts';
import { bodyProblem, type FieldProblem } from '../problems/problem.ts';
import { kindOf, pointerTo, type TextMistake, type TextRule, textMistake } from './field-text.ts';

/** `under`: the pointer below the member, for a member of a member. */
export type Reading<T> =
  | { readonly value: T }
  | { readonly mistakes: readonly (TextMistake & { readonly under?: string })[] };
export type Member<T> = (value: unknown) => Reading<T>;
export type Members<T> = { readonly [Name in keyof T]-?: Member<NonNullable<T[Name]>> };

const wrong = (mistake: TextMistake): { readonly mistakes: readonly TextMistake[] } => ({
  mistakes: [mistake],
});

export const textMember =
  (rule: TextRule): Member<string> =>
  (value) => {
    const mistake = textMistake(value, rule);
    return mistake === undefined ? { value: value as string } : wrong(mistake);
  };

/** @param meant words that others use, and the one to use here */
export const choiceMember =
  <T extends string>(values: readonly T[], meant: Readonly<Record<string, T>> = {}): Member<T> =>
  (value) => {
    if ((values as readonly unknown[]).includes(value)) return { value: value as T };
    const known = `Use one of ${values.join(', ')}.`;
    if (typeof value !== 'string') {
      const detail = `A text is expected, not ${kindOf(value)}.`;
      return wrong({ code: 'wrong-type', detail, advice: known });
    }
    const name = value.toLowerCase();
    const near = (Object.hasOwn(meant, name) ? meant[name] : undefined) ?? nearestName(value, values);
    const detail = `${JSON.stringify(value.toWellFormed().slice(0, 60))} is not a value of this member.`;
    const advice = near === undefined ? known : `Did you mean ${near}? ${known}`;
    return wrong({ code: 'not-allowed', detail, advice });
  };

export const wholeMember =
  (least: number, most: number, advice: string): Member<number> =>
  (value) => {
    if (typeof value !== 'number') {
      return wrong({ code: 'wrong-type', detail: `A number is expected, not ${kindOf(value)}.`, advice });
    }
    // `+ 0` makes -0 the 0 it means.
    if (Number.isSafeInteger(value) && value >= least && value <= most) return { value: value + 0 };
    if (!Number.isInteger(value) && Number.isFinite(value)) {
      return wrong({ code: 'not-whole', detail: `${value} is not whole.`, advice });
    }
    return value < 0 && least === 0
      ? wrong({ code: 'negative', detail: `${value} is below zero.`, advice })
      : wrong({ code: 'out-of-range', detail: `${value} is out of range.`, advice });
  };

export const instantMember: Member<number> = (value) => {
  const advice = 'Write RFC 3339 with an offset, such as 2026-11-21T08:14:05Z or 2026-11-21T09:14:05+01:00.';
  if (typeof value !== 'string') {
    return wrong({ code: 'wrong-type', detail: `A time is a text, not ${kindOf(value)}.`, advice });
  }
  const instant = parseInstant(value);
  if (instant !== undefined) return { value: instant };
  return wrong({ code: 'bad-time', detail: 'This is not a time of RFC 3339 with an offset.', advice });
};

export const currencyMember: Member<string> = (value) => {
  const advice = 'Leave it out, or write the ISO 4217 code of the book’s currency, such as GBP.';
  if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return { value };
  return typeof value === 'string'
    ? wrong({
        code: 'bad-currency',
        detail: 'This is not a currency code of three capital letters.',
        advice,
      })
    : wrong({ code: 'wrong-type', detail: `A text is expected, not ${kindOf(value)}.`, advice });
};

/** Of an object within the object: all its members are needed. */
export const objectMember =
  <T extends object>(members: Members<T>, advice: string): Member<T> =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrong({ code: 'wrong-type', detail: `An object is expected, not ${kindOf(value)}.`, advice });
    }
    const reading = read<T>(value as Readonly<Record<string, unknown>>, members, undefined);
    for (const name of Object.keys(members)) {
      if (!reading.seen.has(name)) {
        reading.mistakes.push({ under: `/${name}`, code: 'missing', detail: `${name} is required.`, advice });
      }
    }
    return reading.mistakes.length === 0
      ? { value: reading.found as T }
      : { mistakes: reading.mistakes as (TextMistake & { under: string })[] };
  };

/**
 * null and absent both mean absent.
 * @param what the object is, for messages: `An outcome`
 * @param needed members that must be there, each with the advice to who left it out
 * @param at JSON pointer to the object in the body, '' when the body is the object
 * @param alsoKnown one more member that belongs to the object's surroundings
 * @throws Problem that names every mistake
 */
export function readMembers<T extends object>(
  value: unknown,
  what: string,
  members: Members<T>,
  needed: Readonly<Record<string, string>>,
  at = '',
  alsoKnown?: string,
): Partial<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const detail = `${what} is an object, not ${kindOf(value)}.`;
    throw bodyProblem([{ pointer: at, code: 'wrong-type', detail, advice: 'Send one JSON object.' }]);
  }
  const { found, seen, mistakes } = read<T>(value as Readonly<Record<string, unknown>>, members, alsoKnown);
  for (const name in needed) {
    if (seen.has(name)) continue;
    mistakes.push({
      under: `/${name}`,
      code: 'missing',
      detail: `${what} needs ${name}.`,
      advice: needed[name]!,
    });
  }
  if (mistakes.length === 0) return found;
  throw bodyProblem(
    mistakes.map(({ under, ...mistake }): FieldProblem => ({ pointer: at + under, ...mistake })),
  );
}

type FoundMistake = TextMistake & { readonly under: string };

function read<T extends object>(
  body: Readonly<Record<string, unknown>>,
  members: Members<T>,
  alsoKnown: string | undefined,
): { readonly found: Partial<T>; readonly seen: ReadonlySet<string>; readonly mistakes: FoundMistake[] } {
  const found: Record<string, unknown> = {};
  const seen = new Set<string>();
  const mistakes: FoundMistake[] = [];
  const known = members as unknown as Readonly<Record<string, Member<unknown>>>;
  for (const name in body) {
    if (name === alsoKnown) continue;
    if (!Object.hasOwn(known, name)) {
      const meant = nearestName(name, Object.keys(known));
      mistakes.push({
        under: pointerTo('', name.toWellFormed().slice(0, 200)),
        code: 'unknown-field',
        detail: 'No such member is known here.',
        advice:
          meant === undefined ? `Known are: ${Object.keys(known).join(', ')}.` : `Did you mean ${meant}?`,
      });
      continue;
    }
    if (body[name] === null || body[name] === undefined) continue;
    seen.add(name);
    const reading = known[name]!(body[name]);
    if ('value' in reading) found[name] = reading.value;
    else
      for (const { under = '', ...mistake } of reading.mistakes)
        mistakes.push({ ...mistake, under: `/${name}${under}` });
  }
  return { found: found as Partial<T>, seen, mistakes };
}
