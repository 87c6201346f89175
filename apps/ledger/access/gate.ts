/**
 * Lets a request in, or not: finds who sends it, holds what the route takes against what their key gives, and leaves
 * the actor on the request for whoever handles it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Actor, type Capability, may } from '../../../libs/domain/access/access.ts';
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
    /** Answered without a key. */
    open?: boolean;
    /** Any one of these opens the route; absent: any key does. */
    capabilities?: readonly Capability[];
  }
}

const RETRY_AFTER_SECONDS = 1;

/** Before any route is registered: each is given what it takes, and one that says nothing is refused. */
export function putUpGate(fastify: FastifyInstance, authentication: Authentication): void {
  fastify.decorateRequest('caller', undefined);
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    // Of a route with several methods each takes the same: Nest registers one at a time.
    for (const method of methods) {
      const needs = needsOf(method, route.url);
      const capabilities = capabilitiesIn(needs);
      const own = { open: needs === 'anybody', ...(capabilities !== undefined && { capabilities }) };
      route.config = { ...route.config, ...own } as typeof route.config;
    }
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
  return request.routeOptions.config?.open === true;
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
  const capabilities = request.routeOptions.config?.capabilities;
  const { roles, subject } = caller.actor;
  if (capabilities === undefined || capabilities.some((one) => may(roles, one))) done();
  else sendProblem(reply, problemOfRefusal(notAllowed(subject, roles, ...capabilities)));
}

/** Undefined: any key will do. */
function capabilitiesIn(needs: Needs): readonly Capability[] | undefined {
  if (needs === 'any-key' || needs === 'anybody') return undefined;
  return typeof needs === 'string' ? [needs] : needs;
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
