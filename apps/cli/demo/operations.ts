/** The third page: is the policy too tight or too loose, and who uses it? */
import { plantedNightActs } from '../simulate/planted-acts.ts';
import { cutTo } from '../terminal/ink.ts';
import { money, whole } from '../terminal/money.ts';
import { bar, sparkline } from '../terminal/plot.ts';
import { table } from '../terminal/table.ts';
import { type Spend, spendBy } from './finance.ts';
import { at, heading, type Stage, sentence, title } from './page.ts';

interface MeasureLeft {
  readonly allowed: number;
  readonly used: number;
  readonly remaining: number;
}
interface Allowance {
  readonly limit: string;
  readonly title?: string;
  readonly resetsAt: string | null;
  readonly measures: Readonly<Record<string, MeasureLeft>>;
}
/** One employee's way through one limit. */
interface Left extends MeasureLeft {
  readonly employee: string;
  readonly limit: string;
  readonly measure: string;
  readonly resetsAt: string | null;
}

export async function operationsPage(stage: Stage): Promise<string[]> {
  const { ink } = stage;
  const byDay = await spendBy(stage, 'day');
  const byEmployee = await spendBy(stage, 'employee');
  const left = await everyAllowance(stage);
  return [
    ...title(ink, 'OPERATIONS', 'Is the policy too tight or too loose, and who dares to use it?'),
    ...dayLines(stage, byDay.rows),
    '',
    ...(await usageLines(stage, byEmployee.rows, left)),
    '',
    ...(await declineLines(stage)),
    '',
    ...(await clockChangeLines(stage)),
  ];
}

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function dayLines({ ink }: Stage, rows: readonly Spend[]): string[] {
  const name = (row: Spend) => DAY_NAMES[new Date(`${row.key.day}T12:00:00Z`).getUTCDay()];
  const line = (label: string, values: readonly number[], show: (value: number) => string) =>
    `    ${label.padEnd(10)}${ink.cyan(sparkline(values))}   ${rows.map((row, index) => `${name(row)} ${show(values[index]!)}`).join('  ')}`;
  return [
    heading(ink, 'Day by day (a day at a store runs from 04:00 to 04:00, local time)'),
    line(
      'accepted',
      rows.map((row) => row.acts),
      whole,
    ),
    line(
      'declined',
      rows.map((row) => row.declined.acts),
      whole,
    ),
    line(
      'cost',
      rows.map((row) => row.costMinor),
      (value) => `£${whole(value / 100)}`,
    ),
  ];
}

/** Of every employee and every limit counted by employee alone, now. */
async function everyAllowance(stage: Stage): Promise<Left[]> {
  const staff = stage.chain.stores.flatMap((store) => store.staff);
  const all = await Promise.all(
    staff.map(async ({ id }) => {
      const path = at(stage, `/employees/${encodeURIComponent(id)}/allowances?atLeast=${stage.position}`);
      const reply = await stage.client.expect('allowances', 'GET', path);
      return (reply.body.allowances as Allowance[]).flatMap(({ limit, resetsAt, measures }) =>
        Object.entries(measures).map(([measure, amounts]) => ({
          employee: id,
          limit,
          measure,
          resetsAt,
          ...amounts,
        })),
      );
    }),
  );
  return all.flat();
}

