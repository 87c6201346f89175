/** What every refusal has, and that it left the ledger as it was. */
import { expect } from '@jest/globals';
import { coffee, expectStatus } from '../opened-book.ts';
import type { Reply, ServiceProcess } from '../service-process.ts';

/** Where the ledger stands: a read that records nothing. */
export async function positionOf(service: ServiceProcess, path: string): Promise<number> {
  return expectStatus(
    await service.call('POST', `${path}/acts/evaluate`, { body: coffee({ mode: 'record' }) }),
    200,
  ).json().position;
}

export interface Wrong {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  /** Pointer and code of one entry of `errors`. */
  readonly at?: readonly [pointer: string, code: string];
}

/** The problem is complete and says what is expected. @returns its body */
// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
export function expectProblem(reply: Reply, status: number, code: string): any {
  const problem = reply.json();
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect({ status: reply.status, code: problem.code }).toEqual({ status, code });
  expect(problem.status).toBe(status);
  for (const member of ['type', 'title', 'detail', 'advice']) {
    expect([member, typeof problem[member], problem[member]?.length > 0]).toEqual([member, 'string', true]);
  }
  return problem;
}

/** The problem is complete, says what is expected, and nothing was recorded. */
export async function expectRefused(
  service: ServiceProcess,
  path: string,
  wrong: Wrong,
  ask: () => Promise<Reply>,
): Promise<Reply> {
  const stood = await positionOf(service, path);
  const reply = await ask();
  const problem = expectProblem(reply, wrong.status, wrong.code);
  if (wrong.at !== undefined) {
    const [pointer, code] = wrong.at;
    expect(problem.errors).toContainEqual(expect.objectContaining({ pointer, code }));
    const entry = problem.errors.find((error: { pointer: string }) => error.pointer === pointer);
    expect(entry.detail.length).toBeGreaterThan(0);
    expect((entry.advice ?? problem.advice).length).toBeGreaterThan(0);
  }
  expect(await positionOf(service, path)).toBe(stood);
  return reply;
}
