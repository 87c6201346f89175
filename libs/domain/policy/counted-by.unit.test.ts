/** Aim: an act is counted by its own values and by nobody else's, whatever is remembered of the acts before it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketId, bucketOf } from '../book/buckets.ts';
import { businessCalendar } from '../time/business-calendar.ts';
import type { ActFacts } from './act-facts.ts';
import { countsBy, missingOf } from './counted-by.ts';
import { DIMENSIONS, type Dimension, type Limit } from './policy.ts';

function limitPer(per: readonly Dimension[], roles?: readonly string[]): Limit {
  const appliesTo = roles === undefined ? {} : { roles };
  return { id: 'limit', appliesTo, per, window: { every: 'day' }, allow: { count: 1 }, beyond: 'decline' };
}

const value = fc.constantFrom('a', 'b', 'c', 'd');
const maybe = fc.option(value, { nil: undefined });
const facts: fc.Arbitrary<ActFacts> = fc
  .record({
    ...{ employee: value, location: value, customer: maybe, incident: maybe, campaign: maybe, region: maybe },
    roles: fc.option(fc.subarray(['x', 'y', 'z']), { nil: undefined }),
  })
  .map(({ region, roles, ...named }) => {
    const given = Object.fromEntries(Object.entries(named).filter(([, one]) => one !== undefined));
    return {
      asked: { mode: 'request', kind: 'comp', trigger: 'delight', ...given } as ActFacts['asked'],
      id: 'act-1',
      book: 'london',
      occurredAt: 0,
      businessDate: '1970-01-01',
      amounts: { count: 1, costMinor: 0, retailMinor: 0 },
      employee: roles === undefined ? undefined : { roles },
      location: {
        timeZone: 'UTC',
        businessDayStartsAt: '00:00',
        ...(region === undefined ? {} : { region }),
      },
      item: undefined,
      calendar: businessCalendar('UTC', '00:00'),
    };
  });

/** In plain words: every way to choose a value for each dimension. */
function expected(
  per: readonly Dimension[],
  { asked, ...of }: ActFacts,
  roles: readonly string[] | undefined,
) {
  const values: Record<Dimension, readonly (string | undefined)[]> = {
    ...{ act: [of.id], book: [of.book], employee: [asked.employee], location: [asked.location] },
    ...{ customer: [asked.customer], incident: [asked.incident], campaign: [asked.campaign] },
    region: [of.location?.region],
    role: (of.employee?.roles ?? []).filter((role) => roles === undefined || roles.includes(role)),
  };
  const known = (dimension: Dimension) => values[dimension].filter((one) => one !== undefined);
  return {
    missing: per.filter((dimension) => known(dimension).length === 0),
    keys: per.reduce<Record<string, string>[]>(
      (keys, dimension) =>
        keys.flatMap((key) => known(dimension).map((one) => ({ ...key, [dimension]: one }))),
      [{}],
    ),
  };
}

describe('what acts are counted by', () => {
  it('is what each names, act after act, in the window it comes in', () => {
    const per = fc.uniqueArray(fc.constantFrom(...DIMENSIONS), { minLength: 1, maxLength: 3 });
    const roles = fc.option(fc.subarray(['x', 'y']), { nil: undefined });
    const acts = fc.array(fc.tuple(facts, fc.constantFrom('day:1', 'day:2')), { maxLength: 20 });
    fc.assert(
      fc.property(per, roles, fc.integer({ min: 1, max: 3 }), acts, (dimensions, only, most, all) => {
        const limit = limitPer(dimensions, only);
        const counted = countsBy(limit, most);
        for (const [act, label] of all) {
          const { keys, missing } = expected(dimensions, act, only);
          const found = counted(act);
          expect(found.map(({ key }) => Object.entries(key))).toEqual(keys.map(Object.entries));
          expect(missingOf(limit, act)).toEqual(missing);
          expect(found.map((by) => bucketOf(limit.id, label, by))).toEqual(
            keys.map((key) => bucketId(limit.id, label, key)),
          );
        }
      }),
    );
  });

  it('is remembered of so many values, and anew when there are more', () => {
    const [ann, bob, cat] = ['ann', 'bob', 'cat'].map((employee) => ({ asked: { employee } }) as ActFacts);
    const counted = countsBy(limitPer(['employee']), 2);
    const first = counted(ann!);
    counted(bob!);
    expect(counted(ann!)).toBe(first);
    counted(cat!);
    expect(counted(ann!)).not.toBe(first);
    expect(counted(ann!)).toEqual(first);
  });
});
