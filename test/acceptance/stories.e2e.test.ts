/**
 * Aim: the whole life of a story on the wire: proposed, consented to by its employee, published by somebody else, told
 * again and taken up; withdrawn at once in every read, with nothing of its text left on the disk, through replays and a
 * kill. Recognition is listed by time, and nobody is counted.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, keyOf, type OpenedBook, openBook } from '../opened-book.ts';
import { endForGood, type Reply, type ServiceProcess, startFresh, startService } from '../service-process.ts';

const TEXT = 'She had waited in the rain, so I brought the tea out to her: ginger, no sugar.';
let service: ServiceProcess;
let book: OpenedBook;
let keys: Record<'till' | 'emp-1' | 'emp-2' | 'olga' | 'finance', string>;

const as = (who: keyof typeof keys) => ({ authorization: `Bearer ${keys[who]}` });
let calls = 0;
function post(who: keyof typeof keys, path: string, body?: object, key = `story-${++calls}`): Promise<Reply> {
  return service.call('POST', book.path + path, { key, headers: as(who), ...(body && { body }) });
}
function get(who: keyof typeof keys, path: string): Promise<Reply> {
  return service.call('GET', book.path + path, { headers: as(who) });
}

beforeAll(async () => {
  service = await startFresh('stories');
  book = await openBook(service, 'london', { limits: [] });
  keys = {
    till: await keyOf(service, 'till-7', 'till'),
    'emp-1': await keyOf(service, 'emp-1', 'till'),
    'emp-2': await keyOf(service, 'emp-2', 'till'),
    olga: await keyOf(service, 'olga', 'operations'),
    finance: await keyOf(service, 'fay', 'finance'),
  };
}, 60_000);
afterAll(() => endForGood(service));

async function act(): Promise<string> {
  return expectStatus(await post('till', '/acts', coffee()), 201).json().id;
}
async function proposed(text = TEXT, key?: string): Promise<{ id: string; position: number }> {
  const body = { act: await act(), about: 'not-identifiable', text };
  return expectStatus(await post('till', '/stories', body, key), 201).json();
}
/** Every file of the service, the log of the database included. */
function isOnDisk(text: string): boolean {
  const bytes = Buffer.from(text);
  return readdirSync(service.dataDir, { recursive: true, withFileTypes: true }).some(
    (file) => file.isFile() && readFileSync(join(file.parentPath, file.name)).includes(bytes),
  );
}

