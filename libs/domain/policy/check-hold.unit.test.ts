/** Aim: how long acts wait, what then, and who may approve is read as written, and every slip in it is told. */
import { describe, expect, it } from '@jest/globals';
import { checkPolicy } from './check.ts';

const check = (document: object) => checkPolicy({ currency: 'GBP', ...document }, { currency: 'GBP' });
const authority = { role: 'lead', upTo: { costMinor: 5000 } };
const withAuthority = (changed: object) => ({ authority: [{ ...authority, ...changed }] });

describe('each mistake has its code, its place and a way out', () => {
  it.each([
    [{ hold: 'PT30M' }, '/hold', 'not-an-object', /for: PT30M/],
    [{ hold: { til: 'PT30M' } }, '/hold/til', 'unknown-field', /for, then/],
    [{ hold: { for: 30 } }, '/hold/for', 'hold-for-malformed', /PT30M/],
    [{ hold: { for: 'P1M' } }, '/hold/for', 'hold-for-malformed', /P30D/],
    [{ hold: { for: 'PT0S' } }, '/hold/for', 'hold-for-malformed', /above zero/],
    [{ hold: { for: 'P31DT1S' } }, '/hold/for', 'hold-for-too-long', /P31D/],
    [{ hold: { then: 'decline' } }, '/hold/then', 'hold-then-unknown', /expire, accept/],
    [{ hold: { then: null } }, '/hold/then', 'hold-then-unknown', /expire, accept/],
    [{ authority: { role: 'lead' } }, '/authority', 'not-a-list', /role/],
    [{ authority: [] }, '/authority', 'authority-empty', /approve everything/],
    [{ authority: ['lead'] }, '/authority/0', 'not-an-object', /upTo/],
    [withAuthority({ limit: 3 }), '/authority/0/limit', 'unknown-field', /role, upTo/],
    [withAuthority({ role: undefined }), '/authority/0/role', 'field-missing', /shift-lead/],
    [withAuthority({ role: 7 }), '/authority/0/role', 'not-text', /"7"/],
    [withAuthority({ upTo: undefined }), '/authority/0/upTo', 'field-missing', /costMinor/],
    [withAuthority({ upTo: {} }), '/authority/0/upTo', 'up-to-empty', /costMinor/],
    [withAuthority({ upTo: 5000 }), '/authority/0/upTo', 'not-an-object', /costMinor/],
    [withAuthority({ upTo: { costMinor: -1 } }), '/authority/0/upTo/costMinor', 'figure-negative', /0/],
    [withAuthority({ upTo: { cost: 1 } }), '/authority/0/upTo/cost', 'measure-unknown', /costMinor/],
    [{ authority: [authority, authority] }, '/authority/1/role', 'authority-duplicate', /once/],
    [
      { authority: Array.from({ length: 101 }, (_, i) => ({ ...authority, role: `r-${i}` })) },
      '/authority',
      'list-too-long',
      /in common/,
    ],
  ] as const)('%j', (document, pointer, code, advice) => {
    const checked = check(document);
    expect(checked.ok ? [] : checked.mistakes).toContainEqual({
      pointer,
      code,
      message: expect.stringMatching(/^.{10,}[.?]$/s),
      advice: expect.stringMatching(advice),
    });
  });
});

describe('what is taken, and how it reads afterwards', () => {
  const policyOf = (document: object) => {
    const checked = check(document);
    if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes));
    return checked.policy;
  };

  it.each([
    [{}, { durationMs: 1_800_000, duration: 'PT30M', then: 'expire' }],
    [{ for: 'PT2H' }, { durationMs: 7_200_000, duration: 'PT2H', then: 'expire' }],
    [{ then: 'accept' }, { durationMs: 1_800_000, duration: 'PT30M', then: 'accept' }],
    [
      { for: 'P31D', then: 'expire' },
      { durationMs: 31 * 86_400_000, duration: 'P31D', then: 'expire' },
    ],
  ])('hold: %j', (hold, read) => {
    expect(policyOf({ hold }).hold).toEqual(read);
  });

  it('authorities of several roles, each over some measures', () => {
    const both = [authority, { role: 'area manager', upTo: { costMinor: 50_000, count: 10 } }];
    expect(policyOf({ authority: both }).authority).toEqual(both);
  });

  it('neither, where the policy says nothing', () => {
    const policy = policyOf({ hold: null, authority: null });
    expect('hold' in policy || 'authority' in policy).toBe(false);
  });

  it('hold wherever a consequence is said', () => {
    const policy = policyOf({
      uncovered: 'hold',
      limits: [
        {
          id: 'a',
          per: ['customer'],
          window: 'day',
          allow: { count: 1 },
          beyond: 'hold',
          whenMissing: 'hold',
        },
      ],
      rules: [{ id: 'b', when: 'act.retailMinor > 5000', then: 'hold', message: 'Too much.' }],
    });
    expect(policy).toMatchObject({
      uncovered: 'hold',
      limits: [{ beyond: 'hold', whenMissing: 'hold' }],
      rules: [{ then: 'hold' }],
    });
  });
});
