/**
 * What happens to those who use the client as its examples do. Each case runs in a process of its own, because some
 * end it; what was seen is printed as JSON. Run: naive-client.fixture.ts <case>.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { END, EventStoreDBClient, jsonEvent, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import { type Options, type StandIn, startStandIn } from '../../../test/stand-in/start.ts';

const running: StandIn[] = [];
async function start(options: Options = {}): Promise<StandIn> {
  const standIn = await startStandIn(options);
  running.push(standIn);
  return standIn;
}
const connect = (standIn: StandIn, more = ''): EventStoreDBClient =>
  EventStoreDBClient.connectionString(`${standIn.connectionString}${more}`);
const thing = (n = 0): ReturnType<typeof jsonEvent> => jsonEvent({ type: 'ThingHappened', data: { n } });
const things = (count: number): ReturnType<typeof thing>[] =>
  Array.from({ length: count }, (_, n) => thing(n));

async function outcome(promise: Promise<unknown>, withinMs = 2_000): Promise<string> {
  return await Promise.race([
    promise.then(
      () => 'succeeded',
      (error: Error) => `failed: ${error.message}`,
    ),
    sleep(withinMs, 'pending'),
  ]);
}

/** One server's stream dies while the other server's append is on its way. */
async function twoServers(): Promise<{ healthy: Promise<unknown>; committed: () => Promise<number> }> {
  const [well, ill] = [await start(), await start()];
  const [wellClient, illClient] = [connect(well), connect(ill)];
  await wellClient.appendToStream('book-a', thing());
  await illClient.appendToStream('book-a', thing());
  await well.control.fault({ method: 'batchAppend', kind: 'delay-after', delayMs: 800 });
  await ill.control.fault({ method: 'batchAppend', kind: 'hang-before' });
  const healthy = wellClient.appendToStream('book-a', thing());
  healthy.catch(() => undefined);
  illClient.appendToStream('book-a', thing()).catch(() => undefined);
  await sleep(300);
  await ill.control.cut();
  return { healthy, committed: async () => (await well.control.ids('book-a')).length - 1 };
}

