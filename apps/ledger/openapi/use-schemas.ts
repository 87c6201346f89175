/** The shapes of nudges and of the figures on use, for the API’s description. */
import { USE_DIMENSIONS } from '../../../libs/views/use/use.ts';
import {
  byMeasure,
  choice,
  date,
  id,
  instant,
  list,
  name,
  object,
  orNull,
  position,
  ref,
  type Schema,
  whole,
} from './schema-parts.ts';

const allowances = {
  employeeWindows: whole('Windows of employees and limits: whole, ended, and in the span.'),
  employees: whole('Whose windows they are.'),
  nothing: ref('UseFigure'),
  some: ref('UseFigure'),
  all: ref('UseFigure'),
};
const figures = {
  allowances: object(allowances),
  staff: ref('UseSpread'),
  stores: orNull(ref('UseSpread')),
  zeroCost: ref('UseFigure'),
  timeToGesture: object({ medianMinutes: ref('UseFigure'), p90Minutes: ref('UseFigure') }),
};

export const USE_SCHEMAS = {
  NudgeAnswer: object({
    employee: id('emp-17'),
    at: instant('When it was asked.'),
    position,
    nudge: orNull(
      object({
        limit: id('weekly-coffees'),
        message: {
          type: 'string',
          description: 'For the employee alone.',
          examples: ['You have 8 coffees left until Sunday; a spilled drink is a good moment.'],
        },
        left: byMeasure(whole('Left of the allowance.')),
        lastDay: date('The last business date on which it can be given.'),
        until: instant('When the window ends.'),
      }),
    ),
  }),
  UseFigure: object(
    {
      n: whole('Cases it is made of.'),
      value: orNull({ type: 'number', description: 'Null: there is no such figure.' }),
      interval: orNull(object({ low: { type: 'number' }, high: { type: 'number' } })),
      why: { type: 'string', description: 'Where there is no value or no interval.' },
    },
    ['n', 'value', 'interval'],
  ),
  UseSpread: object({
    couldHaveGiven: whole('Employees, or locations, that could have given.'),
    gave: ref('UseFigure'),
    byTopTenth: ref('UseFigure'),
    gini: ref('UseFigure'),
  }),
  UseFigures: object(figures),
  Use: object({
    from: orNull(date('First business date.')),
    to: orNull(date('Last business date.')),
    asOf: orNull(instant('When the newest fact was recorded that the answer reflects.')),
    groupBy: orNull(choice(USE_DIMENSIONS)),
    rows: list(
      object({ key: { type: 'object', additionalProperties: orNull({ type: 'string' }) }, ...figures }),
    ),
    total: ref('UseFigures'),
    limits: list(
      object({ limit: id('weekly-coffees'), title: orNull(name('Ten coffees a week')), ...allowances }),
    ),
    rowsOverlap: { type: 'boolean', description: 'True by role: who has several counts in each.' },
    position,
  }),
} as const satisfies Record<string, Schema>;
