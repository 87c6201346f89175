/**
 * Aim: what waits is settled once, by whoever comes first: an approver, the till, or the clock with nobody calling,
 * in one process and in two, before and after a restart; and every answer comes back the same.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '../domain/access/access.ts';
import type { AskedAct } from '../domain/act/act.ts';
import { bucketsOf } from '../domain/book/allowances.ts';
import type { Command } from '../domain/book/commands.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { EngineUnavailable } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import type { Answer } from './answers.ts';
import { coffee, furnish, type OpenBooks, openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { streamOf } from './stream-of.ts';
import { verifyBooks } from './verify.ts';

const BOOK = 'london';
const MINUTE = 60_000;
const TILL: Actor = { subject: 'till-7', roles: ['till'] };
const DANA: Actor = { subject: 'dana', roles: ['approver'] };

/** Two for each employee without asking; what goes beyond waits half an hour. */
const TWO_THEN_HOLD = policyOf([
  {
    id: 'two',
    appliesTo: {},
    per: ['employee'],
    window: { every: 'lifetime' },
    allow: { count: 2 },
    beyond: 'hold',
  },
]);

const limitOf = (count: number) =>
  policyOf([
    {
      id: 'all',
      appliesTo: {},
      per: ['book'],
      window: { every: 'lifetime' },
      allow: { count },
      beyond: 'decline',
    },
  ]);

let folder: ReturnType<typeof temporaryFolder>;
const opened: OpenBooks[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const process of opened.splice(0)) await process.close();
  folder.remove();
});

async function open(slot = 0): Promise<OpenBooks> {
  const process = await openBooks(folder.path, slot);
  opened.push(process);
  return process;
}
async function closeAll(): Promise<void> {
  for (const process of opened.splice(0)) await process.close();
}

type Recorded = Answer & { outcome: 'recorded' };
async function put(
  process: OpenBooks,
  command: Command,
  key: string,
  actor: Actor = TILL,
): Promise<Recorded> {
  const answer = await process.books.execute(BOOK, command, { key, actor });
  if (answer.outcome !== 'recorded') throw new Error(JSON.stringify(answer));
  return answer;
}
const post = (process: OpenBooks, key: string, more: Partial<AskedAct> = {}) =>
  put(process, { type: 'DecideAct', asked: coffee(more) }, key);
const idOf = ({ event }: Recorded): string => ('id' in event ? event.id : '');

/** The bucket as a till would be told. */
async function left(process: OpenBooks, limit: string, key: object = { employee: 'emp-1' }) {
  const now = process.clock.nowMs;
  const reading = await process.books.read(BOOK, (state) => bucketsOf(state, { limit, key, at: now, now }));
  const found = reading?.value;
  if (found === undefined || !('bucket' in found)) throw new Error(JSON.stringify(found));
  const { used, reserved, remaining } = found.bucket.measures.count!;
  return { used, reserved, remaining };
}

async function events(process: OpenBooks): Promise<BookEvent[]> {
  const all: BookEvent[] = [];
  for await (const batch of process.eventStore.read(streamOf(BOOK), 0)) all.push(...batch.map(decodeEvent));
  return all;
}
const typesOf = async (process: OpenBooks) => (await events(process)).map(({ type }) => type);

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function holdOne(process: OpenBooks, employees = ['emp-1']): Promise<string> {
  await furnish(process.books, BOOK, TWO_THEN_HOLD, employees);
  for (const key of ['one', 'two']) await post(process, key);
  const held = await post(process, 'three');
  expect(held.event.type).toBe('ActHeld');
  return idOf(held);
}

