/** Grade D: acts before a date, and from it on. What else changed at that date cannot be told apart. */
import { storedDay } from '../stored-form.ts';
import { censoredIn, comparedFigures } from './arms.ts';
import { type Followed, Following } from './cases.ts';
import type { ComparisonFindings, ComparisonQuery } from './compare.ts';
import { NO_RETURNS } from './figures.ts';
import { passesFilters, type Sweep, type SweptAct } from './sweep.ts';

/** Against every comparison that no lot made. */
const NOT_DRAWN =
  'Who was given something was chosen by somebody, for reasons that may bring customers back by themselves.';

export function compareDates(sweep: Sweep, query: ComparisonQuery): ComparisonFindings {
  if (query.pivot === undefined) {
    return {
      ok: false,
      parameter: 'pivot',
      detail: 'A comparison of dates has a first day of its second arm.',
      advice: 'Give pivot as a business date, such as the day when something was changed.',
    };
  }
  return beforeAndAfter(sweep, query, storedDay(query.pivot), {
    first: `acts before ${query.pivot}`,
    second: `acts from ${query.pivot} on`,
    verdict: 'Grade D, not causal: the arms differ by their dates, and by all that changed with the dates.',
    against: [],
  });
}

export interface Words {
  readonly first: string;
  readonly second: string;
  readonly verdict: string;
  readonly against: readonly string[];
}

/** @param pivot as stored: the first day of the second arm */
export function beforeAndAfter(
  sweep: Sweep,
  query: ComparisonQuery,
  pivot: number,
  words: Words,
  isOf: (act: SweptAct) => boolean = () => true,
): ComparisonFindings {
  const { filters = {} } = query;
  const acts = sweep
    .acts(query, (dims) => passesFilters(sweep.dimsOf(dims), filters))
    .filter(isOf)
    .sort(sweep.byCustomer);
  const arms = [new Following(), new Following()] as const;
  const takers = arms.map(firstOfCustomer);
  for (const [act, followed] of sweep.followed(acts)) takers[act.day < pivot ? 0 : 1]!(followed);
  const [first, second] = arms;
  const untold = sweep.observed.returns === null ? { untold: NO_RETURNS } : {};
  return {
    ok: true,
    design: query.design,
    grade: 'D',
    causal: false,
    verdict: words.verdict,
    unit: 'customer, from their first act in the arm on',
    arms: {
      first: { label: words.first, n: first.length, censored: censoredIn([first]) },
      second: { label: words.second, n: second.length, censored: censoredIn([second]) },
    },
    ...comparedFigures([{ weight: 1, first, second }], { grade: 'D', causal: false, ...untold }),
    checks: { customersInBothArms: inBoth(first, second) },
    against: [
      'Seasons, prices, weather and habits change with the date as well, and are not taken out.',
      ...words.against,
      NOT_DRAWN,
      'Customers with acts in both arms count in both; the arms are taken as independent, which makes intervals rather too wide.',
      'The days watched after the last acts of the first arm lie in the time of the second.',
    ],
    observedUntil: sweep.observed,
    currency: sweep.currency,
  };
}

/** Takes the first act of every customer: acts come in their order. */
export function firstOfCustomer(following: Following): (followed: Followed) => void {
  let last = 0;
  return (followed) => {
    if (followed.customer !== last) following.push(followed);
    last = followed.customer;
  };
}

function inBoth(first: Following, second: Following): number {
  const known = new Set(first.customer);
  return second.customer.filter((customer) => known.has(customer)).length;
}
