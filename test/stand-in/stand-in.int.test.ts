/**
 * Aim: the stand-in answers as the server's sources say it does, seen through the unmodified client. What is built on a
 * stand-in that is wrong here is proved of nothing.
 */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ANY,
  type AppendExpectedRevision,
  type AppendResult,
  BACKWARDS,
  END,
  ErrorType,
  EventStoreDBClient,
  type JSONEventType,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  streamNameFilter,
} from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Options, type StandIn, startStandIn } from './start.ts';

type Proposed = ReturnType<typeof jsonEvent<JSONEventType>>;
const things = (count: number): Proposed[] =>
  Array.from({ length: count }, (_, n) =>
    jsonEvent({ id: randomUUID(), type: 'ThingHappened', data: { n } }),
  );

let standIn: StandIn;
let client: EventStoreDBClient;

async function start(options: Options = {}): Promise<void> {
  standIn = await startStandIn(options);
  client = EventStoreDBClient.connectionString(standIn.connectionString);
}
afterEach(async () => {
  await standIn.stop();
  // May never settle: the client waits for streams that a reader left.
  client.dispose().catch(() => undefined);
});

/** By both calls that append: with credentials of its own the client takes the older one. */
const CALLS = [
  ['append', { credentials: { username: 'a', password: 'b' } }],
  ['batchAppend', {}],
] as const;

describe.each(CALLS)('an append by the call %s', (_, options) => {
  const append = (events: Proposed[], expectedRevision: AppendExpectedRevision): Promise<AppendResult> =>
    client.appendToStream('book-a', events, { ...options, expectedRevision });
  const wrong = { type: ErrorType.WRONG_EXPECTED_VERSION };
  beforeEach(() => start());

  it('with an explicit revision takes a retry, and a retry of a prefix, for the first append', async () => {
    const [first, second] = [things(3), things(2)];
    const written = await append(first, NO_STREAM);
    expect(written.nextExpectedRevision).toBe(2n);
    await append(second, 2n);
    expect(await append(first, NO_STREAM)).toEqual(written);
    expect((await append(first.slice(0, 2), NO_STREAM)).nextExpectedRevision).toBe(1n);
    expect((await append(second.slice(0, 1), 2n)).nextExpectedRevision).toBe(3n);
    expect(await standIn.control.ids('book-a')).toHaveLength(5);
  });

  it('refuses what is there in part, in another order, or at another revision', async () => {
    const [a, b, c] = things(3) as [Proposed, Proposed, Proposed];
    await append([a, b, c], NO_STREAM);
    for (const [events, expected] of [
      [[a, b, c, ...things(1)], NO_STREAM],
      [[a, ...things(1)], NO_STREAM],
      [[b, a], NO_STREAM],
      [[a, b], 0n],
      [things(1), 7n],
    ] as const) {
      await expect(append([...events], expected)).rejects.toMatchObject({ ...wrong, actualVersion: 2n });
    }
    expect(await standIn.control.ids('book-a')).toHaveLength(3);
  });

  it('at any revision knows a retry as long as it can', async () => {
    const [first, second] = [things(2), things(2)];
    await append(first, ANY);
    await append(second, ANY);
    expect((await append(first, ANY)).nextExpectedRevision).toBe(1n);
    expect(await standIn.control.ids('book-a')).toHaveLength(4);
    await expect(
      client.appendToStream('book-b', things(1), { expectedRevision: STREAM_EXISTS }),
    ).rejects.toMatchObject(wrong);
  });

  it('begins a deleted stream anew where it stopped, and none that was deleted for ever', async () => {
    await append(things(3), NO_STREAM);
    await client.deleteStream('book-a');
    await expect(revisions()).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    expect((await append(things(2), NO_STREAM)).nextExpectedRevision).toBe(4n);
    expect(await revisions()).toEqual([3, 4]);
    await client.tombstoneStream('book-a');
    await expect(append(things(1), ANY)).rejects.toMatchObject({ type: ErrorType.STREAM_DELETED });
    await expect(revisions()).rejects.toMatchObject({ type: ErrorType.STREAM_DELETED });
  });
});

