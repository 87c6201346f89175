/** Aim: what is reserved counts at once and ends once: committed wholly or in part, released, or by its own time. */
import { describe, expect, it } from '@jest/globals';
import type { Amounts } from '../act/act.ts';
import { BookSpec, limit, ms, receiptOf, WEEK } from './book-spec.fixture.ts';
import type { Command } from './commands.ts';
import { differences } from './content.ts';
import { type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { ActReserved, BookEvent } from './events.ts';
import { draftAt, dueExpiries } from './expiry.ts';
import { isStale } from './settle.ts';

/** A Wednesday noon in winter. */
const NOON = '2026-11-18T12:00:00Z';
const SUE = { actor: 'sue', roles: ['approver', 'till'] } as const;
const pool = (costMinor: number, more = {}) =>
  limit('pool', ['employee'], WEEK, { costMinor, count: 99 }, more);

function open(costMinor = 1000): BookSpec {
  return BookSpec.open(NOON).inForce([pool(costMinor)]);
}
function reserved(book: BookSpec, asked: Parameters<BookSpec['ask']>[0] = {}): ActReserved {
  const decided = book.ask({ mode: 'reserve', ...asked });
  if (!('event' in decided) || decided.event.type !== 'ActReserved') throw new Error(JSON.stringify(decided));
  return decided.event;
}
function eventOf(decided: Decided): BookEvent {
  if (!('event' in decided)) throw new Error(JSON.stringify(decided));
  return decided.event;
}
const code = (decided: Decided) => ('refusal' in decided ? decided.refusal.code : decided);
const commit = (book: BookSpec, act: string, asked: Partial<Amounts> = {}) =>
  book.when({ type: 'CommitAct', act, asked });
const release = (book: BookSpec, act: string) => book.when({ type: 'ReleaseAct', act });
const cost = (book: BookSpec, at?: string) => book.left('ann', at)[0]?.measures.costMinor;

describe('a reservation', () => {
  it('counts at once, and keeps others within the limit', () => {
    const book = open(200);
    const event = reserved(book, { costMinor: 150 });
    expect(event.expiresAt).toBe(ms('2026-11-18T12:15:00Z'));
    expect(cost(book)).toMatchObject({ used: 0, reserved: 150, remaining: 50 });
    const second = book.act({ costMinor: 51 });
    expect(second.type).toBe('ActDeclined');
    expect(receiptOf(second, 'pool').measures.costMinor).toEqual([200, 0, 150]);
    expect(book.act({ costMinor: 50 }).type).toBe('ActAccepted');
  });

  it('lasts as long as it asks for', () => {
    expect(reserved(open(), { timeToLiveMs: 5_000 }).expiresAt).toBe(ms('2026-11-18T12:00:05Z'));
  });

  it('is declined beyond a limit, and too old, as a request is', () => {
    expect(open(10).act({ mode: 'reserve' }).type).toBe('ActDeclined');
    expect(code(open().ask({ mode: 'reserve', occurredAt: '2026-11-18T11:44:59Z' }))).toBe(
      'occurred-at-too-old',
    );
  });

  it('is evaluated as it is decided', () => {
    const book = open();
    const asked = {
      mode: 'reserve',
      kind: 'comp',
      trigger: 'recovery',
      employee: 'ann',
      location: 'soho',
    } as const;
    const command = { type: 'DecideAct', asked: { ...asked, retailMinor: 1, costMinor: 1 } } as const;
    const context = { recordedAt: ms(NOON), actor: 'till', roles: ['till'] as const, id: '' };
    expect(decide(draftAt(book.state, ms(NOON)), command, context)).toMatchObject({
      event: { type: 'ActReserved', id: '', expiresAt: ms('2026-11-18T12:15:00Z') },
    });
    expect(book.state.open.size).toBe(0);
  });
});

describe('a commit', () => {
  it.each([
    [
      'of all of it',
      {},
      { count: 1, costMinor: 80, retailMinor: 390 },
      { count: 0, costMinor: 0, retailMinor: 0 },
    ],
    [
      'of all, said in figures',
      { count: 1, costMinor: 80, retailMinor: 390 },
      { costMinor: 80 },
      { costMinor: 0 },
    ],
    [
      'of part of a measure: the others whole',
      { costMinor: 30 },
      { count: 1, costMinor: 30, retailMinor: 390 },
      { count: 0, costMinor: 50, retailMinor: 0 },
    ],
    [
      'of nothing of a measure',
      { costMinor: 0, retailMinor: 0 },
      { count: 1, costMinor: 0 },
      { costMinor: 80 },
    ],
  ])('%s', (_, asked, amounts, released) => {
    const book = open();
    const { id } = reserved(book);
    expect(eventOf(commit(book, id, asked))).toMatchObject({
      type: 'ActCommitted',
      act: id,
      asked,
      amounts,
      released,
    });
    expect(cost(book)).toMatchObject({ used: amounts.costMinor, reserved: 0 });
    expect(book.state.accepted).toMatchObject(amounts);
    expect(book.state.open.size).toBe(0);
  });

  it('uses the window the act occurred in, whenever it comes', () => {
    const book = BookSpec.open('2026-11-23T03:59:00Z').inForce([pool(1000)]);
    const { id } = reserved(book);
    book.at('2026-11-23T04:10:00Z');
    expect(eventOf(commit(book, id))).toMatchObject({ businessDate: '2026-11-22' });
    expect(cost(book)).toMatchObject({ used: 0 });
    expect(cost(book, '2026-11-23T03:59:00Z')).toMatchObject({ used: 80, reserved: 0 });
  });

  it.each([
    ['more than is reserved', { costMinor: 81 }, /reserved 80 costMinor/, '/costMinor'],
    ['less than nothing', { count: -1 }, /-1/, '/count'],
    ['nothing at all', { count: 0, costMinor: 0, retailMinor: 0 }, /no act/, undefined],
  ])('is refused for %s, and changes nothing', (_, asked, detail, pointer) => {
    const book = open();
    const { id } = reserved(book);
    const refused = commit(book, id, asked);
    expect(refused).toMatchObject({
      refusal: { code: 'commit-exceeds-reservation', detail: expect.stringMatching(detail) },
    });
    expect('refusal' in refused && refused.refusal.pointer).toBe(pointer);
    expect(cost(book)).toMatchObject({ reserved: 80 });
  });

  it('in part comes once: what was not committed is free again', () => {
    const book = open(100);
    const { id } = reserved(book, { costMinor: 100 });
    commit(book, id, { costMinor: 40 });
    expect(commit(book, id, { costMinor: 60 })).toMatchObject({
      refusal: { code: 'act-not-open', detail: expect.stringContaining('committed') },
    });
    expect(book.act({ costMinor: 61 }).type).toBe('ActDeclined');
    expect(book.act({ costMinor: 60 }).type).toBe('ActAccepted');
  });

  it.each([
    ['a millisecond before its time is over', '2026-11-18T12:14:59.999Z', 'ActCommitted'],
    ['when its time is over', '2026-11-18T12:15:00Z', 'act-expired'],
  ])('%s', (_, at, answer) => {
    const book = open();
    const { id } = reserved(book);
    book.at(at);
    const decided = commit(book, id);
    expect('event' in decided ? decided.event.type : code(decided)).toBe(answer);
  });

  it('is refused of what is not reserved', () => {
    const book = open();
    expect(code(commit(book, 'nothing'))).toBe('act-not-found');
    expect(code(commit(book, book.act().id))).toBe('act-not-open');
    expect(code(commit(book, book.act({ costMinor: 5000 }).id))).toBe('act-not-open');
  });
});

describe('a release', () => {
  it('frees all of it, once', () => {
    const book = open();
    const { id } = reserved(book);
    expect(eventOf(book.when({ type: 'ReleaseAct', act: id, reason: 'gone' }))).toMatchObject({
      type: 'ActReleased',
      reason: 'gone',
      amounts: { costMinor: 80 },
    });
    expect(cost(book)).toMatchObject({ used: 0, reserved: 0, remaining: 1000 });
    expect(release(book, id)).toMatchObject({
      refusal: { code: 'act-not-open', detail: expect.stringContaining('released') },
    });
  });
});

describe('a reservation nobody ends', () => {
  it('expires, also where nobody asks', () => {
    const book = open();
    const { id } = reserved(book);
    book.at('2026-11-18T12:15:00Z');
    expect(cost(book)).toMatchObject({ reserved: 0 });
    expect(book.expire()).toMatchObject([{ act: id, becomes: 'expired', dueAt: ms('2026-11-18T12:15:00Z') }]);
    expect(book.state).toMatchObject({ reserved: { count: 0, costMinor: 0 }, accepted: { count: 0 } });
    expect(code(release(book, id))).toBe('act-expired');
  });
});

describe('a reservation that is held', () => {
  const given = (then: 'expire' | 'accept') =>
    BookSpec.open(NOON).inForce([pool(0, { beyond: 'hold' })], {
      hold: { durationMs: 60_000, duration: 'PT1M', then },
    });
  const ask = (book: BookSpec) => book.act({ mode: 'reserve', timeToLiveMs: 600_000 });

  it('waits for its approval first, and then has its whole time', () => {
    const book = given('expire');
    const { id, type } = ask(book);
    expect(type).toBe('ActHeld');
    expect(code(commit(book, id))).toBe('act-not-open');
    expect(code(release(book, id))).toBe('act-not-open');
    book.at('2026-11-18T12:00:30Z');
    expect(eventOf(book.when({ type: 'ApproveAct', act: id }, SUE))).toMatchObject({
      becomes: 'reserved',
      expiresAt: ms('2026-11-18T12:10:30Z'),
    });
    expect(cost(book)).toMatchObject({ used: 0, reserved: 80 });
    expect(book.when({ type: 'ApproveAct', act: id }, SUE)).toMatchObject({
      refusal: { code: 'act-not-open', detail: expect.stringContaining('reserved') },
    });
    book.at('2026-11-18T12:10:29Z');
    expect(book.reverse(id)).toMatchObject({ refusal: { advice: expect.stringContaining('Release') } });
    expect(eventOf(commit(book, id, { costMinor: 70 })).type).toBe('ActCommitted');
    expect(cost(book)).toMatchObject({ used: 70, reserved: 0 });
    expect(eventOf(book.reverse(id))).toMatchObject({ amounts: { costMinor: 70 }, whole: true });
    expect(cost(book)).toMatchObject({ used: 0 });
  });

  it('expires unanswered, even where silence accepts: it was only to be kept', () => {
    const book = given('accept');
    const { id } = ask(book);
    book.at('2026-11-18T12:01:00Z');
    expect(book.expire()).toMatchObject([{ act: id, becomes: 'expired' }]);
    expect(book.state.accepted.count).toBe(0);
  });

  it('expires as a reservation once approved', () => {
    const book = given('accept');
    const { id } = ask(book);
    book.when({ type: 'ApproveAct', act: id }, SUE);
    book.at('2026-11-18T12:10:00Z');
    expect(book.expire()).toMatchObject([{ act: id, becomes: 'expired' }]);
  });
});

describe('a reversal of what was reserved', () => {
  it('gives back what was committed of it, and no more', () => {
    const book = open();
    const { id } = reserved(book);
    expect(code(book.reverse(id))).toBe('act-not-reversible');
    commit(book, id, { costMinor: 30 });
    expect(code(book.reverse(id, { costMinor: 31 }))).toBe('reversal-exceeds-act');
    expect(eventOf(book.reverse(id, { costMinor: 10 }))).toMatchObject({ whole: false });
    expect(eventOf(book.reverse(id))).toMatchObject({
      whole: true,
      amounts: { count: 1, costMinor: 20, retailMinor: 390 },
      reversedInAll: { count: 1, costMinor: 30, retailMinor: 390 },
    });
    expect(cost(book)).toMatchObject({ used: 0, reserved: 0 });
  });

  it.each([
    ['released', (book: BookSpec, id: string) => release(book, id)],
    ['not answered in time', (book: BookSpec) => book.at('2026-11-18T12:15:00Z')],
  ])('is refused for an act that was %s', (word, end) => {
    const book = open();
    const { id } = reserved(book);
    end(book, id);
    expect(book.reverse(id)).toMatchObject({
      refusal: { code: 'act-not-reversible', detail: expect.stringContaining(word) },
    });
  });
});

describe('several decisions in one round', () => {
  it('each see the ones before, and the state sees none', () => {
    const book = open(100);
    const first = reserved(book, { costMinor: 60 });
    const draft = new Draft(book.state);
    const now = ms(NOON) + 1000;
    const act = { decided: first };
    const put = (command: Command, id: string) => {
      const decided = decide(draft, command, { recordedAt: now, actor: 'till', roles: ['admin'], id, act });
      if ('event' in decided) draft.take(decided.event);
      return decided;
    };
    const ask = (costMinor: number, id: string) =>
      put(
        {
          type: 'DecideAct',
          asked: {
            mode: 'reserve',
            kind: 'comp',
            trigger: 'delight',
            employee: 'ann',
            location: 'soho',
            costMinor,
            retailMinor: 0,
          },
        },
        id,
      );
    expect(eventOf(ask(41, 'a')).type).toBe('ActDeclined');
    expect(eventOf(put({ type: 'CommitAct', act: first.id, asked: { costMinor: 20 } }, 'c')).type).toBe(
      'ActCommitted',
    );
    expect(eventOf(ask(80, 'b')).type).toBe('ActReserved');
    expect(draft.nextDueAt).toBeLessThanOrEqual(now + 900_000);
    expect(eventOf(ask(1, 'd')).type).toBe('ActDeclined');
    expect(code(put({ type: 'ReleaseAct', act: first.id }, 'e'))).toBe('act-not-open');
    expect(eventOf(put({ type: 'ReverseAct', act: first.id, reason: 'r', asked: {} }, 'f'))).toMatchObject({
      amounts: { costMinor: 20 },
    });
    expect(eventOf(ask(20, 'g')).type).toBe('ActReserved');
    expect([...draft.openActs()].map(({ id }) => id)).toEqual(['b', 'g']);
    expect(draft.reservedInAll().costMinor).toBe(100);
    expect(cost(book)).toMatchObject({ reserved: 60, used: 0 });
    expect(dueExpiries(draft, now + 900_000).map((expiry) => expiry.act)).toEqual(['b', 'g']);
  });

  it('are made on what the ledger has, or the act is read again', () => {
    const book = open();
    const first = reserved(book);
    const read = { decided: first };
    expect(isStale(new Draft(book.state), read)).toBe(false);
    const settled = eventOf(release(book, first.id));
    expect(isStale(new Draft(book.state), read)).toBe(true);
    expect(isStale(new Draft(book.state), { ...read, settled: settled as never })).toBe(false);
    expect(isStale(new Draft(book.state), { decided: book.act() })).toBe(false);
    const context = { recordedAt: ms(NOON), actor: 'till', roles: ['till'] as const, id: 'x', act: read };
    expect(() =>
      decide(new Draft(book.state), { type: 'CommitAct', act: first.id, asked: {} }, context),
    ).toThrow(/after it was read/);
  });
});

describe('the same key again', () => {
  const facts = (): [Command, Command, readonly string[]][] => [
    [{ type: 'ApproveAct', act: 'a' }, { type: 'ApproveAct', act: 'a', reason: 'r' }, ['reason']],
    [{ type: 'ApproveAct', act: 'a', code: 'h' }, { type: 'ApproveAct', act: 'a', code: 'i' }, ['code']],
    [{ type: 'RejectAct', act: 'a', reason: 'r' }, { type: 'RejectAct', act: 'a', reason: 's' }, ['reason']],
    [
      { type: 'CommitAct', act: 'b', asked: {} },
      { type: 'CommitAct', act: 'b', asked: { count: 1 } },
      ['count'],
    ],
    [
      { type: 'CommitAct', act: 'b', asked: { count: 1 } },
      { type: 'CommitAct', act: 'c', asked: { count: 1 } },
      ['act'],
    ],
    [{ type: 'ReleaseAct', act: 'b' }, { type: 'ReleaseAct', act: 'b', reason: 'r' }, ['reason']],
    [
      { type: 'MakeApprovalCode', hash: 'x', expiresInMs: 5000 },
      { type: 'MakeApprovalCode', hash: 'y', act: 'a', expiresInMs: 6000 },
      ['act', 'expiresInMs'],
    ],
  ];

  it.each(facts())('of %j and then %j', (first, second, differ) => {
    const book = BookSpec.open(NOON).inForce([pool(1000)], {
      rules: [{ id: 'ask', when: 'act.reason == "ask"', then: 'hold', message: 'Ask.' }],
    });
    book.given({ type: 'MakeApprovalCode', hash: 'h', expiresInMs: 1000 }, { actor: 'pat' });
    const ids: Record<string, string> = {
      a: book.act({ reason: 'ask' }).id,
      b: reserved(book).id,
      c: reserved(book).id,
    };
    const of = (command: Command): Command =>
      'act' in command && command.act !== undefined ? { ...command, act: ids[command.act]! } : command;
    const event = book.given(of(first), SUE);
    expect(differences(of(first), event)).toEqual([]);
    expect(differences(of(second), event)).toEqual(differ);
    for (const [other] of facts()) {
      if (other.type !== first.type) expect(differences(of(other), event)).toEqual(['operation']);
    }
  });

  it('of a code drawn anew is the same content', () => {
    const book = open();
    const event = book.given({ type: 'MakeApprovalCode', hash: 'x', expiresInMs: 5000 });
    expect(differences({ type: 'MakeApprovalCode', hash: 'y', expiresInMs: 5000 }, event)).toEqual([]);
  });

  it.each(['reserve', 'request'] as const)('of an act: mode %s or its time to live', (mode) => {
    const book = open();
    const event = book.act({ mode: 'reserve', timeToLiveMs: 5000 });
    expect(differences({ type: 'DecideAct', asked: event.asked }, event)).toEqual([]);
    const other = { ...event.asked, mode, timeToLiveMs: 6000 };
    expect(differences({ type: 'DecideAct', asked: other }, event)).toEqual(
      mode === 'reserve' ? ['timeToLiveMs'] : ['mode', 'timeToLiveMs'],
    );
  });
});
