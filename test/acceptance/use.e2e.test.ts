/** Aim: whether people use what they may give, on the wire: for whoever reports, with every figure's n, and nobody named. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, type OpenedBook, openBook } from '../opened-book.ts';
import { endForGood, SANDBOX, type ServiceProcess, startFresh } from '../service-process.ts';

let service: ServiceProcess;
let book: OpenedBook;
let calls = 0;
const post = async (path: string, body: object) =>
  expectStatus(await service.post(book.path + path, `use-${++calls}`, body), 201).json();
const clock = async (now: string) => expectStatus(await service.put('/v1/sandbox/clock', { now }), 200);

const limits = [
  { id: 'coffees', per: ['employee'], window: 'week', allow: { count: 2 }, beyond: 'decline' },
  { id: 'drawer', per: ['location'], window: 'day', allow: { count: 50 }, beyond: 'decline' },
];

beforeAll(async () => {
  service = await startFresh('use', SANDBOX);
  await clock('2026-11-01T12:00:00Z');
  book = await openBook(service, 'london', { limits });
  await clock('2026-11-03T12:00:00Z');
  await post('/incidents', { type: 'opened', incident: 'inc-1', occurredAt: '2026-11-03T11:48:00Z' });
  // One uses all, one some, one nothing; then nobody anything.
  await post('/acts', coffee({ incident: 'inc-1', trigger: 'recovery' }));
  await post('/acts', coffee());
  await post('/acts', coffee({ employee: 'emp-2', location: 'leeds', kind: 'gesture', costMinor: 0 }));
  await clock('2026-11-16T12:00:00Z');
  await post('/outcomes', { type: 'visit', customer: 'c-1' });
}, 60_000);
afterAll(() => endForGood(service));

async function use(query = '') {
  const { position } = (await service.get(book.path)).json();
  return (await service.get(`${book.path}/metrics/use?atLeast=${position}${query}`)).json();
}

describe('use', () => {
  it('counts windows, staff, stores, what cost nothing and how soon', async () => {
    const { total, limits: byLimit, rows, asOf, from, rowsOverlap } = await use();
    const { allowances, staff, stores, zeroCost, timeToGesture } = total;
    expect(allowances).toMatchObject({ employeeWindows: 6, employees: 3, nothing: { n: 6, value: 0.6667 } });
    expect([allowances.some.value, allowances.all.value]).toEqual([0.1667, 0.1667]);
    expect(byLimit.map(({ limit }: { limit: string }) => limit)).toEqual(['coffees']);
    expect(staff).toMatchObject({ couldHaveGiven: 3, gave: { n: 3, value: 0.6667 }, byTopTenth: { n: 3 } });
    expect(stores).toMatchObject({ couldHaveGiven: 2, gave: { value: 1 } });
    expect(zeroCost).toMatchObject({ n: 3, value: 0.3333, interval: { low: 0.0615, high: 0.7923 } });
    expect(timeToGesture.medianMinutes).toMatchObject({ n: 1, value: 12, interval: null });
    expect([rows, asOf, from, rowsOverlap]).toEqual([[], '2026-11-16T12:00:00.000Z', null, false]);
  });

  it('looks at a span, in groups', async () => {
    const { total } = await use('&from=2026-11-09&to=2026-11-15');
    expect(total.allowances).toMatchObject({ employeeWindows: 3, nothing: { value: 1 } });
    expect(total.zeroCost).toEqual({ n: 0, value: null, interval: null, why: 'There are no acts.' });
    const { rows } = await use('&groupBy=region');
    // The homes of all three are in Soho; one of the acts was made in Leeds.
    expect(
      rows.map(({ key, allowances, zeroCost }: (typeof rows)[number]) => [
        key.region,
        allowances.employeeWindows,
        zeroCost.n,
      ]),
    ).toEqual([
      ['london', 6, 2],
      ['north', 0, 1],
    ]);
    expect((await use('&groupBy=role')).rowsOverlap).toBe(true);
  });

  it('gives each figure a number of cases, and an interval or a reason; and names nobody', async () => {
    for (const groupBy of ['location', 'region', 'role']) {
      const answer = await use(`&groupBy=${groupBy}`);
      expect(JSON.stringify(answer)).not.toMatch(/emp-\d/);
      let figures = 0;
      JSON.stringify(answer, (_, value) => {
        if (typeof value === 'object' && value !== null && 'value' in value) {
          figures++;
          expect(Number.isInteger(value.n)).toBe(true);
          expect(value.interval !== null || typeof value.why === 'string').toBe(true);
        }
        return value;
      });
      expect(figures).toBeGreaterThan(20);
    }
  });

  it('says what it cannot be asked', async () => {
    for (const query of ['groupBy=employee', 'groupBy=location,role', 'from=yesterday', 'limit=3']) {
      const answer = await service.get(`${book.path}/metrics/use?${query}`);
      expect([query, answer.status, answer.json().code]).toEqual([query, 400, 'query-invalid']);
    }
    expect((await service.get('/v1/books/nowhere/metrics/use')).status).toBe(404);
  });
});
