/** The register against a plain list of the same acts: every filter, every page, under new acts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS } from '../../domain/act/act.ts';
import type {
  ActApproved,
  ActDecision,
  ActExpired,
  BookEvent,
  SettlingEvent,
} from '../../domain/book/events.ts';
import { EventsInMemory, firstEvents } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import { REGISTER_STATUSES, type RegisterFilters, type RegisterRow } from './register.ts';

const SHAPE = { seed: 7, locations: 4, employees: 12, customers: 10, actsPerDay: 40 };

let directory: ReturnType<typeof temporaryDirectory>;
let store: EventsInMemory;
let views: ViewsInProcess;
let facts: BookEvent[];

beforeEach(async () => {
  directory = temporaryDirectory();
  store = new EventsInMemory();
  facts = firstEvents(SHAPE, 700);
  store.push('london', facts.slice(0, 600));
  store.push('paris', firstEvents({ ...SHAPE, seed: 8 }, 200));
  views = await ViewsInProcess.start(`${directory.path}/views.db`, store);
  await views.until(() => views.position('register', 'paris') === 199, 'all projected');
});

afterEach(async () => {
  await views.close();
  directory.remove();
});

const DECIDED = {
  ActAccepted: 'accepted',
  ActDeclined: 'declined',
  ActHeld: 'pending_approval',
  ActReserved: 'reserved',
} as const;

const BECAME: Partial<Record<BookEvent['type'], (event: never) => Partial<RegisterRow>>> = {
  ActApproved: ({ becomes, expiresAt }: ActApproved) => ({ status: becomes, expiresAt: expiresAt ?? null }),
  ActRejected: () => ({ status: 'rejected' }),
  ActCommitted: () => ({ status: 'accepted' }),
  ActReleased: () => ({ status: 'released' }),
  ActExpired: ({ becomes }: ActExpired) => ({ status: becomes }),
};

/** The rows as they should be, made without SQL; newest first. */
function model(events: readonly BookEvent[], filters: RegisterFilters = {}): Partial<RegisterRow>[] {
  const rows: (Partial<RegisterRow> & { id: string })[] = [];
  for (const [position, event] of events.entries()) {
    if (event.type === 'ActReversed') {
      const row = rows.find(({ id }) => id === event.act)!;
      Object.assign(row, { reversed: event.reversedInAll, ...(event.whole ? { status: 'reversed' } : {}) });
    }
    const became = BECAME[event.type]?.(event as never);
    if (became !== undefined) {
      const row = rows.find(({ id }) => id === (event as { act?: string }).act)!;
      Object.assign(row, { expiresAt: null, amounts: (event as SettlingEvent).amounts, ...became });
    }
    if (!(event.type in DECIDED)) continue;
    const decision = event as ActDecision;
    const { asked } = decision;
    rows.unshift({
      id: decision.id,
      position,
      status: DECIDED[decision.type],
      mode: asked.mode,
      kind: asked.kind,
      trigger: asked.trigger,
      employee: asked.employee,
      location: asked.location,
      region: decision.region ?? null,
      customer: asked.customer ?? null,
      incident: asked.incident ?? null,
      campaign: asked.campaign ?? null,
      item: asked.item ?? null,
      amounts: decision.amounts,
      reversed: { count: 0, costMinor: 0, retailMinor: 0 },
      reason: asked.reason ?? null,
      note: asked.note ?? null,
      businessDate: decision.businessDate,
      occurredAt: decision.occurredAt,
      recordedAt: decision.recordedAt,
      policyVersion: decision.policyVersion,
      breaches:
        asked.mode === 'record' ? decision.guardrails.filter((g) => g.finding !== 'within').length : 0,
      expiresAt: 'expiresAt' in decision ? decision.expiresAt : null,
      declinedBy: decision.type === 'ActDeclined' ? ['weekly-coffees'] : [],
    });
  }
  const { from = '0000-00-00', to = '9999-12-31', limit, cursor, ...exact } = filters;
  return rows.filter(
    (row) =>
      row.businessDate! >= from &&
      row.businessDate! <= to &&
      Object.entries(exact).every(([name, value]) => row[name as keyof RegisterRow] === value),
  );
}

const filters = fc.record(
  {
    employee: fc.integer({ min: 0, max: 13 }).map((n) => `emp-${n}`),
    location: fc.integer({ min: 0, max: 4 }).map((n) => `loc-${n}`),
    customer: fc.integer({ min: 0, max: 11 }).map((n) => `c-${n}`),
    incident: fc.integer({ min: 0, max: 600 }).map((n) => `inc-${n}`),
    kind: fc.constantFrom(...KINDS),
    status: fc.constantFrom(...REGISTER_STATUSES),
    from: fc.integer({ min: 1, max: 25 }).map((n) => `2026-01-${String(n).padStart(2, '0')}`),
    to: fc.integer({ min: 1, max: 25 }).map((n) => `2026-01-${String(n).padStart(2, '0')}`),
  },
  { requiredKeys: [] },
);

describe('the register', () => {
  it('shows every act as it was decided and what was reversed of it', () => {
    const rows = views.searchAll('london', { limit: 500 });
    expect(rows).toEqual(model(facts.slice(0, 600)));
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(REGISTER_STATUSES));
    expect(rows.some(({ status, reversed }) => status === 'accepted' && reversed.costMinor > 0)).toBe(true);
    expect(rows.some(({ breaches }) => breaches > 0)).toBe(true);
  });

  it('finds what a plain filter finds, over any pages', () => {
    fc.assert(
      fc.property(filters, fc.integer({ min: 1, max: 60 }), (asked, limit) => {
        expect(views.searchAll('london', { ...asked, limit })).toEqual(model(facts.slice(0, 600), asked));
      }),
      { numRuns: 300 },
    );
  });

  it('neither repeats nor skips an older act while new ones come in', async () => {
    const before = model(facts.slice(0, 600));
    const seen: RegisterRow[] = [];
    let cursor: string | undefined;
    let pushed = 600;
    do {
      const page = views.search('london', { limit: 50, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.rows);
      cursor = page.nextCursor;
      const now = Math.min(pushed + 10, facts.length);
      store.push('london', facts.slice(pushed, now));
      pushed = now;
      await views.until(() => views.position('register', 'london') === pushed - 1, 'new acts in');
    } while (cursor !== undefined);
    expect(pushed).toBe(700);
    expect(seen.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(views.searchAll('london').length).toBeGreaterThan(seen.length);
  });

  it('says which position it reflects, and nothing of a book it does not know', () => {
    expect(views.search('london').position).toBe(599);
    expect(views.search('paris').position).toBe(199);
    expect(views.search('rome')).toEqual({ ok: true, position: -1, rows: [] });
  });

  it('keeps books apart', () => {
    const london = new Set(views.searchAll('london').map(({ id }) => id));
    for (const { id } of views.searchAll('paris')) expect(london.has(id)).toBe(false);
  });

  it('refuses a cursor that is none, in words', () => {
    expect(views.reader.ask('register', 'london', { cursor: 'nonsense' })).toMatchObject({
      ok: false,
      code: 'cursor-invalid',
      position: 599,
    });
    const { nextCursor } = views.search('london', { limit: 1 });
    expect(views.reader.ask('register', 'london', { kind: 'comp', cursor: nextCursor })).toMatchObject({
      ok: false,
      detail: 'The cursor belongs to a search with other filters.',
    });
  });

  it('refuses a page size out of bounds', () => {
    for (const limit of [0, 501, -1, 1.5, Number.NaN])
      expect(() => views.search('london', { limit })).toThrow(RangeError);
  });
});
