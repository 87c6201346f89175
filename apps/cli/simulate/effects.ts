/**
 * Effects that a simulation plants on purpose, so that what measures them can be examined: how many customers come
 * back, what an act, a campaign or a policy adds to that, and how fast incidents are answered. ASSUMPTIONS, like all
 * figures of the simulation; what is exact is that what is sent was drawn from them.
 */
import type { Kind, Trigger } from '../../../libs/domain/act/act.ts';
import type { Lot } from '../../../libs/domain/campaign/lot.ts';
import * as figures from './figures.ts';

export interface PlantedCampaign {
  readonly id: string;
  readonly lot: Lot;
  /** Of the customers of the campaign, the share who ever come back though nothing is given to them. */
  readonly returns: number;
  /** Added to it for those who are given something. */
  readonly lift: number;
  /** Of those who are drawn, the share who are given something: somebody forgets, or there is no time. */
  readonly given: number;
}

export interface Effects {
  /** Of those who ever come back: the mean of an exponential time. */
  readonly meanDaysToReturn: number;
  /** The share who ever come back, by the reason of the act or the incident, where nothing is given. */
  readonly returnsByReason: Readonly<Record<string, number>>;
  /** Added to it by an act. */
  readonly liftByKind: Readonly<Record<Trigger, Readonly<Partial<Record<Kind, number>>>>>;
  /** Added from a business date on: a policy that gives better, or worse. At the stores named, else everywhere. */
  readonly shift?: { readonly on: string; readonly lift: number; readonly stores?: readonly string[] };
  /** Of the returns: those who buy nothing. */
  readonly visitShare: number;
  /** Of the purchases: those that come as two lines of one receipt. */
  readonly splitReceiptShare: number;
  /** What is paid, uniform between the two, both included. */
  readonly purchaseMinor: { readonly from: number; readonly to: number };
  /** Between the purchases of those who have come back: the mean of an exponential time. */
  readonly daysBetweenPurchases: number;
  /** Of identified acts, those for regulars, who come whatever is given. All others are for customers met once. */
  readonly regularShare: number;
  readonly regularVisitsPerWeek: number;
  /** Of all incidents, the share that no act answers. At most a half. */
  readonly untreatedShare: number;
  /** Reasons of untreated incidents, as weights: others than of treated ones, so that a plain comparison is wrong. */
  readonly untreatedReasons: Readonly<Record<string, number>>;
  /** Minutes from an incident to its act, as many small as large ones on a logarithmic scale. */
  readonly minutesToAct: { readonly from: number; readonly to: number };
  readonly resolvedShare: Answered;
  /** Of resolved incidents. */
  readonly reopenedShare: Answered;
  /** Of incidents of identified customers: those who get in touch again. */
  readonly contactShare: Answered;
  readonly campaigns: readonly PlantedCampaign[];
  /** Customers drawn for each campaign, per store and day. */
  readonly drawsPerDay: number;
}

/** A share of the incidents that an act answers, and of those that none does. */
export interface Answered {
  readonly treated: number;
  readonly untreated: number;
}

export const EFFECTS: Effects = {
  meanDaysToReturn: 25,
  returnsByReason: {
    'long-wait': 0.45,
    'wrong-item': 0.4,
    quality: 0.3,
    spill: 0.5,
    'out-of-stock': 0.35,
    regular: 0.6,
    'rough-day': 0.5,
    celebration: 0.4,
  },
  liftByKind: {
    recovery: { comp: 0.15, replacement: 0.1, refund: 0.05, credit: 0.2, gesture: 0.08 },
    delight: { comp: 0.05, gesture: 0 },
  },
  visitShare: 0.2,
  splitReceiptShare: 0.15,
  purchaseMinor: { from: 250, to: 1_250 },
  daysBetweenPurchases: 20,
  regularShare: 0.2,
  regularVisitsPerWeek: 0.5,
  untreatedShare: 0.3,
  untreatedReasons: { 'long-wait': 10, 'wrong-item': 10, quality: 30, spill: 4, 'out-of-stock': 20 },
  minutesToAct: { from: 2, to: 120 },
  resolvedShare: { treated: 0.9, untreated: 0.6 },
  reopenedShare: { treated: 0.05, untreated: 0.12 },
  contactShare: { treated: 0.1, untreated: 0.3 },
  campaigns: [
    { id: 'warm-welcome', lot: { share: 0.5, seed: 'warm' }, returns: 0.35, lift: 0.2, given: 0.9 },
    { id: 'second-look', lot: { share: 0.4, seed: 'second' }, returns: 0.35, lift: 0, given: 0.9 },
  ],
  drawsPerDay: 1.5,
};

