import { compileCondition } from '../rules/cel.ts';
import { checkConsequence, LONGEST_TITLE } from './check-limit.ts';
import { type Members, type Mistakes, member, noteUnknownFields, own, quoted, readText } from './mistakes.ts';
import type { Rule } from './policy.ts';

const RULE_FIELDS = ['id', 'title', 'when', 'then', 'message'] as const;
export const LONGEST_MESSAGE = 500;

/** `id` is checked by the caller, who sees all ids. */
export function checkRule(
  mistakes: Mistakes,
  rule: Members,
  pointer: string,
  id: string | undefined,
): Rule | undefined {
  const before = mistakes.noted.length;
  noteUnknownFields(mistakes, rule, pointer, RULE_FIELDS, 'A rule');
  const titled = own(rule, 'title') ?? undefined;
  const title =
    titled === undefined
      ? undefined
      : readText(mistakes, titled, member(pointer, 'title'), 'A title', LONGEST_TITLE);
  const when = checkWhen(mistakes, own(rule, 'when'), member(pointer, 'when'));
  const then = checkConsequence(mistakes, own(rule, 'then'), member(pointer, 'then'), 'then');
  const message = checkMessage(mistakes, own(rule, 'message'), member(pointer, 'message'));
  if (mistakes.noted.length > before || id === undefined) return undefined;
  if (when === undefined || then === undefined || message === undefined) return undefined;
  return { id, ...(title === undefined ? {} : { title }), when, then, message };
}

function checkMessage(mistakes: Mistakes, value: unknown, pointer: string): string | undefined {
  if (value === undefined) {
    return mistakes.note(
      pointer,
      'field-missing',
      'message is missing: whoever meets the rule must be told why.',
      'Write one sentence, such as: A refund above £50 names the incident it settles.',
    );
  }
  return readText(mistakes, value, pointer, 'A message', LONGEST_MESSAGE);
}

function checkWhen(mistakes: Mistakes, value: unknown, pointer: string): string | undefined {
  const example = 'Write for example: act.kind == "refund" && act.retailMinor > 5000.';
  if (value === undefined) {
    return mistakes.note(pointer, 'field-missing', 'when is missing: a rule is a condition.', example);
  }
  if (typeof value !== 'string') {
    return mistakes.note(
      pointer,
      'not-text',
      `when must be a condition in a text, and is ${quoted(value)}.`,
      example,
    );
  }
  const condition = compileCondition(value);
  if (!condition.ok) {
    return mistakes.note(pointer, 'condition-invalid', condition.message, condition.advice, condition.at);
  }
  return value;
}
