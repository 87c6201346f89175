/** A problem on its way to the caller: RFC 9457, with a stable code and what to do. */
import type { Refusal } from '../../../libs/domain/book/commands.ts';
import { PROBLEMS, type ProblemCode } from './registry.ts';

/** One mistake in the body (`pointer`) or in the query or path (`parameter`). */
export interface FieldProblem {
  /** JSON pointer into the body. */
  readonly pointer?: string;
  /** Name of the query or path parameter. */
  readonly parameter?: string;
  readonly code: string;
  readonly detail: string;
  readonly advice?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ProblemParts {
  readonly detail: string;
  readonly advice?: string;
  readonly errors?: readonly FieldProblem[];
  readonly differs?: readonly string[];
  readonly retryAfterSeconds?: number;
  readonly requestId?: string;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly advice: string;
  readonly errors?: readonly FieldProblem[];
  readonly differs?: readonly string[];
  readonly requestId?: string;
}

export const PROBLEM_TYPE_PREFIX = 'urn:goodwill-ledger:problem:';
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly parts: ProblemParts;

  constructor(code: ProblemCode, parts: ProblemParts) {
    super(parts.detail);
    this.code = code;
    this.parts = parts;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  body(): ProblemBody {
    const kind = PROBLEMS[this.code];
    const { detail, advice, errors, differs, requestId } = this.parts;
    return {
      type: PROBLEM_TYPE_PREFIX + this.code,
      title: kind.title,
      status: kind.status,
      code: this.code,
      detail,
      advice: advice ?? kind.advice,
      ...(errors !== undefined && { errors }),
      ...(differs !== undefined && { differs }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}

export function problemOfRefusal(refusal: Refusal): Problem {
  const { code, detail, advice, pointer, differs } = refusal;
  return new Problem(code, {
    detail,
    ...(advice !== undefined && { advice }),
    ...(pointer !== undefined && {
      errors: [{ pointer, code, detail, ...(advice !== undefined && { advice }) }],
    }),
    ...(differs !== undefined && { differs }),
  });
}

export function bodyProblem(errors: readonly FieldProblem[]): Problem {
  const [first] = errors;
  const detail =
    errors.length === 1 && first !== undefined
      ? `${first.pointer === '' ? 'The body' : (first.pointer ?? '')}: ${first.detail}`
      : `The body has ${errors.length} mistakes.`;
  return new Problem('body-invalid', { detail, errors });
}

export function parameterProblem(
  code: 'query-invalid' | 'path-invalid',
  errors: readonly FieldProblem[],
): Problem {
  return new Problem(code, {
    detail: errors.map((error) => `${error.parameter}: ${error.detail}`).join(' '),
    errors,
  });
}
