/** The fact that an answer tells of, where a command can only be recorded or refused. */
import type { Answer } from '../../../libs/books/answers.ts';
import { problemOfRefusal } from '../problems/problem.ts';

export type Recorded = Answer & { readonly outcome: 'recorded' };

/** @throws Problem when it was refused */
export function recordedOf(answer: Answer): Recorded {
  if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
  if (answer.outcome !== 'recorded') throw new Error('A fact was answered as a statement.');
  return answer;
}
