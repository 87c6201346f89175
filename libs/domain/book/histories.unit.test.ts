/**
 * Aim: what the random histories are held against would pass emptily if they met nothing. So, over histories that are
 * always the same ones: every command gets every answer it can get in them, every rule holds, does not, and where it may
 * fails, in every mode and with every consequence, lots are drawn, those who wrote a policy try to approve it, and
 * whoever looks for approvals of one's own finds each that is planted.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONSEQUENCES } from '../policy/policy.ts';
import { answered } from './answered.fixture.ts';
import { type Command, REFUSAL_CODES } from './commands.ts';
import { type BookEvent, isDecision } from './events.ts';
import { steps } from './histories.fixture.ts';
import { ownApprovals } from './own-approvals.fixture.ts';
import { openings } from './policy-histories.fixture.ts';
import type { Told } from './rounds.fixture.ts';
import { MAY_FAIL, MEANINGS } from './rules.fixture.ts';
import { SideBySide } from './side-by-side.fixture.ts';

/**
 * What each command is answered, in the words of the reference model; beside what any of its kind may be: not allowed,
 * apart from other duties, of nothing that is there, or too late.
 */
const ANSWERS = {
  DefineBook: ['stated', 'unchanged', 'book-currency-fixed'],
  DefineEmployee: ['stated', 'unchanged'],
  DefineCampaign: ['stated', 'lot-fixed'],
  DraftPolicy: ['drafted', 'currency-mismatch'],
  EditPolicy: ['edited', 'unchanged', 'policy-not-draft', 'precondition-failed'],
  SubmitPolicy: ['submitted', 'policy-not-draft', 'precondition-failed'],
  ApprovePolicy: ['approved', 'self-approval', 'policy-not-submitted'],
  RejectPolicy: ['rejected', 'policy-not-submitted'],
  RollBackPolicy: ['drafted', 'policy-not-approved'],
  ActivatePolicy: ['activated', 'policy-not-approved'],
  ReviewSignal: ['reviewed', 'duties-apart', 'self-review', 'signal-not-found'],
  DecideAct: ['accepted', 'declined', 'pending_approval', 'reserved', 'occurred-at-in-future'],
  ApproveAct: ['accepted', 'reserved', 'act-not-open', 'self-approval', 'authority-missing'],
  RejectAct: ['rejected', 'act-not-open'],
  CommitAct: ['accepted', 'act-not-open', 'commit-exceeds-reservation'],
  ReleaseAct: ['released', 'act-not-open'],
  ReverseAct: ['reversed', 'act-not-reversible', 'reversal-exceeds-act'],
  MakeApprovalCode: ['made', 'act-not-open', 'self-approval', 'authority-missing'],
  AdjustBucket: ['adjusted', 'limit-not-found', 'bucket-not-adjustable', 'self-approval'],
  TransferBetweenBuckets: [
    'transferred',
    'limit-not-found',
    'bucket-not-adjustable',
    'same-bucket',
    'transfer-exceeds-remaining',
  ],
  DrawLot: ['drawn', 'campaign-not-found', 'campaign-not-running', 'campaign-without-lot'],
} as const satisfies Partial<Readonly<Record<Command['type'], readonly string[]>>>;

/** Commands that are in no history, and why. */
const NOT_TOLD = {
  DefineLocation: 'the places stay where they are',
  DefineItem: 'the items keep their values',
  RequestBacktest: 'a question',
  StartShadow: 'decides nothing',
  StopShadow: 'decides nothing',
  ReportIncident: 'decides nothing',
  RecordOutcome: 'decides nothing',
  ProposeStory: 'decides nothing of acts',
  ConsentToStory: 'decides nothing of acts',
  WithdrawStory: 'decides nothing of acts',
  PublishStory: 'decides nothing of acts',
  RetellStory: 'decides nothing of acts',
  TakeUpStory: 'decides nothing of acts',
  GiveRecognition: 'decides nothing of acts',
} as const satisfies Readonly<Record<Exclude<Command['type'], keyof typeof ANSWERS>, string>>;

/** Refusals that no history meets. */
const NOT_MET: readonly (typeof REFUSAL_CODES)[number][] = [
  // The book is open from the start, and keeps its fiscal calendar.
  'book-not-found',
  'fiscal-calendar-missing',
  'fiscal-calendar-fixed',
  // The figures are small, so that limits come to their ends.
  'amount-too-large',
  // Of the writer and of keys.
  'idempotency-key-reused',
  'subject-reserved',
  'key-not-found',
  'key-already-revoked',
  // Of commands that are not told.
  'position-not-reached',
  'too-many-shadows',
  'outcome-incoherent',
  'unknown-act',
  'story-not-found',
  'story-out-of-turn',
  'employee-not-known',
];

