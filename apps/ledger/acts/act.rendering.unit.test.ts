/** Aim: the answer to an act is fixed, byte for byte; whoever changes it sees what clients will see. */
import { describe, expect, it } from '@jest/globals';
import type { ActAccepted, ActDeclined } from '../../../libs/domain/book/events.ts';
import { renderAct, renderEvaluation } from './act.rendering.ts';

const AT = Date.parse('2026-11-21T08:14:05.000Z');
const WEEK = {
  label: 'week:2026-11-16',
  from: Date.parse('2026-11-16T04:00:00Z'),
  to: Date.parse('2026-11-23T04:00:00Z'),
};

const ACCEPTED: ActAccepted = {
  type: 'ActAccepted',
  id: '0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44',
  recordedAt: AT + 95,
  actor: 'admin',
  key: 'till-7-000231',
  asked: {
    mode: 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: 'emp-17',
    location: 'soho',
    customer: 'c-991',
    incident: 'inc-5',
    item: { sku: 'coffee/flat-white', quantity: 1 },
    reason: 'long-wait',
    note: '20 "minutes"',
    occurredAt: AT,
  },
  occurredAt: AT,
  businessDate: '2026-11-21',
  amounts: { count: 1, costMinor: 80, retailMinor: 390 },
  roles: ['barista'],
  region: 'central',
  policyVersion: 3,
  guardrails: [
    {
      limit: 'weekly-coffees',
      key: { employee: 'emp-17' },
      window: WEEK,
      measures: { count: [10, 3, 0] },
      finding: 'within',
    },
  ],
};

const DECLINED: ActDeclined = {
  ...ACCEPTED,
  type: 'ActDeclined',
  guardrails: [
    {
      limit: 'weekly-coffees',
      key: { employee: 'emp-17' },
      window: WEEK,
      measures: { count: [10, 10, 0], costMinor: [50000, 100, 20] },
      finding: 'decline',
    },
    { rule: 'names-incident', message: 'Name the incident.', finding: 'warn' },
    { standing: 'unknown-employee', finding: 'decline' },
  ],
};

describe('the answer to an act', () => {
  it('is the one of the contract', () => {
    expect(renderAct(ACCEPTED, 10234)).toBe(
      '{"id":"0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44","status":"accepted","mode":"request","kind":"comp","trigger":"recovery","employee":"emp-17","location":"soho","customer":"c-991","incident":"inc-5","item":{"sku":"coffee/flat-white","quantity":1},"retailMinor":390,"costMinor":80,"reason":"long-wait","note":"20 \\"minutes\\"","businessDate":"2026-11-21","occurredAt":"2026-11-21T08:14:05.000Z","recordedAt":"2026-11-21T08:14:05.095Z","position":10234,"decision":{"policyVersion":3,"guardrails":[{"id":"weekly-coffees","type":"limit","key":{"employee":"emp-17"},"window":{"from":"2026-11-16T04:00:00.000Z","to":"2026-11-23T04:00:00.000Z"},"measures":{"count":{"allowed":10,"usedBefore":3,"usedAfter":4,"reserved":0,"remaining":6}},"finding":"within"}]},"breaches":[]}',
    );
  });

  it('explains a decline, which uses nothing, and lists no breach for a request', () => {
    const body = JSON.parse(renderAct(DECLINED, 7));
    expect(body).toMatchObject({ status: 'declined', breaches: [] });
    expect(body.decision.guardrails).toEqual([
      {
        id: 'weekly-coffees',
        type: 'limit',
        key: { employee: 'emp-17' },
        window: { from: '2026-11-16T04:00:00.000Z', to: '2026-11-23T04:00:00.000Z' },
        measures: {
          count: { allowed: 10, usedBefore: 10, usedAfter: 10, reserved: 0, remaining: 0 },
          costMinor: { allowed: 50000, usedBefore: 100, usedAfter: 100, reserved: 20, remaining: 49880 },
        },
        finding: 'decline',
        message:
          'Beyond the limit "weekly-coffees" for employee emp-17: 10 allowed, 10 used before, this act asks 1. It resets at 2026-11-23T04:00:00.000Z.',
      },
      { id: 'names-incident', type: 'rule', finding: 'warn', message: 'Name the incident.' },
      {
        id: 'unknown-employee',
        type: 'standing',
        finding: 'decline',
        message: 'The directory does not know the employee "emp-17": state it with PUT …/employees/{id}.',
      },
    ]);
  });

  it('lists every finding but within as a breach of a record, and shows what is overdrawn', () => {
    const recorded: ActAccepted = {
      ...ACCEPTED,
      asked: { ...ACCEPTED.asked, mode: 'record' },
      guardrails: [
        {
          limit: 'a',
          key: {},
          window: { label: 'lifetime', from: null, to: null },
          measures: { count: [1, 1, 0] },
          finding: 'decline',
        },
        {
          limit: 'b',
          key: {},
          window: { label: 'lifetime', from: null, to: null },
          measures: { count: [9, 1, 0] },
          finding: 'within',
        },
        {
          limit: 'c',
          key: {},
          window: { label: 'none', from: null, to: null },
          measures: {},
          finding: 'warn',
          missing: ['customer'],
        },
      ],
    };
    const body = JSON.parse(renderAct(recorded, 7));
    expect(body.breaches).toEqual([
      {
        id: 'a',
        consequence: 'decline',
        message: 'Beyond the limit "a": 1 allowed, 1 used before, this act takes 1. It never resets.',
      },
      {
        id: 'c',
        consequence: 'warn',
        message: 'The limit "c" is counted per customer, which this act does not name.',
      },
    ]);
    expect(body.decision.guardrails[0].measures.count).toMatchObject({ usedAfter: 2, remaining: -1 });
    expect(body.decision.guardrails[2]).toMatchObject({
      missing: ['customer'],
      window: { from: null, to: null },
    });
  });

  it('differs for an evaluation in nothing but the id', () => {
    expect(JSON.parse(renderEvaluation(ACCEPTED, 7))).toEqual({
      ...JSON.parse(renderAct(ACCEPTED, 7)),
      id: null,
    });
  });
});
