/** What a replica does without its engine, at the start and later: the tests that two suites share out among them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import {
  type Reply,
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';
import { type StandIn, startStandIn } from '../stand-in/start.ts';

const LIMIT = { id: 'ten', per: ['employee'], window: 'lifetime', allow: { count: 10 }, beyond: 'decline' };
/** What is said at once may still take a moment on a loaded machine. */
const AT_ONCE_MS = 2_500;
const ANSWERED_MS = 10_500;

let standIn: StandIn | undefined;
let dataDir = '';
const services: ServiceProcess[] = [];

async function start(connectionString: string, alive = false): Promise<ServiceProcess> {
  dataDir ||= await temporaryDirectory('unreachable');
  const env = { GOODWILL_EVENT_STORE: connectionString, GOODWILL_LOG_LEVEL: 'error' };
  const service = await startService(dataDir, { env, ...(alive && { until: '/health/live' }) });
  services.push(service);
  return service;
}

async function timed(call: Promise<Reply>): Promise<{ reply: Reply; ms: number }> {
  const began = performance.now();
  const reply = await call;
  return { reply, ms: performance.now() - began };
}

async function expectUnavailable(call: Promise<Reply>, withinMs: number): Promise<Reply> {
  const { reply, ms } = await timed(call);
  expect({ status: reply.status, text: reply.text }).toMatchObject({ status: 503 });
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  expect(reply.json().code).toBe('engine-unavailable');
  expect(ms).toBeLessThan(withinMs);
  return reply;
}

async function until(what: () => Promise<boolean>, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!(await what())) {
    if (performance.now() - began > withinMs) throw new Error(`it did not come to be within ${withinMs} ms`);
    await sleep(50);
  }
  return performance.now() - began;
}

const isReady = async (service: ServiceProcess): Promise<boolean> =>
  (await service.get('/health/ready')).status === 200;

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.kill()));
  await standIn?.stop();
  standIn = undefined;
  if (dataDir !== '') await removeDirectory(dataDir);
  dataDir = '';
});

/** `refuses connections`: nothing listens there. `never answers`: what listens says nothing. */
export function unreachableAtTheStart(how: 'refuses connections' | 'never answers'): void {
  it('leaves the service alive and not ready; it answers from its views, and recovers', async () => {
    standIn = await startStandIn();
    const { connectionString, control } = standIn;
    let service = await start(connectionString);
    const { path, position } = await openBook(service, 'kept', { limits: [LIMIT] });
    const act = expectStatus(await service.post(`${path}/acts`, 'before', coffee()), 201).json();
    expectStatus(await service.get(`${path}/acts?atLeast=${act.position}`), 200);
    expectStatus(await service.get(`${path}/metrics/spend?atLeast=${act.position}`), 200);
    expect(await service.stop()).toBe(0);
    if (how === 'never answers') await control.stall(true);
    else await control.stopNode(0);

    service = await start(connectionString, true);
    expectStatus(await service.get('/health/live'), 200);
    const health = expectStatus(await service.get('/health/ready'), 503).json();
    expect(health.error.engine.reason).toMatch(/EventStoreDB at 127\.0\.0\.1:\d+ .*(network|log)/);
    expect(health.error.books.reason).toBeTruthy();
    // While it finds out; from then on at once.
    await expectUnavailable(service.post(`${path}/acts`, 'first', coffee()), 4_000);
    await expectUnavailable(service.post(`${path}/acts`, 'second', coffee()), AT_ONCE_MS);
    await expectUnavailable(service.put('/v1/books/new', { currency: 'GBP', timeZone: 'UTC' }), AT_ONCE_MS);
    // Nobody knows whether there are such books.
    await expectUnavailable(service.get('/v1/books/unheard-of'), AT_ONCE_MS);
    await expectUnavailable(service.get('/v1/books/unheard-of/acts'), AT_ONCE_MS);
    await expectUnavailable(service.get(`${path}/acts/${act.id}`), AT_ONCE_MS);
    // The views are there, and say how far they are.
    const register = expectStatus(await service.get(`${path}/acts?atLeast=${act.position}`), 200).json();
    expect(register).toMatchObject({ position: act.position, acts: [{ id: act.id }] });
    const spend = expectStatus(await service.get(`${path}/metrics/spend?groupBy=employee`), 200).json();
    expect(spend).toMatchObject({ position: act.position, currency: 'GBP', total: { acts: 1 } });
    expect(expectStatus(await service.get(`${path}/acts?atLeast=999`), 503).json().code).toBe('view-behind');

    if (how === 'never answers') await control.stall(false);
    else await control.startNode(0);
    await until(() => isReady(service), 10_000);
    const again = expectStatus(await service.post(`${path}/acts`, 'first', coffee()), 201);
    expect(again.headers['idempotent-replayed']).toBeUndefined();
    expect(again.json().position).toBe(position + 2);
  }, 90_000);

  it('does not keep the service from being stopped', async () => {
    standIn = await startStandIn();
    const { connectionString, control } = standIn;
    if (how === 'never answers') await control.stall(true);
    else await control.stopNode(0);
    const service = await start(connectionString, true);
    await sleep(500);
    const asked = service.post('/v1/books/any/acts', 'asked', coffee()).catch(() => undefined);
    const began = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    await asked;
  }, 60_000);
}

