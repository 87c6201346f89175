/**
 * The figures of the simulated chain. They are ASSUMPTIONS from weak sources (trade press, vendors' blogs,
 * single cafés), good enough for a believable load, never for a claim about real cafés.
 */
import type { Kind, Trigger } from '../../../libs/domain/act/act.ts';

export const CAVEAT =
  'The figures behind this simulation are assumptions from weak sources: believable, not evidence.';

/** Tickets a day, Monday first; their mean is 197. */
export const TICKETS_BY_WEEKDAY = [129, 203, 250, 219, 244, 187, 147] as const;
export const MEAN_TICKETS = 197;
/** Acts a day at a store of mean trade; they go with its tickets. */
export const ACTS_PER_DAY = 9;
/** Of the negative binomial: variance = mean + mean² / 4, about three times that of a Poisson. */
export const DISPERSION = 4;

export const RECOVERY_SHARE = 0.64;
/**
 * Kinds within each trigger. Over both they come to comp 52 %, replacement 16, refund 10, credit 7, gesture 15:
 * replacements, refunds and credits answer a failure, so they are recovery; comps and gestures are both.
 */
export const KINDS_BY_TRIGGER: Readonly<Record<Trigger, readonly (readonly [Kind, number])[]>> = {
  recovery: [
    ['comp', 26],
    ['replacement', 16],
    ['refund', 10],
    ['credit', 7],
    ['gesture', 5],
  ],
  delight: [
    ['comp', 26],
    ['gesture', 10],
  ],
};
/** Per cent of all acts. */
export const REASONS_BY_TRIGGER: Readonly<Record<Trigger, readonly (readonly [string, number])[]>> = {
  recovery: [
    ['long-wait', 20],
    ['wrong-item', 18],
    ['quality', 13],
    ['spill', 7],
    ['out-of-stock', 6],
  ],
  delight: [
    ['regular', 14],
    ['rough-day', 13],
    ['celebration', 9],
  ],
};

export const IDENTIFIED_SHARE = 0.35;
export const LATE_SHARE = 0.03;
export const LATE_MIN_MS = 5 * 60_000;
export const LATE_MAX_MS = 3 * 86_400_000;
export const NEVER_SHARE = 0.2;
export const EXHAUST_SHARE = 0.05;
export const MISUSE_SHARE = 0.02;
/** Of a misuser's acts, to three customers or fewer. */
export const MISUSE_TO_FRIENDS_SHARE = 0.6;

/** Relative trade by half-hour of the day from 06:30 on: a morning peak, a lunch peak, a tail. */
export const OPENS_AT_MINUTE = 6 * 60 + 30;
export const TRADE_BY_HALF_HOUR = [
  3, 6, 9, 12, 12, 9, 7, 6, 6, 6, 7, 9, 9, 8, 6, 5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1,
] as const;
export const CLOSES_AT_MINUTE = OPENS_AT_MINUTE + TRADE_BY_HALF_HOUR.length * 30;

export interface MenuItem {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly retailMinor: number;
  readonly costMinor: number;
  /** How often it is what an act is about. */
  readonly weight: number;
}
/** Pence. Coffees cost £0.60 to £1.00 to make. */
export const MENU: readonly MenuItem[] = [
  item('coffee/latte', 'Latte', 390, 80, 28),
  item('coffee/flat-white', 'Flat white', 390, 78, 22),
  item('coffee/cappuccino', 'Cappuccino', 385, 80, 14),
  item('coffee/americano', 'Americano', 330, 60, 12),
  item('coffee/mocha', 'Mocha', 430, 100, 5),
  item('coffee/filter', 'Filter coffee', 260, 60, 6),
  item('tea/breakfast', 'Breakfast tea', 290, 35, 6),
  item('bakery/croissant', 'Croissant', 260, 95, 9),
  item('bakery/brownie', 'Brownie', 310, 110, 5),
  item('food/ham-baguette', 'Ham baguette', 520, 210, 6),
  item('food/porridge', 'Porridge', 325, 90, 3),
];
/** What a refund is about when it is not a coffee: rare and large. */
export const CATERING: MenuItem = item('catering/sandwich-platter', 'Sandwich platter', 6_400, 2_600, 0);
export const CATERING_SHARE_OF_REFUNDS = 0.06;
/** What a gesture gives when it gives a thing; the others are a tip, a note, a seat: they cost nothing. */
export const UPGRADE: MenuItem = item('extra/size-upgrade', 'A size up', 60, 15, 0);
export const GESTURES_WITHOUT_COST_SHARE = 0.6;
export const CREDIT_RETAIL_MINOR = 500;
export const CREDIT_COST_MINOR = 150;

function item(sku: string, name: string, retailMinor: number, costMinor: number, weight: number): MenuItem {
  return { sku, name, category: sku.slice(0, sku.indexOf('/')), retailMinor, costMinor, weight };
}