async function usageLines(stage: Stage, rows: readonly Spend[], left: readonly Left[]): Promise<string[]> {
  const { ink } = stage;
  const staff = stage.chain.stores.flatMap((store) => store.staff);
  const gave = new Set(rows.filter((row) => row.acts > 0).map((row) => row.key.employee));
  const never = staff.filter(({ id }) => !gave.has(id)).map(({ id }) => id);
  const exhausted = left.filter(({ remaining }) => remaining <= 0);
  const nobody = (names: readonly string[]) => (names.length === 0 ? 'nobody' : names.join(', '));
  const used = [...left].filter((one) => one.used > 0).sort((a, b) => share(b) - share(a));
  // Those at the edge, and the middle: how it is for most.
  const middle = Math.floor(used.length / 2);
  const shown = [...used.slice(0, 5), ...used.slice(Math.max(5, middle), Math.max(5, middle) + 3)];
  return [
    heading(ink, 'What remains now: those closest to their limits, and three from the middle'),
    table(
      [
        { heading: 'employee' },
        { heading: 'limit' },
        { heading: 'used', align: 'right' },
        { heading: 'allowed', align: 'right' },
        { heading: 'left', align: 'right' },
        { heading: '' },
        { heading: 'resets (UTC)' },
      ],
      shown.map((one) => [
        one.employee,
        cutTo(one.limit, 24),
        amount(one.measure, one.used),
        amount(one.measure, one.allowed),
        one.remaining <= 0
          ? ink.yellow(amount(one.measure, one.remaining))
          : amount(one.measure, one.remaining),
        ink.cyan(bar(one.used, one.allowed, 10).padEnd(10, '·')),
        one.resetsAt?.slice(0, 16).replace('T', ' ') ?? 'never',
      ]),
      { ink, indent: 4 },
    ),
    ...(shown.some(({ remaining }) => remaining < 0)
      ? sentence('Below zero: given while a till was offline, and recorded as a fact afterwards.', 4).map(
          ink.dim,
        )
      : []),
    '',
    ...sentence(
      `Exhausted an allowance: ${nobody([...new Set(exhausted.map(({ employee }) => employee))])}.`,
      4,
    ),
    ...sentence(
      `Gave nothing all week: ${never.length} of ${staff.length} (${Math.round((100 * never.length) / staff.length)} %): ${nobody(never)}.`,
      4,
    ),
    ...sentence('Under-use is as telling as over-use: ask them what holds them back.', 4).map(ink.dim),
  ];
}

function share(one: Left): number {
  return one.allowed === 0 ? 0 : one.used / one.allowed;
}

function amount(measure: string, value: number): string {
  return measure === 'count' ? whole(value) : money(value);
}

interface DeclinedRow {
  readonly id: string;
  readonly declinedBy: readonly string[];
}

async function declineLines(stage: Stage): Promise<string[]> {
  const { client, ink } = stage;
  const query = `status=declined&from=${stage.from}&to=${stage.to}&limit=500&atLeast=${stage.position}`;
  const reply = await client.expect('register', 'GET', at(stage, `/acts?${query}`));
  const counts = new Map<string, { count: number; readonly example: string }>();
  for (const { id, declinedBy } of reply.body.acts as DeclinedRow[]) {
    for (const guardrail of declinedBy) {
      const known = counts.get(guardrail);
      if (known === undefined) counts.set(guardrail, { count: 1, example: id });
      else known.count++;
    }
  }
  const sorted = [...counts].sort((a, b) => b[1].count - a[1].count);
  const max = sorted[0]?.[1].count ?? 0;
  const lines = [heading(ink, 'Declines by guardrail, each with an example')];
  if (sorted.length === 0) lines.push('    none this week');
  for (const [guardrail, { count, example }] of sorted) {
    const found = await client.expect('act', 'GET', at(stage, `/acts/${example}`));
    const { guardrails } = found.body.decision as { guardrails: { id: string; message?: string }[] };
    const message = guardrails.find(({ id }) => id === guardrail)?.message ?? '';
    lines.push(
      `    ${guardrail.padEnd(28)} ${whole(count).padStart(4)}  ${ink.yellow(bar(count, max, 24))}`,
      ...sentence(message, 6).map(ink.dim),
    );
  }
  return lines;
}

/** The acts around the change to summer time: their trading days were worked out by the ledger, not sent. */
async function clockChangeLines(stage: Stage): Promise<string[]> {
  const { client, ink } = stage;
  const { nightStore } = stage.chain;
  const planted = new Set([...plantedNightActs(stage.chain)].map(({ occurredAt }) => occurredAt));
  if (planted.size === 0) return [];
  const query = `location=${nightStore.id}&from=${stage.from}&to=${stage.to}&limit=500&atLeast=${stage.position}`;
  const reply = await client.expect('register', 'GET', at(stage, `/acts?${query}`));
  const rows = (reply.body.acts as { occurredAt: string; businessDate: string; position: number }[])
    .map((row) => ({ ...row, ms: Date.parse(row.occurredAt) }))
    .filter(({ ms }) => planted.has(new Date(ms).toISOString()))
    .sort((a, b) => a.ms - b.ms);
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: nightStore.timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  return [
    heading(ink, `The night the clocks went forward at ${nightStore.name}: each act in its trading day`),
    table(
      [
        { heading: 'position', align: 'right' },
        { heading: 'UTC' },
        { heading: 'on the wall' },
        { heading: 'counted on' },
      ],
      rows.map(({ ms, businessDate, position }) => [
        String(position),
        new Date(ms).toISOString().slice(11, 19),
        local.format(ms),
        businessDate,
      ]),
      { ink, indent: 4 },
    ),
  ];
}
