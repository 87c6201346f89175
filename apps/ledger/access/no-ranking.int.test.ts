/**
 * Aim: nothing that an employee can see ranks them against others. Two books are given the same facts of one employee,
 * and one of them, between every two steps, acts of others as well. Whatever a till or a CRM may ask for the employee,
 * by every route they may take, is answered the same in both: only what a shared limit leaves may tell of others.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Capability, may } from '../../../libs/domain/access/access.ts';
import { Random } from '../../../libs/statistics/random.ts';
import type { Service } from '../service.ts';
import { startHere } from '../start-here.fixture.ts';
import { type Needs, ROUTE_NEEDS } from './route-capabilities.ts';

const BOOK = '/v1/books/:book';
const dataDir = mkdtempSync(join(tmpdir(), 'goodwill-no-ranking-'));
let service: Service;
let till: string;
let calls = 0;

interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  readonly body: any;
}

async function call(method: string, path: string, body?: unknown, key = till): Promise<Reply> {
  const answer = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'idempotency-key': `call-${++calls}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}
const admin = (method: string, path: string, body?: unknown) => call(method, path, body, service.adminKey);

beforeAll(async () => {
  service = await startHere(dataDir, { GOODWILL_SANDBOX: 'true' });
  const roles = ['till', 'crm'];
  till = (await admin('POST', '/v1/keys', { subject: 'till-7', roles })).body.key;
  // A Saturday, so that most of the week has passed; it stands still, and all times are the same.
  await admin('PUT', '/v1/sandbox/clock', { now: '2026-11-21T12:00:00Z' });
}, 60_000);
afterAll(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const OWN = {
  id: 'weekly-coffees',
  per: ['employee'],
  window: 'week',
  allow: { count: 40 },
  beyond: 'decline',
};
const SHARED = {
  id: 'till-drawer',
  per: ['location'],
  window: 'day',
  allow: { count: 400 },
  beyond: 'decline',
};

async function opened(book: string, limits: readonly object[]): Promise<void> {
  const path = `/v1/books/${book}`;
  const put = async (to: string, body: object) =>
    expect((await admin('PUT', path + to, body)).status).toBeLessThan(300);
  await put('', { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
  await put('/locations/soho', { region: 'south', timeZone: 'Europe/London' });
  for (const n of [1, 2, 3, 4])
    await put(`/employees/emp-${n}`, { roles: ['barista'], homeLocation: 'soho' });
  await put('/items/latte', { category: 'coffee', retailMinor: 390, costMinor: 80 });
  await put('/campaigns/may', { lot: { share: 0.5, seed: 'may' } });
  const nudge = [{ limit: 'weekly-coffees', message: '{left} coffees left until {weekday}' }];
  const policy = { currency: 'GBP', limits, nudge };
  expect((await admin('POST', `${path}/policies`, policy)).status).toBe(201);
  expect((await admin('POST', `${path}/policies/1/activate`, {})).status).toBeLessThan(300);
}

const act = (more: object = {}) => ({
  mode: 'request',
  kind: 'comp',
  trigger: 'recovery',
  employee: 'emp-1',
  location: 'soho',
  customer: 'c-1',
  incident: 'inc-1',
  item: { sku: 'latte' },
  ...more,
});

interface Step {
  readonly route: string;
  /** With `{name}` for what earlier steps kept. */
  readonly path: string;
  readonly body?: unknown;
  /** Under which name the id of the answer is kept. */
  readonly keep?: string;
  readonly status: number;
}
const at = (route: string) => route.split(' ')[1]!.replace(BOOK, '');
const write = (route: string, path: string, body: unknown, more: Partial<Step> = {}): Step => ({
  route,
  path,
  body,
  status: 201,
  ...more,
});
const read = (route: string, path = at(route)): Step => ({ route, path, status: 200 });
const acts = `POST ${BOOK}/acts`;

