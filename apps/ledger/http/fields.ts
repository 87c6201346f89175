/**
 * Rules for the members of small bodies, as class-validator decorators that keep their code and advice, and
 * the reading of such a body: unknown members refused with the name most likely meant, null as absent.
 */
import 'reflect-metadata';
import {
  getMetadataStorage,
  IsOptional,
  ValidateBy,
  type ValidationError,
  validateSync,
} from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { minorUnits } from '../../../libs/domain/money/currency.ts';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { isBusinessDate, parseInstant } from '../../../libs/domain/time/instant.ts';
import { isTimeZone, timeZoneAdvice } from '../../../libs/domain/time/zone.ts';
import { bodyProblem, type FieldProblem } from '../problems/problem.ts';
import { type DurationBounds, durationMistake } from './duration.ts';
import { kindOf, pointerTo, type TextMistake, type TextRule, textMistake } from './field-text.ts';
import { hasBody, jsonBody } from './request.ts';

/** `under`: pointer below the member, for an entry of a list. */
type Mistake = TextMistake & { readonly under?: string };
type Check = (value: unknown) => Mistake | undefined;

const MAX_LIST_LENGTH = 100;

/** The mistake travels through class-validator as the text of its message. */
export function rule(name: string, check: Check): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value) => value !== undefined && check(value) === undefined,
      defaultMessage: (args) => {
        const value: unknown = args?.value;
        const mistake: Mistake =
          value === undefined
            ? { code: 'missing', detail: 'This member is required.', advice: 'State it.' }
            : check(value)!;
        return JSON.stringify(mistake);
      },
    },
  });
}

export const Optional = (): PropertyDecorator => IsOptional();

export const Text = (of: TextRule): PropertyDecorator => rule('text', (value) => textMistake(value, of));

export const Texts = (of: TextRule): PropertyDecorator =>
  rule('texts', (value) => {
    if (!Array.isArray(value)) {
      return {
        code: 'wrong-type',
        detail: `A list is expected, not ${kindOf(value)}.`,
        advice: 'Write ["barista"], or [] for none.',
      };
    }
    if (value.length > MAX_LIST_LENGTH) {
      return {
        code: 'too-long',
        detail: `The list has ${value.length} entries.`,
        advice: `Use at most ${MAX_LIST_LENGTH}.`,
      };
    }
    for (const [index, entry] of value.entries()) {
      const mistake = textMistake(entry, of);
      if (mistake !== undefined) return { ...mistake, under: `/${index}` };
    }
    return undefined;
  });

/** A list of at least one of the values, each once. */
export const Choices = (values: readonly string[]): PropertyDecorator =>
  rule('choices', (value) => {
    const advice = `Name one or more of ${values.join(', ')}, each once.`;
    if (!Array.isArray(value)) {
      return { code: 'wrong-type', detail: `A list is expected, not ${kindOf(value)}.`, advice };
    }
    if (value.length === 0) return { code: 'too-short', detail: 'The list is empty.', advice };
    for (const [index, entry] of value.entries()) {
      if (typeof entry === 'string' && values.includes(entry) && value.indexOf(entry) === index) continue;
      const detail =
        typeof entry === 'string' && values.includes(entry)
          ? 'It is in the list twice.'
          : 'This is not a value of the list.';
      return { code: 'not-allowed', detail, advice, under: `/${index}` };
    }
    return undefined;
  });

export const Currency = (): PropertyDecorator =>
  rule('currency', (value) =>
    typeof value === 'string' && minorUnits(value) !== undefined
      ? undefined
      : {
          code: typeof value === 'string' ? 'bad-currency' : 'wrong-type',
          detail: 'This is not a currency of ISO 4217.',
          advice: 'Write its code of three capital letters, such as GBP.',
        },
  );

export const TimeZone = (): PropertyDecorator =>
  rule('timeZone', (value) =>
    typeof value === 'string' && isTimeZone(value)
      ? undefined
      : {
          code: typeof value === 'string' ? 'bad-time-zone' : 'wrong-type',
          detail: 'This is not a time zone of the IANA database.',
          advice:
            (typeof value === 'string' ? timeZoneAdvice(value) : undefined) ??
            'Write a name such as Europe/London.',
        },
  );

/** `businessDayStartsAt`: a business day starts between midnight and noon of its own date. */
export const WallClock = (): PropertyDecorator =>
  rule('wallClock', (value) =>
    typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
      ? undefined
      : {
          code: typeof value === 'string' ? 'bad-format' : 'wrong-type',
          detail: 'This is not a time of day.',
          advice: 'Write hours and minutes of the 24-hour clock, such as "04:00".',
        },
  );

export const BusinessDate = (): PropertyDecorator =>
  rule('businessDate', (value) =>
    typeof value === 'string' && isBusinessDate(value)
      ? undefined
      : {
          code: typeof value === 'string' ? 'bad-date' : 'wrong-type',
          detail: 'This is not a date of the calendar.',
          advice: 'Write YYYY-MM-DD, such as 2026-11-21.',
        },
  );

