/** What is measured: six kinds of load, each with the figure it is held against. */
import { BUDGET_MARK, KEY_MARK, type Template } from './request-stamp.ts';

export interface Row {
  readonly number: number;
  readonly title: string;
  readonly book: string;
  readonly connections: number;
  readonly actsPerRequest: number;
  readonly template: (context: { readonly book: string; readonly key: string }) => Template;
  readonly budgets: number;
  readonly expectedStatus: number;
  readonly marker: string;
  readonly recordsActs: boolean;
  /** Instead of `BENCH_POLICY`. */
  readonly policy?: object;
  /** Acts or reads a second, in a closed loop. */
  readonly targetPerSecond?: number;
  /** Percentile 99 at the fixed rate. */
  readonly targetP99Ms?: number;
}

export const MANY_BUDGETS = 10_000;
export const BATCH_SIZE = 500;

/** As a till posts it; no time, so that it happens now. */
const ACT =
  `"mode":"request","kind":"comp","trigger":"recovery","employee":"emp-${BUDGET_MARK}","location":"soho",` +
  `"customer":"c-991","item":{"sku":"coffee/flat-white","quantity":1},"retailMinor":390,"costMinor":80,` +
  `"reason":"long-wait","note":"20 minutes"`;

function singleAct({ book, key }: { book: string; key: string }): Template {
  return {
    method: 'POST',
    path: `/v1/books/${book}/acts`,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': `till-${KEY_MARK}`,
    },
    body: `{${ACT}}`,
  };
}

function batch({ book, key }: { book: string; key: string }): Template {
  const act = `{"idempotencyKey":"till-${KEY_MARK}",${ACT}}`;
  return {
    method: 'POST',
    path: `/v1/books/${book}/acts/batch`,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: `{"acts":[${Array(BATCH_SIZE).fill(act).join()}]}`,
  };
}

function allowances({ book, key }: { book: string; key: string }): Template {
  return {
    method: 'GET',
    path: `/v1/books/${book}/employees/emp-${BUDGET_MARK}/allowances`,
    headers: { authorization: `Bearer ${key}` },
  };
}

function possible({ book, key }: { book: string; key: string }): Template {
  const named = 'customer=c-991&incident=inc-5&kind=comp&trigger=recovery&item=coffee/flat-white';
  return {
    method: 'GET',
    path: `/v1/books/${book}/employees/emp-${BUDGET_MARK}/possible?${named}`,
    headers: { authorization: `Bearer ${key}` },
  };
}

const ACT_ANSWER = {
  actsPerRequest: 1,
  expectedStatus: 201,
  marker: '"status":"accepted"',
  recordsActs: true,
} as const;

/** Every limit applies to what is asked, in windows of every kind, and none is near. */
const TEN_LIMITS = {
  currency: 'GBP',
  limits: [
    [['employee'], 'week', { count: 1_000_000 }],
    [['employee'], 'day', { count: 1_000_000, costMinor: 1_000_000_000 }],
    [['location'], 'month', { costMinor: 1_000_000_000_000 }],
    [['employee', 'customer'], { rolling: 'P7D' }, { count: 1_000_000 }],
    [['employee'], { rolling: 'P30D' }, { count: 1_000_000, retailMinor: 1_000_000_000 }],
    [['incident', 'employee'], 'lifetime', { costMinor: 50_000 }],
    [['role'], 'quarter', { retailMinor: 1_000_000_000_000 }],
    [['region'], 'year', { costMinor: 1_000_000_000_000 }],
    [['act'], 'act', { count: 100, retailMinor: 20_000 }],
    [['book'], 'lifetime', { costMinor: 1_000_000_000_000 }],
  ].map(([per, window, allow], i) => ({ id: `limit-${i}`, per, window, allow, beyond: 'decline' })),
  rules: [
    {
      id: 'big-refund-names-incident',
      when: 'act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""',
      then: 'decline',
      message: 'A refund above £50 names the incident it settles.',
    },
    {
      id: 'dear-for-its-price',
      when: 'act.retailMinor > 0 && act.costMinor * 100 / act.retailMinor > 60',
      then: 'warn',
      message: 'It costs more than 60 % of its price.',
    },
  ],
};

export const ROWS: readonly Row[] = [
  {
    number: 1,
    title: 'single acts, all on one hot budget, 64 connections',
    book: 'bench-hot',
    connections: 64,
    template: singleAct,
    budgets: 1,
    ...ACT_ANSWER,
    targetPerSecond: 8_000,
    targetP99Ms: 40,
  },
  {
    number: 2,
    title: 'the same, spread over 10,000 budgets',
    book: 'bench-spread',
    connections: 64,
    template: singleAct,
    budgets: MANY_BUDGETS,
    ...ACT_ANSWER,
  },
  {
    number: 3,
    title: 'single acts, one connection',
    book: 'bench-one',
    connections: 1,
    template: singleAct,
    budgets: 1,
    ...ACT_ANSWER,
  },
  {
    number: 4,
    title: `batches of ${BATCH_SIZE}, 8 connections`,
    book: 'bench-batch',
    connections: 8,
    template: batch,
    budgets: MANY_BUDGETS,
    ...ACT_ANSWER,
    actsPerRequest: BATCH_SIZE,
    expectedStatus: 200,
    targetPerSecond: 50_000,
  },
  {
    number: 5,
    title: 'remaining budget reads, 64 connections',
    book: 'bench-reads',
    connections: 64,
    template: allowances,
    budgets: MANY_BUDGETS,
    actsPerRequest: 1,
    expectedStatus: 200,
    marker: '"allowances":[{',
    recordsActs: false,
    targetPerSecond: 20_000,
  },
  {
    number: 6,
    title: 'what is possible under ten limits and two rules, 64 connections',
    book: 'bench-possible',
    connections: 64,
    template: possible,
    budgets: MANY_BUDGETS,
    actsPerRequest: 1,
    expectedStatus: 200,
    marker: '"status":"accepted"',
    recordsActs: false,
    policy: TEN_LIMITS,
    targetPerSecond: 5_000,
  },
];

/** One limit per employee, far beyond what is sent: every act is decided against its bucket, none is declined. */
export const BENCH_POLICY = {
  currency: 'GBP',
  limits: [
    {
      id: 'weekly',
      title: 'A week of every barista',
      appliesTo: { kinds: ['comp'], items: ['coffee/*'], roles: ['barista'] },
      per: ['employee'],
      window: { every: 'week', startsOn: 'monday' },
      allow: { count: 1_000_000_000, costMinor: 1_000_000_000_000 },
      beyond: 'decline',
    },
  ],
};