async function revisions(options: Parameters<typeof client.readStream>[1] = {}): Promise<number[]> {
  const seen: number[] = [];
  for await (const { event } of client.readStream('book-a', options)) seen.push(Number(event!.revision));
  return seen;
}

describe('a read', () => {
  beforeEach(async () => {
    await start();
    await client.appendToStream('book-a', things(10));
    await client.appendToStream('other-a', things(5));
  });

  it('goes both ways from where it is asked to', async () => {
    expect(await revisions({ fromRevision: 7n })).toEqual([7, 8, 9]);
    expect(await revisions({ fromRevision: 7n, maxCount: 2 })).toEqual([7, 8]);
    expect(await revisions({ fromRevision: 2n, direction: BACKWARDS })).toEqual([2, 1, 0]);
    expect(await revisions({ fromRevision: END, direction: BACKWARDS, maxCount: 1 })).toEqual([9]);
  });

  it('of everything starts with the event at the position, and a subscription after it', async () => {
    const all = [];
    for await (const { event } of client.readAll()) all.push(event!.position);
    expect(all).toHaveLength(16);
    for await (const { event } of client.readAll({ fromPosition: all[4]! })) {
      expect(event!.position).toEqual(all[4]);
      break;
    }
    for await (const { event } of client.subscribeToAll({ fromPosition: all[4]! })) {
      expect(event!.position).toEqual(all[5]);
      break;
    }
  });

  it('that is followed tells when it has caught up, passes by the filter, and gives checkpoints', async () => {
    await client.appendToStream('other-b', things(100));
    let checkpoints = 0;
    let caughtUp = false;
    const filter = streamNameFilter({
      prefixes: ['book-'],
      checkpointReached: () => {
        checkpoints += 1;
      },
    });
    const seen: string[] = [];
    client
      .subscribeToAll({ filter })
      .on('data', ({ event }) => seen.push(event!.streamId))
      // The stand-in goes away at the end of the test.
      .on('error', () => undefined)
      .on('caughtUp' as never, () => {
        caughtUp = true;
      });
    for (let i = 0; i < 300 && !caughtUp; i++) await sleep(10);
    expect({ caughtUp, seen: seen.length, checkpoints }).toEqual({
      caughtUp: true,
      seen: 10,
      checkpoints: 3,
    });
    await client.appendToStream('book-c', things(1));
    for (let i = 0; i < 300 && seen.length < 11; i++) await sleep(10);
    expect(seen.at(-1)).toBe('book-c');
  });
});

describe('a stand-in', () => {
  it('that is killed comes back with every append it answered, without one that was cut off', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stand-in-'));
    const file = join(directory, 'log.jsonl');
    await start({ file });
    const events = things(4);
    await client.appendToStream('book-a', events, { expectedRevision: NO_STREAM });
    await standIn.kill();
    await client.dispose();
    await appendFile(file, '{"stream":"book-a","at":1,"events":[{"id"');
    await start({ file });
    expect(await standIn.control.ids('book-a')).toEqual(events.map(({ id }) => id));
    await client.appendToStream('book-a', things(1), { expectedRevision: 3n });
    expect(
      (await readFile(file, 'utf8'))
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toHaveLength(4);
    await rm(directory, { recursive: true });
  });

  it('of several nodes sends those who ask for the leader to it', async () => {
    await start({ nodes: 3 });
    await standIn.control.setLeader(2);
    const direct = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${standIn.ports[0]}?tls=false`);
    const append = (): Promise<AppendResult> =>
      direct.appendToStream('book-a', things(1), { requiresLeader: true });
    await expect(append()).rejects.toMatchObject({
      type: ErrorType.NOT_LEADER,
      leader: { address: '127.0.0.1', port: standIn.ports[2] },
    });
    expect(await append()).toMatchObject({ success: true });
    await direct.dispose();
  });

  it('refuses more bytes in one append than it was told to take', async () => {
    await start({ maxAppendBytes: 1_000 });
    const big = jsonEvent({ type: 'ThingHappened', data: { text: 'x'.repeat(2_000) } });
    await expect(
      client.appendToStream('book-a', big, { credentials: { username: 'a', password: 'b' } }),
    ).rejects.toMatchObject({ type: ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED, maxAppendSize: 1_000 });
  });
});