export const Instant = (): PropertyDecorator =>
  rule('instant', (value) =>
    typeof value === 'string' && parseInstant(value) !== undefined
      ? undefined
      : {
          code: typeof value === 'string' ? 'bad-time' : 'wrong-type',
          detail: 'This is not a time of RFC 3339 with an offset.',
          advice: 'Write a time such as 2026-11-21T08:14:05Z.',
        },
  );

export const Duration = (bounds: DurationBounds): PropertyDecorator =>
  rule('duration', (value) => durationMistake(value, bounds));

/** A moment, or a business day that begins at each location by its own clock. */
export const InstantOrDate = (): PropertyDecorator =>
  rule('instantOrDate', (value) =>
    typeof value === 'string' && (isBusinessDate(value) || parseInstant(value) !== undefined)
      ? undefined
      : {
          code: typeof value === 'string' ? 'bad-time' : 'wrong-type',
          detail: 'This is neither a time of RFC 3339 with an offset nor a date of the calendar.',
          advice: 'Write a time such as 2026-12-01T04:00:00Z, or a business date such as 2026-12-01.',
        },
  );

export const Flag = (): PropertyDecorator =>
  rule('flag', (value) =>
    typeof value === 'boolean'
      ? undefined
      : {
          code: 'wrong-type',
          detail: `true or false is expected, not ${kindOf(value)}.`,
          advice: 'Write true or false, without quotes.',
        },
  );

/** Whole numbers from `least` to what a double holds exactly. */
export const Whole = (least: number): PropertyDecorator =>
  rule('whole', (value) => {
    const advice = `Give a whole number from ${least} to ${Number.MAX_SAFE_INTEGER}; money is in minor units.`;
    if (typeof value !== 'number') {
      return { code: 'wrong-type', detail: `A number is expected, not ${kindOf(value)}.`, advice };
    }
    if (value < 0) return { code: 'negative', detail: `${value} is below zero.`, advice };
    if (!Number.isInteger(value) && Number.isFinite(value)) {
      return { code: 'not-whole', detail: `${value} is not whole.`, advice };
    }
    return value >= least && Number.isSafeInteger(value)
      ? undefined
      : { code: 'out-of-range', detail: `${value} is out of range.`, advice };
  });

/**
 * @param notYet members that the contract names and this version does not take
 * @throws Problem
 */
export function readFields<T extends object>(
  fields: new () => T,
  body: unknown,
  notYet: Readonly<Record<string, string>> = {},
): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const detail = `The body is an object, not ${kindOf(body)}.`;
    throw bodyProblem([{ pointer: '', code: 'wrong-type', detail, advice: 'Send one JSON object.' }]);
  }
  const known = knownFields(fields);
  const instance = new fields();
  const mistakes: FieldProblem[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (!known.has(name)) {
      mistakes.push(unknownField(name, known, notYet));
    } else if (value !== null) {
      (instance as Record<string, unknown>)[name] = value;
    }
  }
  for (const error of validateSync(instance, { forbidUnknownValues: true })) mistakes.push(mistakeOf(error));
  if (mistakes.length > 0) throw bodyProblem(mistakes);
  return instance;
}

/** Of a call whose body may be left out. @throws Problem */
export function readFieldsIfAny<T extends object>(fields: new () => T, request: FastifyRequest): T {
  return hasBody(request) ? readFields(fields, jsonBody(request)) : new fields();
}

/** The members that were stated, in a fixed order: equal statements make equal facts. */
export function given<T extends object, Name extends keyof T>(fields: T, ...names: Name[]): Pick<T, Name> {
  const stated: Partial<T> = {};
  for (const name of names) if (fields[name] !== undefined) stated[name] = fields[name];
  return stated as Pick<T, Name>;
}

function knownFields(fields: new () => object): ReadonlySet<string> {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(fields, '', false, false);
  return new Set(metadata.map((entry) => entry.propertyName));
}

function unknownField(
  name: string,
  known: ReadonlySet<string>,
  notYet: Readonly<Record<string, string>>,
): FieldProblem {
  const meant = nearestName(name, [...known]);
  const later = Object.hasOwn(notYet, name) ? notYet[name] : undefined;
  return {
    pointer: pointerTo('', name.toWellFormed().slice(0, 200)),
    code: 'unknown-field',
    detail: 'No such member is known here.',
    advice:
      later ?? (meant === undefined ? `Known are: ${[...known].join(', ')}.` : `Did you mean ${meant}?`),
  };
}

function mistakeOf(error: ValidationError): FieldProblem {
  const [message] = Object.values(error.constraints ?? {});
  const { under, ...mistake } = JSON.parse(message!) as Mistake;
  return { pointer: pointerTo('', error.property) + (under ?? ''), ...mistake };
}
