/** Answers as prebuilt text: the route's own rendering is the last word, no serializer walks it again. */
import type { FastifyReply } from 'fastify';
import { PROBLEM_CONTENT_TYPE, type Problem } from '../problems/problem.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export function sendJson(reply: FastifyReply, status: number, text: string): void {
  reply.code(status).header('content-type', JSON_TYPE).send(text);
}

/** A fact that was recorded: 201, and marked when this was not the first time it was sent. */
export function sendRecorded(reply: FastifyReply, text: string, replayed: boolean): void {
  if (replayed) reply.header('idempotent-replayed', 'true');
  reply.code(201).header('content-type', JSON_TYPE).send(text);
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="goodwill-ledger"');
  const { retryAfterSeconds } = problem.parts;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  reply
    .code(problem.status)
    .header('content-type', PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problem.body()));
}