describe('an act that waits for approval', () => {
  it('is reserved at once, and spent when another approves it', async () => {
    const process = await open();
    const act = await holdOne(process);
    expect(await left(process, 'two')).toEqual({ used: 2, reserved: 1, remaining: -1 });
    const approved = await put(process, { type: 'ApproveAct', act, reason: 'a regular' }, 'yes', DANA);
    expect(approved).toMatchObject({
      event: { type: 'ActApproved', act, approver: 'dana', becomes: 'accepted' },
      act: { event: { type: 'ActHeld', id: act }, position: approved.position },
    });
    expect(await left(process, 'two')).toEqual({ used: 3, reserved: 0, remaining: -1 });
    expect(await process.books.act(BOOK, act)).toEqual(approved.act);
  });

  it('is not approved by whoever posted it', async () => {
    const process = await open();
    const act = await holdOne(process);
    const refused = await process.books.execute(
      BOOK,
      { type: 'ApproveAct', act },
      { key: 'me', actor: { ...TILL, roles: ['admin'] } },
    );
    expect(refused).toMatchObject({ outcome: 'refused', refusal: { code: 'self-approval' } });
    expect(await process.books.act(BOOK, act)).toMatchObject({ settledBy: [] });
  });

  it('is settled once, however many answer at once in two processes', async () => {
    const first = await open(0);
    const act = await holdOne(first);
    const second = await open(1);
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, i) =>
        [first, second][i % 2]!.books.execute(
          BOOK,
          i % 4 < 2 ? { type: 'ApproveAct', act } : { type: 'RejectAct', act, reason: 'no' },
          { key: `answer-${i}`, actor: { ...DANA, subject: `approver-${i}` } },
        ),
      ),
    );
    expect(answers.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.outcome === 'refused') expect(answer.refusal.code).toBe('act-not-open');
    }
    const settled = (await events(first)).filter(({ type }) => /^Act(Approved|Rejected)$/.test(type));
    expect(settled).toHaveLength(1);
  });

  it('answers a repeated approval as at first, also after what came later and from a new cache', async () => {
    let process = await open();
    const act = await holdOne(process);
    const approve: Command = { type: 'ApproveAct', act };
    const first = await put(process, approve, 'yes', DANA);
    await put(process, { type: 'ReverseAct', act, reason: 'mistake', asked: {} }, 'back');
    expect(await put(process, approve, 'yes', DANA)).toEqual({ ...first, replayed: true });
    await closeAll();
    rmSync(join(folder.path, 'cache-0.db'));
    process = await open();
    expect(await put(process, approve, 'yes', DANA)).toEqual({ ...first, replayed: true });
    const other = await process.books.execute(BOOK, { ...approve, reason: 'x' }, { key: 'yes', actor: DANA });
    expect(other).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'idempotency-key-reused', differs: ['reason'] },
    });
  });
});

describe('a reservation', () => {
  it('is committed in part, and the rest comes free', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(10));
    const item = { mode: 'reserve', retailMinor: 300, costMinor: 60 } as const;
    const reserved = await post(process, 'r', item);
    expect(reserved.event).toMatchObject({ type: 'ActReserved' });
    const act = idOf(reserved);
    expect(await left(process, 'all', {})).toEqual({ used: 0, reserved: 1, remaining: 9 });
    const committed = await put(process, { type: 'CommitAct', act, asked: { retailMinor: 100 } }, 'c');
    expect(committed.event).toMatchObject({
      type: 'ActCommitted',
      amounts: { count: 1, costMinor: 60, retailMinor: 100 },
      released: { count: 0, costMinor: 0, retailMinor: 200 },
    });
    expect(await left(process, 'all', {})).toEqual({ used: 1, reserved: 0, remaining: 9 });
    const again = await process.books.execute(
      BOOK,
      { type: 'CommitAct', act, asked: {} },
      { key: 'c2', actor: TILL },
    );
    expect(again).toMatchObject({ outcome: 'refused', refusal: { code: 'act-not-open' } });
  });

  it('that was held is reserved once approved, and its commit shows both', async () => {
    const process = await open();
    await furnish(process.books, BOOK, TWO_THEN_HOLD);
    for (const key of ['one', 'two']) await post(process, key);
    const act = idOf(await post(process, 'three', { mode: 'reserve', timeToLiveMs: 5 * MINUTE }));
    process.clock.nowMs += 10 * MINUTE;
    const approved = await put(process, { type: 'ApproveAct', act }, 'yes', DANA);
    expect(approved.event).toMatchObject({
      becomes: 'reserved',
      expiresAt: process.clock.nowMs + 5 * MINUTE,
    });
    const committed = await put(process, { type: 'CommitAct', act, asked: {} }, 'c');
    expect(committed.act?.settledBy.map(({ type }) => type)).toEqual(['ActApproved', 'ActCommitted']);
    expect(await process.books.act(BOOK, act)).toEqual(committed.act);
  });

  it('is either committed or released or ended by the clock, never two of them', async () => {
    const processes = [await open(0), await open(1)];
    const [first] = processes as [OpenBooks, OpenBooks];
    await furnish(first.books, BOOK, limitOf(1_000));
    for (let round = 0; round < 10; round++) {
      const act = idOf(await post(first, `r-${round}`, { mode: 'reserve', timeToLiveMs: 1000 }));
      const race = Array.from({ length: 16 }, (_, i) =>
        processes[i % 2]!.books.execute(
          BOOK,
          i % 3 === 0 ? { type: 'ReleaseAct', act } : { type: 'CommitAct', act, asked: {} },
          { key: `${round}-${i}`, actor: TILL },
        ),
      );
      for (const process of processes) process.clock.nowMs += round % 2 === 0 ? 999 : 1000;
      await Promise.all(processes.map(({ books }) => books.fallDue()));
      const recorded = (await Promise.all(race)).filter(({ outcome }) => outcome === 'recorded').length;
      const found = await first.books.act(BOOK, act);
      expect(found?.settledBy).toHaveLength(1);
      expect(recorded).toBe(found?.settledBy[0]?.type === 'ActExpired' ? 0 : 1);
    }
    expect(await left(first, 'all', {})).toMatchObject({ reserved: 0 });
  });
});

