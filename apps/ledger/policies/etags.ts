/** The ETag of a policy version: which of its words whoever sends a request has seen. */
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.ts';

/** Names the words of a version: it changes with every edit, and with nothing else. */
export function etagOf(version: number, edit: number): string {
  return `"${version}.${edit}"`;
}

/** An edit that no version ever has: what does not match stays what does not match. */
const NO_EDIT = -1;

/**
 * The edit that If-Match names; undefined without the header.
 * Proxies that compress an answer weaken its ETag: a weak one is taken as well.
 * @throws Problem for `*`, which names nothing that was seen
 */
export function ifMatchOf(request: FastifyRequest, version: number): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  if (header.trim() === '*') throw seenWords('If-Match: * says nothing of the words that were seen.');
  const [, ofVersion, edit] = /^(?:W\/)?"([1-9]\d{0,8})\.(0|[1-9]\d{0,8})"$/.exec(header.trim()) ?? [];
  return Number(ofVersion) === version ? Number(edit) : NO_EDIT;
}

/** @throws Problem when the request does not say which words it is about */
export function requiredIfMatch(request: FastifyRequest, version: number): number {
  const edit = ifMatchOf(request, version);
  if (edit === undefined) throw seenWords('The request has no If-Match header.');
  return edit;
}

function seenWords(detail: string): Problem {
  return new Problem('precondition-required', { detail });
}
