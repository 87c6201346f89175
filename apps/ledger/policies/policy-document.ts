/** A policy as it is posted: JSON or YAML, every mistake told at once, with its place in the text. */
import type { FastifyRequest } from 'fastify';
import { type CheckedFor, checkPolicy } from '../../../libs/domain/policy/check.ts';
import type { Policy } from '../../../libs/domain/policy/policy.ts';
import { readDocument } from '../../../libs/platform/located-document.ts';
import { bodyText, isYaml } from '../http/request.ts';
import { Problem } from '../problems/problem.ts';

/** Reading YAML takes time in proportion; this much takes well under a second of the thread that decides. */
const POLICY_LIMIT_BYTES = 256 * 1024;

export interface PostedPolicy {
  readonly policy: Policy;
  readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
}

/**
 * @param bookOf asked only once the document can be read
 * @throws Problem
 */
export async function readPolicy(
  request: FastifyRequest,
  bookOf: () => Promise<CheckedFor>,
): Promise<PostedPolicy> {
  const source = {
    format: isYaml(request) ? ('yaml' as const) : ('json' as const),
    text: bodyText(request),
  };
  const bytes = Buffer.byteLength(source.text);
  if (bytes > POLICY_LIMIT_BYTES) {
    throw new Problem('body-too-large', {
      detail: `The policy has ${bytes} bytes; at most ${POLICY_LIMIT_BYTES} are taken.`,
      advice: 'Check what else the document holds: two hundred guardrails fit with room to spare.',
    });
  }
  const document = readDocument(source.text, source.format);
  if (!document.ok) {
    throw new Problem('policy-malformed', {
      detail: `The document is not ${source.format === 'yaml' ? 'YAML' : 'JSON'}.`,
      errors: document.problems.map(({ message, line, column }) => ({
        pointer: '',
        code: 'policy-malformed',
        detail: message,
        line,
        column,
      })),
    });
  }
  const check = checkPolicy(document.value, await bookOf());
  if (!check.ok) {
    const errors = check.mistakes.map(({ pointer, code, message, advice, at }) => ({
      pointer,
      code,
      detail: message,
      advice,
      ...document.locate(pointer, at),
    }));
    const detail = errors.length === 1 ? errors[0]!.detail : `The policy has ${errors.length} mistakes.`;
    throw new Problem('policy-invalid', { detail, errors });
  }
  return { policy: check.policy, source };
}
