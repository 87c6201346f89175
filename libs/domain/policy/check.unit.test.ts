/** Aim: a policy is taken only if it means something; else every mistake in it is told at once, with its place. */
import { describe, expect, it } from '@jest/globals';
import { readDocument } from '../../platform/located-document.ts';
import { checkPolicy, MOST_LIMITS } from './check.ts';

const limit = {
  id: 'coffees',
  per: ['employee'],
  window: 'week',
  allow: { count: 10 },
  beyond: 'decline',
};
const rule = { id: 'big-refund', when: 'act.retailMinor > 5000', then: 'warn', message: 'Too much.' };

const check = (document: unknown) => checkPolicy(document, { currency: 'GBP' });
const withLimit = (changed: object) => ({ currency: 'GBP', limits: [{ ...limit, ...changed }] });
const withRule = (changed: object) => ({ currency: 'GBP', rules: [{ ...rule, ...changed }] });
const without = (field: string, whole: object) =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field));

function mistakesOf(document: unknown) {
  const checked = check(document);
  return checked.ok ? [] : checked.mistakes;
}

describe('each mistake has its code, its place and a way out', () => {
  it.each([
    // The document.
    [null, '', 'not-an-object', /currency: GBP/],
    ['a text', '', 'not-an-object', /currency: GBP/],
    [[limit], '', 'not-an-object', /currency: GBP/],
    [{}, '/currency', 'currency-missing', /currency: GBP/],
    [{ currency: 'USD' }, '/currency', 'currency-mismatch', /currency: GBP/],
    [{ currency: 'gbp' }, '/currency', 'currency-mismatch', /currency: GBP/],
    [{ currency: ['GBP'] }, '/currency', 'currency-mismatch', /currency: GBP/],
    [{ currency: 'GBP', limit: [] }, '/limit', 'unknown-field', /limits/],
    [{ currency: 'GBP', 'a/b~c': 1 }, '/a~1b~0c', 'unknown-field', /fields are/],
    [{ currency: 'GBP', title: 7 }, '/title', 'not-text', /"7"/],
    [{ currency: 'GBP', title: ' ' }, '/title', 'text-empty', /characters/],
    [{ currency: 'GBP', title: 'x'.repeat(201) }, '/title', 'text-too-long', /200/],
    [{ currency: 'GBP', title: 'a\u0007b' }, '/title', 'text-malformed', /one line/],
    [{ currency: 'GBP', title: 'a\ud800' }, '/title', 'text-malformed', /surrogates/],
    [{ currency: 'GBP', uncovered: 'deny' }, '/uncovered', 'uncovered-unknown', /allow, warn, hold, decline/],
    [{ currency: 'GBP', uncovered: null }, '/uncovered', 'uncovered-unknown', /allow/],
    [{ currency: 'GBP', limits: limit }, '/limits', 'not-a-list', /dash/],
    [{ currency: 'GBP', rules: 'none' }, '/rules', 'not-a-list', /dash/],
    [{ currency: 'GBP', limits: ['coffees'] }, '/limits/0', 'not-an-object', /id/],
    [{ currency: 'GBP', rules: [null] }, '/rules/0', 'not-an-object', /id/],
    // Ids.
    [{ currency: 'GBP', limits: [without('id', limit)] }, '/limits/0/id', 'id-missing', /hyphens/],
    [withLimit({ id: 'Weekly Coffees' }), '/limits/0/id', 'id-malformed', /hyphens/],
    [withLimit({ id: '-a' }), '/limits/0/id', 'id-malformed', /hyphens/],
    [withLimit({ id: 'a'.repeat(65) }), '/limits/0/id', 'id-malformed', /64/],
    [withLimit({ id: 12 }), '/limits/0/id', 'id-malformed', /hyphens/],
    [withLimit({ id: 'uncovered' }), '/limits/0/id', 'id-reserved', /another/],
    [withRule({ id: 'no-active-policy' }), '/rules/0/id', 'id-reserved', /another/],
    [withRule({ id: 'campaign-not-running' }), '/rules/0/id', 'id-reserved', /another/],
    [{ currency: 'GBP', limits: [limit, limit] }, '/limits/1/id', 'id-duplicate', /own/],
    [
      { currency: 'GBP', limits: [limit], rules: [{ ...rule, id: limit.id }] },
      '/rules/0/id',
      'id-duplicate',
      /own/,
    ],
    // A limit's fields.
    [withLimit({ perr: 1 }), '/limits/0/perr', 'unknown-field', /Did you mean per\?/],
    [withLimit({ title: '' }), '/limits/0/title', 'text-empty', /characters/],
    [{ currency: 'GBP', limits: [without('per', limit)] }, '/limits/0/per', 'field-missing', /employee/],
    [withLimit({ per: 'employee' }), '/limits/0/per', 'not-a-list', /\[employee\]/],
    [withLimit({ per: [] }), '/limits/0/per', 'per-empty', /per: \[book\]/],
    [withLimit({ per: ['store'] }), '/limits/0/per/0', 'dimension-unknown', /location/],
    [withLimit({ per: ['employe'] }), '/limits/0/per/0', 'dimension-unknown', /Did you mean employee/],
    [withLimit({ per: ['customer', 'customer'] }), '/limits/0/per/1', 'duplicate-value', /Take/],
    [withLimit({ per: [7] }), '/limits/0/per/0', 'dimension-unknown', /employee/],
    // What it applies to.
    [withLimit({ appliesTo: ['comp'] }), '/limits/0/appliesTo', 'not-an-object', /kinds/],
    [withLimit({ appliesTo: null }), '/limits/0/appliesTo', 'not-an-object', /kinds/],
    [withLimit({ appliesTo: { kind: ['comp'] } }), '/limits/0/appliesTo/kind', 'unknown-field', /kinds/],
    [withLimit({ appliesTo: { kinds: 'comp' } }), '/limits/0/appliesTo/kinds', 'not-a-list', /\[comp\]/],
    [
      withLimit({ appliesTo: { kinds: [] } }),
      '/limits/0/appliesTo/kinds',
      'list-empty',
      /leave the field out/,
    ],
    [withLimit({ appliesTo: { kinds: ['void'] } }), '/limits/0/appliesTo/kinds/0', 'kind-unknown', /comp/],
    [
      withLimit({ appliesTo: { kinds: ['refnud'] } }),
      '/limits/0/appliesTo/kinds/0',
      'kind-unknown',
      /refund/,
    ],
    [
      withLimit({ appliesTo: { triggers: ['joy'] } }),
      '/limits/0/appliesTo/triggers/0',
      'trigger-unknown',
      /delight/,
    ],
    [
      withLimit({ appliesTo: { items: ['a', 'a'] } }),
      '/limits/0/appliesTo/items/1',
      'duplicate-value',
      /Take/,
    ],
    [
      withLimit({ appliesTo: { items: ['x'.repeat(257)] } }),
      '/limits/0/appliesTo/items/0',
      'text-too-long',
      /256/,
    ],
    [withLimit({ appliesTo: { roles: [1] } }), '/limits/0/appliesTo/roles/0', 'not-text', /"1"/],
    [
      withLimit({ appliesTo: { reasons: null } }),
      '/limits/0/appliesTo/reasons',
      'not-a-list',
      /\[long-wait\]/,
    ],
    [
      withLimit({ appliesTo: { regions: Array.from({ length: 501 }, String) } }),
      '/limits/0/appliesTo/regions',
      'list-too-long',
      /500/,
    ],
    // Its window.
    [{ currency: 'GBP', limits: [without('window', limit)] }, '/limits/0/window', 'window-missing', /week/],
    [withLimit({ window: 'weekly' }), '/limits/0/window', 'window-unknown', /Did you mean week/],
    [withLimit({ window: 7 }), '/limits/0/window', 'window-unknown', /lifetime/],
    [withLimit({ window: {} }), '/limits/0/window', 'window-unknown', /rolling/],
    [withLimit({ window: 'P7D' }), '/limits/0/window', 'window-unknown', /\{ rolling: P7D \}/],
    [withLimit({ window: { every: 'fortnight' } }), '/limits/0/window/every', 'window-unknown', /week/],
    [withLimit({ window: { every: 'rolling' } }), '/limits/0/window/every', 'window-unknown', /week/],
    [
      withLimit({ window: { every: 'week', start: 'monday' } }),
      '/limits/0/window/start',
      'unknown-field',
      /startsOn/,
    ],
    [
      withLimit({ window: { every: 'week', startsOn: 'mon' } }),
      '/limits/0/window/startsOn',
      'starts-on-unknown',
      /monday/,
    ],
    [
      withLimit({ window: { every: 'day', startsOn: 'monday' } }),
      '/limits/0/window/startsOn',
      'starts-on-useless',
      /week/,
    ],
    [withLimit({ window: { rolling: 'P1M' } }), '/limits/0/window/rolling', 'rolling-malformed', /P30D/],
    [withLimit({ window: { rolling: '7 days' } }), '/limits/0/window/rolling', 'rolling-malformed', /P7D/],
    [withLimit({ window: { rolling: 7 } }), '/limits/0/window/rolling', 'rolling-malformed', /P7D/],
    [withLimit({ window: { rolling: 'PT0S' } }), '/limits/0/window/rolling', 'rolling-malformed', /P7D/],
    [
      withLimit({ window: { rolling: 'P99999D' } }),
      '/limits/0/window/rolling',
      'rolling-malformed',
      /lifetime/,
    ],
    [
      withLimit({ window: { rolling: 'P7D', every: 'week' } }),
      '/limits/0/window',
      'window-ambiguous',
      /either/,
    ],
    // What it allows.
    [{ currency: 'GBP', limits: [without('allow', limit)] }, '/limits/0/allow', 'field-missing', /count: 10/],
    [withLimit({ allow: 10 }), '/limits/0/allow', 'not-an-object', /count: 10/],
    [withLimit({ allow: {} }), '/limits/0/allow', 'allow-empty', /count: 10/],
    [withLimit({ allow: { cost: 5 } }), '/limits/0/allow/cost', 'measure-unknown', /costMinor/],
    [withLimit({ allow: { count: -1 } }), '/limits/0/allow/count', 'figure-negative', /0/],
    [withLimit({ allow: { costMinor: 12.5 } }), '/limits/0/allow/costMinor', 'figure-fractional', /1250/],
    [withLimit({ allow: { count: 1.5 } }), '/limits/0/allow/count', 'figure-fractional', /whole/],
    [withLimit({ allow: { count: 2 ** 53 } }), '/limits/0/allow/count', 'figure-too-large', /smaller/],
    [
      withLimit({ allow: { count: Number.POSITIVE_INFINITY } }),
      '/limits/0/allow/count',
      'figure-too-large',
      /smaller/,
    ],
    [withLimit({ allow: { count: Number.NaN } }), '/limits/0/allow/count', 'figure-too-large', /smaller/],
    [
      withLimit({ allow: { retailMinor: '£500' } }),
      '/limits/0/allow/retailMinor',
      'figure-not-a-number',
      /50000/,
    ],
    [withLimit({ allow: { count: null } }), '/limits/0/allow/count', 'figure-not-a-number', /10/],
    // What lies beyond.
    [{ currency: 'GBP', limits: [without('beyond', limit)] }, '/limits/0/beyond', 'field-missing', /decline/],
    [withLimit({ beyond: 'deny' }), '/limits/0/beyond', 'consequence-unknown', /decline/],
    [withLimit({ whenMissing: 'warn' }), '/limits/0/whenMissing', 'when-missing-useless', /Leave/],
    [
      withLimit({ per: ['customer'], whenMissing: 'allow' }),
      '/limits/0/whenMissing',
      'consequence-unknown',
      /warn/,
    ],
    // A rule.
    [withRule({ if: 'true' }), '/rules/0/if', 'unknown-field', /when/],
    [{ currency: 'GBP', rules: [without('when', rule)] }, '/rules/0/when', 'field-missing', /act\.kind/],
    [{ currency: 'GBP', rules: [without('then', rule)] }, '/rules/0/then', 'field-missing', /warn/],
    [{ currency: 'GBP', rules: [without('message', rule)] }, '/rules/0/message', 'field-missing', /sentence/],
    [withRule({ when: true }), '/rules/0/when', 'not-text', /act\.kind/],
    [withRule({ when: '' }), '/rules/0/when', 'condition-invalid', /act\.kind/],
    [withRule({ when: 'act.kind' }), '/rules/0/when', 'condition-invalid', /Compare/],
    [withRule({ when: 'act.amount > 1' }), '/rules/0/when', 'condition-invalid', /fields/],
    [withRule({ then: 'refuse' }), '/rules/0/then', 'consequence-unknown', /decline/],
    [withRule({ message: '' }), '/rules/0/message', 'text-empty', /500/],
    [withRule({ message: 'x'.repeat(501) }), '/rules/0/message', 'text-too-long', /500/],
    [withRule({ message: null }), '/rules/0/message', 'not-text', /500/],
  ] as const)('%j', (document, pointer, code, advice) => {
    expect(mistakesOf(document)).toContainEqual({
      pointer,
      code,
      message: expect.stringMatching(/^.{10,}\.$/s),
      advice: expect.stringMatching(advice),
      ...(code === 'condition-invalid' && mistakesOf(document)[0]?.at ? { at: expect.any(Object) } : {}),
    });
    expect(mistakesOf(document)).toHaveLength(1);
  });
});

