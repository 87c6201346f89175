/** A book's `fiscalCalendar` as it is posted: "nrf", a pattern alone, or the whole. */

import { WEEKDAYS } from '../../../libs/domain/policy/policy.ts';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import {
  FISCAL_PATTERNS,
  type FiscalCalendar,
  NRF,
  RETAIL_YEAR,
  YEAR_END_RULES,
  YEAR_NAMES,
} from '../../../libs/domain/time/fiscal-calendar.ts';
import { kindOf, pointerTo } from '../http/field-text.ts';
import { bodyProblem, type FieldProblem } from '../problems/problem.ts';

const EXAMPLE =
  '{ "pattern": "4-5-4", "yearEnds": { "rule": "nearest", "weekday": "saturday", "month": 1 } }';
const AT = '/fiscalCalendar';

/**
 * A pattern alone, or without `yearEnds`, means the retail year: it ends on the Saturday nearest to 31 January.
 * @throws Problem that names every mistake
 */
export function parseFiscalCalendar(posted: unknown): FiscalCalendar {
  if (posted === 'nrf') return NRF;
  const errors: FieldProblem[] = [];
  const calendar = typeof posted === 'string' ? ofPattern(posted, AT, errors) : ofObject(posted, errors);
  if (calendar === undefined || errors.length > 0) throw bodyProblem(errors);
  return calendar;
}

function ofPattern(posted: unknown, at: string, errors: FieldProblem[]): FiscalCalendar | undefined {
  const pattern = choice(posted, FISCAL_PATTERNS, at, errors);
  return pattern === undefined ? undefined : { pattern, ...RETAIL_YEAR };
}

function ofObject(posted: unknown, errors: FieldProblem[]): FiscalCalendar | undefined {
  const known = ['pattern', 'yearEnds', 'yearNamedBy'];
  const members = asObject(
    posted,
    AT,
    known,
    `Write "nrf", a pattern such as "4-4-5", or ${EXAMPLE}.`,
    errors,
  );
  if (members === undefined) return undefined;
  const retail = ofPattern(members.pattern, pointerTo(AT, 'pattern'), errors);
  const named = members.yearNamedBy ?? RETAIL_YEAR.yearNamedBy;
  const yearNamedBy = choice(named, YEAR_NAMES, pointerTo(AT, 'yearNamedBy'), errors);
  const yearEnds =
    members.yearEnds === undefined || members.yearEnds === null
      ? RETAIL_YEAR.yearEnds
      : yearEndsOf(members.yearEnds, pointerTo(AT, 'yearEnds'), errors);
  if (retail === undefined || yearNamedBy === undefined || yearEnds === undefined) return undefined;
  return { pattern: retail.pattern, yearEnds, yearNamedBy };
}

function yearEndsOf(
  posted: unknown,
  at: string,
  errors: FieldProblem[],
): FiscalCalendar['yearEnds'] | undefined {
  const members = asObject(posted, at, ['rule', 'weekday', 'month'], `Write ${EXAMPLE}.`, errors);
  if (members === undefined) return undefined;
  const rule = choice(members.rule, YEAR_END_RULES, pointerTo(at, 'rule'), errors);
  const weekday = choice(members.weekday, WEEKDAYS, pointerTo(at, 'weekday'), errors);
  const { month } = members;
  if (typeof month !== 'number' || !Number.isInteger(month) || month < 1 || month > 12) {
    errors.push({
      pointer: pointerTo(at, 'month'),
      code: month === undefined ? 'missing' : typeof month === 'number' ? 'out-of-range' : 'wrong-type',
      detail: `A month is a whole number from 1 to 12, not ${kindOf(month)}.`,
      advice: 'Write the month at whose end, or near it, the year ends: 1 for January.',
    });
    return undefined;
  }
  return rule === undefined || weekday === undefined ? undefined : { rule, weekday, month };
}

function asObject(
  posted: unknown,
  at: string,
  known: readonly string[],
  advice: string,
  errors: FieldProblem[],
): Readonly<Record<string, unknown>> | undefined {
  if (typeof posted !== 'object' || posted === null || Array.isArray(posted)) {
    errors.push({
      pointer: at,
      code: 'wrong-type',
      detail: `An object is expected, not ${kindOf(posted)}.`,
      advice,
    });
    return undefined;
  }
  for (const name of Object.keys(posted)) {
    if (known.includes(name)) continue;
    const meant = nearestName(name, known);
    errors.push({
      pointer: pointerTo(at, name.toWellFormed().slice(0, 200)),
      code: 'unknown-field',
      detail: 'No such member is known here.',
      advice: meant === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
  return posted as Readonly<Record<string, unknown>>;
}

function choice<T extends string>(
  posted: unknown,
  values: readonly T[],
  at: string,
  errors: FieldProblem[],
): T | undefined {
  if (typeof posted === 'string' && (values as readonly string[]).includes(posted)) return posted as T;
  errors.push({
    pointer: at,
    code:
      posted === undefined || posted === null
        ? 'missing'
        : typeof posted === 'string'
          ? 'not-allowed'
          : 'wrong-type',
    detail: `This is ${typeof posted === 'string' ? 'not a value of the member' : kindOf(posted)}.`,
    advice: `Use one of ${values.join(', ')}${at === AT ? ' or nrf' : ''}.`,
  });
  return undefined;
}
