/** A book with a few shops, people and things in it, and a policy in force: where the acceptance tests begin. */
import type { Reply, ServiceProcess } from './service-process.ts';

export interface OpenedBook {
  readonly path: string;
  /** The position of the last event that opened it. */
  readonly position: number;
}

export const LONDON = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };

/** The same act every time, so that only what a test names differs. */
export function coffee(more: object = {}): object {
  return {
    mode: 'request',
    kind: 'comp',
    trigger: 'delight',
    employee: 'emp-1',
    location: 'soho',
    item: { sku: 'coffee/flat-white', quantity: 1 },
    reason: 'regular',
    ...more,
  };
}

export function expectStatus(reply: Reply, ...statuses: number[]): Reply {
  if (!statuses.includes(reply.status)) {
    throw new Error(`expected ${statuses.join(' or ')}, got ${reply.status}: ${reply.text}`);
  }
  return reply;
}

/** @param policy without its currency */
export async function openBook(service: ServiceProcess, id: string, policy: object): Promise<OpenedBook> {
  const path = `/v1/books/${id}`;
  const put = async (to: string, body: object): Promise<void> => {
    expectStatus(await service.put(`${path}${to}`, body), 200, 201);
  };
  await put('', LONDON);
  await put('/locations/soho', {
    name: 'Soho',
    region: 'london',
    timeZone: 'Europe/London',
    businessDayStartsAt: '04:00',
  });
  await put('/locations/leeds', { name: 'Leeds', region: 'north', timeZone: 'Europe/London' });
  for (const n of [1, 2, 3]) {
    await put(`/employees/emp-${n}`, { name: `Employee ${n}`, roles: ['barista'], homeLocation: 'soho' });
  }
  await put(`/items/${encodeURIComponent('coffee/flat-white')}`, {
    name: 'Flat white',
    category: 'coffee',
    retailMinor: 390,
    costMinor: 80,
  });
  const position = await publish(service, path, `${id}-opening`, policy);
  return { path, position };
}

/** Posts a policy and puts it in force. Returns the position of the activation. */
export async function publish(
  service: ServiceProcess,
  path: string,
  key: string,
  policy: object,
): Promise<number> {
  const draft = expectStatus(
    await service.post(`${path}/policies`, `${key}-draft`, { currency: 'GBP', ...policy }),
    201,
  ).json();
  const activated = expectStatus(
    await service.post(`${path}/policies/${draft.version}/activate`, `${key}-activate`, {}),
    200,
    201,
  ).json();
  return activated.position;
}

/** Every row of a list of the book, page by page. @param list its URL, with what it is filtered by */
// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
export async function rowsOf(service: ServiceProcess, list: string): Promise<any[]> {
  const name = new URL(list, service.url).pathname.split('/').at(-1) as string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const rows: any[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const page: any = expectStatus(await service.get(`${list}${more}`), 200).json();
    rows.push(...page[name]);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** A new key of theirs. */
export async function keyOf(service: ServiceProcess, subject: string, ...roles: string[]): Promise<string> {
  return expectStatus(await service.post('/v1/keys', `key-${subject}`, { subject, roles }), 201).json().key;
}
