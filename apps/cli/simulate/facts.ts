/**
 * Everything a chain tells the ledger, in the order in which the ledger learns of it: acts, draws, what becomes of
 * incidents, and what customers do later. Memory does not grow with the span. The acts are those of the same chain
 * without effects, but for the customers they are for.
 */
import { Random } from '../../../libs/statistics/random.ts';
import { actsOfDay, localMs, NOON_MINUTE, simulatedActs } from './acts.ts';
import { inOrder, type SimulatedAct, type SimulatedFact } from './bodies.ts';
import type { Chain, SimulatedStore } from './cafe-chain.ts';
import { dateOf, dayNumberOf, instantOf } from './calendar.ts';
import { type Effects, everAfterAct } from './effects.ts';
import * as figures from './figures.ts';
import { FollowUps } from './follow-ups.ts';
import { answeredBy, lifeOf } from './incidents.ts';
import { drawsOfDay } from './lots.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export function simulatedFacts(chain: Chain): Iterable<SimulatedFact> {
  return chain.effects === undefined ? simulatedActs(chain) : withOutcomes(chain, chain.effects);
}

/** What happens from then on is not observed: epoch ms. */
export function observedUntil(chain: Chain): number {
  const { from, days } = chain.options;
  const end = dateOf(dayNumberOf(from) + days);
  return Math.max(...zonesOf(chain).map((zone) => instantOf(end, '00:00', zone)));
}

function* withOutcomes(chain: Chain, effects: Effects): Generator<SimulatedFact> {
  const { from, days } = chain.options;
  const first = dayNumberOf(from);
  const zones = zonesOf(chain);
  const midnight = (day: number) => Math.min(...zones.map((zone) => instantOf(dateOf(day), '00:00', zone)));
  const endsAt = observedUntil(chain);
  const followUps = new FollowUps(chain, effects, midnight(first), endsAt);
  const toFriends = friendsOf(chain);
  let pending: SimulatedFact[] = [];
  for (let day = first; day < first + days; day++) {
    for (const store of chain.stores) {
      for (const fact of factsOfDay(chain, effects, toFriends, followUps, store, day)) {
        if (fact.what === 'act' || Date.parse(fact.body.occurredAt) < endsAt) pending.push(fact);
      }
    }
    // Nothing of a later day can come before the first midnight after this one.
    const settled = midnight(day + 1);
    for (const outcome of followUps.until(Math.floor(settled / DAY_MS) + 1)) pending.push(outcome);
    const ready: SimulatedFact[] = [];
    const left: SimulatedFact[] = [];
    for (const fact of pending) (fact.sentAt < settled ? ready : left).push(fact);
    pending = left;
    yield* ready.sort(inOrder);
  }
  for (const outcome of followUps.until(Math.floor(endsAt / DAY_MS) + 1)) pending.push(outcome);
  yield* pending.sort(inOrder);
}

function* factsOfDay(
  chain: Chain,
  effects: Effects,
  toFriends: ReadonlyMap<string, readonly string[]>,
  followUps: FollowUps,
  store: SimulatedStore,
  day: number,
): Generator<SimulatedFact> {
  const date = dateOf(day);
  const random = Random.of(chain.options.seed, 'effects', store.id, date);
  for (const [at, drawn] of actsOfDay(chain, store, day).entries()) {
    const act = forGuest(random, effects, drawn, `guest-${store.id}-${date}-${at}`, toFriends);
    yield act;
    const { body } = act;
    const actAt = Date.parse(body.occurredAt);
    if (body.customer?.startsWith('guest-') === true) {
      followUps.meet(random, body.customer, store.id, actAt, everAfterAct(effects, body, store.id, date));
    }
    if (body.incident === undefined) continue;
    yield* lifeOf(random, chain, effects, answeredBy(random, effects, body, actAt), actAt);
    if (random.chance(effects.untreatedShare / (1 - effects.untreatedShare))) {
      yield* untreated(random, chain, effects, followUps, store, day, at);
    }
  }
  for (const { facts, customer, at, ever } of drawsOfDay(random, chain, effects, store, day)) {
    yield* facts;
    followUps.meet(random, customer, store.id, at, ever);
  }
}

function untreated(
  random: Random,
  chain: Chain,
  effects: Effects,
  followUps: FollowUps,
  store: SimulatedStore,
  day: number,
  at: number,
): SimulatedFact[] {
  const date = dateOf(day);
  const noonMs = instantOf(date, '12:00', store.timeZone);
  const openedAt = noonMs + Math.floor(localMs(random)) - NOON_MINUTE * MINUTE_MS;
  const reason = random.weighted(Object.entries(effects.untreatedReasons));
  const customer = random.chance(figures.IDENTIFIED_SHARE) ? `guest-${store.id}-${date}-u${at}` : undefined;
  const id = `inc-${store.id}-${date}-u${at}`;
  if (customer !== undefined) {
    followUps.meet(random, customer, store.id, openedAt, effects.returnsByReason[reason] ?? 0);
  }
  const incident = { id, customer, location: store.id, reason, openedAt };
  return lifeOf(random, chain, effects, incident, undefined);
}

/** Most identified acts are for customers met once, so that what follows is the act's alone. Friends stay friends. */
function forGuest(
  random: Random,
  { regularShare }: Effects,
  act: SimulatedAct,
  guest: string,
  toFriends: ReadonlyMap<string, readonly string[]>,
): SimulatedAct {
  const stays = random.chance(regularShare);
  const { body } = act;
  if (body.customer === undefined || stays) return act;
  if (toFriends.get(body.employee)?.includes(body.customer) === true) return act;
  return { ...act, body: { ...body, customer: guest } };
}

function friendsOf(chain: Chain): ReadonlyMap<string, readonly string[]> {
  return new Map(
    chain.stores.flatMap(({ staff }) =>
      staff.filter(({ friends }) => friends.length > 0).map(({ id, friends }) => [id, friends] as const),
    ),
  );
}

function zonesOf(chain: Chain): string[] {
  return [...new Set(chain.stores.map(({ timeZone }) => timeZone))];
}
