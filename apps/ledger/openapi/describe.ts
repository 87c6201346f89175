/** One decorator per call for the API's description; the shapes it names are in `schemas.ts`. */
import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { MEDIA_TYPES } from '../http/request.ts';
import { PROBLEM_CONTENT_TYPE } from '../problems/problem.ts';
import { PARAMETERS } from './parameters.ts';
import type { SchemaName } from './schemas.ts';

export interface Description {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly path?: readonly string[];
  readonly query?: readonly string[];
  readonly body?: SchemaName;
  readonly bodyOptional?: boolean;
  /** The body may be YAML as well. */
  readonly yaml?: boolean;
  readonly answer?: readonly [status: number, schema: SchemaName];
  /** The call needs an Idempotency-Key header. */
  readonly key?: boolean;
  /** As `key`, and does without. */
  readonly keyOptional?: boolean;
  /** The shape of a 202, where the caller may prefer not to wait. */
  readonly accepted?: SchemaName;
  /** The answer may be a page of text as well. */
  readonly alsoText?: boolean;
  readonly problems: readonly number[];
  /** The call answers without a key. */
  readonly open?: boolean;
  /** Whether the call may, or must, name the words it is about. */
  readonly ifMatch?: 'required' | 'optional';
  /** The answer names the words that it shows. */
  readonly etag?: boolean;
}

const PROBLEM_WORDS: Readonly<Record<number, string>> = {
  400: 'Malformed: nothing was recorded; `errors` points at each mistake',
  401: 'The key is missing or wrong',
  403: 'The key does not allow it',
  404: 'There is no such book or resource',
  409: 'The state of the book does not allow it',
  412: 'It has changed since it was read',
  413: 'The body is larger than 1 MiB',
  415: 'The content type is not taken here',
  422: 'Well-formed, and refused: nothing was recorded',
  428: 'If-Match is missing',
  503: 'The engine cannot answer now; try again with the same key',
};

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export function Describe(of: Description): MethodDecorator {
  const decorators: (MethodDecorator | ClassDecorator)[] = [
    ApiTags(of.tag),
    ApiOperation({
      operationId: of.id,
      summary: of.summary,
      ...(of.description !== undefined && { description: of.description }),
    }),
    ...(of.path ?? []).map((name) => ApiParam({ name, required: true, ...parameter(name) })),
    ...(of.query ?? []).map((name) => ApiQuery({ name, required: false, ...parameter(name) })),
  ];
  if (of.body !== undefined) {
    const schema = ref(of.body);
    const types = of.yaml === true ? MEDIA_TYPES : MEDIA_TYPES.slice(0, 1);
    const content = Object.fromEntries(types.map((type) => [type, { schema }]));
    decorators.push(
      ApiBody({ required: of.bodyOptional !== true, content } as Parameters<typeof ApiBody>[0]),
    );
  }
  if (of.key === true || of.keyOptional === true) {
    decorators.push(
      ApiHeader({
        name: 'Idempotency-Key',
        required: of.key === true,
        description:
          'Unique to this fact and the same on every retry; 1 to 255 visible ASCII characters, bare or in double quotes.',
        schema: { type: 'string', minLength: 1, maxLength: 257, example: 'till-7-000231' },
      }),
    );
  }
  if (of.ifMatch !== undefined) {
    decorators.push(
      ApiHeader({
        name: 'If-Match',
        required: of.ifMatch === 'required',
        description:
          'The ETag of the policy version that was read; it is refused when that has changed since.',
        schema: { type: 'string', example: '"3.1"' },
      }),
    );
  }
  if (of.answer !== undefined) {
    const [status, schema] = of.answer;
    decorators.push(
      ApiResponse({
        status,
        description: status === 201 ? 'The ledger has the fact' : 'The answer',
        content: {
          'application/json': { schema: ref(schema) },
          ...(of.alsoText === true && { 'text/plain': { schema: { type: 'string' } } }),
        },
        ...(status === 201 && {
          headers: {
            'Idempotent-Replayed': {
              description: 'true when this key was answered before: this is that answer',
              schema: { type: 'string', enum: ['true'] },
            },
          },
        }),
        ...(of.etag === true && {
          headers: {
            ETag: { description: 'For If-Match', schema: { type: 'string', example: '"3.1"' } },
          },
        }),
      }),
    );
  }
  if (of.accepted !== undefined) {
    decorators.push(
      ApiHeader({
        name: 'Prefer',
        required: false,
        description: '`respond-async`, with `wait=<seconds>` if you like',
        schema: { type: 'string', example: 'respond-async' },
      }),
      ApiResponse({
        status: 202,
        description: 'Under way; ask for it at the Location',
        content: { 'application/json': { schema: ref(of.accepted) } },
      }),
    );
  }
  const problems = of.open === true ? of.problems : [...of.problems, 401, 403, 503];
  for (const status of [...new Set(problems)].sort((one, other) => one - other)) {
    decorators.push(
      ApiResponse({
        status,
        description: PROBLEM_WORDS[status] ?? 'Problem',
        content: { [PROBLEM_CONTENT_TYPE]: { schema: ref('Problem') } },
      }),
    );
  }
  if (of.open !== true) decorators.push(ApiBearerAuth());
  return applyDecorators(...(decorators as MethodDecorator[])) as MethodDecorator;
}

function parameter(name: string) {
  const known = PARAMETERS[name];
  if (known === undefined) throw new Error(`The parameter "${name}" is not described.`);
  return known;
}
