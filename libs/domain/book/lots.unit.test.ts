/**
 * Aim: by table, what a lot says of a draw and of an act, in every mode, and which changes of a lot are refused; and
 * over random histories, that no decision about a recovery is ever another for a lot.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BookSpec, found, limit, ms, WEEK } from './book-spec.fixture.ts';
import { commandOf, idOf } from './command-of.ts';
import type { Command } from './commands.ts';
import { differences } from './content.ts';
import type { Decided } from './context.ts';
import { decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { BookEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { type Step, steps } from './histories.fixture.ts';
import type { LotDrawn } from './lot-events.ts';
import { policies } from './policies.fixture.ts';
import { SideBySide } from './side-by-side.fixture.ts';

const NOON = '2026-11-18T12:00:00Z';
/** Of the campaign `kindness` it draws c-1, and c-2 only from a share above a half on. */
const LOT = { share: 0.5, seed: 'c' };
const DRAWN = 'c-1';
const LEFT_OUT = 'c-2';

function withLot(campaign: object = {}): BookSpec {
  const book = BookSpec.open(NOON).inForce([limit('week', ['employee'], WEEK, { count: 2 })]);
  book.given({ type: 'DefineCampaign', id: 'kindness', campaign: { ...campaign, lot: LOT } });
  return book;
}
const kind = { trigger: 'delight', campaign: 'kindness' } as const;
const draw = (asked: object): Command => ({
  type: 'DrawLot',
  asked: { campaign: 'kindness', customer: DRAWN, ...asked },
});
const codeOf = (decided: Decided) => ('refusal' in decided ? decided.refusal.code : 'recorded');

describe('an act of delight in a campaign with a lot', () => {
  it('is accepted for whoever is drawn, and says so with the chance it had', () => {
    const act = withLot().act({ ...kind, customer: DRAWN });
    expect(act).toMatchObject({ type: 'ActAccepted', draw: { assigned: true, propensity: 0.5, seed: 'c' } });
    expect(found(act)).toEqual({ week: 'within' });
  });

  it.each(['request', 'reserve'] as const)('asked as %s is declined for whoever is not', (mode) => {
    const book = withLot();
    const act = book.act({ ...kind, mode, customer: LEFT_OUT });
    expect(act).toMatchObject({ type: 'ActDeclined', draw: { assigned: false, propensity: 0.5, seed: 'c' } });
    expect(found(act)).toEqual({ 'lot-not-drawn': 'decline', week: 'within' });
    // Nothing of it was counted.
    expect(book.left('ann')[0]?.measures.count?.used).toBe(0);
  });

  it('recorded, because it has happened, is a breach and no decline', () => {
    const act = withLot().act({ ...kind, mode: 'record', customer: LEFT_OUT });
    expect(act.type).toBe('ActAccepted');
    expect(found(act)).toEqual({ 'lot-not-drawn': 'decline', week: 'within' });
  });

  it.each([
    ['request', 'ActDeclined'],
    ['reserve', 'ActDeclined'],
    ['record', 'ActAccepted'],
  ] as const)('that names no customer, as %s, was drawn for nobody', (mode, type) => {
    const act = withLot().act({ ...kind, mode });
    expect(act.type).toBe(type);
    expect(found(act)).toEqual({ 'lot-without-customer': 'decline', week: 'within' });
    expect(act).not.toHaveProperty('draw');
  });

  it('on a day the campaign does not run says that alone', () => {
    const act = withLot({ to: '2026-11-17' }).act({ ...kind, customer: LEFT_OUT });
    expect(found(act)).toEqual({ 'campaign-not-running': 'decline', week: 'within' });
    expect(act).not.toHaveProperty('draw');
  });

  it('that names another campaign, or none, or one without a lot, meets no lot', () => {
    const book = withLot();
    book.given({ type: 'DefineCampaign', id: 'open', campaign: {} });
    for (const campaign of ['open', 'unheard-of', undefined]) {
      const named = campaign === undefined ? {} : { campaign };
      const act = book.act({ trigger: 'delight', mode: 'record', customer: LEFT_OUT, ...named });
      expect(act).not.toHaveProperty('draw');
      expect(found(act)).not.toHaveProperty('lot-not-drawn');
    }
  });
});

