/**
 * What differs between two policies: as data for programs, and as a sentence for whoever has to agree to it. The
 * order of limits and rules, and of values within a filter, decides nothing and is no difference.
 */
import type { Measure } from '../act/act.ts';
import { MEASURES } from '../act/act.ts';
import {
  allowWords,
  amountWords,
  carryWords,
  consequenceWords,
  limitWords,
  listWords,
  movedWords,
  named,
  nudgeText,
  perWords,
  ruleWords,
  valueWords,
  windowWords,
} from './diff-words.ts';
import type { Limit, Policy, Rule } from './policy.ts';

export interface PolicyChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly part: 'policy' | 'limit' | 'rule';
  /** Of the limit or rule. */
  readonly id?: string;
  /** What of it changed, dotted (`allow.count`); absent when the whole was added or removed. */
  readonly member?: string;
  /** Absent where there was nothing. */
  readonly before?: unknown;
  /** Absent where there is nothing any more. */
  readonly after?: unknown;
  /** Another count begins: what was used under the old words does not count under the new ones. */
  readonly startsAnew?: true;
  readonly text: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Everything that would be decided or said otherwise. Empty: the two decide and say the same. */
export function diffPolicies(before: Policy, after: Policy): readonly PolicyChange[] {
  return [
    ...diffTop(before, after),
    ...diffList(before.limits, after.limits, {
      added: (limit) => wholeLimit('added', limit, after),
      removed: (limit) => wholeLimit('removed', limit, before),
      changed: (one, other) => diffLimit(one, other, after),
    }),
    ...diffList(before.rules, after.rules, {
      added: (rule) => wholeRule('added', rule),
      removed: (rule) => wholeRule('removed', rule),
      changed: diffRule,
    }),
  ];
}

function diffTop(before: Policy, after: Policy): PolicyChange[] {
  const changes: PolicyChange[] = [];
  for (const member of membersOf(before, after)) {
    if (member === 'limits' || member === 'rules') continue;
    const [was, is] = [(before as unknown as Members)[member], (after as unknown as Members)[member]];
    if (alike(was, is)) continue;
    let text = `The policy's ${member} is now ${valueWords(is)}; it was ${valueWords(was)}.`;
    if (member === 'nudge') text = nudgeText(was as Policy['nudge'], is as Policy['nudge']);
    if (member === 'uncovered') {
      text = `An act that no limit speaks of now ${consequenceWords(is)}; before, it ${past(was)}.`;
    }
    changes.push(change('policy', undefined, member, was, is, text));
  }
  return changes;
}

function diffLimit(before: Limit, after: Limit, policy: Policy): PolicyChange[] {
  const { id } = after;
  const limit = `Limit ${named(after)}`;
  const { currency } = policy;
  const changes: PolicyChange[] = [];
  for (const member of membersOf(before, after)) {
    const [was, is] = [(before as unknown as Members)[member], (after as unknown as Members)[member]];
    if (member === 'per' ? before.per.join() === after.per.join() : alike(was, is)) continue;
    switch (member) {
      case 'allow':
        for (const measure of MEASURES) {
          const one = diffFigure(limit, measure, before.allow[measure], after.allow[measure], currency);
          if (one === undefined) continue;
          changes.push(
            change('limit', id, `allow.${measure}`, before.allow[measure], after.allow[measure], one),
          );
        }
        break;
      case 'appliesTo':
        for (const filter of membersOf(before.appliesTo, after.appliesTo)) {
          const [from, to] = [
            (before.appliesTo as Members)[filter] as readonly string[] | undefined,
            (after.appliesTo as Members)[filter] as readonly string[] | undefined,
          ];
          if (alike(from, to)) continue;
          changes.push(
            change('limit', id, `appliesTo.${filter}`, from, to, filterText(limit, filter, from, to)),
          );
        }
        break;
      case 'carryOver':
        changes.push(
          change(
            'limit',
            id,
            member,
            was,
            is,
            `${limit} now carries over ${carryWords(after.carryOver, currency)} of what is unused; before, ${carryWords(before.carryOver, currency)}.`,
          ),
        );
        break;
      case 'per':
        changes.push({
          ...change('limit', id, member, was, is, perText(limit, before, after)),
          startsAnew: true,
        });
        break;
      case 'window': {
        const anew = before.window.every !== 'rolling' || after.window.every !== 'rolling';
        const text = `${limit} now counts ${windowWords(after.window)}; before, ${windowWords(before.window)}.`;
        const one = change('limit', id, member, was, is, anew ? `${text} ${ANEW}` : text);
        changes.push(anew ? { ...one, startsAnew: true } : one);
        break;
      }
      case 'beyond':
        changes.push(
          change(
            'limit',
            id,
            member,
            was,
            is,
            `${limit}: an act beyond it now ${consequenceWords(is)}; before, it ${past(was)}.`,
          ),
        );
        break;
      case 'whenMissing':
        changes.push(change('limit', id, member, was, is, missingText(limit, after, was, is)));
        break;
      case 'title':
        changes.push(change('limit', id, member, was, is, titleText('Limit', id, was, is)));
        break;
      default:
        changes.push(change('limit', id, member, was, is, otherText(limit, member, was, is)));
    }
  }
  return changes;
}

