/** The second page: what was spent, where, why, and how every figure is traced to its acts. */
import { CommandFailure } from '../failure.ts';
import { cutTo } from '../terminal/ink.ts';
import { money, whole } from '../terminal/money.ts';
import { bar } from '../terminal/plot.ts';
import { table } from '../terminal/table.ts';
import { at, heading, type Stage, sentence, title } from './page.ts';

export interface Spend {
  readonly key: Readonly<Record<string, string | null>>;
  readonly acts: number;
  readonly costMinor: number;
  readonly retailMinor: number;
  readonly declined: { readonly acts: number };
  readonly breaches: number;
}

interface RegisterRow {
  readonly position: number;
  readonly businessDate: string;
  readonly employee: string;
  readonly kind: string;
  readonly reason?: string;
  readonly retailMinor: number;
  readonly costMinor: number;
}

const BAR_WIDTH = 34;

export async function spendBy(
  stage: Stage,
  dimension: string,
): Promise<{ rows: readonly Spend[]; total: Spend; position: number }> {
  const query = `groupBy=${dimension}&from=${stage.from}&to=${stage.to}&atLeast=${stage.position}`;
  const reply = await stage.client.expect('spend', 'GET', at(stage, `/metrics/spend?${query}`));
  return reply.body;
}

export async function financePage(stage: Stage): Promise<string[]> {
  const { ink } = stage;
  const byStore = await spendBy(stage, 'location');
  const byReason = await spendBy(stage, 'reason');
  const byKind = await spendBy(stage, 'kind');
  const { total } = byStore;
  return [
    ...title(ink, 'FINANCE', 'What was spent, by whom, why, under which rule: prove it.'),
    heading(
      ink,
      `${stage.from} to ${stage.to}: ${whole(total.acts)} acts, ${money(total.costMinor)} at cost, ${money(total.retailMinor)} at retail value`,
    ),
    '',
    ...plot(stage, 'Cost by store', byStore.rows, 'location'),
    '',
    ...plot(stage, 'Cost by reason', byReason.rows, 'reason'),
    '',
    heading(ink, 'By kind'),
    table(
      [
        { heading: 'kind' },
        { heading: 'acts', align: 'right' },
        { heading: 'at cost', align: 'right' },
        { heading: 'at retail', align: 'right' },
        { heading: 'cost : retail', align: 'right' },
        { heading: 'declined', align: 'right' },
      ],
      [
        ...byKind.rows.map((row) => kindCells(row.key.kind ?? 'none', row)),
        kindCells('all', byKind.total).map((cell) => ink.bold(cell)),
      ],
      { ink, indent: 4 },
    ),
    '',
    ...(await traceLines(stage, largest(byStore.rows))),
  ];
}

function plot(stage: Stage, name: string, rows: readonly Spend[], dimension: string): string[] {
  const { ink } = stage;
  const sorted = [...rows].filter((row) => row.acts > 0).sort((a, b) => b.costMinor - a.costMinor);
  const max = sorted[0]?.costMinor ?? 0;
  return [
    heading(ink, name),
    table(
      [
        { heading: dimension },
        { heading: 'acts', align: 'right' },
        { heading: 'cost', align: 'right' },
        { heading: '' },
      ],
      sorted.map((row) => [
        cutTo(row.key[dimension] ?? 'none given', 20),
        whole(row.acts),
        money(row.costMinor),
        ink.cyan(bar(row.costMinor, max, BAR_WIDTH)),
      ]),
      { ink, indent: 4 },
    ),
  ];
}

function kindCells(kind: string, row: Spend): string[] {
  const share = row.retailMinor === 0 ? '–' : `${Math.round((100 * row.costMinor) / row.retailMinor)} %`;
  return [
    kind,
    whole(row.acts),
    money(row.costMinor),
    money(row.retailMinor),
    share,
    whole(row.declined.acts),
  ];
}

function largest(rows: readonly Spend[]): Spend {
  return [...rows].sort((a, b) => b.costMinor - a.costMinor)[0]!;
}

/** Adds the register up, page by page, and holds it against the figure: the demo fails where they differ. */
async function traceLines(stage: Stage, figure: Spend): Promise<string[]> {
  const { ink } = stage;
  const location = figure.key.location!;
  const acts = await accepted(stage, location);
  const costMinor = acts.reduce((sum, act) => sum + act.costMinor, 0);
  if (acts.length !== figure.acts || costMinor !== figure.costMinor) {
    throw new CommandFailure(
      `The figures do not add up: spend says ${figure.acts} acts and ${money(figure.costMinor)} at ${location}, the register ${acts.length} and ${money(costMinor)}.`,
    );
  }
  return [
    heading(
      ink,
      `Traced: the ${money(figure.costMinor)} of ${location} are these acts, at these positions of the ledger`,
    ),
    table(
      [
        { heading: 'position', align: 'right' },
        { heading: 'day' },
        { heading: 'employee' },
        { heading: 'kind' },
        { heading: 'reason' },
        { heading: 'retail', align: 'right' },
        { heading: 'cost', align: 'right' },
      ],
      acts
        .slice(0, 5)
        .map((act) => [
          String(act.position),
          act.businessDate,
          act.employee,
          act.kind,
          act.reason ?? '',
          money(act.retailMinor),
          money(act.costMinor),
        ]),
      { ink, indent: 4 },
    ),
    ...sentence(
      `… and ${whole(acts.length - 5)} more. Added up from the register: ${whole(acts.length)} acts, ${money(costMinor)}. The same, to the penny.`,
      4,
    ),
  ];
}

async function accepted(stage: Stage, location: string): Promise<RegisterRow[]> {
  const acts: RegisterRow[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      location,
      status: 'accepted',
      from: stage.from,
      to: stage.to,
      limit: '50',
      atLeast: String(stage.position),
      ...(cursor !== null && { cursor }),
    });
    const page: { body: { acts: RegisterRow[]; nextCursor: string | null } } = await stage.client.expect(
      'register',
      'GET',
      at(stage, `/acts?${query}`),
    );
    acts.push(...page.body.acts);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return acts;
}
