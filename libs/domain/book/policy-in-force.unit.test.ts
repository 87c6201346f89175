/** Aim: which version is in force, where and when, is right by table: at two places, across changes of the clocks. */
import { describe, expect, it } from '@jest/globals';
import { businessCalendar } from '../time/business-calendar.ts';
import { BookSpec, limit, ms, WEEK } from './book-spec.fixture.ts';
import { policyStatuses, spanOf } from './policy-status.ts';
import { activeVersion } from './state.ts';

/** Version 1 in force, version 2 from the business day given; drafted on the day before that, at noon UTC. */
function change(fromDate: string, draftedAt: string): BookSpec {
  const spec = BookSpec.open('2026-01-01T12:00:00Z').inForce([
    limit('all', ['book'], { every: 'lifetime' }, { count: 999 }),
  ]);
  spec.at(draftedAt);
  const policy = spec.state.policies.get(1)!.policy;
  spec.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
  spec.given({ type: 'ActivatePolicy', version: 2, fromDate });
  return spec;
}

describe('a version that is active from a business day', () => {
  it.each<[string, string, string, string]>([
    // London puts its clocks forward in the night to the 29th; New York has done so three weeks before.
    ['2026-03-29', '2026-03-28T12:00:00Z', 'soho', '2026-03-29T03:00:00Z'],
    ['2026-03-29', '2026-03-28T12:00:00Z', 'bronx', '2026-03-29T08:00:00Z'],
    // New York puts them forward in the night to the 8th.
    ['2026-03-08', '2026-03-07T12:00:00Z', 'soho', '2026-03-08T04:00:00Z'],
    ['2026-03-08', '2026-03-07T12:00:00Z', 'bronx', '2026-03-08T08:00:00Z'],
    // London puts them back in the night to the 25th, New York a week later.
    ['2026-10-25', '2026-10-24T12:00:00Z', 'soho', '2026-10-25T04:00:00Z'],
    ['2026-10-25', '2026-10-24T12:00:00Z', 'bronx', '2026-10-25T08:00:00Z'],
    ['2026-11-01', '2026-10-31T12:00:00Z', 'soho', '2026-11-01T04:00:00Z'],
    ['2026-11-01', '2026-10-31T12:00:00Z', 'bronx', '2026-11-01T09:00:00Z'],
    // A place that the directory does not know runs on the book's zone, from midnight.
    ['2026-03-29', '2026-03-28T12:00:00Z', 'nowhere', '2026-03-29T00:00:00Z'],
    ['2026-10-25', '2026-10-24T12:00:00Z', 'nowhere', '2026-10-24T23:00:00Z'],
    // The day has begun in London, and not yet in New York.
    ['2026-06-10', '2026-06-10T05:30:00Z', 'soho', '2026-06-10T05:30:00Z'],
    ['2026-06-10', '2026-06-10T05:30:00Z', 'bronx', '2026-06-10T08:00:00Z'],
    // A day that is over everywhere: from now on, and nothing before.
    ['2026-06-01', '2026-06-10T05:30:00Z', 'bronx', '2026-06-10T05:30:00Z'],
  ])('%s, activated at %s, is in force in %s from %s', (fromDate, draftedAt, location, from) => {
    const spec = change(fromDate, draftedAt);
    const versionAt = (at: number) => {
      spec.at(new Date(at).toISOString());
      return spec.act({ location, mode: 'record' }).policyVersion;
    };
    if (from !== draftedAt) {
      expect(versionAt(ms(draftedAt))).toBe(1);
      expect(versionAt(ms(from) - 1)).toBe(1);
    }
    expect(versionAt(ms(from))).toBe(2);
    expect(versionAt(ms(from) + 86_400_000)).toBe(2);
  });

  it('is shown as it is: to come, begun somewhere, in force everywhere', () => {
    const spec = change('2026-03-29', '2026-03-28T12:00:00Z');
    const statuses = (at: string) => [1, 2].map((version) => policyStatuses(spec.state, ms(at)).get(version));
    expect(statuses('2026-03-28T12:00:00Z')).toEqual(['active', 'scheduled']);
    expect(statuses('2026-03-29T03:00:00Z')).toEqual(['active', 'active']);
    expect(statuses('2026-03-29T08:00:00Z')).toEqual(['superseded', 'active']);
    const [, activation] = spec.state.activations;
    expect(spanOf(spec.state, activation!)).toEqual({
      first: ms('2026-03-29T00:00:00Z'),
      last: ms('2026-03-29T08:00:00Z'),
    });
  });

  it('is in force where it had begun, also after the clock of the ledger was set back', () => {
    const spec = change('2026-06-10', '2026-06-10T05:30:00Z');
    const at = (now: string, zone: string) =>
      activeVersion(spec.state, ms(now), businessCalendar(zone, '04:00'));
    expect(at('2026-06-10T05:00:00Z', 'Europe/London')).toBe(2);
    expect(at('2026-06-10T05:00:00Z', 'America/New_York')).toBe(1);
    // And a version put in force at once replaces it there, although the clock says that it is earlier.
    spec.at('2026-06-10T05:00:00Z').given({ type: 'ActivatePolicy', version: 1 });
    expect(at('2026-06-10T05:00:00Z', 'Europe/London')).toBe(1);
  });

  it('gives way to one that begins later, whichever was activated first', () => {
    const spec = change('2026-03-29', '2026-03-28T12:00:00Z');
    const policy = spec.state.policies.get(1)!.policy;
    spec.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    spec.given({ type: 'ActivatePolicy', version: 3, from: ms('2026-03-29T05:00:00Z') });
    const at = (now: string, zone: string) =>
      activeVersion(spec.state, ms(now), businessCalendar(zone, '04:00'));
    expect(at('2026-03-29T04:59:59Z', 'Europe/London')).toBe(2);
    expect(at('2026-03-29T05:00:00Z', 'Europe/London')).toBe(3);
    expect(at('2026-03-29T05:00:00Z', 'America/New_York')).toBe(3);
    expect(at('2026-03-29T08:00:00Z', 'America/New_York')).toBe(2);
  });
});

