/** Aim: what is legal and surely not meant is warned of, with its place; what may be meant is not. */
import { describe, expect, it } from '@jest/globals';
import { checkPolicy } from './check.ts';
import { type KnownNames, lintPolicy } from './lint.ts';

const LIMIT = { id: 'a', per: ['employee'], window: 'week', allow: { count: 10 }, beyond: 'decline' };
const RULE = { id: 'r', when: 'act.retailMinor > 5000', then: 'warn', message: 'Too much.' };

function warningsOf(parts: object, known?: KnownNames) {
  const checked = checkPolicy({ currency: 'GBP', ...parts }, { currency: 'GBP' });
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes));
  return lintPolicy(checked.policy, known);
}
const brief = (warnings: ReturnType<typeof warningsOf>) =>
  warnings.map(({ pointer, code }) => `${pointer} ${code}`);
const two = (first: object, second: object) =>
  brief(
    warningsOf({
      limits: [
        { ...LIMIT, ...first },
        { ...LIMIT, id: 'b', ...second },
      ],
    }),
  );

describe('of two limits, one of which can never bind', () => {
  const SECOND = ['/limits/1/allow limit-never-binds'];
  it.each([
    ['the same', {}, {}],
    ['the same with more allowed', {}, { allow: { count: 11 } }],
    ['per more', {}, { per: ['employee', 'customer'] }],
    ['per employee within all', { per: ['book'] }, {}],
    ['a day within a week', {}, { window: 'day' }],
    ['an act within a week', {}, { window: 'act' }],
    ['an act within a week, counted apart', {}, { window: 'act', per: ['act'] }],
    [
      'an act within a day at a location',
      { window: 'day', per: ['location'] },
      { per: ['act'], window: 'act' },
    ],
    ['a month within a quarter', { window: 'quarter' }, { window: 'month' }],
    ['a shift within for ever', { window: 'lifetime' }, { window: 'shift' }],
    ['a rolling one within a longer', { window: { rolling: 'P14D' } }, { window: { rolling: 'P7D' } }],
    ['fewer kinds', {}, { appliesTo: { kinds: ['comp'] } }],
    ['fewer of the kinds', { appliesTo: { kinds: ['comp', 'refund'] } }, { appliesTo: { kinds: ['comp'] } }],
    ['all triggers listed', { appliesTo: { triggers: ['recovery', 'delight'] } }, {}],
    [
      'items within a glob',
      { appliesTo: { items: ['coffee/*'] } },
      { appliesTo: { items: ['coffee/latte', 'coffee/decaf/*', 'coffee/mocha'] } },
    ],
    ['one that is carried over, and yet no more', { carryOver: { upTo: 5 } }, { allow: { count: 15 } }],
    ['a fiscal month in its year', { window: { fiscal: 'year' } }, { window: { fiscal: 'month' } }],
    ['held below a refusal', {}, { allow: { count: 12 }, beyond: 'hold' }],
    ['the milder one of two', {}, { allow: { count: 12 }, beyond: 'warn' }],
    ['one of its measures is bounded too', { allow: { count: 10, costMinor: 5 } }, {}],
  ])('%s', (_, first, second) => {
    expect(two(first, second).filter((one) => one.includes('never-binds'))).toEqual(SECOND);
    // Whichever stands first: the warning is with the one that can never bind, the later of equal ones.
    const turned = two(second, first).filter((one) => one.includes('never-binds'));
    expect(turned).toEqual(
      _ === 'the same' || _ === 'all triggers listed' ? SECOND : ['/limits/0/allow limit-never-binds'],
    );
  });

  it.each([
    ['other employees', { appliesTo: { roles: ['barista'] } }, { appliesTo: { roles: ['lead'] } }],
    ['a milder figure first', { beyond: 'warn' }, { allow: { count: 12 } }],
    ['a hold before a refusal', { beyond: 'hold' }, { allow: { count: 12 } }],
    ['what is carried over makes room', { carryOver: { upTo: 5 } }, { allow: { count: 14 } }],
    ['a fiscal and a calendar month', { window: { fiscal: 'month' } }, { window: 'month' }],
    ['less in the shorter window', {}, { window: 'day', allow: { count: 3 } }],
    ['weeks and months', { window: 'month' }, {}],
    ['weeks that begin otherwise', { window: { every: 'week', startsOn: 'sunday' } }, {}],
    ['a day and a rolling day', { window: { rolling: 'P1D' } }, { window: 'day' }],
    ['an act may lack its shift', { window: 'shift' }, { window: 'act' }],
    ['per customer and per employee', { per: ['customer'] }, {}],
    ['an act may lack its customer', { per: ['customer'] }, { per: ['act'], window: 'act' }],
    ['other measures', { allow: { costMinor: 10 } }, {}],
    ['one measure less', {}, { allow: { count: 20, costMinor: 10 } }],
    [
      'it says what follows without a customer',
      {},
      { per: ['employee', 'customer'], whenMissing: 'decline' },
    ],
    ['items beside the glob', { appliesTo: { items: ['coffee/*'] } }, { appliesTo: { items: ['tea/*'] } }],
    [
      'items wider than the glob',
      { appliesTo: { items: ['coffee/a*'] } },
      { allow: { count: 20 }, appliesTo: { items: ['coffee/*'] } },
    ],
    ['only some acts', { appliesTo: { reasons: ['spill'] } }, { allow: { count: 20 } }],
  ])('not: %s', (_, first, second) => {
    expect(two(first, second)).toEqual([]);
  });

  it('says which, and what to do', () => {
    const [warning] = warningsOf({
      limits: [LIMIT, { ...LIMIT, id: 'b', window: 'day', allow: { count: 20 } }],
    });
    expect(warning).toEqual({
      pointer: '/limits/1/allow',
      code: 'limit-never-binds',
      message:
        'b can never bind: a (/limits/0) counts at least all of the same acts and allows only 10 count.',
      advice: 'Take b out, or allow less in it than a does.',
    });
  });
});

