/** The policy document in a request's body: read, checked, looked over, or refused with every mistake at its place. */
import type { QueryBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import {
  MOST_POLICY_BYTES,
  type PolicyFinding,
  type PolicySource,
  readPolicy,
} from '../../../libs/books/read-policy.ts';
import type { KnownNames } from '../../../libs/domain/policy/lint.ts';
import type { Policy } from '../../../libs/domain/policy/policy.ts';
import { readBook } from '../books/stated.ts';
import { bodyText, isYaml } from '../http/request.ts';
import { type FieldProblem, Problem } from '../problems/problem.ts';

export interface PolicyBody {
  readonly source: PolicySource;
  readonly policy: Policy;
  /** What is legal and surely not meant, as shown to the caller. */
  readonly warnings: readonly FieldProblem[];
  /** Of the newest event that the answer reflects. */
  readonly position: number;
}

/**
 * @param withNames whether names are looked up in the directory as it is now; never for an answer that a replay
 *   must give again, since the directory changes
 * @throws Problem
 */
export async function policyBody(
  request: FastifyRequest,
  queries: QueryBus,
  book: string,
  { withNames }: { readonly withNames: boolean },
): Promise<PolicyBody> {
  const source: PolicySource = { format: isYaml(request) ? 'yaml' : 'json', text: bodyText(request) };
  const bytes = Buffer.byteLength(source.text);
  if (bytes > MOST_POLICY_BYTES) {
    throw new Problem('body-too-large', {
      detail: `The policy has ${bytes} bytes; at most ${MOST_POLICY_BYTES} are taken.`,
      advice: 'Check what else the document holds: two hundred guardrails fit with room to spare.',
    });
  }
  const { value, position } = await readBook(queries, book, (state) => ({
    currency: state.book!.currency,
    fiscal: state.book!.fiscalCalendar !== undefined,
    ...(withNames && { known: namesIn(state) }),
  }));
  const reading = readPolicy(source, value);
  if (reading.ok) {
    return { source, policy: reading.policy, warnings: reading.warnings.map(shown), position };
  }
  const errors = reading.mistakes.map(shown);
  if (!reading.readable) {
    const word = source.format === 'yaml' ? 'YAML' : 'JSON';
    throw new Problem('policy-malformed', { detail: `The document cannot be read as ${word}.`, errors });
  }
  const detail = errors.length === 1 ? errors[0]!.detail : `The policy has ${errors.length} mistakes.`;
  throw new Problem('policy-invalid', { detail, errors });
}

/** The maps themselves would go on changing. */
function namesIn({ locations, employees, items, campaigns }: KnownNames): KnownNames {
  return {
    locations: new Map(locations),
    employees: new Map(employees),
    items: new Map(items),
    campaigns: new Map(campaigns),
  };
}

export function shown({ pointer, code, message, advice, line, column }: PolicyFinding): FieldProblem {
  return { pointer, code, detail: message, advice, line, column };
}