describe('what is taken, and how it reads afterwards', () => {
  const limitOf = (changed: object) => {
    const checked = check(withLimit(changed));
    if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes));
    return checked.policy.limits[0]!;
  };

  it('the smallest policy lets everything through', () => {
    expect(check({ currency: 'GBP' })).toEqual({
      ok: true,
      policy: { currency: 'GBP', uncovered: 'allow', limits: [], rules: [] },
    });
  });

  it('holds nothing undefined, so that it is stored as it was checked', () => {
    const checked = check({ currency: 'GBP', title: null, limits: [limit], rules: [rule] });
    expect(checked.ok && JSON.parse(JSON.stringify(checked.policy))).toStrictEqual(
      checked.ok && checked.policy,
    );
  });

  it.each([
    ['week', { every: 'week', startsOn: 'monday' }],
    [{ every: 'week' }, { every: 'week', startsOn: 'monday' }],
    [
      { every: 'week', startsOn: 'sunday' },
      { every: 'week', startsOn: 'sunday' },
    ],
    ['act', { every: 'act' }],
    ['shift', { every: 'shift' }],
    [{ every: 'day' }, { every: 'day' }],
    ['month', { every: 'month' }],
    ['quarter', { every: 'quarter' }],
    ['year', { every: 'year' }],
    ['lifetime', { every: 'lifetime' }],
    [{ rolling: 'P7D' }, { every: 'rolling', durationMs: 604_800_000, duration: 'P7D' }],
    [{ rolling: 'PT36H' }, { every: 'rolling', durationMs: 129_600_000, duration: 'PT36H' }],
  ])('the window %j', (written, window) => {
    expect(limitOf({ window: written }).window).toEqual(window);
  });

  it('several measures, nought, and the largest figure', () => {
    const allow = { count: 0, costMinor: Number.MAX_SAFE_INTEGER, retailMinor: 1 };
    expect(limitOf({ allow }).allow).toEqual(allow);
  });

  it('whenMissing where an act may lack the key, or its shift', () => {
    expect(limitOf({ per: ['employee', 'customer'], whenMissing: 'decline' }).whenMissing).toBe('decline');
    expect(limitOf({ window: 'shift', whenMissing: 'warn' }).whenMissing).toBe('warn');
    expect(limitOf({ per: ['region'], whenMissing: 'warn' }).whenMissing).toBe('warn');
  });

  it('every filter', () => {
    const appliesTo = {
      kinds: ['comp', 'gesture'],
      triggers: ['delight'],
      items: ['coffee/*'],
      roles: ['barista'],
      locations: ['soho'],
      regions: ['london'],
      campaigns: ['summer'],
      channels: ['till'],
      reasons: ['rough day'],
    };
    expect(limitOf({ appliesTo }).appliesTo).toEqual(appliesTo);
  });
});