describe('of one limit', () => {
  it.each([
    [{ allow: { count: 0 }, beyond: 'warn' }, ['/limits/0/allow/count every-act-warned']],
    [{ allow: { count: 0 } }, []],
    [{ carryOver: { upTo: 11, for: 1 } }, ['/limits/0/carryOver/upTo carry-over-never-reached']],
    [{ carryOver: { upTo: 20, for: 2 } }, []],
    [{ allow: { costMinor: 0 }, beyond: 'warn', appliesTo: { kinds: ['gesture'] } }, []],
    [{ per: ['act'] }, ['/limits/0/window window-without-effect']],
    [{ per: ['act'], window: 'act' }, []],
    [{ per: ['act'], window: 'shift' }, []],
    [
      { appliesTo: { kinds: ['comp', 'replacement', 'refund', 'credit', 'discount', 'gesture'] } },
      ['/limits/0/appliesTo/kinds filter-without-effect'],
    ],
    [
      { appliesTo: { triggers: ['recovery', 'delight'] } },
      ['/limits/0/appliesTo/triggers filter-without-effect'],
    ],
    [
      { appliesTo: { items: ['coffee/*', 'coffee/latte', 'coffee/x*', 'tea/?'] } },
      [
        '/limits/0/appliesTo/items/1 filter-without-effect',
        '/limits/0/appliesTo/items/2 filter-without-effect',
      ],
    ],
    [{ appliesTo: { items: ['*/latte', 'coffee/*', 'coffee?'] } }, []],
  ])('%j', (changed, expected) => {
    expect(brief(warningsOf({ limits: [{ ...LIMIT, ...changed }] }))).toEqual(expected);
  });
});

describe('of rules', () => {
  const rules = (...conditions: string[]) =>
    warningsOf({ limits: [LIMIT], rules: conditions.map((when, i) => ({ ...RULE, id: `r${i}`, when })) });

  it.each([
    ['act.costMinor > 5 && act.costMinor < 3', 'rule-never-holds', { line: 1, column: 1 }],
    ['act.costMinor >= 0', 'rule-always-holds', { line: 1, column: 1 }],
    ['act.kind == "refund" &&\n  act.costMinor >= 0', 'condition-part-always-holds', { line: 2, column: 3 }],
    ['act.kind == "refund" || act.costMinor < 0', 'condition-part-never-holds', { line: 1, column: 25 }],
  ])('%s', (when, code, at) => {
    expect(rules(when)).toMatchObject([{ pointer: '/rules/0/when', code, at }]);
  });

  it('the same condition twice, however it is written', () => {
    expect(
      brief(rules('act.kind == "comp" && act.sku == ""', "(act.kind=='comp')&&(item.sku == '')")),
    ).toEqual(['/rules/1/when rule-duplicate']);
    expect(brief(rules('act.costMinor > 5', 'act.costMinor > 6'))).toEqual([]);
  });
});

describe('of the whole', () => {
  it.each([
    [{}, [' nothing-limited']],
    [{ uncovered: 'decline' }, ['/uncovered everything-declined']],
    [{ uncovered: 'warn' }, []],
    [{ rules: [RULE] }, []],
    [{ uncovered: 'decline', limits: [LIMIT] }, []],
    [{ limits: [LIMIT], hold: { for: 'PT1H' } }, ['/hold hold-unused']],
    [
      { limits: [LIMIT], authority: [{ role: 'lead', upTo: { costMinor: 500 } }] },
      ['/authority hold-unused'],
    ],
    [{ limits: [{ ...LIMIT, beyond: 'hold' }], hold: { for: 'PT1H' } }, []],
    [{ rules: [{ ...RULE, then: 'hold' }], hold: {} }, []],
    [{ uncovered: 'hold', hold: {} }, []],
  ])('%j', (parts, expected) => {
    expect(brief(warningsOf(parts))).toEqual(expected);
  });
});