describe('a policy that changes in the middle of a window', () => {
  const week = (count: number, location?: string) =>
    limit(
      'weekly',
      ['employee'],
      WEEK,
      { count },
      location === undefined ? {} : { appliesTo: { locations: [location] } },
    );
  const acts = (spec: BookSpec, n: number) =>
    Array.from({ length: n }, () => spec.act().type).filter((type) => type === 'ActAccepted').length;

  it.each<[string, number, number]>([
    ['lowered below what is used', 3, 0],
    ['lowered', 6, 2],
    ['raised', 12, 8],
  ])('%s to %i: %i more from that day on', (_, count, more) => {
    // A Tuesday; the change is due on Wednesday.
    const spec = BookSpec.open('2026-03-24T12:00:00Z').inForce([week(10)]);
    expect(acts(spec, 4)).toBe(4);
    const policy = { ...spec.state.policies.get(1)!.policy, limits: [week(count)] };
    spec.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    spec.given({ type: 'ActivatePolicy', version: 2, fromDate: '2026-03-25' });
    expect(spec.left('ann')[0]!.measures.count).toMatchObject({ allowed: 10, used: 4, remaining: 6 });
    spec.at('2026-03-25T03:59:59Z');
    expect(spec.left('ann')[0]!.measures.count).toMatchObject({ allowed: 10, used: 4 });
    spec.at('2026-03-25T04:00:00Z');
    expect(spec.left('ann')[0]!.measures.count).toMatchObject({
      allowed: count,
      used: 4,
      remaining: count - 4,
    });
    expect(acts(spec, 12)).toBe(more);
    spec.at('2026-03-30T03:00:00Z');
    expect(acts(spec, 20)).toBe(count);
  });
});