describe('all mistakes of a document at once, each at its line and column', () => {
  const yaml = `currency: USD
uncoverd: warn
limits:
  - id: Weekly coffees
    appliesTo: { kind: [comp], roles: barista }
    per: [employe, customer, customer]
    window: { every: weeks }
    allow: { count: -1, cost: 12.5 }
    beyond: held
    carryOver: { upTo: 5 }
  - id: uncovered
    per: []
    window: { rolling: P1M }
    allow: {}
    beyond: decline
rules:
  - id: big-refund
    when: act.kind == "refund" && act.amount > 5000
    then: decline
    message: A refund above £50 names its incident.
  - id: big-refund
    when: |
      act.kind == "refund" &&
        act.retailMinor > 50.00
    then: refuse
`;

  it('in YAML', () => {
    const read = readDocument(yaml, 'yaml');
    if (!read.ok) throw new Error('must be readable');
    const places = mistakesOf(read.value).map(({ pointer, code, at }) => {
      const place = read.locate(pointer, at);
      return `${place?.line}:${place?.column} ${code}`;
    });
    expect(places).toEqual([
      '2:1 unknown-field',
      '1:1 currency-mismatch',
      '4:5 id-malformed',
      '5:18 unknown-field',
      '5:32 not-a-list',
      '6:11 dimension-unknown',
      '6:30 duplicate-value',
      '7:15 window-unknown',
      '8:14 figure-negative',
      '8:25 measure-unknown',
      '9:5 consequence-unknown',
      '11:5 id-reserved',
      '12:5 per-empty',
      '13:15 rolling-malformed',
      '14:5 allow-empty',
      '18:39 condition-invalid',
      '21:5 id-duplicate',
      '24:9 condition-invalid',
      '25:5 consequence-unknown',
      '21:5 field-missing',
    ]);
  });
});

