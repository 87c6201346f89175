/** Parameters of a query: known ones only, each once, each checked. */
import type { FastifyRequest } from 'fastify';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { isBusinessDate, parseInstant } from '../../../libs/domain/time/instant.ts';
import { type FieldProblem, parameterProblem } from '../problems/problem.ts';
import { ID_MAX_LENGTH, type TextMistake, textMistake } from './field-text.ts';

/** Reads one value, or says what is wrong with it. */
export type Parameter<T> = (text: string) => { readonly value: T } | { readonly mistake: TextMistake };

export function textOf(maxLength: number): Parameter<string> {
  return (text) => {
    const mistake = textMistake(text, { maxLength });
    return mistake === undefined ? { value: text } : { mistake };
  };
}

export const anId: Parameter<string> = textOf(ID_MAX_LENGTH);

export const aDate: Parameter<string> = (text) =>
  isBusinessDate(text)
    ? { value: text }
    : {
        mistake: {
          code: 'bad-date',
          detail: 'This is not a date of the calendar.',
          advice: 'Write a business date YYYY-MM-DD, such as 2026-11-21.',
        },
      };

export const anInstant: Parameter<number> = (text) => {
  // A plus sign that was not encoded arrives as a blank.
  const value = parseInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (value !== undefined) return { value };
  const detail = 'This is not a time of RFC 3339 with an offset.';
  return { mistake: { code: 'bad-time', detail, advice: 'Write a time such as 2026-11-21T08:14:05Z.' } };
};

export function oneOf<T extends string>(values: readonly T[]): Parameter<T> {
  return (text) =>
    (values as readonly string[]).includes(text)
      ? { value: text as T }
      : {
          mistake: {
            code: 'not-allowed',
            detail: 'This is not a value of the parameter.',
            advice: `Use one of ${values.join(', ')}.`,
          },
        };
}

export function listOf<T extends string>(values: readonly T[]): Parameter<T[]> {
  return (text) => {
    const asked = text.split(',').map((entry) => entry.trim());
    const known = new Set<string>(values);
    if (asked.every((entry) => known.has(entry)) && new Set(asked).size === asked.length) {
      return { value: asked as T[] };
    }
    return {
      mistake: {
        code: 'not-allowed',
        detail: 'The list names what is not known, or names something twice.',
        advice: `Name one or more of ${values.join(', ')}, each once, with commas between.`,
      },
    };
  };
}

export function whole(least: number, most: number): Parameter<number> {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return { value };
    const advice = `Give a whole number from ${least} to ${most}.`;
    return { mistake: { code: 'out-of-range', detail: 'The number is out of range.', advice } };
  };
}

type Read<Parameters> = {
  [Name in keyof Parameters]?: Parameters[Name] extends Parameter<infer T> ? T : never;
};

/** @throws Problem that names every wrong parameter */
export function readQuery<const Parameters extends Readonly<Record<string, Parameter<unknown>>>>(
  request: FastifyRequest,
  parameters: Parameters,
  required: readonly (keyof Parameters & string)[] = [],
): Read<Parameters> {
  const query = request.query as Readonly<Record<string, string | string[]>>;
  const read: Record<string, unknown> = {};
  const errors: FieldProblem[] = [];
  for (const [name, text] of Object.entries(query)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) {
      errors.push(unknownParameter(name, Object.keys(parameters)));
    } else if (typeof text !== 'string') {
      const advice = name === 'groupBy' ? 'Separate several with commas.' : 'Give it once.';
      errors.push({
        parameter: name,
        code: 'not-allowed',
        detail: 'The parameter is given more than once.',
        advice,
      });
    } else {
      const reading = parameter(text);
      if ('value' in reading) read[name] = reading.value;
      else errors.push({ parameter: name, ...reading.mistake });
    }
  }
  for (const name of required) {
    if (!Object.hasOwn(query, name)) {
      errors.push({
        parameter: name,
        code: 'missing',
        detail: 'The parameter is required.',
        advice: 'Give it a value.',
      });
    }
  }
  if (errors.length > 0) throw parameterProblem('query-invalid', errors);
  return read as Read<Parameters>;
}

function unknownParameter(name: string, known: readonly string[]): FieldProblem {
  const meant = nearestName(name, known);
  return {
    parameter: name.toWellFormed().slice(0, 200),
    code: 'unknown-field',
    detail: 'No such parameter is known here.',
    advice: meant === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean ${meant}?`,
  };
}