describe('a story', () => {
  it('is told in its turn: consent, then somebody else publishes it, then it travels', async () => {
    const { id } = await proposed();
    const told = await post('olga', `/stories/${id}/publish`);
    expect([told.status, told.json().code]).toEqual([409, 'story-out-of-turn']);
    expect((await post('emp-2', `/stories/${id}/consent`)).json().code).toBe('not-allowed');
    expectStatus(await post('emp-1', `/stories/${id}/consent`), 201);
    // A till has no say in what is published, nor has finance in any of it.
    for (const who of ['till', 'finance'] as const)
      expect((await post(who, `/stories/${id}/publish`)).json().code).toBe('not-allowed');
    expect((await post('finance', '/stories', { act: 'x', about: 'nobody', text: 'x' })).status).toBe(403);

    // Before it is published, only those who may tell stories see it.
    expect((await get('finance', `/stories/${id}`)).json().code).toBe('story-not-found');
    expect((await get('finance', '/stories?storyStatus=consented')).status).toBe(403);
    const { position } = expectStatus(await post('olga', `/stories/${id}/publish`), 201).json();
    const shown = (await get('finance', `/stories/${id}?atLeast=${position}`)).json();
    expect(shown).toMatchObject({ id, status: 'published', text: TEXT, employee: 'emp-1', location: 'soho' });

    const where = { location: 'leeds', act: await act() };
    expectStatus(await post('till', `/stories/${id}/retell`), 201);
    expectStatus(await post('till', `/stories/${id}/retell`, { location: 'leeds' }), 201);
    expect((await post('till', `/stories/${id}/take-up`, { location: 'leeds', act: 'no' })).status).toBe(422);
    const last = expectStatus(await post('till', `/stories/${id}/take-up`, where), 201).json();
    const { steps } = (await get('till', `/stories/${id}?atLeast=${last.position}`)).json();
    expect(steps.map(({ step, by }: { step: string; by: string }) => `${step} ${by}`)).toEqual([
      'consented emp-1',
      'published olga',
      'retold till-7',
      'retold till-7',
      'taken-up till-7',
    ]);
    expect(steps.at(-1)).toMatchObject(where);
  });

  it('is answered the same again, and refused where the key tells another', async () => {
    const body = { act: await act(), about: 'nobody', text: 'the same words' };
    const [first, again] = [
      await post('till', '/stories', body, 'once'),
      await post('till', '/stories', body, 'once'),
    ];
    expect([first.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await post('till', '/stories', { ...body, text: 'other words' }, 'once');
    expect([other.status, other.json().code, other.json().differs]).toEqual([
      422,
      'idempotency-key-reused',
      ['text'],
    ]);
    const { id } = first.json();
    const [consent, same] = [
      await post('emp-1', `/stories/${id}/consent`, undefined, 'yes'),
      await post('emp-1', `/stories/${id}/consent`, undefined, 'yes'),
    ];
    expect([consent.status, same.text]).toEqual([201, consent.text]);
  });

  it('leaves no text of what was refused', async () => {
    const words = 'a story of an act that never was';
    const asked = { act: '0199f3a2-7c1e-7a30-8c5e-2f6d1b7a9e44', about: 'nobody', text: words };
    const refused = await post('till', '/stories', asked);
    expect([refused.status, refused.json().code]).toEqual([422, 'unknown-act']);
    await expectGone(words);
  });

  it.each<[object, string]>([
    [{ about: 'nobody', text: 'x' }, '/act'],
    [{ act: 'x', text: 'x' }, '/about'],
    [{ act: 'x', about: 'somebody', text: 'x' }, '/about'],
    [{ act: 'x', about: 'nobody' }, '/text'],
    [{ act: 'x', about: 'nobody', text: '' }, '/text'],
    [{ act: 'x', about: 'nobody', text: 'x'.repeat(4_001) }, '/text'],
    [{ act: 'x', about: 'nobody', text: 'x', employee: 'emp-2' }, '/employee'],
  ])('is not made of %j', async (body, pointer) => {
    const answer = await post('till', '/stories', body);
    expect([answer.status, answer.json().errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});

/** The engine empties its log a moment after an erasure. */
async function expectGone(text: string): Promise<void> {
  for (let tries = 0; tries < 50 && isOnDisk(text); tries++)
    await new Promise((next) => setTimeout(next, 100));
  expect(isOnDisk(text)).toBe(false);
}

describe('a story that is withdrawn', () => {
  const words = 'words that nobody is to read any more';
  let id: string;

  it('is in no answer from then on, and its text is nowhere on the disk', async () => {
    ({ id } = await proposed(words, 'to-be-withdrawn'));
    expectStatus(await post('emp-1', `/stories/${id}/consent`), 201);
    const { position } = expectStatus(await post('olga', `/stories/${id}/publish`), 201).json();
    const published = async () => (await get('till', `/stories?atLeast=${position}`)).text;
    expect(await published()).toContain(words);
    expect(isOnDisk(words)).toBe(true);
    expectStatus(await post('emp-1', `/stories/${id}/withdraw`, undefined, 'no-more'), 201);
    // At once, also from a view that may not have heard of it yet.
    expect(await published()).not.toContain(words);
    expect(await published()).not.toContain(id);
    for (const who of ['till', 'emp-1', 'olga'] as const) {
      const answer = await get(who, `/stories/${id}`);
      expect([answer.status, answer.json().code]).toEqual([404, 'story-not-found']);
    }
    await expectGone(words);
  });

  it('does not come back: not by a replay, a retry, a step, or a kill', async () => {
    const again = await post('emp-1', `/stories/${id}/withdraw`, undefined, 'no-more');
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
    for (const step of ['consent', 'publish', 'retell', 'withdraw'])
      expect((await post('olga', `/stories/${id}/${step}`)).json().code).toBe('story-out-of-turn');
    await service.kill();
    service = await startService(service.dataDir);
    expect((await get('till', `/stories/${id}`)).status).toBe(404);
    expect((await get('till', '/stories')).text).toContain(TEXT);
    const proposal = (await service.get(`${book.path}/acts?limit=500`)).json().acts;
    expect(proposal.length).toBeGreaterThan(3);
    await expectGone(words);
  });

  it('is told the same again to whoever proposed it, and its text is not put back', async () => {
    const body = { act: await act(), about: 'not-identifiable', text: `${words} twice` };
    const first = await post('till', '/stories', body, 'told-once');
    expectStatus(await post('olga', `/stories/${first.json().id}/withdraw`), 201);
    const replay = await post('till', '/stories', body, 'told-once');
    expect([replay.status, replay.text]).toEqual([201, first.text]);
    await expectGone(body.text);
  });
});

describe('what was proposed', () => {
  it('outlives a kill, text and all', async () => {
    const { id, position } = await proposed('words that were just told');
    await service.kill();
    service = await startService(service.dataDir);
    const shown = (await get('till', `/stories/${id}?atLeast=${position}`)).json();
    expect(shown).toMatchObject({ status: 'proposed', text: 'words that were just told', steps: [] });
  });

  it('is listed page by page, newest first', async () => {
    for (let n = 0; n < 3; n++) await proposed(`page ${n}`);
    const { position } = await proposed('page 3');
    const texts: string[] = [];
    let cursor = '';
    do {
      const query = `storyStatus=proposed&pageSize=2&atLeast=${position}${cursor && `&cursor=${cursor}`}`;
      const page = expectStatus(await get('till', `/stories?${query}`), 200).json();
      texts.push(...page.stories.map(({ text }: { text: string }) => text));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(texts.slice(0, 4)).toEqual(['page 3', 'page 2', 'page 1', 'page 0']);
    expect((await get('till', '/stories?cursor=nonsense')).json().code).toBe('query-invalid');
  });
});

describe('recognition', () => {
  it('is given by another, with a reason, and listed by time alone', async () => {
    const asked = { employee: 'emp-1', for: 'idea', reason: 'tea-in-the-rain' };
    expect((await post('till', '/recognitions', asked)).status).toBe(403);
    const first = expectStatus(await post('olga', '/recognitions', asked, 'well-done'), 201);
    expect((await post('olga', '/recognitions', asked, 'well-done')).text).toBe(first.text);
    expect((await post('olga', '/recognitions', { ...asked, employee: 'nobody' })).status).toBe(422);
    const extra = { employee: 'emp-2', for: 'extra-mile', reason: 'stayed-late' };
    const { position } = expectStatus(await post('olga', '/recognitions', extra), 201).json();
    const list = (await get('till', `/recognitions?atLeast=${position}`)).json();
    expect(list.recognitions).toMatchObject([
      { ...extra, by: 'olga' },
      { ...asked, by: 'olga' },
    ]);
    expect(Object.keys(list).sort()).toEqual(['nextCursor', 'position', 'recognitions']);
    expect((await get('till', '/recognitions?employee=emp-1')).status).toBe(400);
  });
});
