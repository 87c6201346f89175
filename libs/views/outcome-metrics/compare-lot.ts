/**
 * Grade A: customers whom a campaign's lot drew, against those whom it did not. By intention to treat: everybody belongs
 * to the arm they were drawn into, whatever was given to them, from the moment of their first draw on.
 */
import type { DatabaseSync } from 'node:sqlite';
import { binomialAtLeast } from '../../statistics/rates.ts';
import { normalBelow } from '../../statistics/special-functions.ts';
import { storedDay } from '../stored-form.ts';
import { censoredIn, comparedFigures, type Stratum } from './arms.ts';
import { Following } from './cases.ts';
import type { ComparisonFindings, ComparisonQuery } from './compare.ts';
import { NO_RETURNS } from './figures.ts';
import { type Followable, passesFilters, type Sweep } from './sweep.ts';

/** Below it the arms are not those of a lot. */
export const UNLIKELY = 0.001;

type DrawRow = [
  seed: number,
  customer: string,
  at: number,
  day: number,
  assigned: number,
  propensity: number,
  location: number | null,
  region: number | null,
];

interface Drawn extends Followable {
  readonly assigned: boolean;
  readonly stratum: string;
  readonly propensity: number;
}

export function compareLot(
  db: DatabaseSync,
  prefix: string,
  sweep: Sweep,
  query: ComparisonQuery,
): ComparisonFindings {
  const { campaign, ...others } = query.filters ?? {};
  if (campaign === undefined) {
    return {
      ok: false,
      parameter: 'campaign',
      detail: 'A comparison by lot is of one campaign.',
      advice: 'Name the campaign whose lot is meant.',
    };
  }
  const foreign = Object.keys(others).find((name) => name !== 'location' && name !== 'region');
  if (foreign !== undefined) {
    return {
      ok: false,
      parameter: foreign,
      detail: 'Who was not drawn has no act to filter by.',
      advice: 'Filter a comparison by lot by location or region alone.',
    };
  }
  const drawn = drawnIn(db, prefix, sweep, campaign, query);
  const strata = new Map<string, { first: Following; second: Following; propensity: number }>();
  for (const [one, followed] of sweep.followed(drawn)) {
    let stratum = strata.get(one.stratum);
    if (stratum === undefined) {
      stratum = { first: new Following(), second: new Following(), propensity: one.propensity };
      strata.set(one.stratum, stratum);
    }
    (one.assigned ? stratum.second : stratum.first).push(followed);
  }
  const inOrder = [...strata].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stratum]) => stratum);
  const all = inOrder.map(
    ({ first, second }): Stratum => ({ weight: first.length + second.length, first, second }),
  );
  const chance = chanceOfArms(
    inOrder.map(({ first, second, propensity }) => [second.length, first.length + second.length, propensity]),
  );
  const isLot = chance === null || chance >= UNLIKELY;
  const given = givenIn(sweep, campaign);
  const crossed = drawn.filter(({ assigned, customer }) => !assigned && given.has(customer)).length;
  const missed = drawn.filter(({ assigned, customer }) => assigned && !given.has(customer)).length;
  const [first, second] = [all.map((one) => one.first), all.map((one) => one.second)];
  const count = (followings: readonly Following[]) => followings.reduce((sum, { length }) => sum + length, 0);
  const evidence = {
    grade: isLot ? 'A' : 'D',
    causal: isLot,
    ...(sweep.observed.returns === null && { untold: NO_RETURNS }),
  } as const;
  return {
    ok: true,
    design: 'lot',
    grade: evidence.grade,
    causal: evidence.causal,
    verdict: isLot
      ? 'Grade A: the arms differ by the lot alone, so their difference is what being drawn brought about.'
      : 'Grade D, not causal: the arms are not as the lot would draw them, so whoever drew them did not draw everybody.',
    unit: 'customer, from their first draw on',
    arms: {
      first: { label: 'not drawn', n: count(first), censored: censoredIn(first) },
      second: { label: 'drawn', n: count(second), censored: censoredIn(second) },
    },
    ...comparedFigures(all, evidence),
    checks: {
      strata: all.length,
      chanceOfArms: chance === null ? null : Number(chance.toPrecision(2)),
      givenAlthoughNotDrawn: crossed,
      notGivenAlthoughDrawn: missed,
    },
    against: [
      ...(isLot
        ? []
        : [
            `Arms so uneven come from this lot with a chance of ${chance!.toPrecision(2)}: draw for every customer, and not only where an act is meant.`,
          ]),
      ...(crossed > 0
        ? [
            `${crossed} customers were given something although not drawn: the effect of an act itself is larger than this.`,
          ]
        : []),
      ...(missed > 0
        ? [
            `${missed} customers who were drawn were given nothing: this is the effect of being drawn, not of an act.`,
          ]
        : []),
      'Customers who know each other may tell of it: then those not drawn are not untouched.',
      'Several figures beside each other: one in twenty intervals misses the truth by chance.',
    ],
    observedUntil: sweep.observed,
    currency: sweep.currency,
  };
}