describe('hostile documents', () => {
  const quickly = (document: unknown) => {
    const start = performance.now();
    const mistakes = mistakesOf(document);
    expect(performance.now() - start).toBeLessThan(2_000);
    return mistakes;
  };

  it('ten thousand limits', () => {
    const limits = Array.from({ length: 10_000 }, (_, i) => ({ ...limit, id: `l-${i}` }));
    expect(quickly({ currency: 'GBP', limits })).toEqual([
      expect.objectContaining({ code: 'too-many-guardrails' }),
    ]);
    expect(check({ currency: 'GBP', limits: limits.slice(0, MOST_LIMITS) }).ok).toBe(true);
  });

  it('a hundred thousand unknown fields are not all repeated', () => {
    const document: Record<string, unknown> = { currency: 'GBP' };
    for (let i = 0; i < 100_000; i++) document[`currenci${i}`] = i;
    const mistakes = quickly(document);
    expect(mistakes).toHaveLength(501);
    expect(mistakes.at(-1)).toMatchObject({
      code: 'more-mistakes',
      message: expect.stringContaining('99500'),
    });
  });

  it('deep nesting is not walked into', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { per: [deep], window: deep };
    expect(
      quickly(withLimit({ appliesTo: deep, window: deep, allow: deep, per: [deep] })).length,
    ).toBeGreaterThan(3);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'the key %s is unknown, and reads no prototype',
    (name) => {
      const document = JSON.parse(`{"currency":"GBP","${name}":{"polluted":1},"limits":[{"${name}":1}]}`);
      const codes = quickly(document).map(({ pointer, code }) => `${pointer} ${code}`);
      expect(codes).toContain(`/${name} unknown-field`);
      expect(codes).toContain(`/limits/0/${name} unknown-field`);
      expect(codes).toContain('/limits/0/id id-missing');
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  it('fields of a prototype are not fields of the document', () => {
    expect(mistakesOf(Object.create({ currency: 'GBP' }))).toMatchObject([{ code: 'currency-missing' }]);
  });

  it('a long value is not repeated in the message', () => {
    const [mistake] = quickly({ currency: 'x'.repeat(1_000_000) });
    expect(mistake?.message.length).toBeLessThan(200);
  });
});
