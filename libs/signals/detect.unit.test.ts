/**
 * Aim: each detector finds its own pattern among colleagues who do otherwise, names the acts behind it, and finds nothing
 * where everybody does the same, however odd that is: people are compared with people, not with an idea of them.
 */
import { describe, expect, it } from '@jest/globals';
import { SIGNAL_KINDS, type SignalKind } from '../domain/signal/signal.ts';
import { Random } from '../statistics/random.ts';
import { against } from './against.ts';
import { type ActByHand, type Circumstances, conductOf } from './conduct.fixture.ts';
import { detect } from './detect.ts';
import { wordsOf } from './words.ts';

const STAFF = Array.from({ length: 20 }, (_, at) => `emp-${String(at).padStart(2, '0')}`);
const ODD = STAFF[7]!;
const EACH = 40;

type Habit = (random: Random, at: number) => Partial<ActByHand>;

/** Everybody gives `EACH` acts as `usual` says, the odd one as `odd` says. */
function chain(usual: Habit, odd: Habit, more: Partial<ActByHand> = {}): ActByHand[] {
  return STAFF.flatMap((employee) => {
    const random = Random.of('by hand', employee);
    return Array.from({ length: EACH }, (_, at) => ({
      employee,
      day: at % 28,
      minute: random.below(480),
      ...more,
      ...(employee === ODD ? odd : usual)(random, at),
    }));
  });
}

const anybody = (random: Random) => `c-${random.below(80)}`;
const shift = (employee: string) => (STAFF.indexOf(employee) % 2 === 0 ? 'early' : 'late');

interface Pattern {
  readonly kind: SignalKind;
  readonly acts: (usual: Habit, odd: Habit) => readonly ActByHand[];
  readonly usual: Habit;
  readonly odd: Habit;
  readonly circumstances?: Circumstances;
  readonly subject?: (conduct: ReturnType<typeof conductOf>) => number;
}

const oddEmployee = ({ employees }: ReturnType<typeof conductOf>) =>
  employees.findIndex(({ id }) => id === ODD);

const PATTERNS: readonly Pattern[] = [
  {
    kind: 'few-customers',
    acts: chain,
    usual: (random) => ({ customer: anybody(random) }),
    odd: (random, at) => ({ customer: at % 5 < 3 ? `c-friend-${at % 3}` : anybody(random) }),
  },
  {
    kind: 'colleague-benefit',
    acts: chain,
    usual: (random) => ({ customer: random.chance(0.02) ? STAFF[0]! : anybody(random) }),
    odd: (random, at) => ({ customer: at % 3 === 0 ? STAFF[at % 7]! : anybody(random) }),
  },
  {
    kind: 'approver-pair',
    acts: chain,
    usual: (random) => ({ approver: `lead-${random.below(4)}` }),
    odd: () => ({ approver: 'lead-1' }),
  },
  {
    kind: 'end-of-shift',
    acts: (usual, odd) => chain(usual, odd).map((act) => ({ ...act, shift: shift(act.employee) })),
    usual: (random) => ({ minute: random.below(480) }),
    odd: (random, at) => ({ minute: at % 5 < 3 ? 470 : random.below(480) }),
  },
  {
    kind: 'split-acts',
    acts: chain,
    usual: (random, at) => ({ customer: anybody(random), day: at % 28 }),
    odd: (_, at) => ({ customer: `c-${at >> 1}`, day: at >> 1, minute: 100 + 5 * (at % 2) }),
  },
  {
    kind: 'just-under',
    acts: chain,
    usual: (random) => ({ ofLimit: 100 + random.below(900) }),
    odd: () => ({ ofLimit: 980 }),
  },
  {
    kind: 'reversals',
    acts: chain,
    usual: (random) => ({ reversed: random.chance(0.05) }),
    odd: (random) => ({ reversed: random.chance(0.6) }),
  },
  {
    kind: 'back-dating',
    acts: (usual, odd) => chain(usual, odd).map((act, at) => ({ ...act, location: `place-${at % 3}` })),
    usual: (random) => ({ lateMinutes: random.chance(0.02) ? 200 : 0 }),
    odd: (random) => ({ lateMinutes: random.chance(0.6) ? 200 : 0 }),
  },
  {
    kind: 'missing-notes',
    acts: chain,
    usual: (random) => (random.chance(0.2) ? {} : { note: `note ${random.below(9)}` }),
    odd: () => ({}),
  },
  {
    kind: 'repeated-notes',
    acts: chain,
    usual: (random) => ({ note: `note ${random.below(60)}` }),
    odd: (random) => ({ note: random.chance(0.6) ? 'as agreed' : `note ${random.below(60)}` }),
  },
  {
    kind: 'category-skew',
    acts: chain,
    usual: (random) => ({ category: random.chance(0.3) ? 'catering' : 'coffee' }),
    odd: (random) => ({ category: random.chance(0.9) ? 'catering' : 'coffee' }),
  },
  {
    kind: 'own-change',
    circumstances: { from: 14, before: 0, to: 27 },
    acts: chain,
    usual: (random) => ({ day: random.below(28) }),
    odd: (random) => ({ day: random.chance(0.95) ? 14 + random.below(14) : random.below(14) }),
  },
  {
    kind: 'many-locations',
    acts: () =>
      Array.from({ length: 1_800 }, (_, at) => {
        const random = Random.of('places', at);
        const customer = at % 30;
        const isHome = customer === 0 ? random.chance(0.2) : random.chance(0.95);
        return {
          employee: STAFF[at % 20]!,
          customer: `c-${String(customer).padStart(2, '0')}`,
          location: `place-${isHome ? customer % 10 : random.below(10)}`,
          day: at % 28,
        };
      }),
    usual: () => ({}),
    odd: () => ({}),
    subject: ({ customers }) => customers.indexOf('c-00'),
  },
  {
    kind: 'rate',
    acts: () =>
      STAFF.flatMap((employee, at) =>
        Array.from({ length: employee === ODD ? 220 : 30 + (at % 9) }, (_, n) => ({ employee, day: n % 28 })),
      ),
    usual: () => ({}),
    odd: () => ({}),
  },
  {
    kind: 'under-use',
    circumstances: { staff: STAFF },
    acts: () =>
      STAFF.flatMap((employee, at) =>
        Array.from({ length: employee === ODD ? 0 : 90 + (at % 9) }, (_, n) => ({ employee, day: n % 28 })),
      ),
    usual: () => ({}),
    odd: () => ({}),
  },
];

