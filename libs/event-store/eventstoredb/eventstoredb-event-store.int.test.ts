/**
 * Aim: the distributed engine keeps the promises of the port with the same expectations as the embedded one, on every
 * target there is: the stand-in always, a server that runs where one is named, a container where they can be had.
 */
import { afterAll, describe, expect, it } from '@jest/globals';
import { eventStoreConformance } from '../event-store.conformance.ts';
import { EventStoreDbEventStore } from './eventstoredb-event-store.ts';
import { type RunningServer, targets } from './targets.fixture.ts';

/** Below the 1 MiB that the server takes in one append. */
const CAPABILITIES = { bigEventCharacters: 800_000, patienceMs: 8_000 };

const { found, missing } = await targets();

describe('the conformance suite of the distributed engine', () => {
  it('says which targets it ran on, and why not on the others', () => {
    const lines = [
      ...found.map(({ name }) => `ran: ${name}`),
      ...missing.map(({ name, why }) => `not run: ${name}: ${why}`),
    ];
    process.stdout.write(`Targets of the conformance suite\n${lines.map((line) => `  ${line}\n`).join('')}`);
    expect(lines).toHaveLength(3);
  });
});

for (const target of found) {
  let running: Promise<RunningServer> | undefined;
  eventStoreConformance(
    target.name,
    async () => {
      running ??= target.start();
      const { connectionString } = await running;
      const stores: EventStoreDbEventStore[] = [];
      const reopen = async (): Promise<EventStoreDbEventStore> => {
        const store = new EventStoreDbEventStore({ connectionString });
        stores.push(store);
        return store;
      };
      return {
        store: await reopen(),
        reopen,
        async close() {
          await Promise.all(stores.map((store) => store.close()));
        },
      };
    },
    CAPABILITIES,
  );
  afterAll(async () => {
    await (await running)?.stop();
  });
}