export function unreachableLater(how: 'refuses connections' | 'never answers' | 'has no leader'): void {
  const away = async (on: boolean): Promise<void> => {
    const { control } = standIn!;
    if (how === 'never answers') await control.stall(on);
    else if (how === 'has no leader') await control.setLeader(on ? undefined : 0);
    else if (on) await control.stopNode(0);
    else await control.startNode(0);
  };

  it('is answered for from memory, without a decision, and is found again', async () => {
    standIn = await startStandIn();
    const service = await start(standIn.connectionString);
    const { path } = await openBook(service, 'later', { limits: [LIMIT] });
    const act = expectStatus(await service.post(`${path}/acts`, 'before', coffee()), 201).json();
    const allowances = `${path}/employees/emp-1/allowances`;
    await away(true);

    // From the first moment on nobody waits beyond the deadline, and reads hardly at all.
    const write = timed(service.post(`${path}/acts`, 'during', coffee()));
    for (let n = 0; n < 40; n++) {
      const { reply, ms } = await timed(service.get(allowances));
      expect(expectStatus(reply, 200).json().position).toBe(act.position);
      expect(ms).toBeLessThan(n === 0 ? AT_ONCE_MS : 1_500);
      await sleep(100);
    }
    const bucket = expectStatus(await service.get(`${path}/buckets?limit=ten&employee=emp-1`), 200).json();
    expect(bucket).toMatchObject({ position: act.position, measures: { count: { used: 1 } } });
    const { reply: undecided, ms } = await write;
    expectStatus(undecided, 503);
    expect(ms).toBeLessThan(ANSWERED_MS);
    expectStatus(await service.get('/health/live'), 200);
    expectStatus(await service.get('/health/ready'), 503);
    await expectUnavailable(service.post(`${path}/acts`, 'during-2', coffee()), AT_ONCE_MS);
    await expectUnavailable(service.post(`${path}/acts/evaluate`, 'evaluate', coffee()), AT_ONCE_MS);
    await expectUnavailable(service.get(`${path}/acts/${act.id}`), AT_ONCE_MS);
    // A refusal is a decision, too.
    await expectUnavailable(
      service.post(`${path}/acts`, 'refused', coffee({ employee: 'nobody' })),
      AT_ONCE_MS,
    );
    expectStatus(await service.get(`${path}/acts`), 200);
    const many = await Promise.all(Array.from({ length: 200 }, () => timed(service.get(allowances))));
    expect(many.every(({ reply }) => reply.status === 200)).toBe(true);
    expect(Math.max(...many.map((one) => one.ms))).toBeLessThan(AT_ONCE_MS);

    await away(false);
    await until(() => isReady(service), 10_000);
    for (const key of ['during', 'during-2'])
      expectStatus(await service.post(`${path}/acts`, key, coffee()), 201);
    const { allowances: after } = expectStatus(await service.get(allowances), 200).json();
    expect(after[0].measures.count.used).toBe(3);
  }, 90_000);

  it('does not keep the service from being stopped', async () => {
    standIn = await startStandIn();
    const service = await start(standIn.connectionString);
    const { path } = await openBook(service, 'later', { limits: [LIMIT] });
    await away(true);
    const asked = service.post(`${path}/acts`, 'asked', coffee()).catch(() => undefined);
    await sleep(100);
    const began = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(ANSWERED_MS);
    await asked;
  }, 60_000);
}
