/**
 * Lets a request in, or not: finds who sends it, holds what the route takes against what their key gives, and leaves
 * the actor on the request for whoever handles it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Actor } from '../../../libs/domain/access/access.ts';
import { may } from '../../../libs/domain/access/access.ts';
import { notAllowed } from '../../../libs/domain/access/capabilities.ts';
import { sendProblem } from '../http/reply.ts';
import { Problem, problemOfRefusal } from '../problems/problem.ts';
import type { Authentication, Caller } from './authentication.ts';
import { type Needs, needsOf } from './route-capabilities.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    needs?: Needs;
  }
}

const RETRY_AFTER_SECONDS = 1;

/** Before any route is registered: each is given what it takes, and one that says nothing is refused. */
export function putUpGate(fastify: FastifyInstance, authentication: Authentication): void {
  fastify.decorateRequest('caller', undefined);
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    // Of a route with several methods each takes the same: Nest registers one at a time.
    for (const method of methods)
      route.config = { ...route.config, needs: needsOf(method, route.url) } as never;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const { authorization } = request.headers;
    const caller = authentication.callerOf(authorization);
    if (caller !== undefined || isOpen(request) || !authentication.mayBeNew(authorization)) {
      admit(request, reply, caller, done);
      return;
    }
    authentication.callerAfterLook(authorization).then(
      (found) => admit(request, reply, found, done),
      () => sendProblem(reply, cannotTell()),
    );
  });
}

/** Who sends the request. Only on routes that take a key. */
export function actorOf(request: FastifyRequest): Actor {
  return callerOf(request).actor;
}

export function callerOf(request: FastifyRequest): Caller {
  const { caller } = request;
  if (caller === undefined) throw new Error('a request was let in without a key');
  return caller;
}

function isOpen(request: FastifyRequest): boolean {
  return request.routeOptions.config?.needs === 'anybody';
}

function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller | undefined,
  done: () => void,
): void {
  if (isOpen(request)) {
    done();
    return;
  }
  if (caller === undefined) {
    sendProblem(reply, unauthenticated(request));
    return;
  }
  request.caller = caller;
  // Absent where there is no such route: that is answered behind the gate, to whoever has a key.
  const needs = request.routeOptions.config?.needs;
  const { roles, subject } = caller.actor;
  if (needs === undefined || needs === 'any-key' || may(roles, needs as never)) done();
  else sendProblem(reply, problemOfRefusal(notAllowed(subject, roles, needs as never)));
}

/** The same for a key that never was, one that was revoked, and half of one. */
function unauthenticated(request: FastifyRequest): Problem {
  const detail =
    request.headers.authorization === undefined
      ? 'The request carries no Authorization header.'
      : 'The key in the Authorization header is not this service’s.';
  return new Problem('unauthenticated', { detail });
}

function cannotTell(): Problem {
  return new Problem('keys-unavailable', {
    detail: 'This key is not known here, and the engine that would tell whether it is new does not answer.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
