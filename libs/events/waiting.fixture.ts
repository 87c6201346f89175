/** Facts of acts that waited, made by the domain itself: every type there is of them, with and without what is optional. */
import { type Actor, ADMIN } from '../domain/access/access.ts';
import type { AskedAct } from '../domain/act/act.ts';
import type { Command } from '../domain/book/commands.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { dueExpiries } from '../domain/book/expiry.ts';
import { initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';

const POLICY: Policy = {
  currency: 'GBP',
  uncovered: 'hold',
  limits: [
    {
      id: 'make-it-right',
      appliesTo: { triggers: ['recovery'] },
      per: ['incident'],
      window: { every: 'lifetime' },
      allow: { costMinor: 1000 },
      beyond: 'hold',
      whenMissing: 'hold',
    },
    {
      id: 'same-face',
      appliesTo: {},
      per: ['employee', 'customer'],
      window: { every: 'rolling', durationMs: 604_800_000, duration: 'P7D' },
      allow: { count: 9 },
      beyond: 'decline',
    },
  ],
  rules: [],
  hold: { durationMs: 3_600_000, duration: 'PT1H', then: 'accept' },
  authority: [{ role: 'approver', upTo: { costMinor: 9000, count: 5 } }],
};
const START = 1_795_330_800_000;
const TILL: Actor = { subject: 'till-7', roles: ['till'] };
const SUE: Actor = { subject: 'sue', roles: ['approver'] };

export function factsOfWaiting(): BookEvent[] {
  const state = initialState('leeds');
  const facts: BookEvent[] = [];
  let now = START;
  const put = (event: BookEvent): BookEvent => {
    evolve(state, event, state.revision + 1);
    facts.push(event);
    return event;
  };
  const run = (command: Command, actor = TILL): string => {
    now += 1000;
    const id = `01985e4d-5c00-7000-9000-${String(facts.length).padStart(12, '0')}`;
    const { subject, roles } = actor;
    const context = { recordedAt: now, actor: subject, roles, id, key: `waiting-${facts.length}` };
    const decided = decide(new Draft(state), command, context);
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    put(decided.event);
    return id;
  };
  const ask = (more: Partial<AskedAct> = {}) =>
    run({
      type: 'DecideAct',
      asked: {
        mode: 'request',
        kind: 'refund',
        trigger: 'recovery',
        employee: 'emp-17',
        location: 'leeds',
        customer: 'c-991',
        incident: 'inc-5',
        retailMinor: 2000,
        costMinor: 2000,
        ...more,
      },
    });
  run({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } }, ADMIN);
  const location = { timeZone: 'Europe/London', businessDayStartsAt: '04:00' };
  run({ type: 'DefineLocation', id: 'leeds', location }, ADMIN);
  run({ type: 'DefineEmployee', id: 'emp-17', employee: { roles: [] } }, ADMIN);
  run({ type: 'DraftPolicy', policy: POLICY, source: { format: 'json', text: '' } }, ADMIN);
  run({ type: 'ActivatePolicy', version: 1 }, ADMIN);
  run({ type: 'MakeApprovalCode', hash: 'a'.repeat(64), expiresInMs: 300_000 }, SUE);
  run({ type: 'ApproveAct', act: ask(), code: 'a'.repeat(64) });
  run({ type: 'ApproveAct', act: ask(), reason: 'long wait' }, SUE);
  run({ type: 'RejectAct', act: ask({ incident: 'inc-6' }), reason: 'not ours' }, SUE);
  const waits = ask();
  run({ type: 'MakeApprovalCode', hash: 'b'.repeat(64), act: waits, expiresInMs: 60_000 }, SUE);
  const small = { mode: 'reserve', incident: 'inc-7', costMinor: 80, retailMinor: 390 } as const;
  run({ type: 'CommitAct', act: ask(small), asked: {} });
  run({ type: 'CommitAct', act: ask(small), asked: { costMinor: 40 }, reason: 'half of it' });
  run({ type: 'ReleaseAct', act: ask(small), reason: 'walked out' });
  run({ type: 'ReleaseAct', act: ask(small) });
  ask({ ...small, timeToLiveMs: 60_000 });
  const kept = ask({ ...small, costMinor: 2000 });
  run({ type: 'ApproveAct', act: kept }, SUE);
  now += 7_200_000;
  for (const expiry of dueExpiries(new Draft(state), now)) put(expiry);
  return facts.filter(isNew);
}

/** What the other history has no facts of. */
function isNew(event: BookEvent): boolean {
  if (isDecision(event)) return event.type === 'ActHeld' || event.type === 'ActReserved';
  return event.type.startsWith('Act') || event.type === 'ApprovalCodeMade' || event.type === 'PolicyDrafted';
}