describe('a detector', () => {
  it.each(PATTERNS.map((pattern) => [pattern.kind, pattern] as const))('finds %s', (kind, pattern) => {
    const acts = pattern.acts(pattern.usual, pattern.odd);
    const conduct = conductOf(acts, pattern.circumstances);
    const { findings, tests, byKind } = detect(conduct);
    const found = findings.filter((one) => one.kind === kind);
    expect(found.map(({ subject }) => subject)).toEqual([(pattern.subject ?? oddEmployee)(conduct)]);
    const [finding] = found;
    expect(finding!.q).toBeLessThanOrEqual(0.05);
    expect(tests).toBeGreaterThanOrEqual(byKind.find((one) => one.kind === kind)!.tested);
    const figures = finding!.tested.figures(finding!.at);
    expect(figures.behind).toHaveLength(figures.observed);
    expect(figures.observed).toBeLessThanOrEqual(kind === 'rate' ? 220 : figures.exposure.n);
    if (kind !== 'under-use') expect(figures.observed).toBeGreaterThan(figures.expected);
    const { value, low, high } = figures.times;
    expect([low <= value, value <= high]).toEqual([true, true]);
    // Since the beginning is all of it; since the end, nothing.
    const { since } = finding!.tested;
    expect(since(finding!.at, -1).observed).toBe(figures.observed);
    if (kind !== 'under-use') expect(since(finding!.at, acts.length)).toEqual({ observed: 0, logP: 0 });
    expect(wordsOf(kind, figures)).toMatch(/^\d+ /);
    for (const { words } of against(conduct, finding!, figures, figures.behind)) expect(words).toMatch(/\.$/);
  });

  it.each(
    PATTERNS.filter(({ acts }) => acts.length === 2).map((pattern) => [pattern.kind, pattern] as const),
  )('finds no %s where everybody does the same', (kind, { acts, usual, odd, circumstances }) => {
    for (const habit of [usual, odd]) {
      const { findings } = detect(conductOf(acts(habit, habit), circumstances));
      // To have a friend each is another matter: these are different friends.
      if (habit === usual || kind !== 'few-customers')
        expect(findings.map((finding) => finding.kind)).not.toContain(kind);
    }
  });

  it('says of every kind what it counts', () => {
    const kinds = PATTERNS.map(({ kind }) => kind);
    expect([...kinds, 'own-benefit'].sort()).toEqual([...SIGNAL_KINDS].sort());
  });

  it('leaves out days on which several at a place were late: there the till was offline', () => {
    const acts = chain(
      (_, at) => ({ lateMinutes: at % 28 === 3 ? 300 : 0 }),
      (_, at) => ({ lateMinutes: at % 28 === 3 ? 300 : 0 }),
    );
    expect(detect(conductOf(acts)).findings).toEqual([]);
  });

  it('makes nothing of a handful of acts, or of somebody without colleagues', () => {
    const few = STAFF.slice(0, 3).map((employee) => ({ employee, customer: 'c-1' }));
    expect(detect(conductOf(few)).findings).toEqual([]);
    const alone = Array.from({ length: 200 }, (_, at) => ({
      employee: 'emp',
      customer: 'c-1',
      day: at % 28,
    }));
    const { findings, byKind } = detect(conductOf(alone));
    expect(findings).toEqual([]);
    expect(byKind.find(({ kind }) => kind === 'few-customers')).toMatchObject({ tested: 0, untested: 1 });
    expect(detect(conductOf([])).findings).toEqual([]);
  });

  it('speaks for whoever gives much to many for good reasons', () => {
    const acts: ActByHand[] = STAFF.flatMap((employee, at) =>
      Array.from({ length: employee === ODD ? 220 : 30 + (at % 9) }, (_, n) => ({
        employee,
        day: n % 28,
        ...(n % 3 === 0 && { customer: `c-${(n * 37 + at) % 101}` }),
        ...(employee === ODD && { incident: true, note: `reason ${n}` }),
      })),
    );
    const conduct = conductOf(acts);
    const { findings } = detect(conduct);
    const [finding] = findings;
    expect(findings.map(({ kind }) => kind)).toEqual(['rate']);
    const figures = finding!.tested.figures(finding!.at);
    expect(against(conduct, finding!, figures, figures.behind).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['many-customers', 'incidents-named', 'noted', 'roster-unknown']),
    );
  });
});
