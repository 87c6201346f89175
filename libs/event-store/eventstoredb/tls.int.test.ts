/** Aim: with TLS the server is checked against its authority and told who calls; with either wrong nothing is written. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type StandIn, startStandIn } from '../../../test/stand-in/start.ts';
import { eventsOf } from '../event-store.conformance.ts';
import { EngineUnavailable, NO_STREAM } from '../event-store.ts';
import { EventStoreDbEventStore } from './eventstoredb-event-store.ts';

describe('TLS and credentials', () => {
  let directory: string;
  let standIn: StandIn;

  function certificate(name: string): { key: string; cert: string } {
    const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)];
    execFileSync(
      'openssl',
      // One line each: the options of OpenSSL.
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=stand-in -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`.split(
        ' ',
      ),
      { stdio: 'ignore' },
    );
    return { key, cert };
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tls-'));
    const { key, cert } = certificate('server');
    certificate('stranger');
    standIn = await startStandIn({
      tls: { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') },
      credentials: 'ledger:s3cret',
    });
  });
  afterAll(async () => {
    await standIn.stop();
    await rm(directory, { recursive: true });
  });

  async function trying(login: string, authority: string): Promise<unknown> {
    const store = new EventStoreDbEventStore({
      connectionString: `esdb://${login}@127.0.0.1:${standIn.port}?tlsCAFile=${join(directory, authority)}`,
      timing: { attemptMs: 500, totalMs: 1_200 },
    });
    try {
      const result = await store.append(`book-${login.length}`, eventsOf(1), NO_STREAM);
      let seen = 0;
      const subscription = store.subscribe({ streamPrefix: 'book-' }, (events) => {
        seen += events.length;
      });
      for (let i = 0; i < 300 && seen === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
      await subscription.close();
      return { result, seen };
    } finally {
      await store.close();
    }
  }

  it('lets in who has both', async () => {
    expect(await trying('ledger:s3cret', 'server.pem')).toEqual({
      result: { ok: true, revision: 0, alreadyThere: false },
      seen: 1,
    });
  });

  it('refuses a wrong password at once, and says what to check', async () => {
    const refused = trying('ledger:wrong', 'server.pem');
    await expect(refused).rejects.toThrow(/refuses the name and password: check them/);
    await expect(refused).rejects.toMatchObject({ nothingWritten: true });
  });

  it('sends nothing to a server whose certificate is of another authority', async () => {
    const refused = trying('ledger:s3cret', 'stranger.pem');
    await expect(refused).rejects.toThrow(EngineUnavailable);
    await expect(refused).rejects.toMatchObject({ nothingWritten: true });
  });
});
