/**
 * Aim: the committed schema is the code's, takes every policy that is taken, and marks what is wrong in the
 * structure of others. After a change on purpose: run this test with UPDATE=1.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { limit, MARK, rule, YAML } from '../../libs/books/policy-mistakes.fixture.ts';
import { checkPolicy } from '../../libs/domain/policy/check.ts';
import { POLICY_SCHEMA } from '../../libs/domain/policy/document-schema.ts';
import { readDocument } from '../../libs/platform/located-document.ts';

const root = new URL('../../', import.meta.url);
const committed = new URL('docs/policy.schema.json', root);
const text = `${JSON.stringify(POLICY_SCHEMA, null, 2)}\n`;
if (process.env.UPDATE === '1') writeFileSync(committed, text);

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(POLICY_SCHEMA);

function contentOf(document: string): unknown {
  const read = readDocument(document.replace(MARK, ''), 'yaml');
  if (read.ok) return read.value;
  throw new Error(`${document}: ${JSON.stringify(read.problems)}`);
}
function isTaken(document: string): boolean {
  return validate(contentOf(document));
}

it('is the committed one', () => {
  expect(readFileSync(committed, 'utf8')).toBe(text);
});

describe('takes what the check takes', () => {
  const names = readdirSync(new URL('policies', root)).filter(
    (name) => name.endsWith('.yaml') && !name.includes('.scenario.'),
  );
  it.each(names)('%s', (name) => {
    const document = readFileSync(new URL(`policies/${name}`, root), 'utf8');
    expect([isTaken(document), validate.errors]).toEqual([true, null]);
    // An editor finds the schema from there.
    expect(document.split('\n')[0]).toBe('# yaml-language-server: $schema=../docs/policy.schema.json');
  });

  it.each([
    'currency: GBP',
    'currency: GBP\ntitle:\nlimits:\nrules:\nuncovered: warn',
    limit('window: act'),
    limit('window: { every: day }'),
    limit('window: { every: week }'),
    limit('window: { every: week, startsOn: sunday }'),
    limit('window: { rolling: P2W }'),
    limit('window: { rolling: P1DT12H }'),
    limit('window: { fiscal: quarter }'),
    limit('allow: { count: 0, costMinor: 9007199254740991, retailMinor: 1 }'),
    limit('per: [customer]', 'whenMissing: warn'),
    limit('whenMissing:', 'title:'),
    limit('carryOver: { upTo: 5 }'),
    limit('carryOver: { upTo: { count: 5 }, for: 12 }'),
    limit('appliesTo: {}'),
    limit('appliesTo: { kinds: [comp], triggers: [delight], items: ["*"], roles: [r], reasons: [x] }'),
    limit('id: A.b_c-1'),
    rule('title: Large ones'),
    limit('beyond: hold'),
    `${limit()}nudge: [{ limit: a, message: '{left} until {weekday}, {until}', unusedPercent: 100, passedPercent: 0 }]`,
    `${limit()}nudge:`,
    'currency: GBP\nuncovered: hold\nhold:\nauthority:',
    'currency: GBP\nhold: {}',
    'currency: GBP\nhold: { for: P1D, then: accept }\nauthority: [{ role: lead, upTo: { count: 1 } }]',
  ])('%s', (document) => {
    expect(checkPolicy(contentOf(document), { currency: 'GBP' })).toMatchObject({ ok: true });
    expect([isTaken(document), validate.errors]).toEqual([true, null]);
  });
});

describe('marks what is wrong in the structure', () => {
  /** What only the check sees: what conditions say, how numbers are written, and what depends on other fields. */
  const BEYOND = new Set([
    'carry-over-ambiguous',
    'carry-over-unbounded',
    'carry-over-useless',
    'condition-invalid',
    'currency-mismatch',
    'figure-not-plain',
    'authority-duplicate',
    'fiscal-calendar-missing',
    'hold-for-too-long',
    'id-duplicate',
    'text-malformed',
    'when-missing-useless',
    'nudge-limit-unknown',
    'nudge-not-own',
    'nudge-without-end',
    'nudge-duplicate',
    'nudge-placeholder-unknown',
  ]);
  const rows = YAML.filter(
    ([, document, code]) => !BEYOND.has(code) && readDocument(document.replace(MARK, ''), 'yaml').ok,
  );

  it.each(rows)('%s', (_, document) => {
    expect(isTaken(document)).toBe(false);
  });

  it('most of the mistakes that can be read', () => {
    expect(rows.length).toBeGreaterThan(60);
  });
});
