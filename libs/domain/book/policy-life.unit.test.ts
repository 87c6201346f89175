/**
 * Aim: a policy lives as the book says: nothing changes once it is submitted, nothing comes in force that a second
 * person has not agreed to, and nobody approves their own in any order of steps.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../policy/policy.ts';
import { BookSpec, limit, ms } from './book-spec.fixture.ts';
import { differences } from './content.ts';
import type { PolicyCommand } from './policy-life.ts';
import { approvalOf, policyStatuses } from './policy-status.ts';

const policyOf = (count: number): Policy => ({
  currency: 'GBP',
  uncovered: 'allow',
  limits: [limit('all', ['book'], { every: 'lifetime' }, { count })],
  rules: [],
});
const source = { format: 'json', text: '{}' } as const;
const NOW = '2026-11-21T12:00:00Z';

class PolicySpec extends BookSpec {
  static book(fourEyes = true): PolicySpec {
    const spec = new PolicySpec().at(NOW);
    spec.given({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes } });
    spec.location('soho', 'Europe/London', '04:00');
    spec.given({ type: 'DefineEmployee', id: 'ann', employee: { roles: ['barista'] } });
    return spec;
  }
  as(subject: string, command: PolicyCommand) {
    this.actor = { subject, roles: ['operations'] };
    return this.when(command);
  }
  /** @returns what was recorded, or the code of the refusal */
  did(subject: string, command: PolicyCommand): string {
    const decided = this.as(subject, command);
    if ('refusal' in decided) return decided.refusal.code;
    return 'event' in decided ? decided.event.type : 'unchanged';
  }
  status(version: number): string | undefined {
    return policyStatuses(this.state, ms(NOW)).get(version);
  }
}

const draft = (count = 10): PolicyCommand => ({ type: 'DraftPolicy', policy: policyOf(count), source });
const edit = (version: number, count: number, ifMatch: number): PolicyCommand => ({
  type: 'EditPolicy',
  version,
  policy: policyOf(count),
  source,
  ifMatch,
});

