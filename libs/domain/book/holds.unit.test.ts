/** Aim: what is held reserves at once, is answered once, in time, by somebody else with the authority, or expires. */
import { describe, expect, it } from '@jest/globals';
import type { AccessRole } from '../access/access.ts';
import type { Policy } from '../policy/policy.ts';
import { BookSpec, found, limit, ms, receiptOf, rolling, WEEK } from './book-spec.fixture.ts';
import { type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { ActHeld, BookEvent } from './events.ts';

/** A Wednesday noon in winter. */
const NOON = '2026-11-18T12:00:00Z';
const HALF_PAST = '2026-11-18T12:30:00Z';
const coffees = (count: number, more = {}) =>
  limit('coffees', ['employee'], WEEK, { count }, { beyond: 'hold', ...more });
const TILL = { actor: 'till-7', roles: ['till'] as readonly AccessRole[] };
const OTHER = { actor: 'till-8', roles: ['till'] as readonly AccessRole[] };
const SUE = { actor: 'sue', roles: ['approver'] as readonly AccessRole[] };

function open(count = 1, more: Partial<Policy> = {}): BookSpec {
  return BookSpec.open(NOON).inForce([coffees(count)], more);
}
function held(book: BookSpec, asked: Parameters<BookSpec['ask']>[0] = {}): ActHeld {
  const decided = book.ask(asked, TILL);
  if (!('event' in decided) || decided.event.type !== 'ActHeld') throw new Error(JSON.stringify(decided));
  return decided.event;
}
function eventOf(decided: Decided): BookEvent {
  if (!('event' in decided)) throw new Error(JSON.stringify(decided));
  return decided.event;
}
const countLeft = (book: BookSpec, who = 'ann') => book.left(who)[0]?.measures.count;
const approve = (book: BookSpec, act: string, by = SUE) => book.when({ type: 'ApproveAct', act }, by);
const code = (detail: Decided) => ('refusal' in detail ? detail.refusal.code : detail);

describe('a request beyond a limit that holds', () => {
  it('waits, reserves at once, and says until when', () => {
    const book = open(1);
    book.act();
    const event = held(book);
    expect(event).toMatchObject({ expiresAt: ms(HALF_PAST), then: 'expire' });
    expect(receiptOf(event, 'coffees')).toMatchObject({ finding: 'hold', measures: { count: [1, 1, 0] } });
    expect(countLeft(book)).toMatchObject({ allowed: 1, used: 1, reserved: 1, remaining: -1 });
    expect(receiptOf(held(book), 'coffees').measures).toEqual({ count: [1, 1, 1] });
  });

  it('is counted against every other limit too, as if it were used', () => {
    const book = BookSpec.open(NOON).inForce([
      coffees(0),
      limit('pool', ['location'], { every: 'day' }, { costMinor: 100 }),
    ]);
    held(book);
    const second = book.act();
    expect(second.type).toBe('ActDeclined');
    expect(found(second)).toEqual({ coffees: 'hold', pool: 'decline' });
    expect(receiptOf(second, 'pool').measures).toEqual({ costMinor: [100, 0, 80] });
  });

  it.each([
    [['warn', 'hold'], 'ActHeld'],
    [['hold', 'decline'], 'ActDeclined'],
    [['decline', 'warn'], 'ActDeclined'],
    [['warn', 'warn'], 'ActAccepted'],
  ] as const)('of %j the strictest wins: %s', ([one, other], type) => {
    const book = BookSpec.open(NOON).inForce([
      limit('one', ['employee'], WEEK, { count: 0 }, { beyond: one }),
      limit('other', ['book'], WEEK, { count: 0 }, { beyond: other }),
    ]);
    expect(book.act().type).toBe(type);
  });

  it('waits as well for a rule, a missing key, and what no limit covers', () => {
    const rule = { id: 'big', when: 'act.retailMinor > 300', then: 'hold', message: 'Ask.' } as const;
    expect(
      BookSpec.open(NOON)
        .inForce([], { rules: [rule] })
        .act().type,
    ).toBe('ActHeld');
    expect(BookSpec.open(NOON).inForce([], { uncovered: 'hold' }).act().type).toBe('ActHeld');
    const missing = limit('c', ['customer'], WEEK, { count: 9 }, { whenMissing: 'hold' });
    expect(BookSpec.open(NOON).inForce([missing]).act().type).toBe('ActHeld');
  });

  it('is a breach where it has happened already', () => {
    const book = open(0);
    const recorded = book.act({ mode: 'record' });
    expect(recorded.type).toBe('ActAccepted');
    expect(found(recorded)).toEqual({ coffees: 'hold' });
    expect(countLeft(book)).toMatchObject({ used: 1, reserved: 0 });
  });

  it('reserves in the window it occurred in, also when that has ended', () => {
    const book = BookSpec.open('2026-11-23T04:05:00Z').inForce([coffees(0)]);
    const late = held(book, { occurredAt: '2026-11-23T03:55:00Z' });
    expect(late.businessDate).toBe('2026-11-22');
    expect(countLeft(book)).toMatchObject({ reserved: 0 });
    expect(book.left('ann', '2026-11-22T12:00:00Z')[0]?.measures.count).toMatchObject({ reserved: 1 });
    approve(book, late.id);
    expect(countLeft(book)).toMatchObject({ used: 0, reserved: 0 });
    expect(book.left('ann', '2026-11-22T12:00:00Z')[0]?.measures.count).toMatchObject({
      used: 1,
      reserved: 0,
    });
  });

  it('reserves in a rolling window at the time it occurred, as one that comes late finds', () => {
    const book = BookSpec.open(NOON).inForce([limit('roll', ['employee'], rolling(1), { count: 2 })], {
      rules: [{ id: 'ask', when: 'act.reason == "ask"', then: 'hold', message: 'Ask.' }],
    });
    held(book, { reason: 'ask' });
    book.at('2026-11-18T12:10:00Z');
    held(book, { reason: 'ask' });
    const between = book.act({ occurredAt: '2026-11-18T12:05:00Z' });
    expect(between.type).toBe('ActDeclined');
    expect(receiptOf(between, 'roll')).toMatchObject({
      measures: { count: [2, 0, 2] },
      window: { to: ms('2026-11-18T12:10:00Z') },
    });
    const [left] = book.left('ann');
    expect(left?.measures.count).toMatchObject({ used: 0, reserved: 2, remaining: 0 });
    expect(left?.resetsAt).toBe(ms('2026-11-18T13:00:00Z'));
    // The first has expired at 12:30; only the second still counts.
    book.at('2026-11-18T12:35:00Z');
    expect(receiptOf(book.act(), 'roll').measures).toEqual({ count: [2, 0, 1] });
  });

  it('keeps the sums of the book exact', () => {
    const book = open(0);
    held(book, { costMinor: Number.MAX_SAFE_INTEGER - 100 });
    expect(code(book.ask({ costMinor: 101 }))).toBe('amount-too-large');
    book.at(HALF_PAST);
    expect(code(book.ask({ costMinor: 101 }))).toMatchObject({ event: { type: 'ActHeld' } });
  });
});

describe('an approval', () => {
  it('makes the act an accepted one, with what was reserved for it', () => {
    const book = open(1);
    const { id } = book.act() && held(book);
    const event = eventOf(book.when({ type: 'ApproveAct', act: id, reason: 'long wait' }, SUE));
    expect(event).toMatchObject({
      type: 'ActApproved',
      act: id,
      approver: 'sue',
      reason: 'long wait',
      becomes: 'accepted',
      amounts: { count: 1, costMinor: 80, retailMinor: 390 },
      businessDate: '2026-11-18',
      policyVersion: 1,
    });
    expect('authority' in event || 'code' in event || 'expiresAt' in event).toBe(false);
    expect(countLeft(book)).toMatchObject({ used: 2, reserved: 0, remaining: -1 });
    expect(book.state.open.size).toBe(0);
    expect(book.state.accepted.count).toBe(2);
  });

  it('cannot fail for lack of budget, whatever was recorded meanwhile', () => {
    const book = open(1);
    const { id } = book.act() && held(book);
    for (let i = 0; i < 5; i++) book.act({ mode: 'record' });
    expect(eventOf(approve(book, id)).type).toBe('ActApproved');
    expect(countLeft(book)).toMatchObject({ used: 7, reserved: 0 });
  });

  it.each([
    ['a millisecond before its time is over', '2026-11-18T12:29:59.999Z', 'ActApproved'],
    ['when its time is over', HALF_PAST, 'act-expired'],
  ])('%s', (_, at, answer) => {
    const book = open(0);
    const { id } = held(book);
    book.at(at);
    const decided = approve(book, id);
    expect('event' in decided ? decided.event.type : code(decided)).toBe(answer);
  });

  it('is too late also where nobody has recorded yet that its time is over', () => {
    const book = open(0);
    const { id } = held(book);
    const context = { ...SUE, recordedAt: ms(HALF_PAST), id: 'x' };
    expect(code(decide(new Draft(book.state), { type: 'ApproveAct', act: id }, context))).toBe('act-expired');
  });

  it('comes once, and a second answer is told what it became', () => {
    const book = open(0);
    const { id } = held(book);
    approve(book, id);
    expect(approve(book, id)).toMatchObject({
      refusal: { code: 'act-not-open', detail: expect.stringContaining('approved by "sue"') },
    });
    expect(book.when({ type: 'RejectAct', act: id, reason: 'no' }, SUE)).toMatchObject({
      refusal: { code: 'act-not-open' },
    });
  });

  it('is for acts that wait: not for others, nor for none', () => {
    const book = open(1);
    const accepted = book.act();
    expect(approve(book, accepted.id)).toMatchObject({
      refusal: { code: 'act-not-open', detail: expect.stringContaining('accepted at once') },
    });
    const declined = BookSpec.open(NOON);
    expect(approve(declined, declined.act().id)).toMatchObject({
      refusal: { code: 'act-not-open', detail: expect.stringContaining('declined') },
    });
    expect(code(approve(book, 'nothing'))).toBe('act-not-found');
  });
});

describe('nobody approves their own', () => {
  it.each([
    ['the employee of the act', { actor: 'ann' }],
    ['who posted it', { actor: 'till-7' }],
    ['its customer', { actor: 'c-1' }],
    ['not even with all there is', { actor: 'ann', roles: ['admin'] }],
  ] as const)('%s', (_, by) => {
    const book = open(0);
    const { id } = held(book, { customer: 'c-1' });
    expect(code(approve(book, id, { ...SUE, ...by }))).toBe('self-approval');
    expect(eventOf(approve(book, id)).type).toBe('ActApproved');
  });

  it.each(['ann', 'till-7', 'c-1'])('nor by a code that %s has made, before or after', (actor) => {
    const book = open(0);
    const make = (hash: string, act?: string) =>
      book.when(
        { type: 'MakeApprovalCode', hash, expiresInMs: 300_000, ...(act === undefined ? {} : { act }) },
        { ...SUE, actor },
      );
    make('before');
    const { id } = held(book, { customer: 'c-1' });
    make('after');
    expect(code(make('bound', id))).toBe('self-approval');
    for (const hash of ['before', 'after']) {
      expect(code(book.when({ type: 'ApproveAct', act: id, code: hash }, OTHER))).toBe('self-approval');
    }
    expect(book.state.open.size).toBe(1);
  });

  it('but anyone may reject: it gives nothing', () => {
    const book = open(0);
    const { id } = held(book);
    expect(
      eventOf(book.when({ type: 'RejectAct', act: id, reason: 'mine' }, { ...SUE, actor: 'ann' })),
    ).toMatchObject({
      type: 'ActRejected',
      approver: 'ann',
    });
  });
});

describe('a rejection', () => {
  it('frees what was reserved, with its reason', () => {
    const book = open(0);
    const { id } = held(book);
    expect(eventOf(book.when({ type: 'RejectAct', act: id, reason: 'no' }, SUE))).toMatchObject({
      type: 'ActRejected',
      approver: 'sue',
      reason: 'no',
      amounts: { count: 1 },
    });
    expect(countLeft(book)).toMatchObject({ used: 0, reserved: 0 });
    expect(code(approve(book, id))).toBe('act-not-open');
  });
});

describe('authority', () => {
  const authority = [
    { role: 'lead', upTo: { costMinor: 100, count: 2 } },
    { role: 'area', upTo: { costMinor: 1000 } },
    { role: 'admin', upTo: { costMinor: 5000 } },
  ];
  const employ = (book: BookSpec, roles: readonly string[]) =>
    book.given({ type: 'DefineEmployee', id: 'sue', employee: { roles } });

  it.each([
    ['of a role in the directory', ['lead'], ['approver'], { costMinor: 100 }, 'lead'],
    ['of a role of the key', [], ['admin'], { costMinor: 5000 }, 'admin'],
    ['of the first role that covers it', ['area', 'lead'], ['admin'], { costMinor: 50 }, 'lead'],
    [
      'of another role, where one does not cover it',
      ['lead', 'area'],
      ['approver'],
      { costMinor: 101 },
      'area',
    ],
    ['that does not name a measure', ['area'], ['approver'], { costMinor: 1, retailMinor: 1e9 }, 'area'],
  ] as const)('%s', (_, roles, keyRoles, asked, role) => {
    const book = open(0, { authority });
    employ(book, roles);
    const { id } = held(book, asked);
    expect(eventOf(approve(book, id, { actor: 'sue', roles: keyRoles }))).toMatchObject({
      authority: authority.find((one) => one.role === role),
    });
  });

  it.each([
    ['without such a role', [], ['approver'], { costMinor: 1 }, /no role with authority/, /lead or area/],
    ['beyond it', ['lead'], ['approver'], { costMinor: 101 }, /up to count 2 and costMinor 100/, /role area/],
    ['beyond it in one measure', ['lead'], ['approver'], { costMinor: 9, item: 3 }, /count 3/, /area/],
    ['beyond everybody’s', ['area'], ['admin'], { costMinor: 5001 }, /costMinor 5001/, /No role/],
  ] as const)('is missing %s', (_, roles, keyRoles, asked, detail, advice) => {
    const book = open(0, { authority });
    employ(book, roles);
    book.given({ type: 'DefineItem', sku: 'tea', item: { retailMinor: 1, costMinor: 1 } });
    const { item, ...rest } = { item: undefined, ...asked };
    const { id } = held(book, { ...rest, ...(item && { item: { sku: 'tea', quantity: item } }) });
    expect(approve(book, id, { actor: 'sue', roles: keyRoles })).toMatchObject({
      refusal: {
        code: 'authority-missing',
        detail: expect.stringMatching(detail),
        advice: expect.stringMatching(advice),
      },
    });
    expect(countLeft(book)).toMatchObject({ reserved: item ?? 1 });
  });

  it('is asked of the policy in force when it is used, not of the one it was held under', () => {
    const book = open(0, { authority });
    employ(book, ['lead']);
    const { id } = held(book);
    book.inForce([coffees(0)], { authority: [{ role: 'area', upTo: { costMinor: 1000 } }] });
    expect(code(approve(book, id))).toBe('authority-missing');
    book.inForce([coffees(0)]);
    expect(eventOf(approve(book, id))).toMatchObject({ policyVersion: 3 });
  });

  it('is asked of the policy in force where the act happened, also while a new one is in force elsewhere', () => {
    const book = open(0, { authority });
    employ(book, ['lead']);
    const policy = { currency: 'GBP', uncovered: 'allow', limits: [coffees(0)], rules: [] } as const;
    const next: Policy = { ...policy, authority: [{ role: 'area', upTo: { costMinor: 1000 } }] };
    book.given({ type: 'DraftPolicy', policy: next, source: { format: 'json', text: '' } });
    book.given({ type: 'ActivatePolicy', version: 2, fromDate: '2026-11-19' });
    // The 19th has begun at four in London, and begins five hours later in New York.
    book.at('2026-11-19T04:10:00Z');
    expect(code(approve(book, held(book).id))).toBe('authority-missing');
    expect(eventOf(approve(book, held(book, { location: 'bronx' }).id))).toMatchObject({ policyVersion: 1 });
  });

  it('of a code is that of its maker, by the key it was made with and the directory of today', () => {
    const book = open(0, { authority });
    const make = (hash: string, roles: readonly AccessRole[]) =>
      book.given({ type: 'MakeApprovalCode', hash, expiresInMs: 300_000 }, { actor: 'sue', roles });
    make('weak', ['approver']);
    make('strong', ['admin']);
    const use = (hash: string) => book.when({ type: 'ApproveAct', act: held(book).id, code: hash }, TILL);
    expect(code(use('weak'))).toBe('authority-missing');
    expect(eventOf(use('strong'))).toMatchObject({
      approver: 'sue',
      authority: { role: 'admin' },
      actor: 'till-7',
    });
    employ(book, ['area']);
    expect(eventOf(use('weak'))).toMatchObject({ authority: { role: 'area' } });
  });
});

describe('an approval code', () => {
  const make = (book: BookSpec, more: { act?: string; expiresInMs?: number } = {}, by = SUE) =>
    book.when({ type: 'MakeApprovalCode', hash: 'h', expiresInMs: 300_000, ...more }, by);
  const use = (book: BookSpec, act: string, hash = 'h') =>
    book.when({ type: 'ApproveAct', act, code: hash }, TILL);

  it('lets whoever holds it approve once, in the name of who made it', () => {
    const book = open(0);
    const made = eventOf(make(book));
    expect(made).toMatchObject({ type: 'ApprovalCodeMade', actor: 'sue', roles: ['approver'] });
    const first = held(book);
    expect(eventOf(use(book, first.id))).toMatchObject({
      type: 'ActApproved',
      approver: 'sue',
      actor: 'till-7',
      code: { id: 'id' in made && made.id, hash: 'h' },
    });
    expect(use(book, held(book).id)).toMatchObject({
      refusal: { code: 'approval-code-used', detail: expect.stringContaining(first.id), pointer: '/code' },
    });
  });

  it.each([
    [86_700_000, 'approval-code-expired'],
    [86_700_001, 'approval-code-wrong'],
  ])('is forgotten a day after it expired: %i ms after it was made it is refused as %s', (later, answer) => {
    const book = open(0);
    make(book);
    book.at(new Date(ms(NOON) + later).toISOString());
    expect(code(use(book, held(book).id))).toBe(answer);
  });

  it('is good once also among decisions of one round', () => {
    const book = open(0);
    make(book);
    const [one, other] = [held(book), held(book)];
    const draft = new Draft(book.state);
    const context = { ...TILL, recordedAt: ms(NOON), id: 'x' };
    const first = eventOf(decide(draft, { type: 'ApproveAct', act: one.id, code: 'h' }, context));
    draft.take(first);
    expect(code(decide(draft, { type: 'ApproveAct', act: other.id, code: 'h' }, context))).toBe(
      'approval-code-used',
    );
  });

  it('is refused when nobody made it, when it was made for another act, and when it is too old', () => {
    const book = open(0);
    const [one, other] = [held(book), held(book)];
    expect(code(use(book, one.id))).toBe('approval-code-wrong');
    make(book, { act: one.id });
    expect(use(book, other.id)).toMatchObject({
      refusal: { code: 'approval-code-wrong', detail: expect.stringContaining(one.id) },
    });
    book.at('2026-11-18T12:05:00Z');
    expect(code(use(book, one.id))).toBe('approval-code-expired');
    book.at('2026-11-18T12:04:59.999Z');
    expect(eventOf(use(book, one.id)).type).toBe('ActApproved');
  });

  it('for one act is only made while that waits', () => {
    const book = open(1);
    expect(code(make(book, { act: 'nothing' }))).toBe('act-not-found');
    expect(code(make(book, { act: book.act().id }))).toBe('act-not-open');
    const { id } = held(book);
    book.at(HALF_PAST);
    expect(code(make(book, { act: id }))).toBe('act-expired');
  });

  it('is not used up by a refusal', () => {
    const book = open(0);
    const { id } = held(book);
    make(book);
    expect(code(use(book, 'nothing'))).toBe('act-not-found');
    expect(eventOf(use(book, id)).type).toBe('ActApproved');
  });

  it('is forgotten a day after it expired', () => {
    const book = open(0);
    make(book);
    book.at('2026-11-19T12:05:00Z');
    make(book, {}, { ...SUE, actor: 'pat' });
    book.when({ type: 'MakeApprovalCode', hash: 'h2', expiresInMs: 1000 }, SUE);
    expect([...book.state.approvalCodes.keys()]).toEqual(['h', 'h2']);
    book.at('2026-11-20T12:10:00.001Z');
    book.when({ type: 'MakeApprovalCode', hash: 'h3', expiresInMs: 1000 }, SUE);
    expect([...book.state.approvalCodes.keys()]).toEqual(['h3']);
  });
});

describe('a hold nobody answers', () => {
  it('expires at its time, whenever that is recorded', () => {
    const book = open(0);
    const { id } = held(book);
    book.at('2026-11-20T09:00:00Z');
    expect(countLeft(book)).toMatchObject({ reserved: 0 });
    expect(book.state.open.size).toBe(1);
    expect(book.expire()).toEqual([
      {
        type: 'ActExpired',
        act: id,
        dueAt: ms(HALF_PAST),
        becomes: 'expired',
        occurredAt: ms(NOON),
        businessDate: '2026-11-18',
        amounts: { count: 1, costMinor: 80, retailMinor: 390 },
        buckets: [{ limit: 'coffees', label: 'week:2026-11-16', key: { employee: 'ann' } }],
        recordedAt: ms('2026-11-20T09:00:00Z'),
        actor: 'ledger',
      },
    ]);
    expect(book.expire()).toEqual([]);
    expect(book.state.open.size).toBe(0);
    expect(approve(book, id)).toMatchObject({
      refusal: { code: 'act-expired', detail: expect.stringContaining('2026-11-18T12:30:00') },
    });
  });

  it('is accepted where the policy it was held under says so, and used in its own window', () => {
    const hold = { durationMs: 3_600_000, duration: 'PT1H', then: 'accept' } as const;
    const book = open(0, { hold });
    const event = held(book);
    expect(event).toMatchObject({ expiresAt: ms('2026-11-18T13:00:00Z'), then: 'accept' });
    book.inForce([coffees(0)]);
    book.at('2026-11-30T12:00:00Z');
    expect(book.left('ann', NOON)[0]?.measures.count).toMatchObject({ used: 1, reserved: 0 });
    expect(book.expire()).toMatchObject([{ becomes: 'accepted', dueAt: ms('2026-11-18T13:00:00Z') }]);
    expect(book.left('ann', NOON)[0]?.measures.count).toMatchObject({ used: 1, reserved: 0 });
    expect(book.state.accepted.count).toBe(1);
    expect(approve(book, event.id)).toMatchObject({
      refusal: { code: 'act-expired', detail: expect.stringContaining('accepted since') },
    });
    expect(eventOf(book.reverse(event.id))).toMatchObject({ whole: true, amounts: { count: 1 } });
    expect(book.left('ann', NOON)[0]?.measures.count).toMatchObject({ used: 0 });
  });

  it('falls due in the order of the times, then of the ids', () => {
    const book = open(0);
    const late = held(book);
    book.at('2026-11-18T11:59:00Z');
    const [one, two] = [held(book), held(book)];
    book.at('2026-11-18T13:00:00Z');
    expect(book.expire().map(({ act }) => act)).toEqual([one.id, two.id, late.id]);
  });

  it('falls due only when its time is over', () => {
    const book = open(0);
    held(book);
    expect(book.state.open.nextDueAt).toBe(ms(HALF_PAST));
    expect(book.at('2026-11-18T12:29:59.999Z').expire()).toEqual([]);
    expect(book.at(HALF_PAST).expire()).toHaveLength(1);
    expect(book.state.open.nextDueAt).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a policy that changes while an act waits', () => {
  it('leaves it its receipt, its deadline and its reservation', () => {
    const book = open(0);
    const { id, expiresAt } = held(book);
    book.inForce([coffees(5, { beyond: 'decline' })], {
      hold: { durationMs: 1000, duration: 'PT1S', then: 'accept' },
    });
    expect(countLeft(book)).toMatchObject({ allowed: 5, reserved: 1, remaining: 4 });
    expect(book.state.open.get(id)).toMatchObject({ expiresAt, policyVersion: 1, then: 'expire' });
    for (let i = 0; i < 4; i++) expect(book.act().type).toBe('ActAccepted');
    expect(book.act().type).toBe('ActDeclined');
    expect(eventOf(approve(book, id)).type).toBe('ActApproved');
    expect(countLeft(book)).toMatchObject({ used: 5, reserved: 0 });
  });

  it('and no longer has its limit, is given back to it all the same', () => {
    const book = open(0);
    const { id } = held(book);
    book.inForce([]);
    book.when({ type: 'RejectAct', act: id, reason: 'no' }, SUE);
    book.inForce([coffees(3)]);
    expect(countLeft(book)).toMatchObject({ used: 0, reserved: 0, remaining: 3 });
  });
});

describe('a reversal', () => {
  it('is refused while the act waits, and says what to do instead', () => {
    const book = open(0);
    const { id } = held(book);
    expect(book.reverse(id)).toMatchObject({
      refusal: { code: 'act-not-reversible', advice: expect.stringContaining('rejected') },
    });
  });

  it('gives back what was approved, in parts', () => {
    const book = open(0);
    const { id } = held(book);
    approve(book, id);
    expect(eventOf(book.reverse(id, { costMinor: 30 }))).toMatchObject({ whole: false });
    expect(eventOf(book.reverse(id))).toMatchObject({ whole: true, amounts: { count: 1, costMinor: 50 } });
    expect(code(book.reverse(id))).toBe('reversal-exceeds-act');
    expect(countLeft(book)).toMatchObject({ used: 0, reserved: 0 });
  });

  it.each([
    ['rejected', (book: BookSpec, act: string) => book.when({ type: 'RejectAct', act, reason: 'no' }, SUE)],
    ['not answered in time', (book: BookSpec) => book.at(HALF_PAST)],
  ])('is refused for an act that was %s', (word, given) => {
    const book = open(0);
    const { id } = held(book);
    given(book, id);
    expect(book.reverse(id)).toMatchObject({
      refusal: { code: 'act-not-reversible', detail: expect.stringContaining(word) },
    });
  });
});
