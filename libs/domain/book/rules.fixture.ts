/**
 * Rules for random policies, each with what it says in plain words of this language: the reference model goes by those
 * alone, and never meets what evaluates the conditions.
 */
import fc from 'fast-check';
import type { Amounts, AskedAct } from '../act/act.ts';
import { CONSEQUENCES, type Rule } from '../policy/policy.ts';

/** One act with what the directory has of it. */
export interface RuleLook {
  readonly asked: AskedAct;
  readonly amounts: Amounts;
  /** Epoch ms. */
  readonly at: number;
  readonly businessDate: string;
  readonly roles: readonly string[];
  readonly homeLocation?: string | undefined;
  readonly region?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly category?: string | undefined;
}

/** Whether it holds, or why that cannot be computed. */
type Meaning = (look: RuleLook) => boolean | string;

const BY_ZERO = 'division by zero';
const NO_NUMBER = 'int() type error: cannot convert to int';
const hour = (at: number) => new Date(at).getUTCHours();

/** The figures are such that random acts fall on both sides of each. */
const PLAIN: readonly (readonly [when: string, means: Meaning])[] = [
  ['act.retailMinor > 18', ({ amounts }) => amounts.retailMinor > 18],
  ['act.costMinor >= 11', ({ amounts }) => amounts.costMinor >= 11],
  ['act.count > 2', ({ amounts }) => amounts.count > 2],
  [
    'act.kind == "refund" && act.incident == ""',
    ({ asked }) => asked.kind === 'refund' && asked.incident === undefined,
  ],
  [
    'act.kind in ["credit", "gesture"] && act.reason == ""',
    ({ asked }) => ['credit', 'gesture'].includes(asked.kind) && asked.reason === undefined,
  ],
  [
    '!("lead" in employee.roles) && act.costMinor > 8',
    ({ roles, amounts }) => !roles.includes('lead') && amounts.costMinor > 8,
  ],
  ['employee.roles.size() == 0', ({ roles }) => roles.length === 0],
  [
    'employee.roles.exists(role, role.startsWith("lea"))',
    ({ roles }) => roles.some((role) => role.startsWith('lea')),
  ],
  ['!employee.roles.all(role, role == "barista")', ({ roles }) => !roles.every((role) => role === 'barista')],
  [
    'act.quantity == 0 && act.retailMinor > 12',
    ({ asked, amounts }) => asked.item === undefined && amounts.retailMinor > 12,
  ],
  [
    'item.category == "hot" && item.quantity >= 2',
    ({ asked, category }) => category === 'hot' && asked.item!.quantity >= 2,
  ],
  ['item.sku != "" && item.category == ""', ({ asked, category }) => !!asked.item && !category],
  [
    'act.trigger == "delight" && act.customer == ""',
    ({ asked }) => asked.trigger === 'delight' && asked.customer === undefined,
  ],
  [
    'act.shift != "early" && act.mode != "record"',
    ({ asked }) => asked.shift !== 'early' && asked.mode !== 'record',
  ],
  ['act.businessDate >= "2026-10-26"', ({ businessDate }) => businessDate >= '2026-10-26'],
  ['act.businessDate == "2026-10-24"', ({ businessDate }) => businessDate === '2026-10-24'],
  [
    'act.occurredAt.getHours() >= 21 || act.occurredAt.getHours() < 2',
    ({ at }) => hour(at) >= 21 || hour(at) < 2,
  ],
  ['act.occurredAt.getDayOfWeek() == 0', ({ at }) => new Date(at).getUTCDay() === 0],
  [
    'act.occurredAt < timestamp("2026-10-24T22:30:00+01:00")',
    ({ at }) => at < Date.parse('2026-10-24T21:30:00Z'),
  ],
  [
    'employee.homeLocation != "" && employee.homeLocation != act.location',
    ({ homeLocation, asked }) => homeLocation !== undefined && homeLocation !== asked.location,
  ],
  ['location.region == ""', ({ region }) => region === undefined],
  ['location.timeZone.startsWith("America/")', ({ timeZone }) => timeZone === 'America/New_York'],
  ['employee.id in ["ann", "cat"]', ({ asked }) => asked.employee === 'ann' || asked.employee === 'cat'],
  [
    'act.mode == "request" ? act.costMinor > 9 : act.retailMinor > 21',
    ({ asked, amounts }) => (asked.mode === 'request' ? amounts.costMinor > 9 : amounts.retailMinor > 21),
  ],
  [
    'size(act.note.trim()) == 0 && act.trigger == "recovery"',
    ({ asked }) => [undefined, ' '].includes(asked.note) && asked.trigger === 'recovery',
  ],
  ['act.channel.lowerAscii() == "phone"', ({ asked }) => asked.channel?.toLowerCase() === 'phone'],
  [
    'act.campaign != "" && act.retailMinor - act.costMinor > 10',
    ({ asked, amounts }) => !!asked.campaign && amounts.retailMinor - amounts.costMinor > 10,
  ],
  ['act.count > 0', () => true],
  // What could not be computed is settled by the other side; and what is no fault with fractions.
  [
    'act.retailMinor > 0 && act.costMinor * 100 / act.retailMinor > 60',
    ({ amounts: { costMinor, retailMinor } }) =>
      retailMinor > 0 && Math.floor((costMinor * 100) / retailMinor) > 60,
  ],
  [
    'double(act.costMinor) / double(act.retailMinor) > 0.5',
    ({ amounts: { costMinor, retailMinor } }) => costMinor > retailMinor * 0.5,
  ],
];

/** What cannot be computed for some acts. */
const FAILING: readonly (readonly [when: string, means: Meaning])[] = [
  [
    'act.costMinor * 100 / act.retailMinor > 60',
    ({ amounts: { costMinor, retailMinor } }) =>
      retailMinor === 0 ? BY_ZERO : Math.floor((costMinor * 100) / retailMinor) > 60,
  ],
  [
    '24 % act.costMinor == 0',
    ({ amounts }) => (amounts.costMinor === 0 ? 'modulo by zero' : 24 % amounts.costMinor === 0),
  ],
  [
    'int(act.note) > 10',
    ({ asked: { note } }) => (note === '12' || note === '7' ? Number(note) > 10 : NO_NUMBER),
  ],
  [
    '100 / act.costMinor > 20 || act.kind == "comp"',
    ({ asked: { kind }, amounts: { costMinor } }) =>
      kind === 'comp' || (costMinor === 0 ? BY_ZERO : Math.floor(100 / costMinor) > 20),
  ],
  [
    '100 / act.costMinor < 20 && act.kind != "comp"',
    ({ asked: { kind }, amounts: { costMinor } }) =>
      kind !== 'comp' && (costMinor === 0 ? BY_ZERO : Math.floor(100 / costMinor) < 20),
  ],
];

export const MEANINGS: ReadonlyMap<string, Meaning> = new Map([...PLAIN, ...FAILING]);
export const MAY_FAIL: readonly string[] = FAILING.map(([when]) => when);

/** Mostly mild ones: under a rule that declines everything nothing else would ever happen. */
export const rules: fc.Arbitrary<readonly Rule[]> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    {
      weight: 2,
      arbitrary: fc.array(
        fc.record({
          when: fc.constantFrom(...MEANINGS.keys()),
          then: fc.constantFrom(...CONSEQUENCES, 'warn' as const, 'warn' as const, 'hold' as const),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    },
  )
  .map((all) => all.map((rule, i) => ({ id: `rule-${i}`, ...rule, message: `Because ${i}.` })));
