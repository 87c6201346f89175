/**
 * Aim: for random policies and histories, no limit is ever exceeded by a request, every decision equals that of
 * a simple model, `evaluate` answers as `request`, deciding in rounds equals deciding one by one, and the book
 * folded from stored text, or restored from a snapshot, is the same book.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../events/codec.ts';
import { ADMIN } from '../access/access.ts';
import type { AskedAct } from '../act/act.ts';
import type { Employee, Location } from '../directory/directory.ts';
import type { Limit, Policy, Window } from '../policy/policy.ts';
import { type Context, decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { ActAccepted, ActDeclined, BookEvent, GuardrailReceipt } from './events.ts';
import { evolve } from './evolve.ts';
import { ReferenceBook } from './reference-model.fixture.ts';
import { BookState, initialState } from './state.ts';

const MINUTE = 60_000;
/** A Saturday evening in London, hours before its clocks go back. */
const START = Date.parse('2026-10-24T20:00:00Z');

const LOCATIONS = new Map<string, Location>([
  ['soho', { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'uk' }],
  ['bronx', { timeZone: 'America/New_York', businessDayStartsAt: '00:00' }],
]);
const EMPLOYEES = new Map<string, Employee>([
  ['ann', { roles: ['barista'] }],
  ['bob', { roles: ['barista', 'lead'] }],
  ['cat', { roles: [] }],
]);

const windows: fc.Arbitrary<Window> = fc.oneof(
  fc.constantFrom<Window>(
    { every: 'act' },
    { every: 'shift' },
    { every: 'day' },
    { every: 'month' },
    { every: 'lifetime' },
    { every: 'week', startsOn: 'sunday' },
    { every: 'week', startsOn: 'monday' },
  ),
  fc.integer({ min: 1, max: 48 }).map((hours) => ({
    every: 'rolling' as const,
    durationMs: hours * 60 * MINUTE,
    duration: `PT${hours}H`,
  })),
);

const limits: fc.Arbitrary<Limit> = fc
  .record({
    appliesTo: fc.record(
      {
        kinds: fc.constant(['comp'] as const),
        triggers: fc.constant(['recovery'] as const),
        roles: fc.subarray(['barista', 'lead'], { minLength: 1 }),
        locations: fc.constant(['soho']),
        reasons: fc.constant(['spill']),
      },
      { requiredKeys: [] },
    ),
    per: fc.subarray(
      ['employee', 'role', 'location', 'region', 'customer', 'incident', 'campaign', 'book', 'act'] as const,
      { minLength: 1, maxLength: 3 },
    ),
    window: windows,
    allow: fc.record(
      { count: fc.nat(6), costMinor: fc.nat(900), retailMinor: fc.nat(3_000) },
      { requiredKeys: ['count'] },
    ),
    beyond: fc.constantFrom('warn' as const, 'decline' as const),
    whenMissing: fc.constantFrom(undefined, 'warn' as const, 'decline' as const),
  })
  .map(({ whenMissing, ...limit }) => ({ ...limit, id: '', ...(whenMissing ? { whenMissing } : {}) }));

const policies: fc.Arbitrary<Policy> = fc.record({
  currency: fc.constant('GBP'),
  uncovered: fc.constantFrom('allow' as const, 'warn' as const, 'decline' as const),
  limits: fc
    .array(limits, { maxLength: 4 })
    .map((all) => all.map((limit, i) => ({ ...limit, id: `limit-${i}` }))),
  rules: fc.constant([]),
});

type Step =
  | { readonly do: 'act'; readonly asked: AskedAct; readonly agoMin: number; readonly laterMin: number }
  | { readonly do: 'reverse'; readonly which: number; readonly part: number }
  | { readonly do: 'policy'; readonly policy: Policy };

