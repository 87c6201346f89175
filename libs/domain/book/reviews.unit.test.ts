/**
 * Aim: whoever has a part in the policies of a book reviews none of its signals, and whoever has reviewed one has no part
 * in its policies, in whichever order they come to it; nobody reviews what is about themselves; the same review sent
 * again is the same, whatever the signal has become meanwhile.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSignalId, SIGNAL_KINDS, type SignalSubject, signalId } from '../signal/signal.ts';
import { BookSpec } from './book-spec.fixture.ts';
import { commandOf } from './command-of.ts';
import type { Command } from './commands.ts';
import { differences } from './content.ts';
import { BookState } from './state.ts';

const source = { format: 'json', text: '{}' } as const;
const policy = { currency: 'GBP', uncovered: 'allow', limits: [], rules: [] } as const;
const basis = { position: 9, from: '2026-10-01', to: '2026-10-31', observed: 12, exposure: 20 };

function review(
  signal = signalId('few-customers', { employee: 'emp-17' }),
): Command & { type: 'ReviewSignal' } {
  return { type: 'ReviewSignal', asked: { signal, verdict: 'cleared', reason: 'a neighbour' }, basis };
}

/** Everybody may do everything: what keeps them apart is the book. */
const by = (actor: string) => ({ actor, roles: ['admin'] as const });

const PARTS: readonly Command[] = [
  { type: 'DraftPolicy', policy, source },
  { type: 'EditPolicy', version: 1, policy: { ...policy, uncovered: 'warn' }, source, ifMatch: 0 },
  { type: 'SubmitPolicy', version: 1 },
  { type: 'ApprovePolicy', version: 1 },
  { type: 'ActivatePolicy', version: 1 },
];

/** A book whose policy has come as far as the step before the one asked for; somebody else took every step. */
function bookBefore(step: number): BookSpec {
  const spec = BookSpec.open('2026-11-21T12:00:00Z');
  spec.given({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: true } });
  for (const [at, command] of PARTS.slice(0, step).entries()) spec.given(command, by(`other-${at}`));
  return spec;
}

const codeOf = (decided: object) =>
  'refusal' in decided ? (decided.refusal as { code: string }).code : 'recorded';

describe('who reviews signals and who writes policies', () => {
  it.each(PARTS.map(({ type }, at) => [type, at] as const))('%s first: no review after it', (_, at) => {
    const spec = bookBefore(at);
    spec.given(PARTS[at]!, by('pat'));
    expect(codeOf(spec.when(review(), by('pat')))).toBe('duties-apart');
    expect(codeOf(spec.when(review(), by('rita')))).toBe('recorded');
  });

  it.each(PARTS.map(({ type }, at) => [type, at] as const))('a review first: no %s after it', (_, at) => {
    const spec = bookBefore(at);
    spec.given(review(), by('rita'));
    expect(codeOf(spec.when(PARTS[at]!, by('rita')))).toBe('duties-apart');
    expect(codeOf(spec.when(PARTS[at]!, by('pat')))).toBe('recorded');
  });

  it('knows a reviewer also from a snapshot', () => {
    const spec = bookBefore(0);
    spec.given(review(), by('rita'));
    const kept = BookState.fromSnapshot(structuredClone(spec.state.toSnapshot()));
    expect([...kept.reviewers]).toEqual(['rita']);
  });

  it('lets a reviewer send a policy back, and whoever did so review', () => {
    const spec = bookBefore(3);
    spec.given(review(), by('rita'));
    expect(codeOf(spec.when({ type: 'RejectPolicy', version: 1, reason: 'too loose' }, by('rita')))).toBe(
      'recorded',
    );
    expect(codeOf(spec.when(review(), by('rita')))).toBe('recorded');
  });

  it('counts whoever rolls a policy back, or drafts one that nobody ever submits', () => {
    const spec = bookBefore(5);
    spec.given({ type: 'RollBackPolicy', version: 1 }, by('pat'));
    expect(codeOf(spec.when(review(), by('pat')))).toBe('duties-apart');
  });

  it.each([
    ['few-customers', { employee: 'rita' }],
    ['many-locations', { customer: 'rita' }],
    ['approver-pair', { approver: 'rita', employee: 'emp-17' }],
    ['approver-pair', { approver: 'dana', employee: 'rita' }],
  ] as const)('nobody reviews %s of %j who is in it', (kind, subject: SignalSubject) => {
    const spec = bookBefore(0);
    expect(codeOf(spec.when(review(signalId(kind, subject)), by('rita')))).toBe('self-review');
    expect(codeOf(spec.when(review(signalId(kind, subject)), by('sam')))).toBe('recorded');
  });

  it('refuses what the report does not have, and what is no signal', () => {
    const spec = bookBefore(0);
    expect(codeOf(spec.when({ ...review(), basis: null }, by('rita')))).toBe('signal-not-found');
    for (const id of [
      '',
      'few-customers',
      'few-customers:',
      'sweethearting:x',
      'few-customers:a:b',
      'few-customers:%zz',
    ])
      expect(codeOf(spec.when(review(id), by('rita')))).toBe('signal-not-found');
    expect(spec.state.reviewers.size).toBe(0);
  });

  it('is decided again from its fact, and is the same however the signal has changed since', () => {
    const spec = bookBefore(0);
    const event = spec.given(review(), by('rita'));
    expect(commandOf(event)).toEqual(review());
    expect(differences({ ...review(), basis: { ...basis, observed: 99 } }, event)).toEqual([]);
    expect(differences({ ...review(), basis: null }, event)).toEqual([]);
    const other = { ...review().asked, verdict: 'talked', from: '2026-01-01' } as const;
    expect(differences({ ...review(), asked: other }, event)).toEqual(['from', 'verdict']);
  });
});

describe('the id of a signal', () => {
  it('names kind and people, whatever they are called', () => {
    const anId = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.constantFrom(...SIGNAL_KINDS), anId, anId, (kind, one, other) => {
        const subject =
          kind === 'approver-pair'
            ? { approver: one, employee: other }
            : kind === 'many-locations'
              ? { customer: one }
              : { employee: one };
        expect(readSignalId(signalId(kind, subject))).toEqual({ kind, subject });
      }),
    );
  });
});