/** First draws, in the order of customers. */
function drawnIn(
  db: DatabaseSync,
  prefix: string,
  sweep: Sweep,
  campaign: string,
  { from, to, filters: { location, region } = {} }: ComparisonQuery,
): Drawn[] {
  const number = sweep.words.numberOf(campaign);
  if (number === undefined) return [];
  const rows = db.prepare(
    `SELECT seed, customer, at, day, assigned, propensity, location, region FROM ${prefix}_draws
     WHERE book = ? AND campaign = ? ORDER BY customer, at`,
  );
  rows.setReturnArrays(true);
  const [first, last] = [
    from === undefined ? 0 : storedDay(from),
    to === undefined ? 99_991_231 : storedDay(to),
  ];
  const drawn: Drawn[] = [];
  for (const row of rows.iterate(sweep.book, number) as unknown as Iterable<DrawRow>) {
    const [seed, customer, at, day, assigned, propensity, where, around] = row;
    if (day < first || day > last) continue;
    if (location !== undefined && sweep.words.wordOf(where) !== location) continue;
    if (region !== undefined && sweep.words.wordOf(around) !== region) continue;
    const stratum = JSON.stringify([sweep.words.wordOf(seed), propensity]);
    drawn.push({
      customer,
      incident: null,
      at,
      cost: 0,
      link: undefined,
      assigned: assigned === 1,
      stratum,
      propensity,
    });
  }
  return drawn;
}

/** Customers who were given something in the campaign. */
function givenIn(sweep: Sweep, campaign: string): ReadonlySet<string> {
  const acts = sweep.acts({}, (dims) => passesFilters(sweep.dimsOf(dims), { campaign, trigger: 'delight' }));
  return new Set(acts.map(({ customer }) => customer));
}

/** Above so many the normal distribution is as good. */
const MOST_EXACT = 5_000;

/** How likely arms at least so uneven are, on either side; null: nobody was drawn. */
export function chanceOfArms(
  strata: readonly (readonly [assigned: number, n: number, propensity: number])[],
): number | null {
  const assigned = strata.reduce((sum, [part]) => sum + part, 0);
  const n = strata.reduce((sum, [, all]) => sum + all, 0);
  if (n === 0) return null;
  if (strata.length === 1 && n <= MOST_EXACT) {
    const p = strata[0]![2];
    const above = binomialAtLeast(assigned, n, p);
    const below = 1 - binomialAtLeast(assigned + 1, n, p);
    return Math.min(1, 2 * Math.min(above, below));
  }
  const expected = strata.reduce((sum, [, all, p]) => sum + all * p, 0);
  const variance = strata.reduce((sum, [, all, p]) => sum + all * p * (1 - p), 0);
  const distance = Math.max(0, Math.abs(assigned - expected) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * normalBelow(-distance));
}
