/**
 * Aim: a backtest is pinned, exact and the same for ever; it can be read as a page, followed, and cancelled; and what
 * cannot be done is said.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServedBook } from './served-book.fixture.ts';

let book: ServedBook;
beforeAll(async () => {
  book = await ServedBook.open(3);
  for (let i = 0; i < 8; i++) await book.coffee(i);
});
afterAll(() => book.close());

describe('a backtest over HTTP', () => {
  it('under the version in force finds nothing changed', async () => {
    const { status, body, headers } = await book.call('POST', '/policies/1/backtest', {}, { key: 'b-same' });
    expect(status).toBe(200);
    expect(headers.get('location')).toMatch(/^\/v1\/books\/london\/backtests\/[0-9a-f-]{36}$/);
    expect(body).toMatchObject({
      kind: 'backtest',
      book: 'london',
      candidate: { version: 1, title: '3 coffees' },
      comparedWith: { decisions: 'as recorded', versions: [{ policyVersion: 1, acts: 8 }] },
      acts: { replayed: 8, reported: 8, same: 8, changed: 0 },
      changes: [],
    });
    expect(body.notes[0]).toMatch(/not a forecast/);
  });

  it('tells what another version would have changed, with figures and examples', async () => {
    await book.draft(2);
    const { body } = await book.call('POST', '/policies/2/backtest', {});
    expect(body.acts).toEqual({ replayed: 8, reported: 8, same: 7, changed: 1 });
    expect(body.changes).toMatchObject([
      { from: 'accepted', to: 'declined', acts: 1, costMinor: 80, retailMinor: 390, recoveries: 1 },
    ]);
    const [example] = body.changes[0].examples;
    expect(example).toMatchObject({ employee: 'ann', recorded: { policyVersion: 1, because: [] } });
    expect(example.candidate.because).toEqual([
      {
        guardrail: 'limit coffees',
        finding: 'decline',
        key: { employee: 'ann' },
        window: 'lifetime',
        measures: { count: { allowed: 2, usedBefore: 2, reserved: 0 } },
      },
    ]);
    expect(body.spent.notSpent).toEqual({ acts: 1, costMinor: 80, retailMinor: 390 });
    expect(body.recoveriesNotMade.acts).toBe(1);
    expect(body.employees).toMatchObject({ count: 1, first: [{ id: 'ann', acts: 6 }] });
    expect((await book.call('GET', `/acts/${example.act}`)).body.status).toBe('accepted');
  });

  it('gives the same report for the same request, after new acts, new versions and a restart', async () => {
    const first = await book.call('POST', '/policies/2/backtest', { from: '2020-01-01' }, { key: 'b-1' });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    for (let i = 8; i < 12; i++) await book.coffee(i);
    await book.draft(9);
    await book.call('POST', '/policies/3/activate', {}, { key: 'activate-3' });
    await book.coffee(12);
    const again = await book.call('POST', '/policies/2/backtest', { from: '2020-01-01' }, { key: 'b-1' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.text).toBe(first.text);
    const byPosition = await book.call('POST', '/policies/2/backtest', {
      from: '2020-01-01',
      position: first.body.position,
    });
    expect(byPosition.text).toBe(first.text);
    await book.stop();
    await book.start();
    const restarted = await book.call('POST', '/policies/2/backtest', { from: '2020-01-01' }, { key: 'b-1' });
    expect(restarted.text).toBe(first.text);
    const followed = await book.call('GET', `/backtests/${first.headers.get('location')!.split('/').at(-1)}`);
    expect(followed.body).toMatchObject({ status: 'done', progress: 1, policyVersion: 2 });
    expect(JSON.stringify(followed.body.report)).toBe(first.text);
    const now = await book.call('POST', '/policies/2/backtest', { from: '2020-01-01' });
    expect(now.body.acts.replayed).toBe(13);
    expect(now.body.comparedWith.versions).toEqual([
      { policyVersion: 1, acts: 12 },
      { policyVersion: 3, acts: 1 },
    ]);
  });

  it('refuses the same key with another question', async () => {
    const { status, body } = await book.call(
      'POST',
      '/policies/2/backtest',
      { to: '2020-01-01' },
      { key: 'b-1' },
    );
    expect([status, body.code, body.differs]).toEqual([422, 'idempotency-key-reused', ['from', 'to']]);
  });

  it('bounds what is reported, not what is replayed', async () => {
    const { body } = await book.call('POST', '/policies/2/backtest', {
      from: '2000-01-01',
      to: '2000-01-02',
    });
    expect(body.acts).toEqual({ replayed: 13, reported: 0, same: 0, changed: 0 });
    expect(body.span).toEqual({ from: '2000-01-01', to: '2000-01-02' });
  });

  it('is a page of text for who reads it', async () => {
    const accepted = await book.call(
      'POST',
      '/policies/2/backtest',
      {},
      { headers: { accept: 'text/plain' } },
    );
    expect(accepted.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(accepted.text).toMatch(/^BACKTEST of policy version 2, "2 coffees"\n/);
    expect(accepted.text).toMatch(/accounting counterfactual, not a forecast/);
    expect((await book.call('POST', '/policies/2/backtest?as=text', {})).text).toBe(accepted.text);
  });

  it('says what is wrong with a request', async () => {
    const codes = async (version: string, body: object) => {
      const reply = await book.call('POST', `/policies/${version}/backtest`, body);
      return [reply.status, reply.body.code];
    };
    expect(await codes('99', {})).toEqual([404, 'policy-not-found']);
    expect(await codes('none', {})).toEqual([400, 'path-invalid']);
    expect(await codes('1', { position: 1_000_000 })).toEqual([422, 'position-not-reached']);
    expect(await codes('1', { from: '2026-02-30' })).toEqual([400, 'body-invalid']);
    expect(await codes('1', { from: '2026-02-03', to: '2026-02-01' })).toEqual([400, 'body-invalid']);
    expect(await codes('1', { until: '2026-02-01' })).toEqual([400, 'body-invalid']);
    expect((await book.call('GET', '/backtests/0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee')).status).toBe(404);
  });

  it('is followed and cancelled where the caller does not wait', async () => {
    const asked = { from: '2021-01-01' };
    const prefer = { prefer: 'respond-async' };
    const begun = await book.call('POST', '/policies/2/backtest', asked, { key: 'b-async', headers: prefer });
    expect(begun.status).toBe(202);
    expect(begun.body).toMatchObject({ policyVersion: 2, from: '2021-01-01', to: null });
    const path = `/backtests/${begun.body.id}`;
    const cancelled = await book.call('POST', `${path}/cancel`);
    expect(cancelled.body.status).toBe('cancelled');
    expect((await book.call('GET', path)).body).toMatchObject({ status: 'cancelled' });
    const waited = await book.call('POST', '/policies/2/backtest', asked, {
      key: 'b-async',
      headers: { prefer: 'respond-async, wait=20' },
    });
    expect([waited.status, waited.body.acts.replayed]).toEqual([200, 13]);
    expect((await book.call('POST', `${path}/cancel`)).body.status).toBe('done');
    expect(await book.call('POST', '/policies/2/backtest', {}, { headers: prefer })).toMatchObject({
      status: 400,
    });
  });

  it('is cancelled when the connection is closed, and made after all when it is asked for again', async () => {
    const leaving = new AbortController();
    const asked = { from: '2022-01-01' };
    const gone = book.call('POST', '/policies/2/backtest', asked, { key: 'b-gone', signal: leaving.signal });
    setTimeout(() => leaving.abort(), 30);
    await expect(gone).rejects.toThrow();
    const again = await book.call('POST', '/policies/2/backtest', asked, { key: 'b-gone' });
    expect([again.status, again.body.acts.replayed]).toEqual([200, 13]);
  });
});