describe('a recovery', () => {
  it.each(['request', 'record', 'reserve'] as const)('as %s, meets no lot, whoever it is for', (mode) => {
    for (const customer of [DRAWN, LEFT_OUT, undefined]) {
      const act = withLot().act({
        mode,
        trigger: 'recovery',
        campaign: 'kindness',
        ...(customer !== undefined && { customer }),
      });
      expect(act.type).toBe(mode === 'reserve' ? 'ActReserved' : 'ActAccepted');
      expect(found(act)).toEqual({ week: 'within' });
      expect(act).not.toHaveProperty('draw');
    }
  });

  const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 30) };

  it('is decided in any book as in the same book without a lot', () => {
    let decided = 0;
    fc.assert(
      fc.property(policies, steps, fc.constantFrom('c', 'b', 'g'), (policy, history, seed) => {
        const lot = { share: 0.2, seed };
        const both = new SideBySide(policy);
        // The campaign has no dates: they would decide as well.
        history
          .filter((step) => step.do !== 'announce')
          .forEach((step, i) => {
            both.step(step, i);
          });
        both.rounds.end();
        const { state, log } = both.rounds;
        const now = Math.max(...log.map(({ recordedAt }) => recordedAt));
        const asks = history.flatMap((step) => (step.do === 'act' ? [step.asked] : []));
        const answers = (campaign: object) => {
          evolve(
            state,
            { type: 'CampaignDefined', id: 'kindness', campaign, recordedAt: now, actor: 'admin' },
            state.revision + 1,
          );
          return asks.map((asked) => {
            const command = {
              type: 'DecideAct',
              asked: { ...asked, trigger: 'recovery', campaign: 'kindness', occurredAt: now },
            } as const;
            const context = { recordedAt: now, actor: 'till', roles: ['till'], id: 'a', key: 'k' } as const;
            return decide(new Draft(state), command, context);
          });
        };
        const without = answers({});
        expect(answers({ lot })).toEqual(without);
        decided += without.length;
      }),
      runs,
    );
    expect(decided).toBeGreaterThan(runs.numRuns);
  });

  it('leaves a history of recoveries as it is, whatever lots come and go', () => {
    let recoveries = 0;
    let lots = 0;
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        const asRecovery = history.map((step): Step => {
          if (step.do === 'act') return { ...step, asked: { ...step.asked, trigger: 'recovery' } };
          if (step.do !== 'announce' || step.campaign.lot === undefined) return dateless(step);
          return { do: 'announce', campaign: { lot: step.campaign.lot } };
        });
        const played = (told: readonly Step[]) => {
          const both = new SideBySide(policy);
          told.forEach((step, i) => {
            both.step(step, i);
          });
          both.finish();
          return both.rounds.log.filter(({ type }) => type !== 'CampaignDefined' && type !== 'LotDrawn');
        };
        const without = asRecovery.map((step) => (step.do === 'announce' ? dateless(step) : step));
        expect(played(asRecovery)).toEqual(played(without));
        recoveries += history.filter((step) => step.do === 'act').length;
        lots += asRecovery.filter((step) => step.do === 'announce' && step.campaign.lot !== undefined).length;
      }),
      runs,
    );
    expect(recoveries).toBeGreaterThan(runs.numRuns);
    expect(lots).toBeGreaterThan(runs.numRuns / 10);
  });

  function dateless(step: Step): Step {
    return step.do === 'announce' ? { do: 'announce', campaign: {} } : step;
  }
});