/** All of it of the one employee, their customers and their incidents. */
const STEPS: readonly Step[] = [
  write(acts, '/acts', act(), { keep: 'first' }),
  write(acts, '/acts', act({ mode: 'record', kind: 'gesture', retailMinor: 0, costMinor: 0 })),
  write(acts, '/acts', act({ mode: 'reserve' }), { keep: 'kept' }),
  write(acts, '/acts', act({ mode: 'reserve' }), { keep: 'freed' }),
  write(`${acts}/:act/commit`, '/acts/{kept}/commit', {}),
  write(`${acts}/:act/release`, '/acts/{freed}/release', {}),
  write(`${acts}/:act/reverse`, '/acts/{first}/reverse', { reason: 'wrong-key' }),
  write(`${acts}/:act/approve`, '/acts/{kept}/approve', { code: '123456789012' }, { status: 403 }),
  write(`${acts}/batch`, '/acts/batch', { acts: [{ idempotencyKey: 'a', ...act() }] }, { status: 200 }),
  write(`${acts}/evaluate`, '/acts/evaluate', act(), { status: 200 }),
  write(`POST ${BOOK}/incidents`, '/incidents', { type: 'opened', incident: 'inc-1', customer: 'c-1' }),
  write(
    `POST ${BOOK}/incidents/batch`,
    '/incidents/batch',
    { incidents: [{ idempotencyKey: 'b', type: 'resolved', incident: 'inc-1' }] },
    { status: 200 },
  ),
  write(`POST ${BOOK}/outcomes`, '/outcomes', { type: 'visit', customer: 'c-1' }),
  write(
    `POST ${BOOK}/outcomes/batch`,
    '/outcomes/batch',
    { outcomes: [{ idempotencyKey: 'c', type: 'purchase', customer: 'c-1', valueMinor: 500 }] },
    { status: 200 },
  ),
  write(`POST ${BOOK}/campaigns/:campaign/draws`, '/campaigns/may/draws', { customer: 'c-1' }),
  write(
    `POST ${BOOK}/campaigns/:campaign/draws/batch`,
    '/campaigns/may/draws/batch',
    { draws: [{ idempotencyKey: 'd', customer: 'c-1' }] },
    { status: 200 },
  ),
  read(`GET ${BOOK}/campaigns/:campaign/draws`, '/campaigns/may/draws?customer=c-1&atLeast={position}'),
  { ...read('GET /v1/whoami'), path: '//v1/whoami' },
  { ...read('GET /health/live'), path: '//health/live' },
  { ...read('GET /health/ready'), path: '//health/ready' },
  read(`GET ${BOOK}`),
  read(`GET ${BOOK}/locations/:location`, '/locations/soho'),
  read(`GET ${BOOK}/employees/:employee`, '/employees/emp-1'),
  read(`GET ${BOOK}/items/:sku`, '/items/latte'),
  read(`GET ${BOOK}/campaigns/:campaign`, '/campaigns/may'),
  write(
    `POST ${BOOK}/stories`,
    '/stories',
    { act: '{kept}', about: 'nobody', text: 'Tea in the rain' },
    { keep: 'story' },
  ),
  write(`POST ${BOOK}/stories/:story/consent`, '/stories/{story}/consent', undefined),
  write(`POST ${BOOK}/stories/:story/retell`, '/stories/{story}/retell', {}, { status: 409 }),
  write(
    `POST ${BOOK}/stories/:story/take-up`,
    '/stories/{story}/take-up',
    { location: 'soho' },
    { status: 409 },
  ),
  read(`GET ${BOOK}/stories/:story`, '/stories/{story}?atLeast={position}'),
  // Lists of them are in the order of time alone.
  read(`GET ${BOOK}/stories`, '/stories?storyStatus=consented&atLeast={position}'),
  write(`POST ${BOOK}/stories/:story/withdraw`, '/stories/{story}/withdraw', undefined),
  read(`GET ${BOOK}/recognitions`, '/recognitions?atLeast={position}'),
  // A list of acts in the order of the ledger; of others' it is asked by naming them, and it adds nothing up.
  read(`GET ${BOOK}/acts`, '/acts?employee=emp-1&limit=500&atLeast={position}'),
  read(`GET ${BOOK}/acts/:act`, '/acts/{kept}'),
  read(`GET ${BOOK}/employees/:employee/allowances`, '/employees/emp-1/allowances'),
  read(`GET ${BOOK}/employees/:employee/possible`, '/employees/emp-1/possible?item=latte'),
  read(`GET ${BOOK}/employees/:employee/nudge`, '/employees/emp-1/nudge'),
  read(`GET ${BOOK}/buckets`, '/buckets?limit=weekly-coffees&employee=emp-1'),
  read(`GET ${BOOK}/adjustments`, '/adjustments?employee=emp-1&atLeast={position}'),
  read(`GET ${BOOK}/incidents`, '/incidents?customer=c-1&atLeast={position}'),
  read(`GET ${BOOK}/incidents/:incident`, '/incidents/inc-1?atLeast={position}'),
  read(`GET ${BOOK}/outcomes`, '/outcomes?customer=c-1&atLeast={position}'),
];

/** What others do between two steps: seeded, of any kind, with customers and incidents of their own. */
async function others(path: string, random: Random): Promise<void> {
  for (let many = 1 + random.below(3); many > 0; many--) {
    const mode = random.pick(['request', 'record', 'reserve']);
    const customer = `c-${2 + random.below(5)}`;
    const asked = act({
      mode,
      employee: `emp-${2 + random.below(3)}`,
      customer,
      incident: `inc-${2 + random.below(5)}`,
      item: { sku: 'latte', quantity: 1 + random.below(3) },
    });
    const answer = await call('POST', `${path}/acts`, asked);
    expect(answer.status).toBe(201);
    if (mode === 'record' && random.chance(0.5))
      await call('POST', `${path}/acts/${answer.body.id}/reverse`, { reason: 'wrong-key' });
    if (random.chance(0.4)) await call('POST', `${path}/outcomes`, { type: 'visit', customer });
  }
}

