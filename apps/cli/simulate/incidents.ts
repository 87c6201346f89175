/** What becomes of incidents: of those that acts answer, and of those that nobody does. */
import type { IncidentType } from '../../../libs/domain/outcome/incident.ts';
import type { Random } from '../../../libs/statistics/random.ts';
import type { ActBody, SimulatedFact } from './bodies.ts';
import type { Chain } from './cafe-chain.ts';
import type { Answered, Effects } from './effects.ts';
import { lateBy } from './follow-ups.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface Incident {
  readonly id: string;
  readonly customer: string | undefined;
  readonly location: string;
  readonly reason: string;
  readonly openedAt: number;
}

/** The life of an incident that is answered by the act, and of one that is not where none is given. */
export function lifeOf(
  random: Random,
  chain: Chain,
  effects: Effects,
  incident: Incident,
  actAt: number | undefined,
): SimulatedFact[] {
  const of: keyof Answered = actAt === undefined ? 'untreated' : 'treated';
  const facts: SimulatedFact[] = [];
  const { id, customer, location, reason, openedAt } = incident;
  const key = (what: string) => `sim-${chain.fingerprint}-${id}-${what}`;
  const named = customer === undefined ? {} : { customer };
  const tell = (type: IncidentType, at: number) =>
    facts.push({
      what: 'incident',
      idempotencyKey: key(type),
      sentAt: at + lateBy(random),
      body: {
        type,
        incident: id,
        ...named,
        location,
        channel: 'till',
        ...(type === 'opened' && { reason }),
        occurredAt: new Date(at).toISOString(),
      },
    });
  tell('opened', openedAt);
  const resolvedAfterMs = random.logUniform(1, 30) * MINUTE_MS;
  const laterMs = random.logUniform(60 * MINUTE_MS, 3 * DAY_MS);
  const resolvedAt = Math.floor(actAt === undefined ? openedAt + laterMs : actAt + resolvedAfterMs);
  const isResolved = random.chance(effects.resolvedShare[of]);
  if (isResolved) tell('resolved', resolvedAt);
  const reopenedAt = resolvedAt + Math.floor((1 + 13 * random.unit()) * DAY_MS);
  const isReopened = random.chance(effects.reopenedShare[of]);
  if (isResolved && isReopened) tell('reopened', reopenedAt);
  const contactAt = openedAt + Math.floor((1 / 24 + 10 * random.unit()) * DAY_MS);
  const getsInTouch = random.chance(effects.contactShare[of]);
  if (customer !== undefined && getsInTouch) {
    facts.push({
      what: 'outcome',
      idempotencyKey: key('contact'),
      sentAt: contactAt + lateBy(random),
      body: {
        type: 'contact',
        customer,
        incident: id,
        location,
        channel: 'phone',
        occurredAt: new Date(contactAt).toISOString(),
      },
    });
  }
  return facts;
}

/** The incident that an act answers: it was opened some minutes before. */
export function answeredBy(random: Random, effects: Effects, act: ActBody, actAt: number): Incident {
  const { from, to } = effects.minutesToAct;
  return {
    id: act.incident!,
    customer: act.customer,
    location: act.location,
    reason: act.reason,
    openedAt: actAt - Math.round(random.logUniform(from, to) * MINUTE_MS),
  };
}
