/** Campaigns of the simulation that give by lot: who is drawn, and what those who are drawn are given. */
import { drawOf } from '../../../libs/domain/campaign/lot.ts';
import type { Random } from '../../../libs/statistics/random.ts';
import { localMs, NOON_MINUTE, rosterOf } from './acts.ts';
import type { SimulatedFact } from './bodies.ts';
import type { Chain, SimulatedEmployee, SimulatedStore } from './cafe-chain.ts';
import { dateOf, instantOf } from './calendar.ts';
import type { Effects, PlantedCampaign } from './effects.ts';
import * as figures from './figures.ts';

const MINUTE_MS = 60_000;

export interface Drawn {
  readonly facts: readonly SimulatedFact[];
  readonly customer: string;
  readonly at: number;
  /** The share who ever come back. */
  readonly ever: number;
}

/** Each draws once, at a moment of the trading day; of those who are drawn most are given something a minute later. */
export function* drawsOfDay(
  random: Random,
  chain: Chain,
  effects: Effects,
  store: SimulatedStore,
  day: number,
): Generator<Drawn> {
  const date = dateOf(day);
  const noonMs = instantOf(date, '12:00', store.timeZone);
  for (const campaign of effects.campaigns) {
    const count = random.poisson(effects.drawsPerDay);
    for (let n = 0; n < count; n++) {
      const minuteMs = Math.floor(localMs(random));
      const at = noonMs + minuteMs - NOON_MINUTE * MINUTE_MS;
      const customer = `guest-${store.id}-${date}-${campaign.id}-${n}`;
      const givesOnes = random.chance(campaign.given);
      const giver = giverOf(random, chain, store, day, minuteMs / MINUTE_MS);
      const { assigned } = drawOf(campaign.id, campaign.lot, customer);
      const given = assigned && givesOnes && giver !== undefined;
      const key = `sim-${chain.fingerprint}-${customer}`;
      const facts: SimulatedFact[] = [
        {
          what: 'draw',
          campaign: campaign.id,
          idempotencyKey: `${key}-draw`,
          sentAt: at,
          body: { customer, location: store.id, occurredAt: new Date(at).toISOString() },
        },
      ];
      if (given) facts.push(gestureBy(giver, chain, campaign, store, customer, key, at + MINUTE_MS, date));
      yield { facts, customer, at, ever: campaign.returns + (given ? campaign.lift : 0) };
    }
  }
}

function gestureBy(
  employee: SimulatedEmployee,
  chain: Chain,
  campaign: PlantedCampaign,
  store: SimulatedStore,
  customer: string,
  key: string,
  at: number,
  date: string,
): SimulatedFact {
  return {
    what: 'act',
    idempotencyKey: `${key}-act`,
    sentAt: at,
    body: {
      mode: chain.options.mode,
      kind: 'gesture',
      trigger: 'delight',
      employee: employee.id,
      location: store.id,
      customer,
      campaign: campaign.id,
      shift: `${store.id}-${date}-campaign`,
      channel: 'till',
      item: { sku: figures.UPGRADE.sku, quantity: 1 },
      reason: 'regular',
      occurredAt: new Date(at).toISOString(),
    },
  };
}

/** Somebody ordinary on shift, so that a campaign shows no one's habits; else whoever gives at all. */
function giverOf(
  random: Random,
  chain: Chain,
  store: SimulatedStore,
  day: number,
  minute: number,
): SimulatedEmployee | undefined {
  const roster = rosterOf(chain.options.seed, store, day);
  const weights = (of: (employee: SimulatedEmployee, at: number) => boolean) =>
    store.staff.map((employee, at) => [employee, of(employee, at) ? employee.readiness : 0] as const);
  const onShift = weights(({ trait }, at) => {
    const shift = roster[at];
    return trait === 'ordinary' && shift !== undefined && shift.from <= minute && minute < shift.to;
  });
  const some = (list: typeof onShift) => list.some(([, weight]) => weight > 0);
  if (some(onShift)) return random.weighted(onShift);
  const ordinary = weights(({ trait }) => trait === 'ordinary');
  const anybody = some(ordinary) ? ordinary : weights(() => true);
  return some(anybody) ? random.weighted(anybody) : undefined;
}