interface Played {
  readonly told: readonly Told[];
  readonly log: readonly BookEvent[];
}

const played: Played[] = [];
const seen = new Map<string, number>();
const saw = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
const missed = (all: readonly string[]) => all.filter((what) => !seen.has(what));

beforeAll(() => {
  fc.assert(
    fc.property(openings, steps, ({ policy, ...opening }, history) => {
      const both = new SideBySide(policy, opening);
      const { rounds } = both;
      const told = rounds.told.length;
      history.forEach((step, i) => {
        both.step(step, i);
      });
      both.finish();
      played.push({ told: rounds.told.slice(told), log: rounds.log });
      for (const { command, decided } of rounds.told.slice(told)) {
        saw(`${command.type} ${answered(decided)}`);
      }
      for (const event of rounds.log) {
        sawEvent(event);
        if (!isDecision(event) || event.policyVersion === null) continue;
        for (const { id, when } of rounds.state.policies.get(event.policyVersion)!.policy.rules) {
          const held = event.guardrails.find((one) => 'rule' in one && one.rule === id);
          saw(`${when} ${held === undefined ? 'is silent' : hasFailed(held) ? 'fails' : 'holds'}`);
        }
      }
    }),
    // Always the same ones: what they meet is a fact, not a chance.
    { numRuns: 200, seed: 4 },
  );
});

function hasFailed(receipt: object): boolean {
  return 'message' in receipt && String(receipt.message).includes('(the rule failed: ');
}

function sawEvent(event: BookEvent): void {
  if (event.type === 'LotDrawn') saw(`drawn ${event.draw.assigned}`);
  if (event.type === 'ActExpired') saw(`expired: ${event.becomes}`);
  if (event.type === 'ActApproved') saw(`approved ${event.code === undefined ? 'in person' : 'by code'}`);
  if (event.type === 'PolicyActivated') {
    const from = event.from !== undefined ? 'later' : event.fromDate !== undefined ? 'by date' : 'at once';
    saw(`activated ${from}, ${event.unapproved ? 'alone' : 'by two'}`);
  }
  if (!isDecision(event)) return;
  const { mode } = event.asked;
  saw(`${mode} ${event.type}`);
  if (event.draw !== undefined) saw(`${mode} ${event.draw.assigned} ${event.type}`);
  for (const receipt of event.guardrails) {
    if ('limit' in receipt) saw(`limit ${receipt.finding}`);
    else if ('standing' in receipt) saw(`${receipt.standing} ${receipt.finding}`);
    else saw(`${mode} ${receipt.finding}${hasFailed(receipt) ? ' of a rule that failed' : ''}`);
  }
}

