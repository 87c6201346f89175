/** The version of a policy in the path. */
import type { FastifyRequest } from 'fastify';
import { parameterProblem } from '../problems/problem.ts';

/** @throws Problem */
export function versionOf(request: FastifyRequest): number {
  const { version } = request.params as { version: string };
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version);
  throw parameterProblem('path-invalid', [
    {
      parameter: 'version',
      code: 'bad-format',
      detail: 'A version is a whole number from 1.',
      advice: 'Use the version that POST …/policies answered with.',
    },
  ]);
}
