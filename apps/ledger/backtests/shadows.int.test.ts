/**
 * Aim: a version runs in shadow from the usage as it stands, is never enforced, tells what differs as it runs, follows
 * reversals, and is there again after a restart and after it was stopped.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Called, ServedBook } from './served-book.fixture.ts';

let book: ServedBook;
beforeAll(async () => {
  book = await ServedBook.open(5);
  await book.draft(2);
});
afterAll(() => book.close());

const turn = (on: boolean, key: string): Promise<Called> =>
  book.call('POST', '/policies/2/shadow', { on }, { key });

/** Once it is made. */
async function report(query = ''): Promise<Called> {
  for (let i = 0; i < 100; i++) {
    const reply = await book.call('GET', `/policies/2/shadow${query}`);
    if (reply.status !== 503) return reply;
  }
  throw new Error('the shadow was never made');
}

describe('a shadow over HTTP', () => {
  let acts: string[];

  it('is not there before it is started', async () => {
    expect((await book.call('GET', '/policies/2/shadow')).body.code).toBe('resource-not-found');
    expect((await book.call('GET', '/policies/9/shadow')).body.code).toBe('policy-not-found');
    expect((await turn(false, 's-0')).body).toMatchObject({ shadow: 'off' });
  });

  it('begins with the usage as it stands, and enforces nothing', async () => {
    acts = [await book.coffee(1)];
    const started = await turn(true, 's-1');
    expect([started.status, started.body.shadow]).toEqual([201, 'on']);
    expect((await turn(true, 's-1')).headers.get('idempotent-replayed')).toBe('true');
    expect((await turn(true, 's-2')).status).toBe(200);
    for (const i of [2, 3, 5]) acts.push(await book.coffee(i));
    for (const act of acts) expect((await book.call('GET', `/acts/${act}`)).body.status).toBe('accepted');
    const { body } = await report();
    expect(body).toMatchObject({
      kind: 'shadow',
      candidate: { version: 2 },
      startedAfter: started.body.position,
    });
    expect(body.position).toBe(started.body.position + 3);
    // One was used before it began: the second is the last that the candidate allows.
    expect(body.acts).toEqual({ replayed: 3, reported: 3, same: 1, changed: 2 });
    expect(body.changes).toMatchObject([{ from: 'accepted', to: 'declined', acts: 2 }]);
  });

  it('gives back what is reversed: of its own acts, and of those from before', async () => {
    for (const act of [acts[0]!, acts[1]!]) {
      await book.call('POST', `/acts/${act}/reverse`, { reason: 'wrong key' }, { key: `r-${act}` });
    }
    // Reversed for the active version only: the candidate had declined it.
    await book.call('POST', `/acts/${acts[2]}/reverse`, { reason: 'wrong key' }, { key: `r-${acts[2]}` });
    for (const i of [6, 7, 9]) await book.coffee(i);
    const { body } = await report();
    expect(body.dropped).toEqual([{ fact: 'reversal', count: 1 }]);
    expect(body.acts).toEqual({ replayed: 6, reported: 6, same: 3, changed: 3 });
  });

  it('is the same after a restart, and as a page', async () => {
    const before = await report();
    await book.stop();
    await book.start();
    expect((await report()).text).toBe(before.text);
    expect((await report('?as=text')).text).toMatch(/^SHADOW of policy version 2, "2 coffees"\n/);
  });

  it('ends its report where it is stopped', async () => {
    await book.coffee(10);
    const stopped = await turn(false, 's-3');
    expect([stopped.status, stopped.body.shadow]).toEqual([201, 'off']);
    await book.coffee(11);
    const { body, text } = await report();
    expect([body.position, body.acts.replayed]).toEqual([stopped.body.position, 7]);
    await book.stop();
    await book.start();
    expect((await report()).text).toBe(text);
  });

  it('says how many may run', async () => {
    for (let i = 0; i < 4; i++) {
      const version = await book.draft(20 + i);
      const path = `/policies/${version}/shadow`;
      expect((await book.call('POST', path, { on: true }, { key: `many-${i}` })).status).toBe(201);
    }
    expect((await turn(true, 's-4')).body).toMatchObject({ status: 409, code: 'too-many-shadows' });
  });
});
