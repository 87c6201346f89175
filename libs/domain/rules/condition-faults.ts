/** The CEL library's errors, in words for someone who writes a policy. */
import type { Node } from './condition-limits.ts';
import { nearestName } from './nearest-name.ts';
import { RULE_VARIABLES, TIMESTAMP } from './rule-variables.ts';

/** What the library's errors carry. */
export interface CelFault {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly node?: Partial<Node>;
  readonly range?: { readonly start: number; readonly end: number };
}

export function explain(
  expression: string,
  fault: CelFault,
): { message: string; advice: string; offset?: number } {
  const summary = ((fault.summary ?? fault.message).split('\n')[0] ?? '').replace('EOF', 'the end');
  const offset = fault.node?.pos ?? fault.range?.start;
  const node = fault.node;
  const place = offset === undefined ? {} : { offset };
  switch (fault.code) {
    case 'no_such_key': {
      const [owner, field] = (node?.args ?? []) as [Node | undefined, string | undefined];
      const name = owner?.op === 'id' ? String(owner.args) : '';
      const fields = Object.keys(RULE_VARIABLES[name] ?? {});
      const near = nearestName(String(field), fields);
      return {
        message: `${name} has no field ${String(field)}.`,
        advice: `${near === undefined ? '' : `Did you mean ${name}.${near}? `}The fields of ${name} are: ${fields.join(', ')}.`,
        ...(owner === undefined ? place : { offset: owner.end + 1 }),
      };
    }
    case 'unknown_variable': {
      const name = String(node?.args);
      const owners = Object.keys(RULE_VARIABLES).filter((v) => Object.hasOwn(RULE_VARIABLES[v] ?? {}, name));
      const near =
        owners[0] === undefined ? nearestName(name, Object.keys(RULE_VARIABLES)) : `${owners[0]}.${name}`;
      return {
        message: `There is no ${name} here.`,
        advice: `${near === undefined ? '' : `Did you mean ${near}? `}Start from act, employee, location or item; write a text in quotes: "${name}".`,
        ...place,
      };
    }
    case 'no_such_overload':
      return { message: mismatch(summary), advice: mismatchAdvice(summary), ...place };
    case 'invalid_logical_operand':
    case 'invalid_condition_type':
      return {
        message: `&&, ||, ! and ? join conditions, and one side here is none (${summary.replace(/^.*got /, 'it is ')}).`,
        advice: 'Compare it with something: act.incident == "", act.count > 1.',
        ...place,
      };
    case 'no_matching_overload':
      return {
        message: `${summary.replace(/^found no matching overload for /, 'This call does not fit: ')}.`,
        advice:
          'Check the kinds of its arguments: startsWith, endsWith and contains take a text; size takes a text or a list.',
        ...place,
      };
    case 'heterogeneous_list_element':
      return {
        message: summary,
        advice: 'Let all values of a list be of one kind: ["comp", "refund"].',
        ...place,
      };
    case 'limit_exceeded':
      return { message: 'The condition is too large.', advice: 'Split it into several rules.', ...place };
    case 'unterminated_string':
    case 'newline_in_string':
      return {
        message: 'A text is not closed.',
        advice: 'Close it with the same quote it began with.',
        ...place,
      };
    default:
      return {
        message: `This is not a condition: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}.`,
        advice: syntaxAdvice(expression, summary),
        ...place,
      };
  }
}

function mismatch(summary: string): string {
  const found = /^no such overload: (.+) (==|!=|<=|>=|<|>|in|\+|-|\*|\/|%) (.+)$/.exec(summary);
  if (found === null) return `${summary.replace(/^no such overload: /, 'This does not fit: ')}.`;
  return `${found[2]} cannot stand between ${kindWord(found[1])} and ${kindWord(found[3])}.`;
}

function mismatchAdvice(summary: string): string {
  if (summary.includes('double') && summary.includes('int')) {
    return 'Amounts are whole minor units: write 5000, not 50.00. To calculate with fractions: double(act.costMinor).';
  }
  if (summary.includes(TIMESTAMP)) return 'Compare act.occurredAt with timestamp("2026-12-01T00:00:00Z").';
  if (summary.includes(' in ')) return 'After `in` stands a list: act.kind in ["comp", "refund"].';
  if (summary.includes('list')) return 'To look into a list: "barista" in employee.roles.';
  return 'Numbers stand bare (act.count > 2), texts in quotes (act.kind == "refund").';
}

export function kindWord(type: string | undefined): string {
  if (type === 'string') return 'a text';
  if (type === 'int') return 'a whole number';
  if (type === 'double') return 'a fraction';
  if (type === 'bool') return 'a condition';
  if (type === TIMESTAMP) return 'a time';
  if (type?.startsWith('list')) return 'a list';
  if (type?.startsWith('Rule')) return `the whole ${type.slice(4).toLowerCase()}`;
  return type ?? 'nothing';
}

function syntaxAdvice(expression: string, summary: string): string {
  if (summary.includes("'='") || summary.includes(': =')) return 'To compare, write == (two equals signs).';
  const words = /\b(and|or|not)\b/i.exec(expression.replaceAll(/"[^"]*"|'[^']*'/g, '""'))?.[1]?.toLowerCase();
  if (words !== undefined) return 'Write && for and, || for or, ! for not.';
  if (/: &|'&'/.test(summary)) return 'For "and" write &&.';
  if (/: \||'\|'/.test(summary)) return 'For "or" write ||.';
  return 'Write for example: act.kind == "refund" && act.retailMinor > 5000.';
}
