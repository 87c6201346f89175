/**
 * Aim: a repository of policies and the service say the same: what is wrong, where, and what to write; a file goes
 * from its first line to the day it is in force by commands that may all be repeated.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JSON_ROWS, MARK, YAML } from '../../libs/books/policy-mistakes.fixture.ts';
import { readPolicy } from '../../libs/books/read-policy.ts';
import { coffee, expectStatus, LONDON, openBook } from '../opened-book.ts';
import { ADMIN_KEY, endForGood, type Reply, type ServiceProcess, startFresh } from '../service-process.ts';
import { positionOf } from './expect-refused.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const OPENING = {
  limits: [{ id: 'ten', per: ['employee'], window: 'day', allow: { count: 10 }, beyond: 'decline' }],
};

let service: ServiceProcess;
let path = '';

beforeAll(async () => {
  service = await startFresh('policy-as-code');
  ({ path } = await openBook(service, 'repo', OPENING));
}, 60_000);
afterAll(() => endForGood(service));

function goodwill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', join(REPOSITORY, 'apps/cli/bin/goodwill.js'), 'policy', ...args],
    {
      cwd: service.dataDir,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', GOODWILL_URL: service.url, GOODWILL_ADMIN_KEY: ADMIN_KEY },
    },
  );
  return { status, stdout, stderr };
}

const check = (body: string, type: string): Promise<Reply> =>
  service.call('POST', `${path}/policies/check`, { body, headers: { 'content-type': type } });

const policy = (title: string, count: number) => `currency: GBP
title: ${title}
limits:
  - id: ten
    per: [employee]
    window: day
    allow: { count: ${count} }
    beyond: decline
`;

describe('the same mistakes at the same places over HTTP', () => {
  it.each([
    ['application/yaml', 'yaml', YAML],
    ['application/json', 'json', JSON_ROWS],
  ] as const)('%s', async (type, format, rows) => {
    for (const [what, marked] of rows) {
      const text = marked.replace(MARK, '');
      const offline = readPolicy({ format, text }, { currency: 'GBP', fiscal: false });
      if (offline.ok) throw new Error(`${what} must be a mistake`);
      const reply = await check(text, type);
      expect([what, reply.status]).toEqual([what, offline.readable ? 422 : 400]);
      expect([what, reply.json().errors]).toEqual([
        what,
        offline.mistakes.map(({ message, ...rest }) => ({ ...rest, detail: message })),
      ]);
    }
  });

  it('and the same warnings, of names as well, with nothing recorded', async () => {
    const stood = await positionOf(service, path);
    const text = `currency: GBP
limits:
  - { id: a, per: [act], window: day, allow: { count: 1 }, beyond: warn, appliesTo: { roles: [baristas] } }
`;
    const reply = expectStatus(await check(text, 'application/yaml'), 200);
    const places = reply
      .json()
      .warnings.map(
        ({ line, column, code, advice }: { line: number; column: number; code: string; advice: string }) =>
          `${line}:${column} ${code} ${advice.split('?')[0]}`,
      );
    expect(places).toEqual([
      expect.stringMatching(/^3:26 window-without-effect/),
      expect.stringMatching(/^3:74 limit-unreachable/),
      '3:95 name-unknown Did you mean barista',
    ]);
    const posted = expectStatus(
      await service.call('POST', `${path}/policies`, {
        key: 'warned',
        body: text,
        headers: { 'content-type': 'application/yaml' },
      }),
      201,
    );
    expect(posted.json().warnings).toMatchObject([{ code: 'window-without-effect', line: 3 }]);
    expect(await positionOf(service, path)).toBe(stood + 1);
  });
});

describe('a file on its way', () => {
  it('is checked, compared, submitted and put in force, each as often as one likes', async () => {
    await writeFile(join(service.dataDir, 'p.yaml'), policy('Eight a day', 8));
    expect(goodwill('validate', 'p.yaml', '--book', 'repo')).toEqual({
      status: 0,
      stdout: '1 policy, no mistakes.\n',
      stderr: '',
    });
    const compared = goodwill('diff', 'p.yaml', '--book', 'repo', '--exit-code');
    expect(compared).toMatchObject({ status: 1, stderr: '' });
    expect(compared.stdout).toMatch(/^From version 1 of repo to p\.yaml:\n.*Eight a day.*\n.*\b8\b/);

    const submitted = JSON.parse(
      goodwill('submit', 'p.yaml', '--book', 'repo', '--comment', 'Less.', '--json').stdout,
    );
    expect(submitted).toMatchObject({
      status: 'submitted',
      submittedNow: true,
      comparedWith: 1,
      warnings: [],
    });
    expect(submitted.changes).toHaveLength(2);
    const stood = await positionOf(service, path);
    const again = JSON.parse(goodwill('submit', 'p.yaml', '--book', 'repo', '--json').stdout);
    expect(again).toMatchObject({ version: submitted.version, status: 'submitted', submittedNow: false });
    expect(await positionOf(service, path)).toBe(stood);

    const version = String(submitted.version);
    const activated = goodwill('activate', version, '--book', 'repo');
    expect(activated).toMatchObject({ status: 0, stderr: '' });
    expect(activated.stdout).toMatch(/is in force\..*fourEyes is off/);
    const active = await positionOf(service, path);
    expect(goodwill('activate', version, '--book', 'repo').stdout).toMatch(/is in force already/);
    expect(await positionOf(service, path)).toBe(active);
    expect(goodwill('diff', 'p.yaml', '--book', 'repo', '--exit-code')).toMatchObject({ status: 0 });
    expect(goodwill('diff', '1', version, '--book', 'repo').stdout).toContain('8');
  });

  it('is put off to a business day once', async () => {
    await writeFile(join(service.dataDir, 'later.yaml'), policy('Five a day', 5));
    const { version } = JSON.parse(goodwill('submit', 'later.yaml', '--book', 'repo', '--json').stdout);
    const later = ['activate', String(version), '--book', 'repo', '--from', '2099-01-01'];
    expect(goodwill(...later).stdout).toMatch(/comes into force on 2099-01-01\./);
    const stood = await positionOf(service, path);
    expect(goodwill(...later).stdout).toMatch(/comes into force on 2099-01-01 already/);
    expect(await positionOf(service, path)).toBe(stood);
  });

  it('goes back to draft, and is submitted again; once the draft was edited, it is another version', async () => {
    const text = policy('Seven a day', 7);
    await writeFile(join(service.dataDir, 'q.yaml'), text);
    const submit = () => JSON.parse(goodwill('submit', 'q.yaml', '--book', 'repo', '--json').stdout);
    const { version } = submit();
    const at = `${path}/policies/${version}`;
    const reject = async (key: string) =>
      expectStatus(await service.post(`${at}/reject`, key, { reason: 'Too many.' }), 201);
    await reject('reject-1');
    expect(submit()).toMatchObject({ version, status: 'submitted', submittedNow: true });
    await reject('reject-2');
    const read = await service.get(at);
    expectStatus(
      await service.call('PUT', at, {
        body: policy('Six a day', 6),
        headers: { 'content-type': 'application/yaml', 'if-match': String(read.headers.etag) },
      }),
      200,
    );
    const again = submit();
    expect(again).toMatchObject({ version: version + 1, status: 'submitted', submittedNow: true });
    const found = expectStatus(await service.get(`${path}/policies/${again.version}`), 200).json();
    expect(found.source.text).toBe(text);
    expect(submit()).toMatchObject({ version: version + 1, submittedNow: false });
  });

  it('is tried on what has happened, as a page or as JSON', async () => {
    for (let i = 0; i < 9; i++) {
      expectStatus(await service.post(`${path}/acts`, `try-${i}`, coffee({ mode: 'record' })), 201);
    }
    await writeFile(join(service.dataDir, 'three.yaml'), policy('Three a day', 3));
    const page = goodwill('backtest', 'three.yaml', '--book', 'repo');
    expect(page).toMatchObject({ status: 0, stderr: '' });
    expect(page.stdout).toMatch(/not a forecast/i);
    const { version } = expectStatus(await service.get(`${path}/policies`), 200)
      .json()
      .policies.at(-1);
    const run = ['backtest', String(version), '--book', 'repo', '--json'];
    const report = JSON.parse(goodwill(...run).stdout);
    // Eight a day were in force: the fourth to the eighth are beyond three, the ninth was beyond both.
    expect(report).toMatchObject({ candidate: { version }, acts: { replayed: 9, same: 4, changed: 5 } });
    const again = JSON.parse(goodwill(...run, '--position', String(report.position)).stdout);
    expect(again).toEqual(report);
  });

  it('approved by somebody else where two are needed', async () => {
    expectStatus(await service.put('/v1/books/strict', { ...LONDON, fourEyes: true }), 200, 201);
    const submitted = goodwill('submit', 'p.yaml', '--book', 'strict');
    expect(submitted).toMatchObject({ status: 0, stderr: '' });
    expect(submitted.stdout).toMatch(/Version 1 of strict is submitted\.\nNo version is in force/);
    expect(submitted.stdout).toMatch(/somebody else approves it/);
    const refused = goodwill('activate', '1', '--book', 'strict');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/policy-not-approved/);
  });
});

describe('what cannot be', () => {
  it('is told by validate alone as well, and by how it ends', async () => {
    await writeFile(join(service.dataDir, 'bad.yaml'), 'currency: GBP\nlimit: []\n');
    await writeFile(join(service.dataDir, 'odd.yaml'), 'currency: GBP\n');
    const bad = goodwill('validate', 'bad.yaml', 'odd.yaml');
    expect(bad).toMatchObject({ status: 1, stderr: '' });
    expect(bad.stdout).toMatch(
      /^bad\.yaml:2:1: unknown-field: [\s\S]+\nodd\.yaml:1:1: warning: nothing-limited: /,
    );
    expect(goodwill('validate', 'odd.yaml').status).toBe(0);
    expect(goodwill('validate', 'odd.yaml', '--strict').status).toBe(1);
    expect(goodwill('validate', 'bad.yaml', '--book', 'repo').stdout).toMatch(
      /^bad\.yaml:2:1: unknown-field: /,
    );
  });

  it.each([
    [
      ['submit', 'bad.yaml', '--book', 'repo'],
      1,
      /^goodwill: bad\.yaml:2:1: unknown-field: .+ — Did you mean limits\?/,
    ],
    [['backtest', 'bad.yaml', '--book', 'repo'], 1, /bad\.yaml:2:1: unknown-field/],
    [['diff', 'bad.yaml', 'p.yaml'], 1, /bad\.yaml:2:1: unknown-field/],
    [['diff', '999', 'p.yaml', '--book', 'repo'], 1, /Version 999 was not read.*policy-not-found/],
    [['diff', '3', 'p.yaml'], 2, /Which book's version 3\?\nAdd --book/],
    [['activate', 'p.yaml', '--book', 'repo'], 2, /no version of a policy/],
    [['activate', '1', '--book', 'repo', '--from', 'monday'], 2, /neither a day nor a time/],
    [['backtest', '1', '--book', 'repo', '--from', '2026-02-30'], 2, /no business day/],
    [['submit', 'p.yaml'], 2, /required option '-b, --book <id>'/],
    [['submit', 'p.yaml', '--book', 'nowhere'], 1, /book-not-found/],
    [['submit', 'p.yaml', '--book', 'repo', '--url', 'http://127.0.0.1:9'], 3, /does not answer/],
    [['validate', '--currency', 'XAU', 'p.yaml'], 2, /no minor unit/],
  ] as const)('%j ends with %i', async (args, status, stderr) => {
    await writeFile(join(service.dataDir, 'bad.yaml'), 'currency: GBP\nlimit: []\n');
    await writeFile(join(service.dataDir, 'p.yaml'), policy('Eight a day', 8));
    const ended = goodwill(...args);
    expect(ended).toMatchObject({ status, stderr: expect.stringMatching(stderr) });
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});
