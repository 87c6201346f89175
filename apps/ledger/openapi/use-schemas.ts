/** The shapes of nudges and of the figures on use, for the API’s description. */
import {
  byMeasure,
  date,
  id,
  instant,
  object,
  orNull,
  position,
  type Schema,
  whole,
} from './schema-parts.ts';

export const USE_SCHEMAS = {
  NudgeAnswer: object(
    {
      employee: id('emp-17'),
      at: instant('When it was asked.'),
      position,
      nudge: orNull(
        object(
          {
            limit: id('weekly-coffees'),
            message: {
              type: 'string',
              description: 'For the employee alone.',
              examples: ['You have 8 coffees left until Sunday; a spilled drink is a good moment.'],
            },
            left: byMeasure(whole('Left of the allowance.')),
            lastDay: date('The last business date on which it can be given.'),
            until: instant('When the window ends.'),
          },
          ['limit', 'message', 'left', 'lastDay', 'until'],
        ),
      ),
    },
    ['employee', 'at', 'position', 'nudge'],
  ),
} as const satisfies Record<string, Schema>;
