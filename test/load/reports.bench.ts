/**
 * What reports that sweep a book cost, in processor time of their own thread: wall time says little on a busy machine.
 * The same acts give the same answers: their digests are shown, to be compared before and after a change.
 *
 *     node --no-warnings test/load/reports.bench.ts [--acts 200000] [--runs 3] [--only signals]
 */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { ALL_VIEWS } from '../../libs/views/all-views.ts';
import { toldEvents } from '../../libs/views/outcome-metrics/told.fixture.ts';
import { type PlacedEvent, POSITIONS } from '../../libs/views/view.ts';

const { values } = parseArgs({
  options: {
    acts: { type: 'string', default: '200000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const SHAPE = { seed: 1, locations: 50, employees: 500, customers: 50_000, actsPerDay: 1_500 };
const wanted = Number(values.acts);
const BATCH = 2_000;

const db = new DatabaseSync(':memory:');
const views = ALL_VIEWS.filter(({ name }) => ['spend', 'outcomes', 'use', 'conduct'].includes(name));
for (const view of views) db.exec(view.schema(`${view.name}_1`));
const projections = views.map((view) => view.project(db, `${view.name}_1`));
let acts = 0;
let batch: PlacedEvent[] = [];
let position = -1;
for (const event of toldEvents(SHAPE)) {
  position++;
  if (position >= POSITIONS || acts >= wanted) break;
  if ('guardrails' in event) acts++;
  // Hardly any ledger has outcomes that name an act and nothing else.
  if (event.type === 'OutcomeRecorded' && event.asked.act !== undefined) continue;
  batch.push({ book: 'bench', bookNumber: 1, position, event });
  if (batch.length === BATCH) project();
}
project();

function project(): void {
  db.exec('BEGIN');
  for (const projection of projections) projection.apply(batch);
  db.exec('COMMIT');
  batch = [];
}

const [{ to, given }] = db
  .prepare('SELECT max(day) AS "to", count(*) AS given FROM conduct_1_acts')
  .all() as unknown as [{ to: number; given: number }];
const last = `${Math.floor(to / 10_000)}-${String(Math.floor(to / 100) % 100).padStart(2, '0')}-${String(to % 100).padStart(2, '0')}`;
console.log(
  `${position} events, ${acts} acts decided, ${given} given up to ${last}, Node ${process.version}`,
);

const answers = new Map(views.map((view) => [view.name, view.answer(db, `${view.name}_1`)]));
const ask = (view: string, question: object): object => answers.get(view)!(1, question);
const metrics = (query: object) => () => ask('outcomes', { about: 'metrics', query });
const compare = (query: object) => () => ask('outcomes', { about: 'comparison', query });
const REPORTS: Readonly<Record<string, (run: number) => object>> = {
  'outcomes, in all': metrics({}),
  'outcomes by location and month': metrics({ groupBy: ['location', 'month'] }),
  'compare dates': compare({ design: 'dates', pivot: '2026-03-01' }),
  'compare incidents': compare({ design: 'incidents' }),
  // Another span for every run, or the one before is remembered.
  'signals of 800 days': (run) => ask('conduct', { from: `2025-0${1 + run}-01`, to: last }),
  'spend by employee and day': () => ask('spend', { groupBy: ['employee', 'day'] }),
  'spend by kind': () => ask('spend', { groupBy: ['kind'] }),
  'use: given': () => ask('spend', { about: 'given', groupBy: 'location' }),
  'use: gestures': () => ask('outcomes', { about: 'gestures', groupBy: 'location' }),
};
for (const [name, report] of Object.entries(REPORTS)) {
  if (!name.includes(values.only)) continue;
  let least = Number.POSITIVE_INFINITY;
  let digest = '';
  for (let run = 0; run < Number(values.runs); run++) {
    const before = process.threadCpuUsage();
    const answer = report(run);
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, user + system);
    if (run === 0) digest = createHash('sha256').update(JSON.stringify(answer)).digest('hex').slice(0, 12);
  }
  console.log(
    `${name}: ${(least / given).toFixed(2)} µs/act, ${Math.round(least / 1_000)} ms in all, answer ${digest}`,
  );
}
