/** What every controller reads from a request: body, key, ids in the path, parameters of the query. */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { readIdempotencyKey } from '../../../libs/platform/idempotency-key.ts';
import { parseJson } from '../../../libs/platform/strict-json.ts';
import { Problem, parameterProblem } from '../problems/problem.ts';
import { ID_MAX_LENGTH, type TextRule, textMistake } from './field-text.ts';

/** The content-type parser leaves the bytes as they came; each route knows what it takes. */
export const MEDIA_TYPES = [
  'application/json',
  'application/yaml',
  'application/x-yaml',
  'text/yaml',
] as const;
export const BODY_LIMIT_BYTES = 1024 * 1024;

const BOOK_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** @throws Problem when there is none or it is not UTF-8 */
export function bodyText(request: FastifyRequest): string {
  const bytes = request.body as Buffer | undefined;
  if (bytes === undefined || bytes === null || bytes.length === 0) {
    throw new Problem('body-missing', { detail: 'The request has no body.' });
  }
  if (!isUtf8(bytes)) throw new Problem('body-not-utf8', { detail: 'The bytes of the body are not UTF-8.' });
  return bytes.toString('utf8');
}

export function hasBody(request: FastifyRequest): boolean {
  return ((request.body as Buffer | undefined)?.length ?? 0) > 0;
}

export function isYaml(request: FastifyRequest): boolean {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type !== 'application/json' && (MEDIA_TYPES as readonly string[]).includes(type);
}

/**
 * @param trusting leave out the look at the depth, where what is unknown is never walked
 * @throws Problem
 */
export function jsonBody(request: FastifyRequest, trusting = false): unknown {
  if (isYaml(request)) {
    throw new Problem('content-type-unsupported', {
      detail: 'Only a policy may be YAML; this call takes JSON.',
    });
  }
  const reading = parseJson(bodyText(request), { trusting });
  if (reading.ok) return reading.value;
  const { code, detail, pointer, line, column } = reading;
  throw new Problem(code, {
    detail: `${detail} (line ${line}, column ${column})`,
    errors: [{ pointer, code, detail, line, column }],
  });
}

/** @throws Problem */
export function idempotencyKey(request: FastifyRequest): string {
  const reading = readIdempotencyKey(request.headers['idempotency-key']);
  if (reading.ok) return reading.key;
  const code = reading.missing ? 'idempotency-key-missing' : 'idempotency-key-malformed';
  throw new Problem(code, { detail: reading.detail });
}

/** @throws Problem */
export function bookId(request: FastifyRequest): string {
  const { book } = request.params as { book: string };
  if (BOOK_ID.test(book)) return book;
  throw parameterProblem('path-invalid', [
    {
      parameter: 'book',
      code: 'bad-format',
      detail: 'This cannot be the id of a book.',
      advice: 'Use 1 to 63 letters, digits, dots, dashes and underscores, a letter or digit first.',
    },
  ]);
}

/** @throws Problem */
export function pathId(
  request: FastifyRequest,
  name: string,
  rule: TextRule = { maxLength: ID_MAX_LENGTH },
): string {
  const value = (request.params as Record<string, string>)[name];
  const mistake = textMistake(value, rule);
  if (mistake === undefined) return value as string;
  throw parameterProblem('path-invalid', [{ parameter: name, ...mistake }]);
}
