/** Aim: the guide for policy writers is true: its policies, conditions, fields and errors are those of the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readPolicy } from '../../libs/books/read-policy.ts';
import { KINDS, MEASURES, TRIGGERS } from '../../libs/domain/act/act.ts';
import { STANDING } from '../../libs/domain/book/events.ts';
import { DIMENSIONS } from '../../libs/domain/policy/policy.ts';
import { compileCondition } from '../../libs/domain/rules/cel.ts';
import { RULE_VARIABLES } from '../../libs/domain/rules/rule-variables.ts';

const root = new URL('../../', import.meta.url);
const guide = readFileSync(new URL('docs/policies.md', root), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!);

function check(text: string) {
  return readPolicy({ format: 'yaml', text }, { currency: 'GBP' });
}

describe('the guide for policy writers', () => {
  const [good, bad] = blocks('yaml');

  it('shows a policy that is taken', () => {
    expect(check(good!)).toMatchObject({ ok: true, warnings: [] });
  });

  it('shows the errors that its bad policy gets', () => {
    const reading = check(bad!);
    if (reading.ok) throw new Error('must have mistakes');
    const found = reading.mistakes.map(({ pointer, code, advice, line, column }) => {
      return { start: `${line}:${column} ${pointer} ${code}: `, advice };
    });
    const shown = blocks('text')[0]!.trim().split('\n');
    expect(shown).toHaveLength(found.length);
    for (const [i, line] of shown.entries()) {
      expect(line.slice(0, found[i]!.start.length)).toBe(found[i]!.start);
      expect(found[i]!.advice).toContain(line.slice(found[i]!.start.length));
    }
  });

  it('names every warning, and no other', () => {
    const table = guide.slice(guide.indexOf('### Warnings'), guide.indexOf('## Policies as code'));
    const named = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, codes]) =>
      [...codes!.matchAll(/`([^`]+)`/g)].map(([, code]) => code!),
    );
    const folder = new URL('libs/domain/policy/', root);
    const codes = readdirSync(folder)
      .filter((file) => /^lint[a-z-]*\.ts$/.test(file))
      .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)])
      .map(([, code]) => code!);
    expect(new Set(named)).toEqual(new Set(codes));
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
