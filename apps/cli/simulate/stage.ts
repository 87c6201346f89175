/** Sets the stage of a simulation: the book's directory, its policy, and the sandbox clock where there is one. */
import { createHash } from 'node:crypto';
import type { LedgerClient, LedgerReply } from '../client.ts';
import { ProblemReply } from '../client.ts';
import type { Chain } from './cafe-chain.ts';
import { CUT_OVER } from './calendar.ts';
import { CATERING, MENU, UPGRADE } from './figures.ts';

export type Caller = Pick<LedgerClient, 'request' | 'expect'>;

/** Each at once as many calls as the client has connections. */
export async function openBook(client: Caller, book: string, chain: Chain): Promise<void> {
  const at = `/v1/books/${encodeURIComponent(book)}`;
  const state = (what: string, path: string, body: unknown) =>
    client.expect(`${what} was not accepted`, 'PUT', `${at}${path}`, { body });
  await state(`book ${book}`, '', {
    currency: 'GBP',
    timeZone: chain.stores[0]!.timeZone,
    // Approvals by a second person would need a second person.
    fourEyes: false,
    ...(chain.options.fiscal && { fiscalCalendar: 'nrf' }),
  });
  await Promise.all([
    ...chain.stores.map(({ id, name, region, timeZone }) =>
      state(`location ${id}`, `/locations/${encodeURIComponent(id)}`, {
        name,
        region,
        timeZone,
        businessDayStartsAt: CUT_OVER,
      }),
    ),
    ...[...MENU, CATERING, UPGRADE].map(({ sku, name, category, retailMinor, costMinor }) =>
      state(`item ${sku}`, `/items/${encodeURIComponent(sku)}`, { name, category, retailMinor, costMinor }),
    ),
    ...(chain.effects?.campaigns ?? []).map(({ id, lot }) =>
      state(`campaign ${id}`, `/campaigns/${encodeURIComponent(id)}`, { lot }),
    ),
  ]);
  await Promise.all(
    chain.stores.flatMap(({ staff }) =>
      staff.map(({ id, roles, store }) =>
        state(`employee ${id}`, `/employees/${encodeURIComponent(id)}`, { roles, homeLocation: store }),
      ),
    ),
  );
}

/**
 * Posts the policy and activates it from now on. Its keys are made of its text and `occasion`, so that a
 * repeated run adds no version.
 * @returns the version in force
 */
export async function putIntoForce(
  client: Caller,
  book: string,
  policyText: string,
  occasion: string,
): Promise<number> {
  const at = `/v1/books/${encodeURIComponent(book)}/policies`;
  const digest = createHash('sha256').update(`${occasion}\n${policyText}`).digest('hex').slice(0, 24);
  const drafted = await client.expect('The policy was not accepted', 'POST', at, {
    body: policyText,
    headers: { 'content-type': 'application/yaml' },
    idempotencyKey: `sim-policy-${digest}`,
  });
  const { version } = drafted.body as { version: number };
  await client.expect(`Version ${version} was not activated`, 'POST', `${at}/${version}/activate`, {
    body: {},
    idempotencyKey: `sim-activate-${digest}`,
  });
  return version;
}

/** @returns false when the service is no sandbox: then its clock is the real one */
export async function trySetClock(client: Caller, ms: number): Promise<boolean> {
  const reply = await putClock(client, ms);
  if (reply.status === 404) return false;
  if (reply.status >= 400) throw new ProblemReply('The sandbox clock was not set', reply);
  return true;
}

export async function setClock(client: Caller, ms: number): Promise<void> {
  const reply = await putClock(client, ms);
  if (reply.status >= 400) throw new ProblemReply('The sandbox clock was not set', reply);
}

function putClock(client: Caller, ms: number): Promise<LedgerReply> {
  return client.request('PUT', '/v1/sandbox/clock', { body: { now: new Date(ms).toISOString() } });
}
