/** The shapes of the service itself: its clock, its health, its problems. */
import { PROBLEMS } from '../problems/registry.ts';
import { choice, instant, list, object, ref, type Schema } from './schema-parts.ts';

export const SERVICE_SCHEMAS = {
  SandboxClock: object({ now: instant('The time from now on, until it is set again.') }),
  Health: {
    type: 'object',
    properties: {
      status: choice(['ok', 'error', 'shutting_down']),
      info: { type: ['object', 'null'] },
      error: { type: ['object', 'null'] },
      details: { type: 'object' },
    },
    required: ['status'],
  },
  FieldProblem: object(
    {
      pointer: { type: 'string', description: 'JSON pointer into the body.' },
      parameter: { type: 'string', description: 'Parameter of the query or path.' },
      code: { type: 'string' },
      detail: { type: 'string' },
      advice: { type: 'string' },
      line: { type: 'integer' },
      column: { type: 'integer' },
    },
    ['code', 'detail'],
  ),
  Problem: object(
    {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: choice(Object.keys(PROBLEMS), { description: 'Stable; docs/errors.md explains each.' }),
      detail: { type: 'string', description: 'What was wrong this time.' },
      advice: { type: 'string', description: 'What to do.' },
      errors: list(ref('FieldProblem')),
      differs: list(
        { type: 'string' },
        {
          description: 'For idempotency-key-reused: the members that differ from the first post.',
          examples: [['item.quantity']],
        },
      ),
      requestId: { type: 'string' },
    },
    ['type', 'title', 'status', 'code', 'detail', 'advice'],
  ),
} as const satisfies Record<string, Schema>;
