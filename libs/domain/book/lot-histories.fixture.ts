/** Of random histories: what is stated of the one campaign there is, and who draws in it. */
import fc from 'fast-check';
import type { Campaign } from '../directory/directory.ts';
import type { AskedDraw } from './lot-events.ts';

/** The campaign that acts name. */
export const CAMPAIGN = 'kindness';

export interface Announce {
  readonly do: 'announce';
  readonly campaign: Campaign;
}
export interface DrawStep {
  readonly do: 'draw';
  readonly asked: AskedDraw;
  readonly agoMin: number;
}

/** Of each seed and customer some of the shares draw them, and some do not. */
export const campaigns: fc.Arbitrary<Campaign> = fc.record(
  {
    from: fc.constantFrom('2026-10-20', '2026-10-24', '2026-10-25', '2026-10-27'),
    to: fc.constantFrom('2026-10-24', '2026-10-26', '2026-11-03', '2026-12-24'),
    lot: fc.record({
      share: fc.constantFrom(0.2, 0.5, 0.8),
      seed: fc.constantFrom('b', 'c', 'c', 'c', 'g'),
    }),
  },
  { requiredKeys: [] },
);

export const announcements: fc.Arbitrary<Announce> = campaigns.map((campaign) => ({
  do: 'announce',
  campaign,
}));

export const draws: fc.Arbitrary<DrawStep> = fc.record({
  do: fc.constant('draw' as const),
  agoMin: fc.oneof(fc.constant(0), fc.integer({ min: -10, max: 15 }), fc.nat(4_000)),
  asked: fc.record(
    {
      campaign: fc.constantFrom(CAMPAIGN, CAMPAIGN, CAMPAIGN, 'unheard-of'),
      customer: fc.constantFrom('c-1', 'c-2', 'c-3'),
      location: fc.constantFrom('soho', 'bronx', 'atlantis'),
    },
    { requiredKeys: ['campaign', 'customer'] },
  ),
});