const cases: Readonly<Record<string, () => Promise<unknown>>> = {
  async D1() {
    const standIn = await start();
    await standIn.control.fault({ method: 'batchAppend', kind: 'hang-after' });
    const append = connect(standIn).appendToStream('book-a', thing(), { deadline: 300 });
    return { append: await outcome(append, 2_500), committed: (await standIn.control.ids('book-a')).length };
  },

  async D2() {
    process.on('uncaughtException', () => undefined);
    const { healthy, committed } = await twoServers();
    return { healthy: await outcome(healthy), committed: await committed() };
  },

  async D3() {
    const { healthy } = await twoServers();
    await outcome(healthy);
    await sleep(2_000);
    return 'still here';
  },

  async D4() {
    const client = connect(await start(), '&throwOnAppendFailure=false');
    await client.appendToStream('book-a', things(6), { expectedRevision: NO_STREAM });
    const { success, nextExpectedRevision } = await client.appendToStream('book-a', thing(), {
      expectedRevision: 2n,
    });
    return { success, standsAt: Number(nextExpectedRevision) };
  },

  async D5() {
    const client = connect(await start());
    const event = jsonEvent({ type: 'ThingHappened', data: { big: 12_345_678_901_234_567_890n as never } });
    return await outcome(client.appendToStream('book-a', event));
  },

  async D6() {
    const first = await startStandIn({ nodes: 2 });
    await first.stop();
    const client = EventStoreDBClient.connectionString(`${first.connectionString}&maxDiscoverAttempts=1`);
    const before = await outcome(client.appendToStream('book-a', thing()));
    await start({ nodes: 2, ports: first.ports });
    return { before, ...(await appendsAndReads(client)) };
  },

  async D7() {
    const standIn = await start();
    await standIn.control.fault({ method: 'features', kind: 'internal-before' });
    const client = connect(standIn);
    const before = await outcome(client.appendToStream('book-a', thing()));
    return { before, ...(await appendsAndReads(client)) };
  },

  async D8() {
    const client = connect(await start());
    await client.appendToStream('book-a', things(200));
    let checkpoint: { commit: bigint; prepare: bigint } | undefined;
    const filter = streamNameFilter({
      prefixes: ['book-'],
      checkpointReached: (_, position) => {
        checkpoint = position;
      },
    });
    let handled = 0;
    for await (const { event } of client.subscribeToAll({ filter })) {
      await sleep(2);
      handled += 1;
      if (checkpoint !== undefined && checkpoint.commit > event!.position.commit) break;
    }
    for await (const { event } of client.subscribeToAll({ filter, fromPosition: checkpoint! })) {
      return { lost: Number(event!.revision) - handled };
    }
    return undefined;
  },

  async D9() {
    process.on('unhandledRejection', () => undefined);
    const client = connect(await start());
    await client.appendToStream('book-a', things(200));
    const filter = streamNameFilter({
      prefixes: ['book-'],
      checkpointReached: () => {
        throw new Error('The checkpoint cannot be stored.');
      },
    });
    let handled = 0;
    let failed = false;
    client
      .subscribeToAll({ filter })
      .on('data', () => {
        handled += 1;
      })
      .on('error', () => {
        failed = true;
      });
    await sleep(2_000);
    return { stuck: handled < 200, failed };
  },

  async D10() {
    const standIn = await start();
    const client = connect(standIn);
    await client.appendToStream('book-a', things(3));
    let seen = 0;
    const loop = (async () => {
      for await (const { event } of client.subscribeToAll()) if (event!.streamId === 'book-a') seen += 1;
    })();
    while (seen < 3) await sleep(10);
    await standIn.control.endStreams('end');
    const ended = await outcome(loop);
    await client.appendToStream('book-a', things(2));
    await sleep(1_000);
    return { ended, seen, of: 5 };
  },

  async D11() {
    const standIn = await start();
    const client = connect(standIn);
    await client.appendToStream('book-a', thing());
    // The append's own stream is one of the hundred.
    for (let i = 0; i < 99; i++) client.subscribeToAll();
    while ((await standIn.control.counts()).openStreams < 99) await sleep(20);
    const read = (async () => {
      for await (const _ of client.readStream('book-a', {
        fromRevision: END,
        direction: 'backwards',
        maxCount: 1,
      }));
    })();
    return { read: await outcome(read, 3_000) };
  },

  async D12() {
    const standIn = await start({ nodes: 2 });
    const client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${standIn.port}?tls=false`);
    const options = { requiresLeader: true };
    await client.appendToStream('book-a', thing(), options);
    await standIn.control.setLeader(1);
    return {
      first: await outcome(client.appendToStream('book-a', thing(), options)),
      second: await outcome(client.appendToStream('book-a', thing(), options)),
    };
  },

  async D13() {
    const standIn = await start({ clockAheadMs: 60_000 });
    const append = await outcome(connect(standIn).appendToStream('book-a', thing()));
    return { append, committed: (await standIn.control.ids('book-a')).length };
  },

  async D14() {
    const client = connect(await start());
    const older = { credentials: { username: 'admin', password: 'changeit' } };
    await client.appendToStream('book-a', thing(), older);
    const { getChannel } = client as unknown as { getChannel(): Promise<{ close(): void }> };
    (await getChannel()).close();
    return { append: await outcome(client.appendToStream('book-a', thing(), older)) };
  },
};

async function appendsAndReads(client: EventStoreDBClient): Promise<{ appends: string[]; read: string }> {
  const appends: string[] = [];
  for (let i = 0; i < 3; i++) {
    appends.push(await outcome(client.appendToStream('book-a', thing())));
    await sleep(200);
  }
  const read = (async () => {
    for await (const _ of client.readAll({ maxCount: 1 }));
  })();
  return { appends, read: await outcome(read) };
}

const seen = await cases[process.argv[2]!]!();
process.stdout.write(JSON.stringify(seen));
await Promise.all(running.map((standIn) => standIn.stop()));
process.exit(0);