/** An answer without what tells of the ledger rather than of the employee: places in it, ids, the book's own name. */
function bare(answer: unknown, book: string): unknown {
  const text = JSON.stringify(answer, (name, value) => (name === 'position' ? undefined : value));
  return JSON.parse(
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '(id)')
      .replaceAll(`"${book}"`, '"(book)"')
      .replaceAll(/"requestId":"[^"]*"/g, '"requestId":""'),
  );
}

async function walk(book: string, between: (path: string) => Promise<void>) {
  const path = `/v1/books/${book}`;
  const kept: Record<string, string> = {};
  const answers: Record<string, unknown>[] = [];
  for (const { route, path: to, body, keep, status } of STEPS) {
    await between(path);
    const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => kept[name]!);
    const filled = fill(to);
    const url = filled.startsWith('//') ? filled.slice(1) : path + filled;
    const sent = body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body)));
    const answer = await call(route.split(' ')[0]!, url, sent);
    expect([route, answer.status]).toEqual([route, status]);
    if (keep !== undefined) kept[keep] = answer.body.id;
    const position = answer.body.position ?? answer.body.results?.at(-1)?.body.position;
    if (typeof position === 'number') kept.position = String(position);
    // How the service does changes by the moment, whoever asks.
    const told = route.includes('/health/') ? answer.status : bare(answer, book);
    answers.push({ route, answer: told });
  }
  return answers;
}

const mayTake = (needs: Needs, roles: readonly ('till' | 'crm')[]) =>
  needs === 'anybody' ||
  needs === 'any-key' ||
  (typeof needs === 'string' ? [needs] : needs).some((one) => may(roles, one as Capability));

describe('whatever a till or a CRM may ask', () => {
  it('is walked below, every route of it', () => {
    const open = Object.entries(ROUTE_NEEDS).filter(([, needs]) => mayTake(needs, ['till', 'crm']));
    expect([...new Set(STEPS.map(({ route }) => route))].sort()).toEqual(open.map(([route]) => route).sort());
  });

  it('is answered for an employee as if there were no others', async () => {
    await opened('quiet', [OWN]);
    const quiet = await walk('quiet', async () => {});
    for (const seed of [1, 2]) {
      const book = `busy-${seed}`;
      await opened(book, [OWN]);
      const random = Random.of(seed, 'others');
      const busy = await walk(book, (path) => others(path, random));
      expect(busy).toEqual(quiet);
    }
  }, 60_000);

  it('tells of others only by what a shared limit leaves', async () => {
    await opened('alone', [OWN, SHARED]);
    await opened('together', [OWN, SHARED]);
    const alone = await walk('alone', async () => {});
    const random = Random.of(3, 'others');
    const together = await walk('together', (path) => others(path, random));
    const differing = alone.filter((one, i) => JSON.stringify(one) !== JSON.stringify(together[i]));
    // These show the limit that all share, and nothing of who used it.
    expect(differing.map(({ route }) => route)).toContain(`GET ${BOOK}/employees/:employee/possible`);
    const untouched = ['allowances', 'nudge'].map((what) => `GET ${BOOK}/employees/:employee/${what}`);
    for (const route of untouched) expect(differing.map((one) => one.route)).not.toContain(route);
    expect(JSON.stringify(together)).not.toMatch(/emp-[234]/);
  }, 60_000);

  it('never is what staff give together, or who else was told something', async () => {
    for (const path of ['metrics/spend?groupBy=employee', 'metrics/use', 'metrics/use?groupBy=role'])
      expect((await call('GET', `/v1/books/quiet/${path}`)).status).toBe(403);
    const key = (await admin('POST', '/v1/keys', { subject: 'emp-2', roles: ['till'] })).body.key;
    const asked = (employee: string) =>
      call('GET', `/v1/books/quiet/employees/${employee}/nudge`, undefined, key);
    expect((await asked('emp-1')).body).toMatchObject({ status: 403, code: 'not-allowed' });
    expect((await asked('emp-2')).body.nudge).toMatchObject({ message: '40 coffees left until Sunday' });
    expect((await asked('nobody')).body).toMatchObject({ status: 403 });
    // Whoever looks on cannot ask for it, and asking has left nothing in the ledger.
    const before = (await call('GET', '/v1/books/quiet')).body.position;
    for (const role of ['operations', 'finance', 'reviewer', 'approver']) {
      const made = (await admin('POST', '/v1/keys', { subject: `a-${role}`, roles: [role] })).body.key;
      const answer = await call('GET', '/v1/books/quiet/employees/emp-1/nudge', undefined, made);
      expect(answer.status).toBe(403);
    }
    expect((await call('GET', '/v1/books/quiet/employees/nobody/nudge')).body.nudge).toBeNull();
    expect((await call('GET', '/v1/books/quiet/employees/emp-1/nudge')).body.nudge).not.toBeNull();
    expect((await call('GET', '/v1/books/quiet')).body.position).toBe(before);
  });
});
