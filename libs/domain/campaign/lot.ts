/**
 * Who a campaign of delight gives to, drawn by lot: what makes a comparison of those who were drawn with those who
 * were not an experiment. Nothing is remembered of a draw: whoever is asked, in whatever order and process, says the
 * same of the same customer.
 */
import { type SipKey, sipHash24 } from './siphash.ts';

export interface Lot {
  /** Of all customers; above 0 and below 1. */
  readonly share: number;
  /** Another seed is another lot, independent of this one. */
  readonly seed: string;
}

/** What a lot says of one customer, with what is needed to weigh it and to draw it again. */
export interface Draw {
  readonly assigned: boolean;
  /** The chance with which a customer is drawn: the lot's share when it was drawn. */
  readonly propensity: number;
  readonly seed: string;
}

/** Where the customer stands among all, from 0 to below 1; drawn are those below the share. So a greater share keeps all it had. */
export function drawOf(campaign: string, lot: Lot, customer: string): Draw {
  return {
    assigned: ticketOf(campaign, lot, customer) < lot.share,
    propensity: lot.share,
    seed: lot.seed,
  };
}

const bytesOf = new TextEncoder();
/** Lots are few, and asked about with every act of their campaign. */
const keys = new WeakMap<Lot, SipKey>();

/**
 * The 53 highest bits of SipHash-2-4 over the UTF-8 of `campaign`, a zero byte and `customer`, as a fraction. No id has
 * a control character in it.
 */
export function ticketOf(campaign: string, lot: Lot, customer: string): number {
  let key = keys.get(lot);
  if (key === undefined) {
    key = keyOf(lot.seed);
    keys.set(lot, key);
  }
  const { high, low } = sipHash24(key, bytesOf.encode(`${campaign}\u0000${customer}`));
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}

/** The seed, of any length, as a key: its hashes under the keys 0 and 1. */
function keyOf(seed: string): SipKey {
  const text = bytesOf.encode(seed);
  const first = sipHash24([0, 0, 0, 0], text);
  const second = sipHash24([1, 0, 0, 0], text);
  return [first.low, first.high, second.low, second.high];
}

/**
 * What may not become of a lot while it is drawn: a customer who was drawn would no longer be, or be drawn anew.
 * @returns what is wrong with the change, and the member at fault; undefined: nobody who was drawn loses it
 */
export function lotChange(
  before: Lot | undefined,
  now: Lot | undefined,
): { readonly member: 'lot' | 'share' | 'seed'; readonly what: string } | undefined {
  if (before === undefined) return undefined;
  if (now === undefined) return { member: 'lot', what: 'would no longer be drawn by lot' };
  if (now.seed !== before.seed) return { member: 'seed', what: 'would be drawn anew, from another seed' };
  if (now.share >= before.share) return undefined;
  return {
    member: 'share',
    what: `would draw a share of ${now.share} where it has drawn ${before.share}, and take from some what they were drawn for`,
  };
}
