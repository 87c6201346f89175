/** Pages of what a view found: every list that is paged is asked for, and answers, in this one form. */
import type { FastifyReply } from 'fastify';
import { MAX_PAGE, type Page } from '../../../libs/views/page.ts';
import { parameterProblem } from '../problems/problem.ts';
import { aPosition } from './position.ts';
import { type Parameter, whole } from './query.ts';
import { sendJson } from './reply.ts';

/** The view knows which it gave out. */
export const aCursor: Parameter<string> = (text) => ({ value: text });

export const PAGING = { cursor: aCursor, pageSize: whole(1, MAX_PAGE), atLeast: aPosition } as const;

type Found<Row> = Page<Row> & { readonly ok: true };

/** @throws Problem for a cursor that was not given out for this question */
export function pageOf<Row>(answer: Page<Row>): Found<Row> {
  if (answer.ok) return answer;
  const { detail, advice } = answer;
  throw parameterProblem('query-invalid', [{ parameter: 'cursor', code: 'bad-cursor', detail, advice }]);
}

/** @param bodies of the page's rows, under the name of `list` */
export function sendPage(
  reply: FastifyReply,
  list: string,
  bodies: readonly unknown[],
  { nextCursor, position }: Found<unknown>,
): void {
  sendJson(reply, 200, JSON.stringify({ [list]: bodies, nextCursor: nextCursor ?? null, position }));
}
