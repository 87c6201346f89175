/**
 * Aim: a simulation reaches a service over HTTP in the order of time, moves a sandbox clock along, records the
 * past elsewhere, adds nothing when repeated, and says so when something was refused.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FakeLedger, fakeLedger } from './fake-ledger.fixture.ts';
import { simulateCommand } from './simulate.command.ts';
import type { Truth } from './truth.ts';

let folder: string;
let policy: string;
let ledger: FakeLedger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'goodwill-simulate-'));
  policy = join(folder, 'policy.yaml');
  await writeFile(policy, 'currency: GBP\nlimits: []\n');
});
afterEach(async () => {
  await ledger.close();
  await rm(folder, { recursive: true });
});

interface Summary {
  mode: string;
  sent: number;
  told: Record<string, number>;
  accepted: number;
  declined: number;
  breached: number;
  replayed: number;
  refused: Record<string, unknown>;
  declinedBy: Record<string, number>;
}

async function run(...args: string[]): Promise<Summary> {
  const written: string[] = [];
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    const command = simulateCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await command.parseAsync(
      ['--url', ledger.url, '--key', 'test-key', '--policy', policy, '--rate', '0', '--json', ...args],
      { from: 'user' },
    );
  } finally {
    spy.mockRestore();
  }
  return JSON.parse(written.join('')) as Summary;
}

const SMALL = ['--stores', '3', '--days', '7', '--staff-per-store', '6'];

describe('in a sandbox', () => {
  beforeEach(async () => {
    ledger = await fakeLedger({ sandbox: true });
  });

  it('requests acts as they happen; every one is decided', async () => {
    const summary = await run(...SMALL);
    expect(summary.mode).toBe('request');
    expect(summary.sent).toBeGreaterThan(120);
    expect(summary.refused).toEqual({});
    expect(summary.accepted + summary.declined).toBe(summary.sent);
    expect(summary.declined).toBeGreaterThan(0);
    expect(summary.declinedBy).toEqual({ 'ten-each': summary.declined });
    expect(ledger.acts.size).toBe(summary.sent);
  });

  it('adds nothing when it is repeated, and only what is new when the span grows', async () => {
    const first = await run(...SMALL);
    const policies = ledger.policies.size;
    const again = await run(...SMALL);
    expect(again).toMatchObject({ sent: first.sent, replayed: first.sent, accepted: first.accepted });
    expect(ledger.acts.size).toBe(first.sent);
    expect(ledger.policies.size).toBe(policies);
    const longer = await run(...SMALL, '--days', '8');
    expect(longer.replayed).toBe(first.sent);
    expect(ledger.acts.size).toBe(longer.sent);
  });

  it('posts batches in the same order and with the same answers as one connection', async () => {
    await run(...SMALL, '--connections', '1');
    const singly = [...ledger.acts];
    await ledger.close();
    ledger = await fakeLedger({ sandbox: true });
    const summary = await run(...SMALL, '--batch', '50');
    expect([...ledger.acts]).toEqual(singly);
    expect(summary.refused).toEqual({});
    expect(ledger.calls.filter((call) => call.endsWith('/acts'))).toEqual([]);
    expect(await run(...SMALL, '--batch', '50')).toMatchObject({
      sent: summary.sent,
      replayed: summary.sent,
    });
  });

  it('keeps the acts of one store in order on many connections', async () => {
    await run(...SMALL, '--connections', '8', '--acts-per-day', '40');
    const lastAt = new Map<string, number>();
    for (const act of ledger.acts.values()) {
      if (act.mode === 'record') continue;
      const at = Date.parse(String(act.occurredAt));
      expect(at).toBeGreaterThanOrEqual(lastAt.get(String(act.location)) ?? 0);
      lastAt.set(String(act.location), at);
    }
  });

  it('puts a second policy into force in the middle of the week', async () => {
    const other = join(folder, 'other.yaml');
    await writeFile(other, 'currency: GBP\nlimits: []\nuncovered: warn\n');
    await run(...SMALL, '--then-policy', other, '--then-on', '2026-03-25');
    const activations = ledger.calls.flatMap((call, at) => (call.endsWith('/activate') ? [at] : []));
    expect(activations).toHaveLength(2);
    const actsBefore = ledger.calls
      .slice(activations[0]!, activations[1]!)
      .filter((c) => c.endsWith('/acts'));
    const actsAfter = ledger.calls.slice(activations[1]!).filter((call) => call.endsWith('/acts'));
    expect(actsBefore.length).toBeGreaterThan(20);
    expect(actsAfter.length).toBeGreaterThan(20);
  });

  it('writes what was planted on request', async () => {
    const file = join(folder, 'truth.json');
    await run('--stores', '3', '--truth', file);
    const truth = JSON.parse(await readFile(file, 'utf8')) as Truth;
    expect(truth.caveat).toMatch(/assumptions/);
    const { onePair, clockChange } = truth.oracles;
    const toOne = [...ledger.acts.values()].filter((act) => act.employee === onePair!.employee);
    expect(toOne.some((act) => act.customer === onePair!.customer)).toBe(true);
    for (const { idempotencyKey, occurredAt } of clockChange.acts) {
      expect(ledger.acts.get(idempotencyKey)).toMatchObject({ occurredAt });
    }
  });

  it('tells nothing but acts unless it is asked to', async () => {
    await run(...SMALL);
    expect(ledger.told.size).toBe(0);
    expect(ledger.calls.some((call) => call.includes('/campaigns/'))).toBe(false);
  });

  it('tells incidents, draws and outcomes as they happen, beside the acts', async () => {
    const summary = await run(...SMALL, '--outcomes');
    expect(summary.refused).toEqual({});
    const of = (what: string) => [...ledger.told.values()].filter(({ path }) => path.endsWith(`/${what}`));
    expect(summary.told).toEqual({
      draw: of('draws').length,
      incident: of('incidents').length,
      outcome: of('outcomes').length,
    });
    for (const what of ['draws', 'incidents', 'outcomes']) expect(of(what).length).toBeGreaterThan(20);
    const paths = new Set(of('draws').map(({ path }) => path));
    expect(paths).toEqual(
      new Set(['warm-welcome', 'second-look'].map((id) => `/v1/books/cafe-chain/campaigns/${id}/draws`)),
    );
    expect(
      ledger.calls.filter((call) => /^PUT .*campaigns\/(warm-welcome|second-look)$/.test(call)),
    ).toHaveLength(2);
    // Told at once, but for a few: those come up to three days later.
    const late = [...ledger.told.values()].filter(
      ({ body, atMs }) => atMs - Date.parse(String(body.occurredAt)) > 2 * 60_000,
    );
    expect(late.length / ledger.told.size).toBeGreaterThan(0.005);
    expect(late.length / ledger.told.size).toBeLessThan(0.08);
  });

  it('adds nothing when that is repeated, and tells the same in batches', async () => {
    await run(...SMALL, '--outcomes');
    const singly = [...ledger.told].map(([key, { path, body }]) => JSON.stringify([key, path, body])).sort();
    const again = await run(...SMALL, '--outcomes');
    expect(again.replayed).toBe(again.sent + Object.values(again.told).reduce((sum, n) => sum + n));
    await ledger.close();
    ledger = await fakeLedger({ sandbox: true });
    const batched = await run(...SMALL, '--outcomes', '--batch');
    expect(batched.refused).toEqual({});
    expect([...ledger.told].map(([key, { path, body }]) => JSON.stringify([key, path, body])).sort()).toEqual(
      singly,
    );
  });

  it('writes the rates that are planted, and the change of the policy', async () => {
    const file = join(folder, 'truth.json');
    const other = join(folder, 'other.yaml');
    await writeFile(other, 'currency: GBP\nlimits: []\n');
    const change = ['--then-policy', other, '--then-on', '2026-03-25', '--then-lift', '0.1'];
    await run(...SMALL, '--outcomes', '--regular-share', '0', '--truth', file, ...change);
    const truth = JSON.parse(await readFile(file, 'utf8')) as Truth;
    expect(truth.oracles.policyChange).toEqual({ on: '2026-03-25', at: '2026-03-25T12:00:00.000Z' });
    expect(truth.effects).toMatchObject({
      planted: { regularShare: 0, shift: { on: '2026-03-25', lift: 0.1 } },
      observedUntil: '2026-03-29T23:00:00.000Z',
      campaigns: [{ id: 'warm-welcome' }, { id: 'second-look', effect: { returned30: 0, returned90: 0 } }],
    });
  });

  it('opens the book with a fiscal calendar, and plants acts around a year of 53 weeks', async () => {
    const file = join(folder, 'truth.json');
    await run(...SMALL, '--from', '2024-01-20', '--days', '20', '--fiscal-calendar', '--truth', file);
    const [year] = (JSON.parse(await readFile(file, 'utf8')) as Truth).oracles.longYears;
    // The NRF's year 2023 had 53 weeks and ended on 3 February 2024.
    expect(year).toMatchObject({ year: 2023, week53From: '2024-01-28', lastDate: '2024-02-03' });
    expect(year!.acts.map(({ occurredAt, businessDate }) => [occurredAt, businessDate])).toEqual([
      ['2024-01-28T03:59:59.999Z', '2024-01-27'],
      ['2024-01-28T04:00:00.000Z', '2024-01-28'],
      ['2024-02-04T03:59:59.999Z', '2024-02-03'],
      ['2024-02-04T04:00:00.000Z', '2024-02-04'],
    ]);
    for (const { idempotencyKey, occurredAt } of year!.acts)
      expect(ledger.acts.get(idempotencyKey)).toMatchObject({ occurredAt });
  });

  it('has ordinary staff alone when nothing is to be planted', async () => {
    const file = join(folder, 'truth.json');
    await run(...SMALL, '--no-planted', '--truth', file);
    const { staff } = JSON.parse(await readFile(file, 'utf8')) as Truth;
    expect(Object.values(staff).flat()).toEqual([]);
  });

  it('keeps to its rate', async () => {
    const startedAt = performance.now();
    const { sent } = await run('--stores', '4', '--days', '2', '--rate', '100');
    expect(sent).toBeGreaterThan(40);
    // A tenth of a second may be caught up.
    expect(performance.now() - startedAt).toBeGreaterThan((sent - 12) * 10);
  });
});

describe('without a sandbox', () => {
  beforeEach(async () => {
    ledger = await fakeLedger({ sandbox: false });
  });

  it('records the past, with breaches instead of declines', async () => {
    const summary = await run(...SMALL, '--from', '2025-03-24');
    expect(summary).toMatchObject({ mode: 'record', declined: 0, refused: {} });
    expect(summary.breached).toBeGreaterThan(0);
    expect(new Set([...ledger.acts.values()].map((act) => act.mode))).toEqual(new Set(['record']));
  });

  it('refuses a span that is not over, and says what to do', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await expect(run(...SMALL, '--from', tomorrow)).rejects.toMatchObject({
      exitCode: 2,
      advice: expect.stringContaining('GOODWILL_SANDBOX'),
    });
    expect(ledger.acts.size).toBe(0);
  });
});

describe('what is wrong', () => {
  beforeEach(async () => {
    ledger = await fakeLedger({ sandbox: true });
  });
  it.each([
    [['--stores', '0'], /whole number from 1 to/],
    [['--from', '2026-13-01'], /2026-13-01/],
    [['--then-policy', 'x.yaml'], /belong together/],
    [['--regular-share', '0.5'], /needs --outcomes/],
    [['--outcomes', '--then-lift', '0.1'], /needs --then-on/],
    [['--outcomes', '--untreated-share', '0.7'], /untreated-share is a share from 0 to 0.5/],
    [['--batch', '2000'], /whole number from 1 to 1000/],
    [['--policy', 'nowhere.yaml'], /nowhere\.yaml cannot be read \(ENOENT\)/],
    [['--time-zones', 'Europe/Lundon'], /Lundon/],
  ])('%j ends with one clear line and sends nothing', async (args, message) => {
    await expect(run(...(args as string[]))).rejects.toThrow(message as RegExp);
    expect(ledger.acts.size).toBe(0);
  });
  it('fails, with the reasons, when acts were refused', async () => {
    // A service whose clock does not move refuses requests of other days.
    const put = ledger.calls;
    Object.defineProperty(ledger, 'nowMs', { get: () => 0, set: () => {} });
    await expect(run(...SMALL)).rejects.toThrow(/acts were refused/);
    expect(put.length).toBeGreaterThan(0);
  });
});
