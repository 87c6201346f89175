/**
 * Aim: what was ever written can be read for ever, the published schemas are true of it, and nobody changes a
 * stored shape without noticing. `UPDATE=1` writes the published files again.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  type AccessCommand,
  type AccessEvent,
  type AccessKeys,
  decideAccess,
  evolveAccess,
} from '../domain/access/keys.ts';
import type { Command } from '../domain/book/commands.ts';
import { type Context, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActAccepted, BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { decodeAccessEvent, encodeAccessEvent, STORED_ACCESS_TYPE } from './access-codec.ts';
import { decodeEvent, encodeEvent, STORED_TYPE, UnreadableEvent } from './codec.ts';
import { factsOfLimits } from './limits.fixture.ts';
import { factsOfLots } from './lots.fixture.ts';
import { factsOfNudging } from './nudge.fixture.ts';
import { EVENT_SCHEMAS } from './schemas.ts';
import { factsOfReviews } from './signals.fixture.ts';
import { factsOfStories } from './stories.fixture.ts';
import { factsTold } from './told.fixture.ts';
import { factsOfWaiting } from './waiting.fixture.ts';

const GOLDEN = new URL('./golden/', import.meta.url);
const PUBLISHED = new URL('../../docs/events/', import.meta.url);
const update = process.env.UPDATE === '1';

const POLICY: Policy = {
  currency: 'GBP',
  title: 'Every kind of receipt',
  uncovered: 'warn',
  limits: [
    {
      id: 'coffees',
      title: 'Two coffees a week',
      appliesTo: { kinds: ['comp'], items: ['coffee/*'], roles: ['barista'] },
      per: ['employee'],
      window: { every: 'week', startsOn: 'monday' },
      allow: { count: 2, costMinor: 500 },
      beyond: 'decline',
    },
    {
      id: 'same-face',
      appliesTo: {},
      per: ['employee', 'customer'],
      window: { every: 'rolling', durationMs: 604_800_000, duration: 'P7D' },
      allow: { count: 1 },
      beyond: 'warn',
      whenMissing: 'warn',
    },
  ],
  rules: [
    {
      id: 'big-refund',
      when: 'act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""',
      then: 'decline',
      message: 'A refund above £50 names its incident.',
    },
  ],
};

/** One fact of every type, made by the domain itself. */
function history(): BookEvent[] {
  const state = initialState('london');
  const events: BookEvent[] = [];
  const acts: ActAccepted[] = [];
  const put = (command: Command, more: Partial<Context> = {}) => {
    const i = events.length;
    const id = `01985e4d-5c00-7000-8000-${String(i).padStart(12, '0')}`;
    const recordedAt = 1_795_248_000_000 + i * 1000;
    const context: Context = { recordedAt, actor: 'admin', roles: ['admin'], id, ...more };
    const decided = decide(new Draft(state), command, context);
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, i);
    events.push(decided.event);
    if (decided.event.type === 'ActAccepted') acts.push(decided.event);
  };
  put({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
  put({
    type: 'DefineLocation',
    id: 'soho',
    location: { name: 'Soho', region: 'south', timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
  });
  put({ type: 'DefineEmployee', id: 'emp-17', employee: { roles: ['barista'], homeLocation: 'soho' } });
  put({
    type: 'DefineItem',
    sku: 'coffee/flat-white',
    item: { name: 'Flat white', category: 'coffee', retailMinor: 390, costMinor: 80 },
  });
  put({ type: 'DefineCampaign', id: 'kindness', campaign: { from: '2026-11-01', to: '2026-12-31' } });
  const source = { format: 'json' as const, text: JSON.stringify(POLICY) };
  put({ type: 'DraftPolicy', policy: POLICY, source }, { key: 'policy-1' });
  put({ type: 'ActivatePolicy', version: 1, from: 1_795_248_000_000 }, { key: 'activate-1' });
  const asked = {
    mode: 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: 'emp-17',
    location: 'soho',
    customer: 'c-991',
    incident: 'inc-5',
    campaign: 'kindness',
    item: { sku: 'coffee/flat-white', quantity: 2 },
    reason: 'long-wait',
    note: '20 minutes',
    occurredAt: 1_795_248_004_000,
  } as const;
  put({ type: 'DecideAct', asked }, { key: 'till-7-1' });
  put({ type: 'DecideAct', asked }, { key: 'till-7-2' });
  const refund = {
    ...asked,
    kind: 'refund',
    item: undefined,
    incident: undefined,
    customer: undefined,
  } as const;
  const { item: _, incident: __, customer: ___, ...bare } = refund;
  put(
    {
      type: 'DecideAct',
      asked: { ...bare, mode: 'record', employee: 'nobody', retailMinor: 6000, costMinor: 6000 },
    },
    { key: 'till-7-3' },
  );
  put(
    { type: 'ReverseAct', act: acts[0]!.id, reason: 'wrong key', asked: { count: 1 } },
    { key: 'r-1', act: { decided: acts[0]! } },
  );
  put(
    { type: 'ReverseAct', act: acts[0]!.id, reason: 'wrong key', asked: {} },
    { key: 'r-2', act: { decided: acts[0]! } },
  );
  // A second version, agreed to by somebody else.
  const source2 = { format: 'yaml' as const, text: 'currency: GBP' };
  const bob = { actor: 'bob', roles: ['operations'] as const };
  put({ type: 'DraftPolicy', policy: POLICY, source }, { key: 'policy-2' });
  put({
    type: 'EditPolicy',
    version: 2,
    policy: { ...POLICY, uncovered: 'allow' },
    source: source2,
    ifMatch: 0,
  });
  put({ type: 'SubmitPolicy', version: 2, comment: 'for spring' }, { key: 'submit-2' });
  put({ type: 'RejectPolicy', version: 2, reason: 'not yet' }, { key: 'reject-2', ...bob });
  put({ type: 'SubmitPolicy', version: 2 }, { key: 'submit-2b' });
  put({ type: 'ApprovePolicy', version: 2 }, { key: 'approve-2', ...bob });
  put({ type: 'ActivatePolicy', version: 2, fromDate: '2026-12-01' }, { key: 'activate-2' });
  put({ type: 'RollBackPolicy', version: 1 }, { key: 'roll-back-1' });
  return events;
}

/** As `history`, of versions that are tried out. */
function tryOutHistory(): BookEvent[] {
  const state = initialState('london');
  const events: BookEvent[] = [];
  const put = (command: Command, key: string) => {
    const id = `01985e4d-5c00-7000-8000-${String(900 + events.length).padStart(12, '0')}`;
    const recordedAt = 1_795_248_000_000 + events.length * 1000;
    const decided = decide(new Draft(state), command, {
      recordedAt,
      actor: 'admin',
      roles: ['admin'],
      id,
      key,
    });
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, events.length);
    events.push(decided.event);
  };
  put({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } }, 'b');
  put({ type: 'DraftPolicy', policy: POLICY, source: { format: 'json', text: '{}' } }, 'p');
  const span = { from: '2026-11-01', to: '2026-11-30' };
  put({ type: 'RequestBacktest', version: 1, ...span, position: 1 }, 'b-1');
  put({ type: 'StartShadow', version: 1 }, 's-1');
  put({ type: 'StopShadow', version: 1 }, 's-2');
  return events.slice(2);
}

