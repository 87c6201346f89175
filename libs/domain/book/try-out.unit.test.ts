/** Aim: a backtest pins what it looks at, a shadow the words it tries; neither changes what is decided. */
import { describe, expect, it } from '@jest/globals';
import { BookSpec, limit, WEEK } from './book-spec.fixture.ts';

function book(): BookSpec {
  return BookSpec.open('2026-11-21T12:00:00Z').inForce([limit('week', ['employee'], WEEK, { count: 5 })]);
}

describe('a backtest', () => {
  it('is pinned to the newest event, or the one that is named', () => {
    const spec = book();
    const newest = spec.state.revision;
    expect(spec.when({ type: 'RequestBacktest', version: 1 })).toMatchObject({
      event: { version: 1, document: newest - 1, position: newest, asked: {} },
    });
    expect(spec.when({ type: 'RequestBacktest', version: 1, from: '2026-11-01', position: 3 })).toMatchObject(
      {
        event: { position: 3, from: '2026-11-01', asked: { position: 3 } },
      },
    );
  });

  it('is refused for what there is not', () => {
    const spec = book();
    expect(spec.when({ type: 'RequestBacktest', version: 2 })).toMatchObject({
      refusal: { code: 'policy-not-found' },
    });
    const position = spec.state.revision + 1;
    expect(spec.when({ type: 'RequestBacktest', version: 1, position })).toMatchObject({
      refusal: { code: 'position-not-reached', pointer: '/position' },
    });
  });
});

describe('a shadow', () => {
  it('starts and stops once, and is remembered', () => {
    const spec = book();
    expect(spec.when({ type: 'StopShadow', version: 1 })).toEqual({ unchanged: true });
    spec.given({ type: 'StartShadow', version: 1 });
    const position = spec.state.revision;
    expect(spec.when({ type: 'StartShadow', version: 1 })).toEqual({ unchanged: true });
    expect(spec.state.shadows.get(1)).toMatchObject({ position, document: position - 2 });
    spec.given({ type: 'StopShadow', version: 1 });
    expect(spec.state.shadows.get(1)).toMatchObject({ position, until: position + 1 });
    spec.given({ type: 'StartShadow', version: 1 });
    expect(spec.state.shadows.get(1)).not.toHaveProperty('until');
  });

  it('is one of four at most', () => {
    const spec = book();
    for (let i = 0; i < 4; i++) spec.inForce([limit('week', ['employee'], WEEK, { count: i })]);
    for (let version = 1; version <= 4; version++) spec.given({ type: 'StartShadow', version });
    const fifth = () => spec.when({ type: 'StartShadow', version: 5 });
    expect(fifth()).toMatchObject({ refusal: { code: 'too-many-shadows' } });
    spec.given({ type: 'StopShadow', version: 2 });
    expect(fifth()).toMatchObject({ event: { type: 'ShadowStarted' } });
    expect(spec.when({ type: 'StartShadow', version: 9 })).toMatchObject({
      refusal: { code: 'policy-not-found' },
    });
  });

  it('changes no decision', () => {
    const spec = book();
    const draft = spec.when({
      type: 'DraftPolicy',
      policy: { currency: 'GBP', uncovered: 'decline', limits: [], rules: [] },
      source: { format: 'json', text: '' },
    });
    expect(draft).toMatchObject({ event: { version: 2 } });
    spec.given({ type: 'StartShadow', version: 2 });
    expect(spec.act()).toMatchObject({ type: 'ActAccepted', policyVersion: 1 });
  });
});
