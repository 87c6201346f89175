import { type Problem, problemOfRefusal } from '../problems/problem.ts';

export function policyNotFound(version: number): Problem {
  return problemOfRefusal({ code: 'policy-not-found', detail: `The book has no policy version ${version}.` });
}
