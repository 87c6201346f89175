/** Ledgers with arms whose sizes and effects are known: lots, a version of a policy, incidents answered and not. */
import type { BookEvent } from '../../domain/book/events.ts';
import type { LotDrawn } from '../../domain/book/lot-events.ts';
import { Random } from '../../statistics/random.ts';
import { firstTold, incidentTold, outcomeTold } from './told.fixture.ts';

export const DAY_MS = 86_400_000;
export const START = Date.UTC(2026, 0, 5, 8);

type Accepted = BookEvent & { type: 'ActAccepted' };
const ACT = firstTold({ seed: 4 }, 400).find(({ type }) => type === 'ActAccepted') as Accepted;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const idOf = (kind: string, n: number) => `0199${kind}-5c00-7000-8000-${String(n).padStart(12, '0')}`;

export function actOf(
  n: number,
  occurredAt: number,
  asked: Partial<Accepted['asked']>,
  more: Partial<Accepted> = {},
): Accepted {
  const { kind, employee } = ACT.asked;
  return {
    ...ACT,
    id: idOf('aaaa', n),
    asked: { mode: 'request', kind, trigger: 'delight', employee, location: 'soho', ...asked },
    occurredAt,
    businessDate: dayOf(occurredAt),
    ...more,
  };
}

export function drawFact(
  n: number,
  occurredAt: number,
  customer: string,
  assigned: boolean,
  propensity: number,
) {
  return {
    type: 'LotDrawn',
    id: idOf('bbbb', n),
    asked: { campaign: 'kindness', customer, location: 'soho' },
    draw: { assigned, propensity, seed: 'seed-1' },
    occurredAt,
    businessDate: dayOf(occurredAt),
    recordedAt: occurredAt,
    actor: 'till-7',
  } satisfies LotDrawn;
}

/** The last word on all: what is before it is observed. */
export const observedUntil = (days: number) =>
  outcomeTold({ type: 'visit', customer: 'the last', occurredAt: START + days * DAY_MS });

/** Customers drawn with `share`; those drawn come back with 0.3 + `effect`, the others with 0.3, on the 10th day. */
export function lotOf(seed: number, customers: number, share: number, effect: number): BookEvent[] {
  const random = Random.of(seed, 'lot');
  const facts: BookEvent[] = [];
  for (let n = 0; n < customers; n++) {
    const at = START + Math.floor(random.unit() * 30 * DAY_MS);
    const customer = `c-${n}`;
    const drawn = random.chance(share);
    facts.push(drawFact(n, at, customer, drawn, share));
    // Again, later: the first draw counts.
    if (n % 7 === 0) facts.push(drawFact(customers + n, at + DAY_MS, customer, drawn, share));
    const given = drawn ? !random.chance(0.1) : random.chance(0.05);
    if (given) {
      const draw = { assigned: drawn, propensity: share, seed: 'seed-1' };
      const mode = drawn ? ('request' as const) : ('record' as const);
      facts.push(actOf(n, at + 60_000, { customer, campaign: 'kindness', mode }, { draw }));
    }
    if (random.chance(drawn ? 0.3 + effect : 0.3))
      facts.push(
        outcomeTold({ type: 'purchase', customer, valueMinor: 1_000 + n, occurredAt: at + 10 * DAY_MS }),
      );
  }
  return [...facts, observedUntil(125)];
}

/** Version 2 comes on day 60 and adds `effect` at the locations a-0 to a-4; from day 60 on all have 0.1 more. */
export function policyOf(seed: number, effect: number): BookEvent[] {
  const random = Random.of(seed, 'policy');
  const facts: BookEvent[] = [];
  for (let n = 0; n < 2_400; n++) {
    const place = n % 12;
    const location = place < 5 ? `a-${place}` : `b-${place}`;
    const day = Math.floor(random.unit() * 120);
    const at = START + day * DAY_MS + n * 1_000;
    const after = day >= 60;
    const customer = `c-${n}`;
    facts.push(actOf(n, at, { customer, location }, { policyVersion: after ? 2 : 1 }));
    const chance = 0.25 + 0.01 * place + (after ? 0.1 + (place < 5 ? effect : 0) : 0);
    if (random.chance(chance))
      facts.push(outcomeTold({ type: 'visit', customer, occurredAt: at + 5 * DAY_MS }));
  }
  return [...facts, observedUntil(220)];
}

/**
 * Incidents at two locations, of which one sees its customers again far more often and answers far more often. Those
 * that are answered within the day come back 0.15 more often: without matching it would seem 0.3.
 */
export function incidentsOf(seed: number, incidents: number): BookEvent[] {
  const random = Random.of(seed, 'incidents');
  const facts: BookEvent[] = [];
  for (let n = 0; n < incidents; n++) {
    const busy = random.chance(0.5);
    const at = START + Math.floor(random.unit() * 40 * DAY_MS);
    const [incident, customer] = [`inc-${n}`, `c-${n}`];
    const location = busy ? 'busy' : 'calm';
    facts.push(
      incidentTold({ type: 'opened', incident, customer, location, reason: 'wait', occurredAt: at }),
    );
    const answered = random.chance(busy ? 0.75 : 0.25);
    if (answered) facts.push(actOf(n, at + 3_600_000, { incident, customer, location, trigger: 'recovery' }));
    if (random.chance((busy ? 0.55 : 0.25) + (answered ? 0.15 : 0)))
      facts.push(outcomeTold({ type: 'visit', customer, occurredAt: at + 8 * DAY_MS }));
  }
  return [...facts, observedUntil(160)];
}