describe('a draw', () => {
  it('is a fact with the arm, the chance and the seed, placed as the day is at the location', () => {
    const book = withLot();
    const occurredAt = ms('2026-11-18T03:00:00Z');
    expect(book.given(draw({ location: 'soho', occurredAt }))).toMatchObject({
      type: 'LotDrawn',
      asked: { campaign: 'kindness', customer: DRAWN, location: 'soho', occurredAt },
      draw: { assigned: true, propensity: 0.5, seed: 'c' },
      occurredAt,
      businessDate: '2026-11-17',
      region: 'south',
    });
    const elsewhere = book.given(draw({ customer: LEFT_OUT, occurredAt }));
    expect(elsewhere).toMatchObject({ draw: { assigned: false }, businessDate: '2026-11-18' });
    expect(elsewhere).not.toHaveProperty('region');
  });

  it('says what an act would find, before it and after it, however often', () => {
    const book = withLot();
    for (const customer of [DRAWN, LEFT_OUT]) {
      const first = book.given(draw({ customer })) as LotDrawn;
      const act = book.act({ ...kind, mode: 'record', customer });
      const again = book.given(draw({ customer })) as LotDrawn;
      expect([act.draw, again.draw]).toEqual([first.draw, first.draw]);
    }
  });

  it.each([
    ['a campaign that nobody has stated', { campaign: 'unheard-of' }, 'campaign-not-found'],
    ['a campaign that gives to everybody', { campaign: 'open' }, 'campaign-without-lot'],
    ['a day before it begins', { occurredAt: ms('2026-10-31T12:00:00Z') }, 'campaign-not-running'],
    ['a day after it has ended', { campaign: 'over' }, 'campaign-not-running'],
    ['the future', { occurredAt: ms('2026-11-18T12:06:00Z') }, 'occurred-at-in-future'],
    ['long ago, within its days', { occurredAt: ms('2026-11-01T12:00:00Z') }, 'recorded'],
    ['a location that nobody knows', { location: 'atlantis' }, 'recorded'],
  ])('of %s', (_, asked, code) => {
    const book = withLot({ from: '2026-11-01' });
    book.given({ type: 'DefineCampaign', id: 'open', campaign: {} });
    book.given({ type: 'DefineCampaign', id: 'over', campaign: { to: '2026-11-17', lot: LOT } });
    expect(codeOf(book.when(draw(asked)))).toBe(code);
  });

  it('takes a role that gives', () => {
    const book = withLot();
    for (const role of ['till', 'crm', 'admin'] as const)
      expect(codeOf(book.when(draw({}), { roles: [role] }))).toBe('recorded');
    for (const role of ['operations', 'finance', 'reviewer', 'approver'] as const)
      expect(codeOf(book.when(draw({}), { roles: [role] }))).toBe('not-allowed');
  });

  it('changes nothing in the state but how far it has come', () => {
    const book = withLot();
    const before = { ...book.state.toSnapshot(), revision: 0 };
    book.given(draw({}));
    expect({ ...book.state.toSnapshot(), revision: 0 }).toEqual(before);
  });

  it('is decided again from itself, and differs from what was sent before by the members named', () => {
    const book = withLot();
    const fact = book.given(draw({ location: 'soho' }));
    const { recordedAt, actor } = fact;
    const context = { recordedAt, actor, roles: ['till'], id: idOf(fact) } as const;
    expect(decide(new Draft(book.state), commandOf(fact)!, context)).toEqual({ event: fact });
    expect(differences(draw({ location: 'soho' }), fact)).toEqual([]);
    expect(differences(draw({ customer: LEFT_OUT }), fact)).toEqual(['customer', 'location']);
    expect(differences(draw({}), { type: 'ShadowStopped' } as BookEvent)).toEqual(['operation']);
  });
});

describe('the lot of a campaign', () => {
  const state = (book: BookSpec, campaign: object) =>
    book.when({ type: 'DefineCampaign', id: 'kindness', campaign });
  const codeOfStating = (dates: object, lot: object | undefined, now = NOON) => {
    const book = withLot(dates).at(now);
    const decided = state(book, { ...dates, ...(lot && { lot }) });
    return 'refusal' in decided ? `${decided.refusal.code} ${decided.refusal.pointer}` : 'stated';
  };

  it.each([
    ['the share may grow', { ...LOT, share: 0.9 }, 'stated'],
    ['the share may not shrink', { ...LOT, share: 0.4 }, 'lot-fixed /lot/share'],
    ['the seed stays', { ...LOT, seed: 'other' }, 'lot-fixed /lot/seed'],
    ['a greater share does not make up for another seed', { share: 0.9, seed: 'x' }, 'lot-fixed /lot/seed'],
    ['it stays drawn', undefined, 'lot-fixed /lot'],
  ])('while it runs: %s', (_, lot, expected) => {
    expect(codeOfStating({}, lot)).toBe(expected);
    expect(codeOfStating({ from: '2026-11-18', to: '2026-11-18' }, lot)).toBe(expected);
  });

  it.each([
    ['not begun', { from: '2026-11-20' }],
    ['ended', { to: '2026-11-16' }],
  ])('may be any while the campaign has %s', (_, dates) => {
    for (const lot of [undefined, { share: 0.1, seed: 'other' }])
      expect(codeOfStating(dates, lot)).toBe('stated');
  });

  it('stays as long as the campaign runs anywhere, by the days of each location', () => {
    // 03:30 in London, before the cut-over in Soho, half past ten in the evening in the Bronx: yesterday at both.
    const early = '2026-11-19T03:30:00Z';
    expect(codeOfStating({ to: '2026-11-18' }, undefined, early)).toBe('lot-fixed /lot');
    expect(codeOfStating({ to: '2026-11-18' }, undefined, '2026-11-19T08:59:59Z')).toBe('lot-fixed /lot');
    expect(codeOfStating({ to: '2026-11-18' }, undefined, '2026-11-19T09:00:00Z')).toBe('stated');
  });

  it('may be added to a campaign that runs, and may get other dates with it', () => {
    const book = BookSpec.open(NOON);
    expect('event' in state(book, { from: '2026-11-01' })).toBe(true);
    expect('event' in state(book, { lot: LOT })).toBe(true);
    expect('event' in state(book, { to: '2026-12-01', lot: LOT })).toBe(true);
    expect(state(book, { to: '2026-12-01', lot: { ...LOT } })).toEqual({ unchanged: true });
  });
});
