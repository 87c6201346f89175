/**
 * Aim: however many people draft, edit, submit, reject, approve and activate at once, nobody approves what is their
 * own, nothing comes in force that was not approved word for word, and what everyone did can be read afterwards.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seeded, seedFromEnvironment } from '../crash/seeded.ts';
import { coffee, expectStatus, keyOf, LONDON } from '../opened-book.ts';
import {
  endForGood,
  goodwill,
  type Reply,
  SANDBOX,
  type ServiceProcess,
  startFresh,
} from '../service-process.ts';

const CONNECTIONS = 32;
const STEPS = 1_600;
const PEOPLE = ['drafter', 'editor', 'submitter', 'approver'] as const;
const BOOK = '/v1/books/london';

let service: ServiceProcess;
const keys = new Map<string, string>();

beforeAll(async () => {
  service = await startFresh('approval', { connections: CONNECTIONS });
  expectStatus(await service.put(BOOK, { ...LONDON, fourEyes: true }), 200);
  for (const subject of PEOPLE) {
    const roles = subject === 'approver' ? ['operations', 'approver'] : ['operations'];
    keys.set(subject, await keyOf(service, subject, ...roles));
  }
}, 60_000);
afterAll(() => endForGood(service));

function policy(count: number): object {
  return {
    currency: 'GBP',
    title: `so many: ${count}`,
    limits: [{ id: 'all', per: ['book'], window: 'lifetime', allow: { count }, beyond: 'decline' }],
  };
}

let sent = 0;
function ask(subject: string, method: string, path: string, body?: object, headers = {}): Promise<Reply> {
  return service.call(method, `${BOOK}/policies${path}`, {
    key: `step-${++sent}`,
    ...(body === undefined ? {} : { body }),
    headers: { authorization: `Bearer ${keys.get(subject)}`, ...headers },
  });
}

describe('a policy under four eyes', () => {
  it('is approved by none of its authors, with everyone at it at once', async () => {
    const seed = seedFromEnvironment();
    const { next: random, pick } = seeded(seed);
    const codes = new Map<string, number>();
    const approved: { version: number; by: string }[] = [];
    let versions = 1;
    expectStatus(await ask('drafter', 'POST', '', policy(1)), 201);

    const step = async (): Promise<void> => {
      const by = pick(PEOPLE);
      // The newest versions, so that many meet at the same one.
      const version = Math.max(1, versions - Math.floor(random() * 3));
      const what = pick([
        'draft',
        'edit',
        'edit',
        'submit',
        'submit',
        'approve',
        'approve',
        'approve',
        'reject',
        'activate',
        'roll-back',
      ]);
      let reply: Reply;
      if (what === 'draft') {
        if (random() < 0.7) return;
        reply = await ask(by, 'POST', '', policy(Math.floor(random() * 1_000)));
        if (reply.status === 201) versions = Math.max(versions, reply.json().version);
      } else if (what === 'edit') {
        const read = await ask(by, 'GET', `/${version}`);
        const etag = String(read.headers.etag);
        reply = await ask(by, 'PUT', `/${version}`, policy(Math.floor(random() * 1_000)), {
          'if-match': etag,
        });
      } else if (what === 'roll-back') {
        if (random() < 0.8) return;
        reply = await ask(by, 'POST', `/${version}/roll-back`);
        if (reply.status === 201) versions = Math.max(versions, reply.json().version);
      } else {
        const body = what === 'reject' ? { reason: 'no' } : {};
        reply = await ask(by, 'POST', `/${version}/${what}`, body);
        if (what === 'approve' && reply.status === 201) approved.push({ version, by });
      }
      const code = reply.status < 300 ? `${what} ${reply.status}` : `${what} ${reply.json().code}`;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (reply.status >= 500) throw new Error(`${code}: ${reply.text}`);
    };
    let left = STEPS;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (left-- > 0) await step();
      }),
    );

    const { policies } = (await service.get(`${BOOK}/policies`)).json();
    const authors = new Map<number, Set<string>>();
    for (const { version, life, rollbackOf, authors: told, approval, status } of policies) {
      const mine = new Set<string>(rollbackOf === undefined ? [] : authors.get(rollbackOf));
      authors.set(version, mine);
      let stage = 'none';
      for (const { what, by } of life) {
        if (what === 'drafted' || what === 'edited') mine.add(by);
        if (what === 'edited') expect([seed, version, stage]).toEqual([seed, version, 'draft']);
        if (what === 'approved') {
          expect([seed, version, by, mine.has(by), stage]).toEqual([seed, version, by, false, 'submitted']);
        }
        if (what === 'activated') expect([seed, version, stage]).toEqual([seed, version, 'approved']);
        stage = {
          drafted: 'draft',
          edited: 'draft',
          submitted: 'submitted',
          approved: 'approved',
          rejected: 'draft',
          activated: 'activated',
        }[what as string]!;
      }
      expect(new Set(told)).toEqual(mine);
      const wasApproved = approved.filter((one) => one.version === version);
      expect(wasApproved.length).toBe(approval === 'given' ? 1 : 0);
      if (['approved', 'active', 'superseded'].includes(status)) expect(approval).toBe('given');
    }
    // Every outcome that matters has been met, or the test has shown nothing.
    for (const code of [
      'approve 201',
      'approve self-approval',
      'approve policy-not-submitted',
      'edit 200',
      'edit policy-not-draft',
      'activate policy-not-approved',
      'activate 201',
      'reject 201',
    ]) {
      expect([code, seed, (codes.get(code) ?? 0) > 0]).toEqual([code, seed, true]);
    }
    const verified = await goodwill(['verify', '--data-dir', service.dataDir, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true });
  }, 120_000);

  it('lets one of many approvals at once through, and one of many edits', async () => {
    const draft = expectStatus(await ask('drafter', 'POST', '', policy(7)), 201);
    const { version } = draft.json();
    const edits = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, i) =>
        ask(i % 2 === 0 ? 'drafter' : 'editor', 'PUT', `/${version}`, policy(1_000 + i), {
          'if-match': String(draft.headers.etag),
        }),
      ),
    );
    expect(edits.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(edits.filter(({ status }) => status === 412)).toHaveLength(CONNECTIONS - 1);
    expectStatus(await ask('drafter', 'POST', `/${version}/submit`), 201);
    const approvals = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, i) =>
        ask(i % 2 === 0 ? 'drafter' : 'approver', 'POST', `/${version}/approve`),
      ),
    );
    const outcome = ({ status, json }: Reply) => (status === 201 ? '201' : json().code);
    const by = (n: number) => new Set(approvals.filter((_, i) => i % 2 === n).map(outcome));
    expect(by(0)).toEqual(new Set(['self-approval']));
    expect(approvals.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(by(1)).toEqual(new Set(['201', 'policy-not-submitted']));
  });
});

describe('editing a draft', () => {
  it('takes an ETag that was seen, and answers a repeated edit as done', async () => {
    const draft = expectStatus(await ask('drafter', 'POST', '', policy(3)), 201);
    const { version } = draft.json();
    const etag = String(draft.headers.etag);
    expect(String((await ask('editor', 'GET', `/${version}`)).headers.etag)).toBe(etag);
    const put = (body: object, headers = {}) => ask('editor', 'PUT', `/${version}`, body, headers);
    for (const headers of [{}, { 'if-match': '*' }]) {
      const reply = await put(policy(4), headers);
      expect([reply.status, reply.json().code]).toEqual([428, 'precondition-required']);
    }
    for (const wrong of ['"9.0"', '"x"', 'nothing', `"${version}.1"`, `${etag}, "9.0"`, '"1e3.0"']) {
      expect((await put(policy(4), { 'if-match': wrong })).status).toBe(412);
    }
    const edited = await put(policy(4), { 'if-match': etag });
    expect([edited.status, edited.json().edit]).toEqual([200, 1]);
    const repeated = await put(policy(4), { 'if-match': etag });
    expect([repeated.status, repeated.headers.etag]).toEqual([200, edited.headers.etag]);
    expect((await put(policy(5), { 'if-match': etag })).status).toBe(412);
    expect((await put(policy(5), { 'if-match': `W/${edited.headers.etag}` })).status).toBe(200);
    const wrong = await put(
      { currency: 'GBP', limits: [{ id: 'x' }] },
      { 'if-match': String(edited.headers.etag) },
    );
    expect([wrong.status, wrong.json().code]).toEqual([422, 'policy-invalid']);
    const life = (await ask('editor', 'GET', `/${version}`)).json().life;
    expect(life.map(({ what }: { what: string }) => what)).toEqual(['drafted', 'edited', 'edited']);
  });

  it('shows what differs between any two versions, in words', async () => {
    const versions = [];
    for (const count of [10, 12])
      versions.push((await ask('drafter', 'POST', '', policy(count))).json().version);
    const diff = (await ask('approver', 'GET', `/${versions[1]}/diff?with=${versions[0]}`)).json();
    expect(diff).toMatchObject({
      version: versions[1],
      with: versions[0],
      changes: [
        { kind: 'changed', part: 'policy', member: 'title', before: 'so many: 10', after: 'so many: 12' },
        { kind: 'changed', part: 'limit', id: 'all', member: 'allow.count', before: 10, after: 12 },
      ],
    });
    expect(diff.text).toContain('Limit all now allows 12 pieces, 2 pieces more: it was 10 pieces.');
    const back = (await ask('approver', 'GET', `/${versions[0]}/diff?with=${versions[1]}`)).json();
    expect(back.text).toContain('2 pieces fewer');
    expect((await ask('approver', 'GET', `/${versions[0]}/diff?with=${versions[0]}`)).json().changes).toEqual(
      [],
    );
    expect((await ask('approver', 'GET', `/${versions[0]}/diff`)).status).toBe(400);
    expect((await ask('approver', 'GET', `/${versions[0]}/diff?with=99999`)).status).toBe(404);
  });
});

describe('a version that begins with a business day', () => {
  it('is in force at each location from its own morning on', async () => {
    const sandbox = await startFresh('business-day', SANDBOX);
    try {
      const clock = (now: string) => sandbox.put('/v1/sandbox/clock', { now });
      await clock('2026-03-28T12:00:00Z');
      await sandbox.put(BOOK, LONDON);
      await sandbox.put(`${BOOK}/locations/soho`, { timeZone: 'Europe/London' });
      await sandbox.put(`${BOOK}/locations/bronx`, { timeZone: 'America/New_York' });
      await sandbox.put(`${BOOK}/employees/emp-1`, { roles: [] });
      for (const version of [1, 2]) {
        expectStatus(await sandbox.post(`${BOOK}/policies`, `draft-${version}`, policy(100)), 201);
        const body = version === 1 ? {} : { from: '2026-03-29' };
        const activated = await sandbox.post(
          `${BOOK}/policies/${version}/activate`,
          `activate-${version}`,
          body,
        );
        expect(expectStatus(activated, 201).json()).toMatchObject({
          status: version === 1 ? 'active' : 'scheduled',
          unapproved: true,
        });
      }
      const shown = (await sandbox.get(`${BOOK}/policies/2`)).json();
      expect(shown).toMatchObject({
        status: 'scheduled',
        approval: 'none: fourEyes is off',
        activations: [
          {
            businessDate: '2026-03-29',
            from: '2026-03-29T00:00:00.000Z',
            everywhereFrom: '2026-03-29T08:00:00.000Z',
          },
        ],
      });
      let n = 0;
      const versionAt = async (location: string, now: string) => {
        await clock(now);
        const act = coffee({ location, item: undefined, retailMinor: 1, costMinor: 1 });
        const reply = await sandbox.post(`${BOOK}/acts`, `act-${++n}`, act);
        return expectStatus(reply, 201).json().decision.policyVersion;
      };
      expect(await versionAt('soho', '2026-03-29T02:59:59.999Z')).toBe(1);
      expect(await versionAt('soho', '2026-03-29T03:00:00Z')).toBe(2);
      expect(await versionAt('bronx', '2026-03-29T07:59:59.999Z')).toBe(1);
      expect(await versionAt('bronx', '2026-03-29T08:00:00Z')).toBe(2);
      const wrong = await sandbox.post(`${BOOK}/policies/2/activate`, 'wrong', { from: '2026-02-30' });
      expect(wrong.status).toBe(400);
    } finally {
      await endForGood(sandbox);
    }
  });
});