describe('what falls due', () => {
  it('is recorded with nobody calling, once, by two processes that both see it', async () => {
    const processes = [await open(0), await open(1)];
    const [first, second] = processes as [OpenBooks, OpenBooks];
    await furnish(first.books, BOOK, limitOf(10));
    for (let i = 0; i < 5; i++) await post(first, `r-${i}`, { mode: 'reserve', timeToLiveMs: MINUTE });
    await second.books.read(BOOK, () => undefined);
    const dueAt = first.clock.nowMs + MINUTE;
    for (const process of processes) process.clock.nowMs = dueAt + 7;
    const expired = async () => (await events(first)).filter(({ type }) => type === 'ActExpired');
    await until(async () => (await expired()).length >= 5, 'five expiries');
    // Long enough for the other to have tried as well.
    await new Promise((resolve) => setTimeout(resolve, 700));
    const all = await expired();
    expect(all).toHaveLength(5);
    for (const event of all) {
      expect(event).toMatchObject({ dueAt, recordedAt: dueAt + 7, becomes: 'expired', actor: 'ledger' });
      expect(event).not.toHaveProperty('key');
    }
    for (const process of processes) {
      expect(await left(process, 'all', {})).toEqual({ used: 0, reserved: 0, remaining: 10 });
    }
  });

  it('is recorded right after the start, with the time it fell due', async () => {
    const before = await open();
    await furnish(before.books, BOOK, TWO_THEN_HOLD);
    for (const key of ['one', 'two']) await post(before, key);
    const act = idOf(await post(before, 'three'));
    const dueAt = before.clock.nowMs + 30 * MINUTE;
    await closeAll();
    const after = await open();
    after.clock.nowMs = dueAt + 3 * 60 * MINUTE;
    await until(async () => (await typesOf(after)).includes('ActExpired'), 'the expiry');
    const found = await after.books.act(BOOK, act);
    expect(found?.settledBy).toMatchObject([{ dueAt, recordedAt: after.clock.nowMs, becomes: 'expired' }]);
    expect(found?.due).toBeUndefined();
    expect(await left(after, 'two')).toEqual({ used: 2, reserved: 0, remaining: 0 });
    const late = await after.books.execute(BOOK, { type: 'ApproveAct', act }, { key: 'late', actor: DANA });
    expect(late).toMatchObject({ outcome: 'refused', refusal: { code: 'act-expired' } });
  });

  it('is accepted where the policy says so', async () => {
    const process = await open();
    const hold = { durationMs: MINUTE, duration: 'PT1M', then: 'accept' } as const;
    await furnish(process.books, BOOK, { ...TWO_THEN_HOLD, hold });
    for (const key of ['one', 'two']) await post(process, key);
    const act = idOf(await post(process, 'three'));
    process.clock.nowMs += MINUTE;
    await process.books.fallDue();
    expect(await process.books.act(BOOK, act)).toMatchObject({ settledBy: [{ becomes: 'accepted' }] });
    expect(await left(process, 'two')).toEqual({ used: 3, reserved: 0, remaining: -1 });
  });

  it('is in force for every reader while it cannot be recorded', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(1));
    const act = idOf(await post(process, 'r', { mode: 'reserve', timeToLiveMs: MINUTE }));
    const dueAt = process.clock.nowMs + MINUTE;
    const { eventStore } = process;
    const append = eventStore.append.bind(eventStore);
    let refused = 0;
    eventStore.append = async () => {
      refused++;
      throw new EngineUnavailable('the disk is full', { nothingWritten: true });
    };
    process.clock.nowMs = dueAt + 1;
    expect(await left(process, 'all', {})).toEqual({ used: 0, reserved: 0, remaining: 1 });
    expect(await process.books.act(BOOK, act)).toMatchObject({ settledBy: [], due: { act, dueAt } });
    expect(await process.books.evaluate(BOOK, coffee(), TILL)).toMatchObject({
      event: { type: 'ActAccepted' },
    });
    await until(async () => refused >= 2, 'two tries');
    expect(await typesOf(process)).not.toContain('ActExpired');
    eventStore.append = append;
    await until(async () => (await typesOf(process)).includes('ActExpired'), 'the expiry');
  });

  it('comes free before anything is decided, however much it is', async () => {
    const process = await open();
    const many = 1_300;
    await furnish(process.books, BOOK, limitOf(many));
    await Promise.all(
      Array.from({ length: many }, (_, i) =>
        post(process, `r-${i}`, { mode: 'reserve', timeToLiveMs: MINUTE }),
      ),
    );
    expect(await left(process, 'all', {})).toEqual({ used: 0, reserved: many, remaining: 0 });
    process.clock.nowMs += MINUTE;
    const accepted = await Promise.all(Array.from({ length: 40 }, (_, i) => post(process, `a-${i}`)));
    for (const { event } of accepted) expect(event.type).toBe('ActAccepted');
    const types = await typesOf(process);
    expect(types.filter((type) => type === 'ActExpired')).toHaveLength(many);
    expect(types.lastIndexOf('ActExpired')).toBeLessThan(types.indexOf('ActAccepted'));
  }, 60_000);
});