/** As `history`, of the keys. */
function keyHistory(): AccessEvent[] {
  const keys: AccessKeys = new Map();
  const events: AccessEvent[] = [];
  const put = (command: AccessCommand, key: string) => {
    const decided = decideAccess(keys, command, {
      recordedAt: 1_795_248_000_000 + events.length * 1000,
      actor: 'admin',
      roles: ['admin'],
      key,
      drawn: { id: `${events.length}a2b3c4d5e`, hash: 'ab'.repeat(32) },
    });
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolveAccess(keys, decided.event);
    events.push(decided.event);
  };
  put({ type: 'MakeKey', subject: 'till-7', roles: ['till'] }, 'key-1');
  put({ type: 'MakeKey', subject: 'olga', roles: ['operations', 'approver'] }, 'key-2');
  put({ type: 'RevokeKey', id: '0a2b3c4d5e', reason: 'the till was stolen' }, 'revoke-1');
  put({ type: 'RevokeKey', id: '1a2b3c4d5e' }, 'revoke-2');
  return events;
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });

describe('the stored form', () => {
  const events = [
    ...history(),
    ...factsOfWaiting(),
    ...factsOfLimits(),
    ...tryOutHistory(),
    ...factsTold(),
    ...factsOfReviews(),
    ...factsOfLots(),
    ...factsOfNudging(),
    ...factsOfStories(),
  ];
  const keyEvents = keyHistory();
  const stored = [...events.map(encodeEvent), ...keyEvents.map(encodeAccessEvent)];

  it('covers every type', () => {
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(Object.keys(STORED_TYPE).sort());
    expect([...new Set(keyEvents.map(({ type }) => type))].sort()).toEqual(
      Object.keys(STORED_ACCESS_TYPE).sort(),
    );
  });

  it('reads back what it wrote', () => {
    for (const event of events) expect(decodeEvent(encodeEvent(event))).toEqual(event);
    for (const event of keyEvents) expect(decodeAccessEvent(encodeAccessEvent(event))).toEqual(event);
  });

  it.each(Object.keys(EVENT_SCHEMAS))('is what the schema of %s says', (name) => {
    const validate = ajv.compile(EVENT_SCHEMAS[name]!);
    for (const { type, data } of stored.filter((one) => one.type === name)) {
      expect({ type, ok: validate(JSON.parse(data)), errors: validate.errors }).toEqual({
        type,
        ok: true,
        errors: null,
      });
    }
    expect(validate({})).toBe(false);
    expect(validate({ ...JSON.parse(encodeEvent(events[0]!).data), surprise: 1 })).toBe(false);
  });

  it('is the same today as when the golden files were written', () => {
    const byType = Map.groupBy(stored, ({ type }) => type);
    for (const [type, ofType] of byType) {
      const file = new URL(`${type}.ndjson`, GOLDEN);
      const now = ofType.map(({ data }) => `${data}\n`).join('');
      // Only ever added to: what stands there was written once, by somebody, somewhere.
      const there = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (update && now.startsWith(there)) writeFileSync(file, now);
      expect(readFileSync(file, 'utf8')).toBe(now);
    }
  });

  it('can read, and fold, every golden file there ever was', () => {
    const files = readdirSync(GOLDEN);
    const ofKeys = new Set(Object.values(STORED_ACCESS_TYPE));
    expect(files.length).toBeGreaterThanOrEqual(Object.keys(EVENT_SCHEMAS).length);
    for (const file of files) {
      // Beside the version, a file may say what was not yet there when it was written: `…v1.alone.ndjson`.
      const type = /^(.+?\.v\d+)\./.exec(file)![1]!;
      for (const data of readFileSync(new URL(file, GOLDEN), 'utf8').trim().split('\n')) {
        if (ofKeys.has(type)) evolveAccess(new Map(), decodeAccessEvent({ type, data }));
        else expect(evolve(initialState('london'), decodeEvent({ type, data }), 0).revision).toBe(0);
        expect(ajv.compile(EVENT_SCHEMAS[type]!)(JSON.parse(data))).toBe(true);
      }
    }
  });

  it('says what to do about an event it cannot read', () => {
    expect(() => decodeEvent({ type: 'goodwill.act-accepted.v9', data: '{}' })).toThrow(UnreadableEvent);
    expect(() => decodeEvent({ type: 'goodwill.act-accepted.v9', data: '{}' })).toThrow(/upgrade/);
    expect(() => decodeEvent({ type: STORED_TYPE.ActAccepted, data: '{' })).toThrow(/backup/);
  });
});

describe('the published schemas', () => {
  it.each(Object.entries(EVENT_SCHEMAS))('%s is committed as it is', (name, schema) => {
    const file = new URL(`${name}.schema.json`, PUBLISHED);
    const now = `${JSON.stringify(schema, null, 2)}\n`;
    if (update) {
      mkdirSync(PUBLISHED, { recursive: true });
      writeFileSync(file, now);
    }
    expect(readFileSync(file, 'utf8')).toBe(now);
  });

  it('has no file without a schema', () => {
    const published = readdirSync(PUBLISHED).filter((file) => file.endsWith('.schema.json'));
    expect(published.sort()).toEqual(
      Object.keys(EVENT_SCHEMAS)
        .map((name) => `${name}.schema.json`)
        .sort(),
    );
  });
});