describe('of names that the directory does not hold', () => {
  const known: KnownNames = {
    locations: new Map([
      ['soho', { region: 'west-end' }],
      ['bank', { region: 'city' }],
    ]),
    employees: new Map([['ann', { roles: ['barista'] }]]),
    items: new Map([['coffee/latte', { category: 'coffee' }]]),
    campaigns: new Map([['summer', {}]]),
  };
  const applying = (appliesTo: object, names = known) =>
    brief(warningsOf({ limits: [{ ...LIMIT, appliesTo }] }, names));

  it.each([
    [{ locations: ['soho', 'sohho'] }, ['/limits/0/appliesTo/locations/1 name-unknown']],
    [
      { locations: ['sohho'] },
      ['/limits/0/appliesTo/locations/0 name-unknown', '/limits/0/appliesTo limit-unreachable'],
    ],
    [{ roles: ['barista', 'lead'] }, ['/limits/0/appliesTo/roles/1 name-unknown']],
    [{ regions: ['city', 'north'] }, ['/limits/0/appliesTo/regions/1 name-unknown']],
    [
      { campaigns: ['winter'] },
      ['/limits/0/appliesTo/campaigns/0 name-unknown', '/limits/0/appliesTo limit-unreachable'],
    ],
    [{ items: ['coffee/*', 'Coffee/*'] }, ['/limits/0/appliesTo/items/1 name-unknown']],
    [{ locations: ['soho'], regions: ['city'] }, ['/limits/0/appliesTo limit-unreachable']],
    [{ locations: ['soho', 'bank'], regions: ['city'] }, []],
    [{ roles: ['barista'], campaigns: ['summer'], items: ['coffee/*'] }, []],
    [{ channels: ['kiosk'], reasons: ['unheard-of'] }, []],
  ])('%j', (appliesTo, expected) => {
    expect(applying(appliesTo)).toEqual(expected);
  });

  it('suggests the nearest', () => {
    const [warning] = warningsOf({ limits: [{ ...LIMIT, appliesTo: { roles: ['baristas'] } }] }, known);
    expect(warning?.advice).toMatch(/^Did you mean barista\?/);
  });

  it('whose authority nobody has', () => {
    const authority = ['lead', 'barista', 'approver'].map((role) => ({ role, upTo: { costMinor: 1 } }));
    const limits = [{ ...LIMIT, beyond: 'hold' }];
    expect(brief(warningsOf({ limits, authority }, known))).toEqual(['/authority/0/role name-unknown']);
  });

  it('counted per campaign where there is none', () => {
    const none = { ...known, campaigns: new Map() };
    const limits = [{ ...LIMIT, per: ['campaign'] }];
    expect(brief(warningsOf({ limits }, none))).toEqual(['/limits/0/per limit-unreachable']);
    expect(brief(warningsOf({ limits }, known))).toEqual([]);
  });

  it('in conditions, at their place', () => {
    const when =
      'act.location == "sohho" || !("lead" in employee.roles) || location.region in ["city", "north"] || act.note == "soho" || act.campaign != ""';
    const found = warningsOf({ limits: [LIMIT], rules: [{ ...RULE, when }] }, known);
    expect(found.map(({ at, code }) => `${code} ${when.slice(at!.column - 1).split(/[\s)\]]/)[0]}`)).toEqual([
      'name-unknown "sohho"',
      'name-unknown "lead"',
      'name-unknown "north"',
    ]);
  });

  it('asks nothing of a directory that is not filled in', () => {
    const empty: KnownNames = {
      locations: new Map(),
      employees: new Map(),
      items: new Map(),
      campaigns: new Map(),
    };
    expect(applying({ locations: ['x'], roles: ['y'], items: ['z'], campaigns: ['w'] }, empty)).toEqual([]);
  });
});

describe('hostile policies', () => {
  it('two hundred limits of five hundred patterns each cost little', () => {
    const items = Array.from({ length: 500 }, (_, i) => `${'*a'.repeat(20)}${i}`);
    const limits = Array.from({ length: 200 }, (_, i) => ({ ...LIMIT, id: `l${i}`, appliesTo: { items } }));
    const checked = checkPolicy({ currency: 'GBP', limits }, { currency: 'GBP' });
    if (!checked.ok) throw new Error('must be legal');
    const start = performance.now();
    lintPolicy(checked.policy);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('nudges', () => {
  const nudged = (message: string, allow: object = { count: 10 }) =>
    brief(warningsOf({ limits: [{ ...LIMIT, allow }], nudge: [{ limit: 'a', message }] }));

  it.each(['You should give {left} more.', 'Your target is 10.', 'Others gave more than you.'])(
    '%s',
    (message) => {
      expect(nudged(message)).toEqual(['/nudge/0/message nudge-presses']);
    },
  );

  it('that say what is left and what would be a good moment are as they are meant', () => {
    expect(nudged('You have {left} coffees left until {weekday}; a spilled drink is a good moment.')).toEqual(
      [],
    );
    expect(nudged('Another bestseller is mustard.')).toEqual([]);
  });

  it('of what allows nothing say nothing', () => {
    expect(nudged('{left} left', { count: 0 })).toEqual(['/nudge/0/limit nudge-of-nothing']);
  });
});
