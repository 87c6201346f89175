/** The shapes of adjustments, and of the fiscal calendar that some windows run on. */
import { WEEKDAYS } from '../../../libs/domain/policy/policy.ts';
import { FISCAL_PATTERNS, YEAR_END_RULES, YEAR_NAMES } from '../../../libs/domain/time/fiscal-calendar.ts';
import { ADJUSTMENT_KINDS } from '../adjustments/adjustments.fields.ts';
import {
  choice,
  id,
  instant,
  key,
  name,
  object,
  orNull,
  page,
  position,
  recordedAt,
  ref,
  type Schema,
  uuid,
} from './schema-parts.ts';

const FISCAL_CALENDAR: Record<string, Schema> = {
  pattern: choice(FISCAL_PATTERNS, { description: 'Weeks of the three months of every quarter.' }),
  yearEnds: object({
    rule: choice(YEAR_END_RULES, {
      description: 'On the last such weekday of the month, or the one nearest to the month’s end.',
    }),
    weekday: choice(WEEKDAYS),
    month: { type: 'integer', minimum: 1, maximum: 12 },
  }),
  yearNamedBy: choice(YEAR_NAMES, {
    default: 'start',
    description: 'The calendar year of its first full month, or of the month it ends in.',
  }),
};

/** As it may be stated. */
export const FISCAL_CALENDAR_POSTED: Schema = {
  description:
    'How fiscal years run. "nrf" is 4-5-4 weeks with years that end on the Saturday nearest to 31 January; a pattern alone has the same years.',
  anyOf: [choice(['nrf', ...FISCAL_PATTERNS]), object(FISCAL_CALENDAR, ['pattern'])],
};

const signed: Schema = {
  type: 'integer',
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Below zero only in a correction.',
  examples: [5],
};
const namedBucket = object({
  key,
  label: { type: 'string', description: 'Of the window.', examples: ['week:2026-11-16'] },
});

export const ADJUSTMENT_SCHEMAS = {
  FiscalCalendar: object(FISCAL_CALENDAR, ['pattern', 'yearEnds', 'yearNamedBy']),
  AdjustmentPost: object(
    {
      kind: choice(ADJUSTMENT_KINDS, {
        description:
          'grant: more than the limit gives. correction: more or less. transfer: from one bucket to another.',
      }),
      limit: id('weekly-coffees', { description: 'A limit of the policy in force.' }),
      key: orNull({ ...key, description: 'Of a grant or correction: the bucket.' }),
      from: orNull({ ...key, description: 'Of a transfer: the bucket that gives.' }),
      to: orNull({
        ...key,
        description: 'Of a transfer: the bucket that gains.',
        examples: [{ employee: 'emp-18' }],
      }),
      at: orNull(
        instant('The moment whose window is meant, and when it counts in a rolling one; absent: now.'),
      ),
      location: orNull(id('soho', { description: 'Whose clock the window runs on; absent: the key’s own.' })),
      count: orNull(signed),
      costMinor: orNull(signed),
      retailMinor: orNull(signed),
      reason: name('Christmas week'),
    },
    ['kind', 'limit', 'reason'],
    {
      examples: [
        {
          kind: 'grant',
          limit: 'weekly-coffees',
          key: { employee: 'emp-17' },
          count: 5,
          reason: 'Christmas week',
        },
        {
          kind: 'transfer',
          limit: 'weekly-coffees',
          from: { employee: 'emp-17' },
          to: { employee: 'emp-18' },
          count: 2,
          reason: 'covers the late shift',
        },
      ],
    },
  ),
  Adjustment: object(
    {
      id: uuid,
      kind: choice(ADJUSTMENT_KINDS),
      limit: id('weekly-coffees'),
      bucket: namedBucket,
      from: namedBucket,
      to: namedBucket,
      at: instant('Of a rolling window: when it counts.'),
      amounts: object({ count: signed, costMinor: signed, retailMinor: signed }),
      reason: name('Christmas week'),
      author: id('area-lead'),
      recordedAt,
      position,
    },
    ['id', 'kind', 'limit', 'amounts', 'reason', 'author', 'recordedAt', 'position'],
  ),
  Adjustments: page('adjustments', ref('Adjustment')),
} as const satisfies Record<string, Schema>;