function diffRule(before: Rule, after: Rule): PolicyChange[] {
  const { id } = after;
  const rule = `Rule ${named(after)}`;
  return membersOf(before, after).flatMap((member) => {
    const [was, is] = [(before as unknown as Members)[member], (after as unknown as Members)[member]];
    if (alike(was, is)) return [];
    const texts: Readonly<Record<string, string>> = {
      when: `${rule} now looks for ${String(is)}; before, for ${String(was)}.`,
      then: `${rule}: where it holds, an act now ${consequenceWords(is)}; before, it ${past(was)}.`,
      message: `${rule} now tells the employee ${valueWords(is)}; before, ${valueWords(was)}.`,
      title: titleText('Rule', id, was, is),
    };
    return [change('rule', id, member, was, is, texts[member] ?? otherText(rule, member, was, is))];
  });
}

const ANEW = 'Counting starts from nothing.';

function diffFigure(
  limit: string,
  measure: Measure,
  was: number | undefined,
  is: number | undefined,
  currency: string,
): string | undefined {
  if (was === is) return undefined;
  if (was === undefined) return `${limit} now also bounds ${amountWords(measure, is!, currency)}.`;
  if (is === undefined) return `${limit} no longer bounds ${amountWords(measure, was, currency)}.`;
  return `${limit} now allows ${allowWords({ [measure]: is }, currency)}, ${movedWords(measure, was, is, currency)}: it was ${amountWords(measure, was, currency)}.`;
}

function filterText(
  limit: string,
  filter: string,
  was: readonly string[] | undefined,
  is: readonly string[] | undefined,
): string {
  if (was === undefined)
    return `${limit} now speaks only of ${filter} ${listWords(is!)}; before, it spoke of all.`;
  if (is === undefined)
    return `${limit} now speaks of all ${filter}; before, it spoke only of ${listWords(was)}.`;
  const added = is.filter((value) => !was.includes(value));
  const gone = was.filter((value) => !is.includes(value));
  const words = [
    ...(added.length > 0 ? [`also speaks of ${filter} ${listWords(added)}`] : []),
    ...(gone.length > 0 ? [`no longer speaks of ${filter} ${listWords(gone)}`] : []),
  ];
  return `${limit} now ${words.join(', and ')}.`;
}

function perText(limit: string, before: Limit, after: Limit): string {
  return `${limit} is now counted ${perWords(after.per)}; before, ${perWords(before.per)}. ${ANEW}`;
}

function missingText(limit: string, { per }: Limit, was: unknown, is: unknown): string {
  const now = is === undefined ? 'is now outside the limit' : `now ${consequenceWords(is)}`;
  const before = was === undefined ? 'was outside the limit' : past(was);
  return `${limit}: an act that lacks what the limit is counted by (${perWords(per)}) ${now}; before, it ${before}.`;
}

function titleText(what: string, id: string, was: unknown, is: unknown): string {
  return `${what} ${id} is now called ${valueWords(is)}; before, ${valueWords(was)}.`;
}

function otherText(what: string, member: string, was: unknown, is: unknown): string {
  if (was === undefined) return `${what} now has ${member} ${valueWords(is)}.`;
  if (is === undefined) return `${what} no longer has ${member}; it was ${valueWords(was)}.`;
  return `${what}: ${member} is now ${valueWords(is)}; it was ${valueWords(was)}.`;
}

const PAST: Readonly<Record<string, string>> = {
  allow: 'passed',
  warn: 'passed and was marked',
  hold: 'waited for approval',
  decline: 'was declined',
};
const past = (consequence: unknown): string => PAST[String(consequence)] ?? `met ${valueWords(consequence)}`;

function wholeLimit(kind: 'added' | 'removed', limit: Limit, policy: Policy): PolicyChange {
  const words = `${named(limit)}: ${limitWords(limit, policy)}`;
  const text = kind === 'added' ? `New limit ${words}` : `Gone is limit ${words}`;
  return {
    kind,
    part: 'limit',
    id: limit.id,
    ...(kind === 'added' ? { after: limit } : { before: limit }),
    text,
  };
}

function wholeRule(kind: 'added' | 'removed', rule: Rule): PolicyChange {
  const words = `${named(rule)}: ${ruleWords(rule)}`;
  const text = kind === 'added' ? `New rule ${words}` : `Gone is rule ${words}`;
  return {
    kind,
    part: 'rule',
    id: rule.id,
    ...(kind === 'added' ? { after: rule } : { before: rule }),
    text,
  };
}

function change(
  part: PolicyChange['part'],
  id: string | undefined,
  member: string,
  before: unknown,
  after: unknown,
  text: string,
): PolicyChange {
  return {
    kind: 'changed',
    part,
    ...(id === undefined ? {} : { id }),
    member,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    text,
  };
}

/** By id: those gone in their old order, then those there in their new one. */
function diffList<One extends { readonly id: string }>(
  before: readonly One[],
  after: readonly One[],
  say: {
    added(one: One): PolicyChange;
    removed(one: One): PolicyChange;
    changed(was: One, is: One): readonly PolicyChange[];
  },
): PolicyChange[] {
  const were = new Map(before.map((one) => [one.id, one]));
  const are = new Set(after.map(({ id }) => id));
  return [
    ...before.filter(({ id }) => !are.has(id)).map(say.removed),
    ...after.flatMap((one) => {
      const was = were.get(one.id);
      return was === undefined ? [say.added(one)] : say.changed(was, one);
    }),
  ];
}

function membersOf(before: object, after: object): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

/** Plain data that says the same: members in any order, lists as sets. */
function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((one) => b.some((other) => alike(one, other)));
  }
  return membersOf(a, b).every((name) => alike((a as Members)[name], (b as Members)[name]));
}
