/** Aim: the guide for policy writers is true: its policies, conditions, fields and errors are those of the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { KINDS, MEASURES, TRIGGERS } from '../../libs/domain/act/act.ts';
import { STANDING } from '../../libs/domain/book/events.ts';
import { checkPolicy } from '../../libs/domain/policy/check.ts';
import { DIMENSIONS } from '../../libs/domain/policy/policy.ts';
import { compileCondition } from '../../libs/domain/rules/cel.ts';
import { RULE_VARIABLES } from '../../libs/domain/rules/rule-variables.ts';
import { readDocument } from '../../libs/platform/located-document.ts';

const root = new URL('../../', import.meta.url);
const guide = readFileSync(new URL('docs/policies.md', root), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!);

function check(text: string) {
  const document = readDocument(text, 'yaml');
  if (!document.ok) throw new Error(JSON.stringify(document.problems));
  return { document, checked: checkPolicy(document.value, { currency: 'GBP' }) };
}

describe('the guide for policy writers', () => {
  const [good, bad] = blocks('yaml');

  it('shows a policy that is taken', () => {
    expect(check(good!).checked).toMatchObject({ ok: true });
  });

  it('shows the errors that its bad policy gets', () => {
    const { document, checked } = check(bad!);
    if (checked.ok) throw new Error('must have mistakes');
    const found = checked.mistakes.map(({ pointer, code, advice, at }) => {
      const { line, column } = document.locate(pointer, at)!;
      return { start: `${line}:${column} ${pointer} ${code}: `, advice };
    });
    const shown = blocks('text')[0]!.trim().split('\n');
    expect(shown).toHaveLength(found.length);
    for (const [i, line] of shown.entries()) {
      expect(line.slice(0, found[i]!.start.length)).toBe(found[i]!.start);
      expect(found[i]!.advice).toContain(line.slice(found[i]!.start.length));
    }
  });

  it('shows conditions that compile', () => {
    const conditions = blocks('cel')[0]!.trim().split('\n');
    expect(conditions.length).toBeGreaterThan(5);
    for (const condition of conditions)
      expect([condition, compileCondition(condition).ok]).toEqual([condition, true]);
  });

  it('names every field of the rules, and no other', () => {
    const named = [...guide.matchAll(/`((?:act|employee|location|item)\.[a-zA-Z]+)`/g)].map(
      ([, name]) => name!,
    );
    const fields = Object.entries(RULE_VARIABLES).flatMap(([owner, all]) =>
      Object.keys(all).map((f) => `${owner}.${f}`),
    );
    expect(new Set(named)).toEqual(new Set(fields));
  });

  it.each([...KINDS, ...TRIGGERS, ...MEASURES, ...DIMENSIONS, ...STANDING])('speaks of %s', (word) => {
    expect(guide).toContain(`\`${word}\``);
  });

  it('names every policy there is', () => {
    const policies = readdirSync(new URL('policies', root)).filter(
      (f) => f.endsWith('.yaml') && !f.includes('.scenario.'),
    );
    for (const policy of policies) expect(guide).toContain(`(../policies/${policy})`);
  });
});
