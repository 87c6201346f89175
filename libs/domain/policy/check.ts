/**
 * Checks a posted policy document and makes it a `Policy`. Whoever writes policies is no programmer: every
 * mistake is reported at once, each with its place, a stable code, and what to write instead.
 */
import { STANDING } from '../book/events.ts';
import { currencyAdvice, minorUnits } from '../money/currency.ts';
import { checkAuthority, checkHold } from './check-hold.ts';
import { checkLimit, LONGEST_TITLE } from './check-limit.ts';
import { checkNudges } from './check-nudge.ts';
import { checkRule } from './check-rule.ts';
import {
  asMembers,
  type Members,
  Mistakes,
  member,
  noteUnknownFields,
  own,
  quoted,
  readChoice,
  readText,
} from './mistakes.ts';
import { CONSEQUENCES, type Mistake, type Policy } from './policy.ts';

/** Every guardrail is looked at for every act: what a decision costs is bounded here. */
export const MOST_LIMITS = 200;
export const MOST_RULES = 200;

const POLICY_FIELDS = [
  'currency',
  'title',
  'uncovered',
  'limits',
  'rules',
  'hold',
  'authority',
  'nudge',
] as const;
export const GUARDRAIL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export type CheckedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

export interface CheckedFor {
  /** The book's; absent, where there is no book yet: the document's own is taken if there is such a currency. */
  readonly currency?: string;
  /** Whether the book has a fiscal calendar; absent: not known where the policy is checked. */
  readonly fiscal?: boolean;
}

export function checkPolicy(document: unknown, context: CheckedFor): CheckedPolicy {
  const policy = asMembers(document);
  const written = policy === undefined ? undefined : own(policy, 'currency');
  const mistakes = new Mistakes(minorUnits(context.currency ?? String(written)));
  if (policy === undefined) {
    mistakes.note(
      '',
      'not-an-object',
      `A policy is an object with currency, limits and rules; this is ${quoted(document ?? undefined)}.`,
      `Start with: currency: ${context.currency ?? 'GBP'}`,
    );
    return { ok: false, mistakes: mistakes.all() };
  }
  noteUnknownFields(mistakes, policy, '', POLICY_FIELDS, 'A policy');
  const currency = checkCurrency(mistakes, written, context.currency);
  const titled = own(policy, 'title') ?? undefined;
  const title =
    titled === undefined ? undefined : readText(mistakes, titled, '/title', 'A title', LONGEST_TITLE);
  const uncovered = checkUncovered(mistakes, own(policy, 'uncovered'));
  const ids = new Map<string, string>();
  const limits = checkEach(mistakes, policy, 'limits', MOST_LIMITS, ids, (noted, members, at, id) =>
    checkLimit(noted, members, at, id, context.fiscal),
  );
  const rules = checkEach(mistakes, policy, 'rules', MOST_RULES, ids, checkRule);
  const holdWritten = own(policy, 'hold') ?? undefined;
  const hold = holdWritten === undefined ? undefined : checkHold(mistakes, holdWritten, '/hold');
  const authorityWritten = own(policy, 'authority') ?? undefined;
  const authority =
    authorityWritten === undefined ? undefined : checkAuthority(mistakes, authorityWritten, '/authority');
  const nudgeWritten = own(policy, 'nudge') ?? undefined;
  const nudge =
    nudgeWritten === undefined ? undefined : checkNudges(mistakes, nudgeWritten, '/nudge', { limits, ids });
  if (mistakes.any || currency === undefined || uncovered === undefined) {
    return { ok: false, mistakes: mistakes.all() };
  }
  return {
    ok: true,
    policy: {
      currency,
      ...(title === undefined ? {} : { title }),
      uncovered,
      limits,
      rules,
      ...(hold === undefined ? {} : { hold }),
      ...(authority === undefined ? {} : { authority }),
      ...(nudge === undefined ? {} : { nudge }),
    },
  };
}

