/** A page of what a view found: every list that is paged answers in this one form. */
import type { FastifyReply } from 'fastify';
import { parameterProblem } from '../problems/problem.ts';
import { sendJson } from './reply.ts';

interface Page<Row> {
  readonly ok: true;
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
  readonly position: number;
}
interface CursorInvalid {
  readonly ok: false;
  readonly detail: string;
  readonly advice: string;
}

/** @throws Problem for a cursor that was not given out for this question */
export function pageOf<Row>(answer: Page<Row> | CursorInvalid): Page<Row> {
  if (answer.ok) return answer;
  const { detail, advice } = answer;
  throw parameterProblem('query-invalid', [{ parameter: 'cursor', code: 'bad-cursor', detail, advice }]);
}

/** @param bodies of the page's rows, under the name of `list` */
export function sendPage(
  reply: FastifyReply,
  list: string,
  bodies: readonly unknown[],
  { nextCursor, position }: Page<unknown>,
): void {
  sendJson(reply, 200, JSON.stringify({ [list]: bodies, nextCursor: nextCursor ?? null, position }));
}