describe('verify', () => {
  const verdict = async (process: OpenBooks) =>
    (await verifyBooks({ eventStore: process.eventStore, cacheFiles: [join(folder.path, 'cache-0.db')] }))[0];

  /** One of everything that can become of an act. */
  async function everything(process: OpenBooks): Promise<void> {
    const act = await holdOne(process, ['emp-1', 'emp-2']);
    await put(process, { type: 'ApproveAct', act, reason: 'yes' }, 'approve', DANA);
    const rejected = idOf(await post(process, 'four'));
    await put(process, { type: 'RejectAct', act: rejected, reason: 'no' }, 'reject', DANA);
    const hash = 'a'.repeat(64);
    await put(process, { type: 'MakeApprovalCode', hash, expiresInMs: 5 * MINUTE }, 'code', DANA);
    const coded = idOf(await post(process, 'five', { mode: 'reserve' }));
    await put(process, { type: 'ApproveAct', act: coded, code: hash }, 'with-code');
    await put(process, { type: 'CommitAct', act: coded, asked: { retailMinor: 1 } }, 'commit');
    await put(process, { type: 'ReverseAct', act: coded, reason: 'mistake', asked: {} }, 'reverse');
    for (const key of ['six', 'seven']) await post(process, key, { employee: 'emp-1' });
    process.clock.nowMs += 31 * MINUTE;
    await process.books.fallDue();
    const released = idOf(await post(process, 'eight', { mode: 'reserve', employee: 'emp-2' }));
    await put(process, { type: 'ReleaseAct', act: released }, 'release');
  }

  it('finds everything in its place, and the cache complete', async () => {
    const process = await open();
    await everything(process);
    const { state } = (await process.books.read(BOOK, (state) => ({ state })))!.value;
    expect(state.open.size).toBe(0);
    await closeAll();
    const after = await open();
    expect(await verdict(after)).not.toHaveProperty('difference');
    expect(new Set(await typesOf(after)).size).toBeGreaterThanOrEqual(13);
  });

  it('finds what was decided although something had fallen due, and what ended before its time', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(5));
    await post(process, 'r', { mode: 'reserve', timeToLiveMs: MINUTE });
    process.clock.nowMs += MINUTE;
    await process.books.fallDue();
    await post(process, 'a');
    const { eventStore } = process;
    const read = eventStore.read.bind(eventStore);
    const tampered = (change: (data: Record<string, unknown>) => object) => ({
      ...eventStore,
      head: (stream: string) => eventStore.head(stream),
      streams: (prefix: string) => eventStore.streams(prefix),
      async *read(...asked: Parameters<typeof read>) {
        for await (const batch of read(...asked)) {
          yield batch.map((stored) =>
            stored.type === 'goodwill.act-expired.v1'
              ? { ...stored, data: JSON.stringify(change(JSON.parse(stored.data))) }
              : stored,
          );
        }
      },
    });
    const differences = [];
    for (const change of [
      (data: object) => ({ ...data, dueAt: 7 }),
      (data: object) => ({ ...data, becomes: 'accepted' }),
      (data: { recordedAt?: number }) => ({ ...data, recordedAt: data.recordedAt! - 1 }),
    ]) {
      const store = tampered(change as never) as unknown as OpenBooks['eventStore'];
      differences.push((await verifyBooks({ eventStore: store, cacheFiles: [] }))[0]?.difference);
    }
    for (const difference of differences) expect(difference).toMatch(/ends act .* by itself/);
  });
});