describe('a policy under four eyes', () => {
  it('goes from draft to active, and is superseded by the next', () => {
    const spec = PolicySpec.book();
    const steps: [string, PolicyCommand, string, string][] = [
      ['ann', draft(), 'PolicyDrafted', 'draft'],
      ['bob', edit(1, 12, 0), 'PolicyEdited', 'draft'],
      ['ann', { type: 'ActivatePolicy', version: 1 }, 'policy-not-approved', 'draft'],
      ['bob', { type: 'ApprovePolicy', version: 1 }, 'self-approval', 'draft'],
      ['cat', { type: 'ApprovePolicy', version: 1 }, 'policy-not-submitted', 'draft'],
      ['ann', { type: 'SubmitPolicy', version: 1, comment: 'for spring' }, 'PolicySubmitted', 'submitted'],
      ['ann', { type: 'SubmitPolicy', version: 1 }, 'policy-not-draft', 'submitted'],
      ['ann', edit(1, 13, 1), 'policy-not-draft', 'submitted'],
      ['ann', { type: 'ApprovePolicy', version: 1 }, 'self-approval', 'submitted'],
      ['bob', { type: 'ApprovePolicy', version: 1 }, 'self-approval', 'submitted'],
      ['cat', { type: 'RejectPolicy', version: 1, reason: 'too much' }, 'PolicyRejected', 'draft'],
      ['ann', edit(1, 11, 1), 'PolicyEdited', 'draft'],
      ['cat', { type: 'SubmitPolicy', version: 1 }, 'PolicySubmitted', 'submitted'],
      ['ann', { type: 'ActivatePolicy', version: 1 }, 'policy-not-approved', 'submitted'],
      ['cat', { type: 'ApprovePolicy', version: 1, comment: 'good' }, 'PolicyApproved', 'approved'],
      ['cat', { type: 'ApprovePolicy', version: 1 }, 'policy-not-submitted', 'approved'],
      ['cat', { type: 'RejectPolicy', version: 1, reason: 'no' }, 'policy-not-submitted', 'approved'],
      ['ann', edit(1, 99, 2), 'policy-not-draft', 'approved'],
      ['ann', { type: 'ActivatePolicy', version: 1 }, 'PolicyActivated', 'active'],
      ['ann', edit(1, 99, 2), 'policy-not-draft', 'active'],
      ['ann', draft(5), 'PolicyDrafted', 'active'],
      ['ann', { type: 'SubmitPolicy', version: 2 }, 'PolicySubmitted', 'active'],
      ['bob', { type: 'ApprovePolicy', version: 2 }, 'PolicyApproved', 'active'],
      ['bob', { type: 'ActivatePolicy', version: 2 }, 'PolicyActivated', 'superseded'],
    ];
    for (const [by, command, outcome, status] of steps) {
      expect([command.type, by, spec.did(by, command)]).toEqual([command.type, by, outcome]);
      expect(spec.status(1)).toBe(status);
    }
    const first = spec.state.policies.get(1)!;
    expect(first.authors).toEqual(['ann', 'bob']);
    expect(first.policy.limits[0]!.allow).toEqual({ count: 11 });
    expect(approvalOf(spec.state, first)).toBe('given');
    expect(first.life.map(({ what, by, comment }) => [what, by, comment])).toEqual([
      ['drafted', 'ann', undefined],
      ['edited', 'bob', undefined],
      ['submitted', 'ann', 'for spring'],
      ['rejected', 'cat', 'too much'],
      ['edited', 'ann', undefined],
      ['submitted', 'cat', undefined],
      ['approved', 'cat', 'good'],
      ['activated', 'ann', undefined],
    ]);
  });

  it('is rolled back as a new version, whose authors include those of the old one', () => {
    const spec = PolicySpec.book();
    for (const count of [10, 5]) {
      const version = count === 10 ? 1 : 2;
      spec.did('ann', draft(count));
      if (version === 1) {
        expect(spec.did('bob', { type: 'RollBackPolicy', version })).toBe('policy-not-approved');
      }
      spec.did('ann', { type: 'SubmitPolicy', version });
      spec.did('bob', { type: 'ApprovePolicy', version });
      spec.did('ann', { type: 'ActivatePolicy', version });
    }
    // One person alone does not bring back what two have replaced.
    expect(spec.did('ann', { type: 'ActivatePolicy', version: 1 })).toBe('policy-not-approved');
    expect(spec.did('cat', { type: 'RollBackPolicy', version: 1 })).toBe('PolicyDrafted');
    const third = spec.state.policies.get(3)!;
    expect(third).toMatchObject({
      rollbackOf: 1,
      authors: ['cat', 'ann'],
      stage: 'draft',
      policy: policyOf(10),
    });
    expect(spec.did('cat', { type: 'ActivatePolicy', version: 3 })).toBe('policy-not-approved');
    expect(spec.did('cat', { type: 'SubmitPolicy', version: 3 })).toBe('PolicySubmitted');
    expect(spec.did('cat', { type: 'ApprovePolicy', version: 3 })).toBe('self-approval');
    expect(spec.did('ann', { type: 'ApprovePolicy', version: 3 })).toBe('self-approval');
    expect(spec.did('bob', { type: 'ApprovePolicy', version: 3 })).toBe('PolicyApproved');
    expect(spec.did('cat', { type: 'ActivatePolicy', version: 3 })).toBe('PolicyActivated');
    expect([1, 2, 3].map((version) => spec.status(version))).toEqual(['superseded', 'superseded', 'active']);
  });

  it('may be put off or brought forward while it has not been in force', () => {
    const spec = PolicySpec.book();
    spec.did('ann', draft());
    spec.did('ann', { type: 'SubmitPolicy', version: 1 });
    spec.did('bob', { type: 'ApprovePolicy', version: 1 });
    const from = ms('2026-12-01T04:00:00Z');
    expect(spec.did('ann', { type: 'ActivatePolicy', version: 1, from })).toBe('PolicyActivated');
    expect(spec.status(1)).toBe('scheduled');
    expect(spec.did('ann', { type: 'ActivatePolicy', version: 1 })).toBe('PolicyActivated');
    expect(spec.status(1)).toBe('active');
  });

  it('is edited by whoever has seen its newest words, and not twice for one request', () => {
    const spec = PolicySpec.book();
    spec.did('ann', draft());
    expect(spec.did('ann', edit(1, 11, 0))).toBe('PolicyEdited');
    expect(spec.did('bob', edit(1, 12, 0))).toBe('precondition-failed');
    expect(spec.did('ann', edit(1, 11, 0))).toBe('unchanged');
    expect(spec.state.policies.get(1)).toMatchObject({ edit: 1, authors: ['ann'] });
    expect(spec.did('bob', edit(1, 12, 1))).toBe('PolicyEdited');
    expect(spec.did('bob', edit(1, 13, 7))).toBe('precondition-failed');
    const euros = { ...policyOf(1), currency: 'EUR' };
    expect(spec.did('bob', { type: 'EditPolicy', version: 1, policy: euros, source, ifMatch: 2 })).toBe(
      'currency-mismatch',
    );
  });

  it('is not approved by someone who looked at other words', () => {
    const spec = PolicySpec.book();
    spec.did('ann', draft());
    spec.did('ann', { type: 'SubmitPolicy', version: 1 });
    spec.did('ann', { type: 'RejectPolicy', version: 1, reason: 'wait' });
    spec.did('ann', edit(1, 1000, 0));
    spec.did('ann', { type: 'SubmitPolicy', version: 1 });
    expect(spec.did('bob', { type: 'ApprovePolicy', version: 1, ifMatch: 0 })).toBe('precondition-failed');
    expect(spec.did('bob', { type: 'ApprovePolicy', version: 1, ifMatch: 1 })).toBe('PolicyApproved');
  });

  it('cannot be approved by any of its authors, in any order of steps by anyone', () => {
    const subjects = ['ann', 'bob', 'cat', 'dan'] as const;
    const subject = fc.constantFrom(...subjects);
    const version = fc.integer({ min: 1, max: 3 });
    const command = fc.oneof(
      fc.integer({ min: 0, max: 5 }).map((count) => draft(count)),
      fc
        .tuple(version, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }))
        .map(([v, count, seen]) => edit(v, count, seen)),
      version.map((v): PolicyCommand => ({ type: 'SubmitPolicy', version: v })),
      version.map((v): PolicyCommand => ({ type: 'ApprovePolicy', version: v })),
      version.map((v): PolicyCommand => ({ type: 'RejectPolicy', version: v, reason: 'no' })),
      version.map((v): PolicyCommand => ({ type: 'RollBackPolicy', version: v })),
      version.map((v): PolicyCommand => ({ type: 'ActivatePolicy', version: v })),
    );
    let approvals = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(subject, command), { minLength: 20, maxLength: 60 }), (steps) => {
        const spec = PolicySpec.book();
        // Kept apart from the state, from the events alone.
        const authors = new Map<number, Set<string>>();
        const words = new Map<number, string>();
        const approved = new Map<number, string>();
        for (const [by, one] of steps) {
          const decided = spec.as(by, one);
          if (!('event' in decided)) continue;
          const { event } = decided;
          if (event.type === 'PolicyDrafted' || event.type === 'PolicyEdited') {
            const mine = authors.get(event.version) ?? new Set();
            authors.set(event.version, mine.add(event.actor));
            words.set(event.version, JSON.stringify(event.policy));
            expect(approved.has(event.version)).toBe(false);
          } else if (event.type === 'PolicyApproved') {
            approvals++;
            expect(authors.get(event.version)!.has(event.actor)).toBe(false);
            approved.set(event.version, words.get(event.version)!);
          } else if (event.type === 'PolicyActivated') {
            // What comes in force is what was approved, word for word.
            expect(approved.get(event.version)).toBe(
              JSON.stringify(spec.state.policies.get(event.version)!.policy),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(approvals).toBeGreaterThan(20);
  });
});

describe('a policy of someone who works alone', () => {
  it('is activated as a draft, says that nobody approved it, and is fixed from then on', () => {
    const spec = PolicySpec.book(false);
    spec.did('ann', draft());
    const decided = spec.as('ann', { type: 'ActivatePolicy', version: 1 });
    expect(decided).toMatchObject({ event: { type: 'PolicyActivated', unapproved: true } });
    expect(approvalOf(spec.state, spec.state.policies.get(1)!)).toBe('none: fourEyes is off');
    expect(spec.did('ann', edit(1, 99, 0))).toBe('policy-not-draft');
    expect(spec.did('bob', { type: 'ApprovePolicy', version: 1 })).toBe('policy-not-submitted');
    expect(spec.did('ann', draft(5))).toBe('PolicyDrafted');
    expect(spec.did('ann', { type: 'ActivatePolicy', version: 2 })).toBe('PolicyActivated');
    expect(spec.did('ann', { type: 'ActivatePolicy', version: 1 })).toBe('PolicyActivated');
    expect([spec.status(1), spec.status(2)]).toEqual(['active', 'superseded']);
  });

  it('may be approved by somebody else, and then is not unapproved', () => {
    const spec = PolicySpec.book(false);
    spec.did('ann', draft());
    spec.did('ann', { type: 'SubmitPolicy', version: 1 });
    expect(spec.did('ann', { type: 'ApprovePolicy', version: 1 })).toBe('self-approval');
    expect(spec.did('bob', { type: 'ApprovePolicy', version: 1 })).toBe('PolicyApproved');
    const decided = spec.as('ann', { type: 'ActivatePolicy', version: 1 });
    expect('event' in decided && 'unapproved' in decided.event).toBe(false);
  });

  it('stays unapproved when a second pair of eyes is asked for afterwards', () => {
    const spec = PolicySpec.book(false);
    spec.did('ann', draft());
    spec.did('ann', { type: 'ActivatePolicy', version: 1 });
    spec.actor = { subject: 'admin', roles: ['admin'] };
    spec.given({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: true } });
    expect(approvalOf(spec.state, spec.state.policies.get(1)!)).toBe(
      'none: fourEyes was off when it was activated',
    );
    expect(spec.did('ann', { type: 'ActivatePolicy', version: 1 })).toBe('policy-not-approved');
  });
});