function checkCurrency(mistakes: Mistakes, value: unknown, currency: string | undefined): string | undefined {
  if (value === undefined || value === null) {
    return mistakes.note(
      '/currency',
      'currency-missing',
      'The policy does not say its currency.',
      currency === undefined
        ? 'Write the currency of the book it is for, such as currency: GBP.'
        : `Write currency: ${currency}, the currency of this book.`,
    );
  }
  if (currency === undefined) {
    if (typeof value === 'string' && minorUnits(value) !== undefined) return value;
    return mistakes.note(
      '/currency',
      'currency-unknown',
      `No book can be kept in ${quoted(value)}.`,
      typeof value === 'string' ? (currencyAdvice(value) ?? '') : 'Write a code of ISO 4217, such as GBP.',
    );
  }
  if (value !== currency) {
    return mistakes.note(
      '/currency',
      'currency-mismatch',
      `The policy is in ${quoted(value)}, the book in ${currency}.`,
      `Write currency: ${currency}, and make sure that the figures are meant in it.`,
    );
  }
  return currency;
}

function checkUncovered(mistakes: Mistakes, value: unknown): Policy['uncovered'] | undefined {
  if (value === undefined) return 'allow';
  return readChoice(
    mistakes,
    value,
    '/uncovered',
    'way to treat acts that no limit covers',
    ['allow', ...CONSEQUENCES],
    'uncovered-unknown',
  );
}

type CheckOne<Guardrail> = (
  mistakes: Mistakes,
  members: Members,
  pointer: string,
  id: string | undefined,
) => Guardrail | undefined;

function checkEach<Guardrail>(
  mistakes: Mistakes,
  policy: Members,
  field: 'limits' | 'rules',
  most: number,
  ids: Map<string, string>,
  checkOne: CheckOne<Guardrail>,
): readonly Guardrail[] {
  const list = own(policy, field) ?? undefined;
  const pointer = `/${field}`;
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    mistakes.note(
      pointer,
      'not-a-list',
      `${field} must be a list, and is ${quoted(list)}.`,
      `Begin each with a dash and its id: "- id: weekly-coffees".`,
    );
    return [];
  }
  if (list.length > most) {
    mistakes.note(
      pointer,
      'too-many-guardrails',
      `There are ${list.length} ${field}; a policy has at most ${most}.`,
      'Put like ones together: one limit counts for every value of its per.',
    );
  }
  const read: Guardrail[] = [];
  for (const [i, item] of list.slice(0, most).entries()) {
    const at = member(pointer, i);
    const members = asMembers(item);
    const one = field === 'limits' ? 'limit' : 'rule';
    if (members === undefined) {
      mistakes.note(
        at,
        'not-an-object',
        `A ${one} is an object with an id; this is ${quoted(item)}.`,
        'Begin with: id: …',
      );
      continue;
    }
    const guardrail = checkOne(
      mistakes,
      members,
      at,
      checkId(mistakes, own(members, 'id'), member(at, 'id'), ids, one),
    );
    if (guardrail !== undefined) read.push(guardrail);
  }
  return read;
}

/** Ids name guardrails in every receipt, so no two may be the same, nor the same as what the ledger itself requires. */
function checkId(
  mistakes: Mistakes,
  id: unknown,
  pointer: string,
  ids: Map<string, string>,
  one: string,
): string | undefined {
  const form = 'Write letters, digits, hyphens, dots and underscores, at most 64, such as weekly-coffees.';
  if (id === undefined || id === null)
    return mistakes.note(pointer, 'id-missing', `The ${one} has no id.`, form);
  if (typeof id !== 'string' || !GUARDRAIL_ID.test(id)) {
    return mistakes.note(pointer, 'id-malformed', `${quoted(id)} cannot be an id.`, form);
  }
  if ((STANDING as readonly string[]).includes(id)) {
    return mistakes.note(
      pointer,
      'id-reserved',
      `${quoted(id)} is what the ledger calls one of its own checks.`,
      'Choose another id.',
    );
  }
  const first = ids.get(id);
  if (first !== undefined) {
    return mistakes.note(
      pointer,
      'id-duplicate',
      `The id ${quoted(id)} is already used at ${first}.`,
      'Every limit and rule has an id of its own; what was counted is found by it.',
    );
  }
  ids.set(id, pointer);
  return id;
}