const acts: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('act' as const),
  laterMin: fc.oneof(fc.nat(5), fc.nat(600)),
  agoMin: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 15 }), fc.nat(4_000)),
  asked: fc
    .record(
      {
        mode: fc.constantFrom('request' as const, 'request' as const, 'record' as const),
        kind: fc.constantFrom('comp' as const, 'refund' as const),
        trigger: fc.constantFrom('recovery' as const, 'delight' as const),
        employee: fc.constantFrom(...EMPLOYEES.keys()),
        location: fc.constantFrom(...LOCATIONS.keys()),
        customer: fc.constantFrom('c-1', 'c-2'),
        incident: fc.constantFrom('i-1', 'i-2'),
        campaign: fc.constant('kindness'),
        shift: fc.constantFrom('early', 'late'),
        reason: fc.constantFrom('spill', 'wait'),
        costMinor: fc.nat(300),
        retailMinor: fc.nat(900),
      },
      { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location', 'costMinor', 'retailMinor'] },
    )
    .map((asked) => asked as AskedAct),
});

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: acts },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('reverse' as const), which: fc.nat(), part: fc.nat(400) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('policy' as const), policy: policies }) },
  ),
  { minLength: 1, maxLength: 60 },
);

function furnished(policy: Policy): { state: BookState; log: BookEvent[]; put(event: BookEvent): void } {
  const state = initialState('the book');
  const log: BookEvent[] = [];
  const put = (event: BookEvent) => {
    evolve(state, event, state.revision + 1);
    log.push(event);
  };
  const stamp = { recordedAt: START, actor: 'admin', roles: ADMIN.roles };
  put({ type: 'BookDefined', book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false }, ...stamp });
  for (const [id, location] of LOCATIONS) put({ type: 'LocationDefined', id, location, ...stamp });
  for (const [id, employee] of EMPLOYEES) put({ type: 'EmployeeDefined', id, employee, ...stamp });
  putPolicy(state, put, policy, START);
  return { state, log, put };
}

function putPolicy(state: BookState, put: (event: BookEvent) => void, policy: Policy, now: number): void {
  const stamp = { recordedAt: now, actor: 'admin', roles: ADMIN.roles };
  const version = state.policies.size + 1;
  put({ type: 'PolicyDrafted', version, policy, source: { format: 'json', text: '' }, ...stamp });
  put({ type: 'PolicyActivated', version, asked: {}, ...stamp });
}

/** What a receipt found, under the names the model uses. */
function findingsOf(receipts: readonly GuardrailReceipt[]): Map<string, string> {
  return new Map(
    receipts.map((receipt) => {
      if (!('limit' in receipt)) return ['uncovered', receipt.finding];
      if (receipt.missing !== undefined) return [`${receipt.limit}|missing`, receipt.finding];
      const key = Object.values(receipt.key).map((value) => `/${value}`);
      return [`${receipt.limit}|${key.join('')}`, receipt.finding];
    }),
  );
}

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 300) };