describe('a step sent again with its key', () => {
  it.each<[PolicyCommand, PolicyCommand, readonly string[]]>([
    [
      { type: 'SubmitPolicy', version: 1, comment: 'a' },
      { type: 'SubmitPolicy', version: 1, comment: 'a' },
      [],
    ],
    [
      { type: 'SubmitPolicy', version: 1, comment: 'a' },
      { type: 'SubmitPolicy', version: 1, comment: 'b' },
      ['comment'],
    ],
    [{ type: 'SubmitPolicy', version: 1 }, { type: 'SubmitPolicy', version: 1, comment: 'b' }, ['comment']],
    [{ type: 'SubmitPolicy', version: 1 }, { type: 'SubmitPolicy', version: 1, ifMatch: 0 }, []],
    [{ type: 'SubmitPolicy', version: 1 }, { type: 'ApprovePolicy', version: 1 }, ['operation']],
    [draft(), { type: 'RollBackPolicy', version: 1 }, ['operation']],
  ])('%j, then %j', (first, again, differ) => {
    const spec = PolicySpec.book();
    if (first.type !== 'DraftPolicy') spec.did('ann', draft());
    const decided = spec.as('ann', first);
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    expect(differences(again, decided.event)).toEqual(differ);
  });

  it('knows an activation by its date', () => {
    const spec = PolicySpec.book(false);
    spec.did('ann', draft());
    const activate: PolicyCommand = { type: 'ActivatePolicy', version: 1, fromDate: '2026-12-01' };
    const decided = spec.as('ann', activate);
    if (!('event' in decided)) throw new Error('not activated');
    expect(differences(activate, decided.event)).toEqual([]);
    expect(differences({ ...activate, fromDate: '2026-12-02' }, decided.event)).toEqual(['fromDate']);
    expect(differences({ type: 'ActivatePolicy', version: 1 }, decided.event)).toEqual(['fromDate']);
  });
});
