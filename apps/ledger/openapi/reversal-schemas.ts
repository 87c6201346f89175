/** The shapes of a reversal. */
import {
  actId,
  amounts,
  COST,
  COUNT,
  choice,
  date,
  id,
  instant,
  object,
  orNull,
  position,
  RETAIL,
  type Schema,
} from './schema-parts.ts';

export const REVERSAL_SCHEMAS = {
  ReversalPost: object(
    {
      reason: id('wrong-till'),
      count: orNull(COUNT),
      costMinor: orNull(COST),
      retailMinor: orNull(RETAIL),
    },
    ['reason'],
    { examples: [{ reason: 'wrong-till' }, { reason: 'half was paid', retailMinor: 195 }] },
  ),
  Reversal: object({
    id: actId,
    act: actId,
    status: choice(['accepted', 'reversed'], {
      description: 'Of the act: reversed when nothing of it is left.',
    }),
    reason: id('wrong-till'),
    businessDate: date('Of the act: what is given back goes to its windows.'),
    occurredAt: instant('Of the act.'),
    recordedAt: instant('When the reversal was recorded.'),
    position,
    reversed: amounts,
    reversedInAll: amounts,
  }),
} as const satisfies Record<string, Schema>;
