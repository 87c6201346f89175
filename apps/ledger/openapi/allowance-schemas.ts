/** The shapes of what is left: allowances and buckets. */
import {
  byMeasure,
  id,
  instant,
  key,
  list,
  name,
  object,
  orNull,
  position,
  ref,
  type Schema,
  whole,
  window,
} from './schema-parts.ts';

export const ALLOWANCE = {
  limit: id('weekly-coffees'),
  title: name('Ten coffees a week for every barista'),
  key,
  window,
  resetsAt: orNull(
    instant('When the window ends, or the oldest use leaves a rolling one; null: never by itself.'),
  ),
  measures: byMeasure(
    object({
      allowed: whole('So much the limit allows.'),
      carriedOver: whole('Taken over from windows before.'),
      adjusted: whole('By grants, transfers and corrections.'),
      used: whole('Used so far.'),
      reserved: whole('Held and not yet spent.'),
      remaining: whole('Left; below zero after acts recorded beyond the limit.'),
    }),
  ),
};

export const ALLOWANCE_SCHEMAS = {
  Allowance: object(ALLOWANCE, ['limit', 'key', 'window', 'resetsAt', 'measures']),
  Allowances: object({
    employee: id('emp-17'),
    at: instant('The moment the windows contain.'),
    position,
    allowances: list(ref('Allowance')),
  }),
  Bucket: object({ ...ALLOWANCE, at: instant('The moment the window contains.'), position }, [
    'limit',
    'key',
    'window',
    'resetsAt',
    'measures',
    'at',
    'position',
  ]),
} as const satisfies Record<string, Schema>;