/** @throws RangeError with what to write instead, when a figure is out of bounds */
export function withEffects(some: Partial<Effects> = {}): Effects {
  const effects = { ...EFFECTS, ...some };
  const share = (name: string, value: number, most = 1) => {
    if (!(value >= 0 && value <= most))
      throw new RangeError(`${name} is a share from 0 to ${most}, not ${value}`);
  };
  share('regular-share', effects.regularShare);
  share('untreated-share', effects.untreatedShare, 0.5);
  for (const [reason, base] of Object.entries(effects.returnsByReason)) {
    const lifts = Object.values(effects.liftByKind).flatMap((byKind) => Object.values(byKind));
    for (const lift of [0, ...lifts]) {
      share(`returns for ${reason}`, base + lift);
      share(`returns for ${reason}`, base + lift + (effects.shift?.lift ?? 0));
    }
  }
  for (const { id, lot, returns, lift, given } of effects.campaigns) {
    share(`returns of ${id}`, returns);
    share(`returns of ${id}`, returns + lift);
    share(`given of ${id}`, given);
    if (!(lot.share > 0 && lot.share < 1)) throw new RangeError(`the share of ${id} is above 0 and below 1`);
  }
  for (const name of ['meanDaysToReturn', 'daysBetweenPurchases'] as const) {
    if (!(effects[name] > 0)) throw new RangeError(`${name} is a number above 0, not ${effects[name]}`);
  }
  return effects;
}

/** The share who ever come back after an act, and on which day at which store it was. */
export function everAfterAct(
  effects: Effects,
  { trigger, kind, reason }: { readonly trigger: Trigger; readonly kind: Kind; readonly reason: string },
  store: string,
  date: string,
): number {
  const { returnsByReason, liftByKind, shift } = effects;
  const shifted =
    shift !== undefined && date >= shift.on && (shift.stores?.includes(store) ?? true) ? shift.lift : 0;
  return (returnsByReason[reason] ?? 0) + (liftByKind[trigger][kind] ?? 0) + shifted;
}

/** The share who have come back `day` days later, of those of whom a share `ever` does. */
export function returnedBy({ meanDaysToReturn }: Effects, ever: number, day: number): number {
  return ever * -Math.expm1(-day / meanDaysToReturn);
}

/** Of regulars: anybody who has not come by then came never or comes later. */
export function regularReturnedBy({ regularVisitsPerWeek }: Effects, day: number): number {
  return -Math.expm1((-regularVisitsPerWeek / 7) * day);
}

/** What is paid in all within so many days, in minor units, as it is to be expected of a share `ever`. */
export function spentBy(effects: Effects, ever: number, day: number): number {
  const { meanDaysToReturn: mean, visitShare, daysBetweenPurchases, purchaseMinor } = effects;
  const each = (purchaseMinor.from + purchaseMinor.to) / 2;
  const daysSinceReturn = ever * (day + mean * Math.expm1(-day / mean));
  return each * ((1 - visitShare) * returnedBy(effects, ever, day) + daysSinceReturn / daysBetweenPurchases);
}

/** Of a weighted list: each with its share. */
function shares(weights: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
  const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights.map(([name, weight]) => [name, weight / all] as const);
}

/** The share who ever come back after an act of a kind: reasons do not depend on kinds. */
export function everByKind(effects: Effects, trigger: Trigger, kind: Kind): number {
  const lift = effects.liftByKind[trigger][kind] ?? 0;
  return shares(figures.REASONS_BY_TRIGGER[trigger]).reduce(
    (sum, [reason, share]) => sum + share * ((effects.returnsByReason[reason] ?? 0) + lift),
    0,
  );
}

/** The mean lift of the acts that answer an incident: some kinds name theirs more often than others. */
export function liftOfTreated(effects: Effects, namesIncident: (kind: Kind) => number): number {
  let [lift, all] = [0, 0];
  for (const [kind, weight] of figures.KINDS_BY_TRIGGER.recovery) {
    const share = weight * namesIncident(kind);
    lift += share * (effects.liftByKind.recovery[kind] ?? 0);
    all += share;
  }
  return lift / all;
}

export function meanOfReasons(effects: Effects, weights: readonly (readonly [string, number])[]): number {
  return shares(weights).reduce(
    (sum, [reason, share]) => sum + share * (effects.returnsByReason[reason] ?? 0),
    0,
  );
}