describe('random histories', () => {
  it('get all sorts of answers to every command', () => {
    const all = Object.entries(ANSWERS).flatMap(([type, answers]) =>
      answers.map((answer) => `${type} ${answer}`),
    );
    expect(missed(all)).toEqual([]);
    for (const type of Object.keys(NOT_TOLD)) {
      expect([...seen.keys()].filter((what) => what.startsWith(`${type} `))).toEqual([]);
    }
  });

  it('meet every refusal but those that are named', () => {
    const met = REFUSAL_CODES.filter((code) => [...seen.keys()].some((what) => what.endsWith(` ${code}`)));
    expect([...met, ...NOT_MET].sort()).toEqual([...REFUSAL_CODES].sort());
  });

  it('have rules that hold, that do not, and that fail, of every consequence and in every mode', () => {
    const always = 'act.count > 0';
    expect(missed([...MEANINGS.keys()].map((when) => `${when} holds`))).toEqual([]);
    expect(
      missed([...MEANINGS.keys()].filter((when) => when !== always).map((when) => `${when} is silent`)),
    ).toEqual([]);
    expect(missed(MAY_FAIL.map((when) => `${when} fails`))).toEqual([]);
    for (const mode of ['request', 'record', 'reserve']) {
      expect(missed(CONSEQUENCES.map((then) => `${mode} ${then}`))).toEqual([]);
    }
    expect(missed(CONSEQUENCES.map((then) => `request ${then} of a rule that failed`))).toEqual([]);
  });

  it('come to every end of acts and of policies', () => {
    const standing = ['no-active-policy', 'unknown-employee', 'unknown-location', 'campaign-not-running'];
    expect(
      missed([
        ...['ActAccepted', 'ActDeclined', 'ActHeld'].map((type) => `request ${type}`),
        ...['ActDeclined', 'ActHeld', 'ActReserved'].map((type) => `reserve ${type}`),
        'record ActAccepted',
        ...['expired: accepted', 'expired: expired', 'approved in person', 'approved by code'],
        ...['at once', 'later', 'by date'].flatMap((from) =>
          ['alone', 'by two'].map((hands) => `activated ${from}, ${hands}`),
        ),
        ...standing.map((what) => `${what} decline`),
        ...CONSEQUENCES.flatMap((then) => [`limit ${then}`, `uncovered ${then}`]),
      ]),
    ).toEqual([]);
  });

  it('draw both arms, in facts of their own and with acts, and let nobody through who was not drawn', () => {
    const arms = ['drawn true', 'drawn false', 'request false ActDeclined', 'record false ActAccepted'];
    expect(missed([...arms, 'request true ActAccepted', 'lot-without-customer decline'])).toEqual([]);
    for (const never of ['request false ActAccepted', 'reserve false ActReserved', 'request false ActHeld']) {
      expect([never, seen.get(never)]).toEqual([never, undefined]);
    }
  });

  it('have everybody try to approve what they had a part in', () => {
    const parts = new Map<string, number>();
    for (const { told, log } of played) {
      for (const { command, actor, decided, after } of told) {
        if (command.type !== 'ApprovePolicy' || answered(decided) !== 'self-approval') continue;
        for (const event of log.slice(0, after)) {
          if (!('version' in event) || event.actor !== actor) continue;
          if (event.version === command.version) parts.set(event.type, (parts.get(event.type) ?? 0) + 1);
        }
        const again = log.find((one) => one.type === 'PolicyDrafted' && one.version === command.version);
        if (again?.type !== 'PolicyDrafted' || again.actor === actor || again.rollbackOf === undefined)
          continue;
        parts.set('of what is taken up again', (parts.get('of what is taken up again') ?? 0) + 1);
      }
    }
    expect([...parts.keys()]).toEqual(
      expect.arrayContaining([
        'PolicyDrafted',
        'PolicyEdited',
        'PolicySubmitted',
        'of what is taken up again',
      ]),
    );
  });
});

describe("approvals of one's own", () => {
  it.each<[string, (event: BookEvent, log: readonly BookEvent[]) => BookEvent | undefined]>([
    [
      'of a policy by who wrote it',
      (event, log) => {
        if (event.type !== 'PolicyApproved') return undefined;
        const written = log.find((one) => one.type === 'PolicyDrafted' && one.version === event.version);
        return { ...event, actor: written!.actor };
      },
    ],
    [
      'of an act by whose it is',
      (event, log) => {
        if (event.type !== 'ActApproved') return undefined;
        const act = log.find((one) => isDecision(one) && one.id === event.act);
        return act !== undefined && isDecision(act)
          ? { ...event, actor: act.asked.employee, approver: act.asked.employee }
          : undefined;
      },
    ],
    [
      'of an act in the name of another',
      (event) => (event.type === 'ActApproved' ? { ...event, approver: 'nobody' } : undefined),
    ],
    [
      'of a transfer by who gains',
      (event) => {
        const gaining = event.type === 'BucketTransferred' ? event.to.key.employee : undefined;
        return gaining === undefined ? undefined : { ...event, actor: gaining };
      },
    ],
    [
      'by other words than were approved',
      (event, log) => {
        if (event.type !== 'PolicyApproved') return undefined;
        const written = log.find((one) => one.type === 'PolicyDrafted' && one.version === event.version);
        if (written?.type !== 'PolicyDrafted') return undefined;
        const { version, policy, source, recordedAt, actor } = written;
        return { type: 'PolicyEdited', version, policy, source, edit: 1, recordedAt, actor };
      },
    ],
    [
      'of signals by who writes policies',
      (event) => (event.type === 'SignalReviewed' ? { ...event, actor: 'admin' } : undefined),
    ],
  ])('are found: %s', (_, plant) => {
    let planted = 0;
    for (const { log } of played) {
      for (const [at, event] of log.entries()) {
        const other = plant(event, log);
        if (other === undefined) continue;
        planted++;
        expect(ownApprovals([...log.slice(0, at + 1), other, ...log.slice(at + 1)])).not.toEqual([]);
      }
      expect(ownApprovals(log)).toEqual([]);
    }
    expect(planted).toBeGreaterThan(5);
  });
});
