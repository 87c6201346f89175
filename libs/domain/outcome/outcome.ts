/** Words of an outcome: something the customer did later. What tells whether an act worked is behaviour, not surveys. */

/** A complaint that is opened again is a fact of its incident, not an outcome. */
export const OUTCOME_TYPES = [
  'visit',
  'purchase',
  'contact',
  'rating',
  'review',
  'referral',
  'churn',
] as const;
export type OutcomeType = (typeof OUTCOME_TYPES)[number];

/** A score says nothing without its scale: 4 of 1 to 5 is not 4 of 0 to 10. All whole numbers. */
export interface Rating {
  readonly score: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * An outcome as it was posted; null and absent are both absent, times are epoch milliseconds. It is linked by a
 * customer, an incident, an act, or several of them. There is no free text: it would stay in the ledger for good.
 */
export interface AskedOutcome {
  readonly type: OutcomeType;
  readonly customer?: string;
  readonly incident?: string;
  readonly act?: string;
  readonly location?: string;
  readonly channel?: string;
  /** Of a purchase: what the customer paid, in whole minor units of the book's currency. */
  readonly valueMinor?: number;
  /** Only a check: when given, it must be the book's currency. */
  readonly currency?: string;
  /** Of a purchase: the number of its receipt, where several purchases are lines of one. */
  readonly receipt?: string;
  /** Of a rating; a review may have one as well. */
  readonly rating?: Rating;
  /** When it happened, epoch milliseconds; absent means when the ledger learned of it. */
  readonly occurredAt?: number;
}

/** The scale's ends, wide enough for what is in use: stars, tens, percentages, signed scores. */
export const RATING_LIMIT = 1_000;

export interface OutcomeMistake {
  /** JSON pointer into the outcome. */
  readonly pointer: string;
  readonly detail: string;
  readonly advice: string;
}

/** What does not go together in an outcome whose members are each of the right kind. */
export function outcomeMistake(asked: AskedOutcome): OutcomeMistake | undefined {
  const { type, customer, incident, act, valueMinor, receipt, rating } = asked;
  if (customer === undefined && incident === undefined && act === undefined) {
    return {
      pointer: '/customer',
      detail: 'The outcome is linked to nothing.',
      advice: 'Name at least one of customer, incident and act: an outcome of nobody tells nothing.',
    };
  }
  if (type === 'purchase' && valueMinor === undefined) {
    return {
      pointer: '/valueMinor',
      detail: 'The purchase has no value.',
      advice: 'Give valueMinor in minor units, 0 if nothing was paid; without a value, post a visit.',
    };
  }
  for (const [name, value] of Object.entries({ valueMinor, currency: asked.currency, receipt })) {
    if (type === 'purchase' || value === undefined) continue;
    return {
      pointer: `/${name}`,
      detail: `A ${type} has no ${name}.`,
      advice: 'Leave it out; what the customer bought is an outcome of its own, of type purchase.',
    };
  }
  if (type === 'rating' && rating === undefined) {
    return {
      pointer: '/rating',
      detail: 'The rating has no score.',
      advice: 'Give rating with its scale, such as {"score": 4, "lowest": 1, "highest": 5}.',
    };
  }
  if (rating === undefined) return undefined;
  if (type !== 'rating' && type !== 'review') {
    return { pointer: '/rating', detail: `A ${type} has no rating.`, advice: 'Leave it out.' };
  }
  const { score, lowest, highest } = rating;
  if (lowest >= highest || lowest < -RATING_LIMIT || highest > RATING_LIMIT) {
    return {
      pointer: '/rating/highest',
      detail: `A scale from ${lowest} to ${highest} is none.`,
      advice: `Give whole numbers from -${RATING_LIMIT} to ${RATING_LIMIT}, highest above lowest.`,
    };
  }
  if (score >= lowest && score <= highest) return undefined;
  return {
    pointer: '/rating/score',
    detail: `The score ${score} is not on the scale from ${lowest} to ${highest}.`,
    advice: 'Correct the score or its scale; for half points double all three.',
  };
}
