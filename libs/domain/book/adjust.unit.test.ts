/**
 * Aim: an adjustment changes exactly the bucket it names, in the window it means, says who and why, never benefits
 * its author, and a transfer never takes more than remains.
 */
import { describe, expect, it } from '@jest/globals';
import { ADMIN } from '../access/access.ts';
import type { Amounts } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import { bucketsOf } from './allowances.ts';
import { BookSpec, limit, ms, receiptOf, rolling, WEEK } from './book-spec.fixture.ts';
import { type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';

const NOW = '2026-11-11T12:00:00Z';
const coffees = limit('coffees', ['employee'], WEEK, { count: 2 });
const pool = limit('pool', ['location'], { every: 'month' }, { costMinor: 500 });
const lastDay = limit('last-day', ['book'], rolling(24), { count: 2 });

interface Asked {
  readonly key?: Record<string, string>;
  readonly at?: string;
  readonly location?: string;
}

function open(...limits: readonly Limit[]): BookSpec {
  return BookSpec.open('2026-11-02T09:00:00Z').inForce(limits).at(NOW);
}

function adjust(
  spec: BookSpec,
  id: string,
  amounts: Partial<Amounts>,
  { key = { employee: 'ann' }, at, location }: Asked = {},
  kind: 'grant' | 'correction' = 'grant',
): Decided {
  const when = at === undefined ? {} : { at: ms(at) };
  const where = location === undefined ? {} : { location };
  return spec.when({
    type: 'AdjustBucket',
    kind,
    limit: id,
    asked: { key, ...when, ...where, amounts },
    reason: 'why',
  });
}

function transfer(
  spec: BookSpec,
  amounts: Partial<Amounts>,
  more: Partial<{ limit: string; from: string; to: string; at: string }> = {},
): Decided {
  const { from = 'ann', to = 'bob', at } = more;
  const asked = { from: { employee: from }, to: { employee: to }, amounts, ...(at && { at: ms(at) }) };
  return spec.when({ type: 'TransferBetweenBuckets', limit: more.limit ?? 'coffees', asked, reason: 'why' });
}

function left(spec: BookSpec, id: string, key: Record<string, string>, at = NOW) {
  const asked = bucketsOf(spec.state, { limit: id, key, at: ms(at), now: ms(NOW) });
  if (asked === undefined || !('bucket' in asked)) throw new Error(JSON.stringify(asked));
  return asked.bucket;
}

const countOf = (spec: BookSpec, employee: string, at = NOW) =>
  left(spec, 'coffees', { employee }, at).measures.count!;

function refusalOf(decided: Decided) {
  if (!('refusal' in decided)) throw new Error(`not refused: ${JSON.stringify(decided)}`);
  return decided.refusal;
}

describe('a grant', () => {
  it('lets so much more be given, in the window it is for and in no other', () => {
    const spec = open(coffees);
    adjust(spec, 'coffees', { count: 1 });
    expect(countOf(spec, 'ann')).toMatchObject({ allowed: 2, adjusted: 1, carriedOver: 0, remaining: 3 });
    const receipt = receiptOf(spec.act(), 'coffees');
    expect(receipt.measures.count).toEqual([2, 0, 0, 0, 1]);
    expect([spec.act().type, spec.act().type, spec.act().type]).toEqual([
      'ActAccepted',
      'ActAccepted',
      'ActDeclined',
    ]);
    expect(countOf(spec, 'bob').adjusted).toBe(0);
    expect(countOf(spec, 'ann', '2026-11-18T12:00:00Z').adjusted).toBe(0);
  });

  it('says what was posted, by whom and why', () => {
    const decided = adjust(open(coffees), 'coffees', { count: 1 }, { at: '2026-11-18T12:00:00Z' });
    expect('event' in decided && decided.event).toMatchObject({
      type: 'BucketAdjusted',
      kind: 'grant',
      limit: 'coffees',
      bucket: { label: 'week:2026-11-16', key: { employee: 'ann' } },
      amounts: { count: 1, costMinor: 0, retailMinor: 0 },
      reason: 'why',
      actor: 'admin',
      recordedAt: ms(NOW),
    });
    expect('event' in decided && decided.event).not.toHaveProperty('at');
  });

  it('is not carried over, and nor is it used before the allowance', () => {
    const spec = open({ ...coffees, carryOver: { upTo: { count: 9 }, for: 1 } });
    adjust(spec, 'coffees', { count: 5 });
    spec.act();
    // Two were carried in from the week before, and one of them is used: the two of this week are left.
    expect(countOf(spec, 'ann')).toMatchObject({ carriedOver: 2, adjusted: 5, remaining: 8 });
    expect(countOf(spec, 'ann', '2026-11-18T12:00:00Z')).toMatchObject({ carriedOver: 2, remaining: 4 });
  });

  it('runs on the clock of the key’s location, or the one named', () => {
    const spec = open(coffees, pool);
    // In London the new week has begun at 04:00, in New York it will at 09:00 UTC.
    const at = '2026-11-16T05:00:00Z';
    const labelOf = (decided: Decided) =>
      'event' in decided && decided.event.type === 'BucketAdjusted' ? decided.event.bucket.label : decided;
    expect(labelOf(adjust(spec, 'coffees', { count: 1 }, { at }))).toBe('week:2026-11-16');
    expect(labelOf(adjust(spec, 'coffees', { count: 1 }, { at, location: 'bronx' }))).toBe('week:2026-11-09');
    const key = { location: 'bronx' };
    const month = adjust(spec, 'pool', { costMinor: 1 }, { key, at: '2026-12-01T05:00:00Z' });
    expect(labelOf(month)).toBe('month:2026-11');
  });

  it('counts in a rolling window from its time on, until it is as old as the window', () => {
    const spec = open(lastDay);
    adjust(spec, 'last-day', { count: 1 }, { key: {}, at: '2026-11-11T00:00:00Z' });
    const remains = (at: string) => left(spec, 'last-day', {}, at).measures.count!.remaining;
    expect(
      ['2026-11-10T23:59:59Z', '2026-11-11T00:00:00Z', '2026-11-11T23:59:59Z', '2026-11-12T00:00:00Z'].map(
        remains,
      ),
    ).toEqual([2, 3, 3, 2]);
    spec.act();
    spec.act();
    const act = spec.act();
    expect([act.type, receiptOf(act, 'last-day').measures.count]).toEqual(['ActAccepted', [2, 2, 0, 0, 1]]);
    expect(spec.act().type).toBe('ActDeclined');
  });
});

describe('a correction', () => {
  it('takes away, below what is used as well', () => {
    const spec = open(coffees);
    spec.act();
    spec.act();
    adjust(spec, 'coffees', { count: -1 }, {}, 'correction');
    expect(countOf(spec, 'ann')).toMatchObject({ adjusted: -1, used: 2, remaining: -1 });
    expect(receiptOf(spec.act(), 'coffees').measures.count).toEqual([2, 2, 0, 0, -1]);
  });

  it('undoes a grant without a trace in the bucket', () => {
    const spec = open(coffees);
    const before = spec.state.buckets.toSnapshot().adjusted;
    adjust(spec, 'coffees', { count: 4 });
    adjust(spec, 'coffees', { count: -4 }, {}, 'correction');
    expect(countOf(spec, 'ann').adjusted).toBe(0);
    expect(spec.state.buckets.toSnapshot().adjusted).toEqual(before);
  });

  it('of a window that has ended counts as used there, and so shrinks what was carried', () => {
    const spec = open({ ...coffees, carryOver: { upTo: { count: 2 }, for: 1 } });
    expect(countOf(spec, 'ann').carriedOver).toBe(2);
    adjust(spec, 'coffees', { count: -1 }, { at: '2026-11-04T12:00:00Z' }, 'correction');
    expect(countOf(spec, 'ann').carriedOver).toBe(1);
  });

  it('takes away in a rolling window, for late acts too', () => {
    const spec = open(lastDay);
    adjust(spec, 'last-day', { count: -2 }, { key: {}, at: '2026-11-11T11:59:00Z' }, 'correction');
    // Ten minutes before it nothing had been taken away; but the window that ends with it would hold too much.
    const late = spec.act({ occurredAt: '2026-11-11T11:50:00Z' });
    expect([late.type, receiptOf(late, 'last-day').measures.count]).toEqual([
      'ActDeclined',
      [2, 0, 0, 0, -2],
    ]);
  });
});

describe('a grant in a rolling window', () => {
  it('counts for a late act as if what came free after it had never been, also in the same round', () => {
    const spec = open(limit('last-day', ['employee'], rolling(24), { count: 2 }));
    adjust(spec, 'last-day', { count: 5 }, { at: '2026-11-10T11:55:00Z' });
    const asked = {
      kind: 'comp',
      trigger: 'recovery',
      employee: 'ann',
      location: 'soho',
      costMinor: 1,
    } as const;
    const kept = spec.act({ mode: 'reserve' });
    const context = { recordedAt: ms(NOW), actor: 'till', roles: ADMIN.roles, id: 'x' };
    const draft = new Draft(spec.state);
    const released = decide(draft, { type: 'ReleaseAct', act: kept.id }, context);
    if (!('event' in released)) throw new Error(JSON.stringify(released));
    draft.take(released.event);
    const late = {
      ...asked,
      mode: 'request',
      retailMinor: 1,
      occurredAt: ms('2026-11-11T11:50:00Z'),
    } as const;
    const inRound = decide(draft, { type: 'DecideAct', asked: late }, context);
    spec.when({ type: 'ReleaseAct', act: kept.id });
    expect(inRound).toEqual(decide(new Draft(spec.state), { type: 'DecideAct', asked: late }, context));
    expect(inRound).toMatchObject({ event: { guardrails: [{ measures: { count: [2, 0, 0, 0, 5] } }] } });
  });
});

describe('a transfer', () => {
  it('moves what remains to another bucket of the limit', () => {
    const spec = open(coffees);
    transfer(spec, { count: 2 });
    expect(countOf(spec, 'ann')).toMatchObject({ adjusted: -2, remaining: 0 });
    expect(countOf(spec, 'bob')).toMatchObject({ adjusted: 2, remaining: 4 });
    expect(spec.act().type).toBe('ActDeclined');
  });

  it('never takes more than remains: allowed, carried over and granted, less used', () => {
    const spec = open({ ...coffees, carryOver: { upTo: { count: 1 }, for: 1 } });
    adjust(spec, 'coffees', { count: 3 });
    spec.act();
    const refused = refusalOf(transfer(spec, { count: 6 }));
    expect(refused).toMatchObject({ code: 'transfer-exceeds-remaining', pointer: '/count' });
    expect(refused.detail).toContain('5 remain');
    expect('event' in transfer(spec, { count: 5 })).toBe(true);
    expect(refusalOf(transfer(spec, { count: 1 })).code).toBe('transfer-exceeds-remaining');
  });

  it('out of a window counts as used there', () => {
    const spec = open({ ...coffees, carryOver: { upTo: { count: 9 }, for: 1 } });
    // Two carried and two of its own: three go to Bob, the carried ones first.
    transfer(spec, { count: 3 });
    expect(countOf(spec, 'ann', '2026-11-18T12:00:00Z').carriedOver).toBe(1);
    expect(countOf(spec, 'bob', '2026-11-18T12:00:00Z').carriedOver).toBe(2);
  });

  it('takes no more out of a rolling window than the fullest that contains its time', () => {
    const spec = open(limit('last-day', ['employee'], rolling(24), { count: 2 }));
    spec.act();
    const early = { limit: 'last-day', at: '2026-11-11T11:00:00Z' };
    expect(refusalOf(transfer(spec, { count: 2 }, early)).code).toBe('transfer-exceeds-remaining');
    expect('event' in transfer(spec, { count: 1 }, early)).toBe(true);
  });

  it('nor of any measure than the window that is fullest of that measure leaves', () => {
    const spec = open(limit('last-day', ['employee'], rolling(24), { count: 10, costMinor: 100 }));
    const recorded = (occurredAt: string, quantity: number, costMinor: number) =>
      spec.act({ mode: 'record', occurredAt, item: { sku: 'tea', quantity }, costMinor });
    spec.given({ type: 'DefineItem', sku: 'tea', item: { retailMinor: 0, costMinor: 0 } });
    // Of the windows that contain two o'clock in the morning, one is nearly full of pieces, the other of pence.
    recorded('2026-11-10T03:00:00Z', 9, 0);
    recorded('2026-11-11T11:00:00Z', 1, 80);
    const at = { limit: 'last-day', at: '2026-11-11T02:00:00Z' };
    const refused = refusalOf(transfer(spec, { costMinor: 21 }, at));
    expect(refused).toMatchObject({ code: 'transfer-exceeds-remaining', pointer: '/costMinor' });
    expect(refusalOf(transfer(spec, { count: 2 }, at)).pointer).toBe('/count');
    expect('event' in transfer(spec, { count: 1, costMinor: 20 }, at)).toBe(true);
  });

  it.each<[string, object, string, string | undefined]>([
    ['to itself', { to: 'ann' }, 'same-bucket', '/to'],
    ['in a window that has ended', { at: '2026-11-08T12:00:00Z' }, 'bucket-not-adjustable', '/at'],
    ['in a window to come', { at: '2026-11-16T12:00:00Z' }, 'bucket-not-adjustable', '/at'],
    [
      'in a rolling window, of long ago',
      { limit: 'r', at: '2026-11-10T12:00:00Z' },
      'bucket-not-adjustable',
      '/at',
    ],
    [
      'in a rolling window, ahead',
      { limit: 'r', at: '2026-11-11T12:05:01Z' },
      'bucket-not-adjustable',
      '/at',
    ],
    ['from nobody', { from: 'nobody' }, 'bucket-not-adjustable', '/from/employee'],
    ['to nobody', { to: 'nobody' }, 'bucket-not-adjustable', '/to/employee'],
    ['of no limit', { limit: 'tea' }, 'limit-not-found', '/limit'],
  ])('is refused %s', (_what, more, code, pointer) => {
    const spec = open(coffees, limit('r', ['employee'], rolling(24), { count: 2 }));
    const before = spec.state.revision;
    expect(refusalOf(transfer(spec, { count: 1 }, more))).toMatchObject({ code, pointer });
    expect(spec.state.revision).toBe(before);
  });
});

describe('what is refused', () => {
  const shifts = limit('shifts', ['employee'], { every: 'shift' }, { count: 2 });
  const single = limit('single', ['act', 'employee'], WEEK, { count: 2 });
  const each = limit('each', ['employee'], { every: 'act' }, { count: 2 });

  it.each<[string, Partial<Amounts>, Asked, string, string]>([
    ['tea', { count: 1 }, {}, 'limit-not-found', '/limit'],
    ['coffees', {}, {}, 'bucket-not-adjustable', '/count'],
    ['coffees', { count: 0 }, {}, 'bucket-not-adjustable', '/count'],
    ['coffees', { count: -1 }, {}, 'bucket-not-adjustable', '/count'],
    ['coffees', { costMinor: 5 }, {}, 'bucket-not-adjustable', '/costMinor'],
    ['coffees', { count: 1 }, { key: {} }, 'bucket-not-adjustable', '/key'],
    ['coffees', { count: 1 }, { key: { employee: 'nobody' } }, 'bucket-not-adjustable', '/key/employee'],
    [
      'coffees',
      { count: 1 },
      { key: { employee: 'ann', customer: 'c' } },
      'bucket-not-adjustable',
      '/key/customer',
    ],
    ['coffees', { count: 1 }, { location: 'nowhere' }, 'bucket-not-adjustable', '/location'],
    ['pool', { costMinor: 1 }, { key: { location: 'nowhere' } }, 'bucket-not-adjustable', '/key/location'],
    ['shifts', { count: 1 }, {}, 'bucket-not-adjustable', '/key'],
    ['single', { count: 1 }, {}, 'bucket-not-adjustable', '/limit'],
    ['each', { count: 1 }, {}, 'bucket-not-adjustable', '/limit'],
    ['last-day', { count: 1 }, { key: { book: 'paris' } }, 'bucket-not-adjustable', '/key/book'],
  ])('%s %j %j: %s', (id, amounts, asked, code, pointer) => {
    const spec = open(coffees, pool, shifts, single, each, lastDay);
    const before = spec.state.revision;
    const refused = refusalOf(adjust(spec, id, amounts, asked));
    expect(refused).toMatchObject({ code, pointer, advice: expect.stringMatching(/^.{10,}[.:]?/) });
    expect(spec.state.revision).toBe(before);
  });

  it('a shift by its id, and the book by its own name, are keys', () => {
    const spec = open(shifts, lastDay);
    const early = adjust(spec, 'shifts', { count: 1 }, { key: { employee: 'ann', shift: 'early' } });
    expect('event' in early && early.event).toMatchObject({
      bucket: { label: 'shift:early', key: { employee: 'ann' } },
    });
    expect('event' in adjust(spec, 'last-day', { count: 1 }, { key: { book: 'london' } })).toBe(true);
  });

  it('what could no longer be added up exactly', () => {
    const spec = open(coffees);
    const most = Number.MAX_SAFE_INTEGER;
    expect('event' in adjust(spec, 'coffees', { count: most })).toBe(true);
    // Taking it all away again would make 2^54 of adjustments.
    const refused = refusalOf(adjust(spec, 'coffees', { count: -most }, {}, 'correction'));
    expect(refused).toMatchObject({ code: 'amount-too-large', pointer: '/count' });
  });

  it('without a policy in force', () => {
    expect(refusalOf(adjust(BookSpec.open(NOW), 'coffees', { count: 1 })).code).toBe('limit-not-found');
  });
});

describe('the author never gains', () => {
  const as = (spec: BookSpec, actor: string, command: Parameters<typeof decide>[1]): Decided =>
    decide(new Draft(spec.state), command, { recordedAt: ms(NOW), actor, roles: ADMIN.roles, id: 'id' });
  const given = (kind: 'grant' | 'correction', count: number) =>
    ({
      type: 'AdjustBucket',
      kind,
      limit: 'coffees',
      asked: { key: { employee: 'ann' }, amounts: { count } },
      reason: 'r',
    }) as const;
  const moved = (from: string, to: string) => {
    const asked = { from: { employee: from }, to: { employee: to }, amounts: { count: 1 } };
    return { type: 'TransferBetweenBuckets', limit: 'coffees', asked, reason: 'r' } as const;
  };

  it.each([
    ['a grant to oneself', given('grant', 1), 'self-approval'],
    ['a correction upwards', given('correction', 1), 'self-approval'],
    ['a correction downwards', given('correction', -1), undefined],
    ['a transfer to oneself', moved('bob', 'ann'), 'self-approval'],
    ['a transfer away', moved('ann', 'bob'), undefined],
  ])('by %s', (_what, command, code) => {
    const decided = as(open(coffees), 'ann', command);
    expect('refusal' in decided ? decided.refusal.code : undefined).toBe(code);
    // Anybody else may.
    expect('event' in as(open(coffees), 'cat', command)).toBe(true);
  });
});