describe('a random history under random policies', () => {
  it('is decided as the simple model decides it, and evaluate answers the same', () => {
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        const { state, log, put } = furnished(policy);
        const model = new ReferenceBook(LOCATIONS, EMPLOYEES);
        model.policy = policy;
        let now = START;
        const accepted: ActAccepted[] = [];
        history.forEach((step, i) => {
          const stamp = { recordedAt: now, actor: 'admin', roles: ADMIN.roles, key: `k-${i}` };
          if (step.do === 'policy') {
            putPolicy(state, put, step.policy, now);
            model.policy = step.policy;
            return;
          }
          if (step.do === 'reverse') {
            const act = accepted[step.which % Math.max(1, accepted.length)];
            if (act === undefined) return;
            const decided = decide(
              new Draft(state),
              { type: 'ReverseAct', act: act.id, reason: 'r', asked: { costMinor: step.part } },
              { ...stamp, id: `r-${i}`, act: { decided: act } },
            );
            if (!('event' in decided) || decided.event.type !== 'ActReversed') return;
            model.giveBack(act.id, decided.event.amounts);
            put(decided.event);
            return;
          }
          now += step.laterMin * MINUTE;
          const occurredAt = now - step.agoMin * MINUTE;
          const command = { type: 'DecideAct', asked: { ...step.asked, occurredAt } } as const;
          const context: Context = { ...stamp, recordedAt: now, id: `a-${i}` };
          const evaluated = decide(new Draft(state), command, {
            recordedAt: now,
            actor: '',
            roles: ADMIN.roles,
            id: `a-${i}`,
          });
          const decided = decide(new Draft(state), command, context);
          if (!('event' in decided)) {
            expect(evaluated).toEqual(decided);
            expect(step.asked.mode === 'request' && step.agoMin > 15).toBe(true);
            return;
          }
          const event = decided.event as ActAccepted | ActDeclined;
          expect({ ...(evaluated as typeof decided).event, actor: 'admin', key: `k-${i}` }).toEqual(event);
          const expected = model.decide(event.id, command.asked, occurredAt, event.amounts);
          expect(findingsOf(event.guardrails)).toEqual(expected.findings);
          expect(event.type).toBe(expected.declined ? 'ActDeclined' : 'ActAccepted');
          if (event.type === 'ActAccepted') accepted.push(event);
          put(event);
        });

        const folded = initialState(state.id);
        for (const event of log) evolve(folded, decodeEvent(encodeEvent(event)), folded.revision + 1);
        expect(folded.toSnapshot()).toEqual(state.toSnapshot());
        expect(BookState.fromSnapshot(structuredClone(state.toSnapshot())).toSnapshot()).toEqual(
          state.toSnapshot(),
        );
      }),
      runs,
    );
  });

  it('is decided in a round as it is one by one', () => {
    fc.assert(
      fc.property(policies, fc.array(acts, { maxLength: 40 }), (policy, history) => {
        const round = furnished(policy);
        const single = furnished(policy);
        const draft = new Draft(round.state);
        history.forEach((step, i) => {
          if (step.do !== 'act') return;
          const asked = { ...step.asked, occurredAt: START - step.agoMin * MINUTE };
          const context: Context = {
            recordedAt: START,
            actor: 'admin',
            roles: ADMIN.roles,
            key: `k-${i}`,
            id: `a-${i}`,
          };
          const inRound = decide(draft, { type: 'DecideAct', asked }, context);
          const alone = decide(new Draft(single.state), { type: 'DecideAct', asked }, context);
          expect(inRound).toEqual(alone);
          if (!('event' in alone)) return;
          draft.take(alone.event as ActAccepted | ActDeclined);
          single.put(alone.event);
        });
      }),
      runs,
    );
  });

  it('never lets a request take a bucket beyond what it allows', () => {
    fc.assert(
      fc.property(policies, fc.array(acts, { maxLength: 60 }), (policy, history) => {
        const hard = {
          ...policy,
          limits: policy.limits.map((limit) => ({ ...limit, beyond: 'decline' as const })),
        };
        const { state, put } = furnished(hard);
        const used: { limit: Limit; bucket: string; at: number; event: ActAccepted }[] = [];
        let now = START;
        history.forEach((step, i) => {
          if (step.do !== 'act') return;
          now += step.laterMin * MINUTE;
          const asked = {
            ...step.asked,
            mode: 'request' as const,
            occurredAt: now - (step.agoMin % 16) * MINUTE,
          };
          const decided = decide(
            new Draft(state),
            { type: 'DecideAct', asked },
            { recordedAt: now, actor: 'a', roles: ADMIN.roles, id: `a-${i}` },
          );
          if (!('event' in decided) || decided.event.type !== 'ActAccepted') return;
          put(decided.event);
          for (const receipt of decided.event.guardrails) {
            if (!('limit' in receipt) || receipt.missing !== undefined) continue;
            const limit = hard.limits.find(({ id }) => id === receipt.limit)!;
            const bucket = JSON.stringify([receipt.limit, receipt.window.label, receipt.key]);
            if (limit.window.every === 'act') continue;
            used.push({ limit, bucket, at: decided.event.occurredAt, event: decided.event });
          }
        });
        for (const { limit, bucket, at } of used) {
          const duration =
            limit.window.every === 'rolling' ? limit.window.durationMs : Number.POSITIVE_INFINITY;
          const together = used.filter(
            (other) =>
              other.bucket === bucket &&
              (duration === Number.POSITIVE_INFINITY || (other.at > at - duration && other.at <= at)),
          );
          for (const [measure, allowed] of Object.entries(limit.allow)) {
            const sum = together.reduce((total, { event }) => total + event.amounts[measure as 'count'], 0);
            expect(sum).toBeLessThanOrEqual(allowed);
          }
        }
      }),
      runs,
    );
  });
});
