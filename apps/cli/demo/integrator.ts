/** The first page: what a till says and hears. */
import { problemOf } from '../client.ts';
import type { SimulatedEmployee } from '../simulate/cafe-chain.ts';
import { at, excerpt, heading, oneLine, type Stage, sentence, title } from './page.ts';

interface Guardrail {
  readonly id: string;
  readonly finding: string;
  readonly message?: string;
  readonly measures?: Readonly<Record<string, { readonly allowed: number; readonly remaining: number }>>;
}

export async function integratorPage(stage: Stage, giver: SimulatedEmployee): Promise<string[]> {
  const { client, ink } = stage;
  const act = {
    mode: 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: giver.id,
    location: giver.store,
    customer: `card-${giver.store}-0299`,
    item: { sku: 'coffee/latte', quantity: 1 },
    reason: 'long-wait',
  };
  const lines = title(ink, 'THE TILL', 'May I, and how much is left? (POS and CRM integrators)');

  const evaluated = await client.expect('evaluate', 'POST', at(stage, '/acts/evaluate'), {
    body: act,
    repeatable: true,
  });
  lines.push(heading(ink, 'Ask without recording: POST …/acts/evaluate'), ...excerpt(act));
  lines.push(...sentence(`${ink.green('200')}  ${summaryOf(evaluated.body)}`, 4), '');

  const key = 'till-7-000231';
  const posted = await client.expect('act', 'POST', at(stage, '/acts'), { body: act, idempotencyKey: key });
  lines.push(heading(ink, `The same for good: POST …/acts with Idempotency-Key: ${key}`));
  lines.push(`    ${ink.green(String(posted.status))}  (shortened)`, ...excerpt(receiptOf(posted.body)), '');

  const replayed = await client.expect('replay', 'POST', at(stage, '/acts'), {
    body: act,
    idempotencyKey: key,
  });
  const same = JSON.stringify(replayed.body) === JSON.stringify(posted.body);
  lines.push(heading(ink, 'The line broke, the till sends it again with the same key'));
  lines.push(
    `    ${ink.green(String(replayed.status))}  Idempotent-Replayed: ${replayed.headers['idempotent-replayed'] ?? 'missing'}; ` +
      `${same ? 'the same answer' : ink.red('ANOTHER ANSWER')}, position ${replayed.body.position}: nothing was doubled.`,
    '',
  );

  const reused = await client.request('POST', at(stage, '/acts'), {
    body: { ...act, item: { ...act.item, quantity: 2 } },
    idempotencyKey: key,
  });
  const problem = problemOf(reused.body);
  lines.push(heading(ink, 'Another act under a used key is refused, naming what differs'));
  lines.push(
    `    ${ink.yellow(String(reused.status))}  ${problem.code}; differs: ${oneLine(problem.differs ?? [])}`,
    '',
  );

  lines.push(...(await declineLines(stage)));
  return lines;
}

/** The newest decline of the week, found by its id in the ledger itself. */
async function declineLines(stage: Stage): Promise<string[]> {
  const { client, ink } = stage;
  const register = await client.expect(
    'register',
    'GET',
    at(stage, `/acts?status=declined&limit=1&atLeast=${stage.position}`),
  );
  const [row] = register.body.acts as { id: string }[];
  if (row === undefined) return ['  Nothing was declined this week.'];
  const found = await client.expect('act', 'GET', at(stage, `/acts/${row.id}`));
  const { employee, location, kind, item, position, decision } = found.body;
  const what = item === undefined ? kind : `${kind} of ${item.quantity} × ${item.sku}`;
  const reasons = (decision.guardrails as Guardrail[]).filter(({ finding }) => finding === 'decline');
  return [
    heading(ink, `A decline says why: GET …/acts/${row.id}`),
    `    ${employee} at ${location} asked for a ${what} (position ${position})`,
    ...reasons.flatMap(({ id, message }) => [
      `    ${ink.yellow('declined')} by ${ink.bold(id)}`,
      ...sentence(message ?? '', 6),
    ]),
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: a reply's body, as it comes
function summaryOf(body: any): string {
  const counted = (body.decision.guardrails as Guardrail[]).map(({ id, finding }) => `${id}: ${finding}`);
  return `"${body.status}", id ${oneLine(body.id)} (nothing was recorded); ${counted.join(', ') || 'no guardrail applies'}`;
}

/** The parts of an act's answer that a till prints. */
// biome-ignore lint/suspicious/noExplicitAny: a reply's body, as it comes
function receiptOf(body: any): Record<string, unknown> {
  const { id, status, businessDate, retailMinor, costMinor, position, decision } = body;
  return {
    id,
    status,
    businessDate,
    retailMinor,
    costMinor,
    position,
    policyVersion: decision.policyVersion,
    guardrails: (decision.guardrails as Guardrail[]).map(({ id: guardrail, finding, measures = {} }) => ({
      id: guardrail,
      finding,
      remaining: Object.fromEntries(
        Object.entries(measures).map(([measure, { allowed, remaining }]) => [
          measure,
          `${remaining} of ${allowed}`,
        ]),
      ),
    })),
  };
}
