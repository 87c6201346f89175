/**
 * Aim: reports, more of them than may wait, and pages of the register are asked for at once: every page is answered, every
 * report is answered or told when to ask again, and the shutdown waits for none of them.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { MOST_WAITING } from '../../../libs/views/reports.ts';
import { TooManyReports } from '../../../libs/views/views.ts';
import { ServedBook } from '../backtests/served-book.fixture.ts';
import { problemOf } from '../http/problem.filter.ts';

const REPORTS = ['/metrics/outcomes?', '/metrics/spend?', '/metrics/use?', '/signals?from=2026-01-01&'];
const days = (year: number) => `to=20${26 + (year % 2)}-${String(1 + (year % 12)).padStart(2, '0')}-15`;

let book: ServedBook;
/** Of the last act. */
let position: number;
beforeAll(async () => {
  book = await ServedBook.open(50);
  for (let i = 0; i < 8; i++) await book.coffee(i);
  position = (await book.call('GET', '')).body.position;
});
afterAll(() => book.close());

describe('reports over HTTP', () => {
  it('and pages of the register are answered beside each other', async () => {
    const asked = Array.from({ length: 12 }, (_, at) =>
      REPORTS.map((path) => book.call('GET', `${path}${days(at)}`)),
    ).flat();
    const pages = Array.from({ length: 5 }, () => book.call('GET', `/acts?atLeast=${position}`));
    for (const page of await Promise.all(pages)) {
      expect(page.status).toBe(200);
      expect(page.body.acts).toHaveLength(8);
    }
    const answers = await Promise.all(asked);
    expect(answers.length).toBeGreaterThan(MOST_WAITING);
    expect(answers[0]!.status).toBe(200);
    for (const { status, body, headers } of answers) {
      if (status === 200) continue;
      expect([status, body.code]).toEqual([503, 'views-unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    for (const path of REPORTS) expect((await book.call('GET', `${path}${days(0)}`)).status).toBe(200);
  });

  it('are refused by name when too many wait', () => {
    const problem = problemOf(new TooManyReports('32 reports wait already'), {} as FastifyRequest)!;
    expect([problem.status, problem.code]).toEqual([503, 'views-unavailable']);
    expect(problem.parts.retryAfterSeconds).toBe(10);
    expect(problem.parts.detail).toContain('32 reports wait already');
  });

  it('do not hold up the shutdown, and whoever waits is told', async () => {
    const asked = Array.from({ length: 8 }, (_, at) => book.call('GET', `/metrics/outcomes?${days(at)}`));
    await book.call('GET', '/acts');
    const from = performance.now();
    await book.stop();
    expect(performance.now() - from).toBeLessThan(9_000);
    for (const { status } of await Promise.all(asked)) expect([200, 503]).toContain(status);
    await book.start();
  });
});
