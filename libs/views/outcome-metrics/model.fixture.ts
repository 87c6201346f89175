/** What followed acts by plain counting over a list of facts: no SQL, no sorting, no shared code. */
import type { ActDecision, BookEvent } from '../../domain/book/events.ts';
import type { IncidentEvent, OutcomeRecorded } from '../../domain/book/told-events.ts';
import type { OutcomeDimension, OutcomeMetricsQuery } from './outcome-metrics.ts';

const DAY_MS = 86_400_000;

interface Given {
  readonly act: ActDecision;
  cost: number;
  retail: number;
  customer?: string;
}

export function modelOf(events: readonly BookEvent[], query: OutcomeMetricsQuery) {
  const { groupBy = [], filters = {}, from = '0', to = '9' } = query;
  const incidents = events.filter((event): event is IncidentEvent => event.type.startsWith('Incident'));
  const outcomes = events.filter((event): event is OutcomeRecorded => event.type === 'OutcomeRecorded');
  const returns = outcomes.filter(({ asked: { type } }) => type === 'visit' || type === 'purchase');
  const contacts = outcomes.filter(({ asked: { type } }) => type === 'contact');
  const latest = (facts: readonly { occurredAt: number }[]) =>
    query.observedUntil ?? Math.max(...facts.map(({ occurredAt }) => occurredAt));
  const until = latest(returns);
  const contactsUntil = latest([...contacts, ...incidents]);
  const given = givenActs(events);
  for (const one of given) {
    const { customer, incident } = one.act.asked;
    const who = customer ?? (incident === undefined ? undefined : sufferer(incidents, incident));
    if (who !== undefined) one.customer = who;
  }
  const asked = given.filter(
    ({ act }) =>
      act.businessDate >= from &&
      act.businessDate <= to &&
      Object.entries(filters).every(([name, value]) =>
        valuesOf(act, name as OutcomeDimension).includes(value as string),
      ),
  );

  function figures(acts: readonly Given[]) {
    const known = acts.filter(({ customer }) => customer !== undefined);
    const complete = (days: number) => known.filter(({ act }) => act.occurredAt + days * DAY_MS <= until);
    const returnTimes = (one: Given) => purchasesAfter(one).map(({ at }) => at - one.act.occurredAt);
    const within = (days: number) => [
      complete(days).length,
      complete(days).filter((one) => returnTimes(one).some((after) => after <= days * DAY_MS)).length,
    ];
    const spend = (days: number) => {
      const all = complete(days);
      const spent = all.map((one) =>
        purchasesAfter(one).reduce(
          (sum, { at, value }) => sum + (at - one.act.occurredAt <= days * DAY_MS ? value : 0),
          0,
        ),
      );
      const mean = all.length === 0 ? null : Math.round(spent.reduce((a, b) => a + b, 0) / all.length);
      return [mean, all.length];
    };
    const answered = [...new Set(acts.flatMap(({ act }) => act.asked.incident ?? []))]
      .map((incident) => ({ incident, first: firstAct(incident) }))
      .filter(({ first }) => acts.includes(first))
      .map(({ incident, first }) => afterFirst(incident, first));
    const minutes = answered.flatMap((one) => one.minutes ?? []).sort((a, b) => a - b);
    const watched = answered.filter((one) => one.complete);
    const shareOf = (part: number, n: number) => (n === 0 ? null : Math.round((part / n) * 1e4) / 1e4);
    const firsts = [...new Set(known.map(({ customer }) => customer!))].map((customer) => {
      const own = known.filter((one) => one.customer === customer);
      const first = own.reduce((a, b) => (b.act.occurredAt < a.act.occurredAt ? b : a));
      const returned = returnTimes(first).some((after) => after <= 90 * DAY_MS);
      return { first, returned, cost: own.reduce((sum, { cost }) => sum + cost, 0) };
    });
    const followed = firsts.filter(({ first }) => first.act.occurredAt + 90 * DAY_MS <= until);
    const returning = followed.filter(({ returned }) => returned).length;
    const cost = followed.reduce((sum, one) => sum + one.cost, 0);
    return {
      acts: acts.length,
      costMinor: acts.reduce((sum, one) => sum + one.cost, 0),
      retailMinor: acts.reduce((sum, one) => sum + one.retail, 0),
      identified: known.length,
      customers: new Set(known.map(({ customer }) => customer)).size,
      within30: within(30),
      within90: within(90),
      spend30: spend(30),
      spend90: spend(90),
      minutes: [quantile(minutes, 0.5), quantile(minutes, 0.9)],
      repeat: [
        shareOf(watched.filter((one) => one.repeated).length, watched.length),
        watched.length,
        answered.length - watched.length,
      ],
      firstTouch: [shareOf(watched.filter((one) => one.firstTouch).length, watched.length), watched.length],
      cost: [returning === 0 ? null : Math.round(cost / returning), returning],
    };
  }

  function purchasesAfter({ act, customer }: Given): { at: number; value: number }[] {
    const { incident } = act.asked;
    const own = returns.filter(({ asked, occurredAt }) => {
      if (occurredAt > until) return false;
      if (asked.customer !== undefined) return asked.customer === customer;
      return asked.incident !== undefined ? asked.incident === incident : asked.act === act.id;
    });
    const receipts = Map.groupBy(own, ({ asked: { receipt, location, customer: by }, businessDate, id }) =>
      receipt === undefined ? id : JSON.stringify([by, receipt, location, businessDate]),
    );
    return [...receipts.values()]
      .map((lines) => ({
        at: Math.min(...lines.map(({ occurredAt }) => occurredAt)),
        value: lines.reduce((sum, { asked }) => sum + (asked.valueMinor ?? 0), 0),
      }))
      .filter(({ at }) => at > act.occurredAt);
  }

  function firstAct(incident: string): Given {
    const all = given.filter(({ act }) => act.asked.incident === incident);
    return all.reduce((a, b) => (b.act.occurredAt < a.act.occurredAt ? b : a));
  }

  function afterFirst(incident: string, { act, customer }: Given) {
    const at = act.occurredAt;
    const own = incidents.filter(
      ({ asked, occurredAt }) => asked.incident === incident && occurredAt <= contactsUntil,
    );
    const opened = own.filter(({ type }) => type === 'IncidentOpened').map(({ occurredAt }) => occurredAt);
    const end = Math.min(at + 30 * DAY_MS, contactsUntil);
    const soon = ({ occurredAt }: { occurredAt: number }) => occurredAt > at && occurredAt <= end;
    const reopened = own.some((event) => event.type === 'IncidentReopened' && soon(event));
    const contacted = contacts.some((event) => {
      const { asked } = event;
      if (!soon(event)) return false;
      if (asked.incident !== undefined) return asked.incident === incident;
      if (asked.act !== undefined)
        return asked.act !== undefined && acts().get(asked.act)?.asked.incident === incident;
      return customer !== undefined && asked.customer === customer;
    });
    const again = given.some((one) => one.act.asked.incident === incident && soon(one.act));
    const order = ['IncidentOpened', 'IncidentResolved', 'IncidentReopened'];
    const known = own.filter(({ occurredAt }) => occurredAt <= end);
    known.sort((a, b) => a.occurredAt - b.occurredAt || order.indexOf(a.type) - order.indexOf(b.type));
    const repeated = reopened || contacted;
    return {
      minutes: opened.length === 0 ? undefined : Math.max(0, at - Math.min(...opened)) / 60_000,
      complete: at + 30 * DAY_MS <= contactsUntil,
      repeated,
      firstTouch: known.at(-1)?.type === 'IncidentResolved' && !again && !repeated,
    };
  }

  /** Those that were asked about: a contact told by an act alone counts where its act does. */
  function acts(): Map<string, ActDecision> {
    return new Map(asked.map(({ act }) => [act.id, act]));
  }

  const keys = new Map<string, { key: (string | number | null)[]; acts: Given[] }>();
  for (const one of asked) {
    let combinations: (string | number | null)[][] = groupBy.length === 0 ? [] : [[]];
    for (const dimension of groupBy)
      combinations = combinations.flatMap((key) =>
        valuesOf(one.act, dimension).map((value) => [...key, value]),
      );
    for (const key of combinations) {
      const name = JSON.stringify(key);
      keys.set(name, { key, acts: [...(keys.get(name)?.acts ?? []), one] });
    }
  }
  const rows = [...keys.values()].sort((a, b) => {
    for (const [at, left] of a.key.entries()) {
      const right = b.key[at]!;
      if (left !== right) return left === null ? -1 : right === null ? 1 : left < right ? -1 : 1;
    }
    return 0;
  });
  return {
    total: { figures: figures(asked) },
    rows: rows.map(({ key, acts: own }) => ({ key, figures: figures(own) })),
  };
}

function givenActs(events: readonly BookEvent[]): Given[] {
  const given = new Map<string, Given>();
  const waiting = new Map<string, ActDecision>();
  for (const event of events) {
    if (event.type === 'ActAccepted') {
      const { costMinor: cost, retailMinor: retail } = event.amounts;
      given.set(event.id, { act: event, cost, retail });
    } else if (event.type === 'ActHeld' || event.type === 'ActReserved') waiting.set(event.id, event);
    else if (
      event.type === 'ActCommitted' ||
      ((event.type === 'ActApproved' || event.type === 'ActExpired') && event.becomes === 'accepted')
    ) {
      const { costMinor: cost, retailMinor: retail } = event.amounts;
      given.set(event.act, { act: waiting.get(event.act)!, cost, retail });
    } else if (event.type === 'ActReversed') {
      if (event.whole) given.delete(event.act);
      else {
        given.get(event.act)!.cost -= event.amounts.costMinor;
        given.get(event.act)!.retail -= event.amounts.retailMinor;
      }
    }
  }
  return [...given.values()];
}

function sufferer(incidents: readonly IncidentEvent[], incident: string): string | undefined {
  const order = ['IncidentOpened', 'IncidentResolved', 'IncidentReopened'];
  const saying = incidents.filter(({ asked }) => asked.incident === incident && asked.customer !== undefined);
  saying.sort(
    (a, b) =>
      a.occurredAt - b.occurredAt ||
      order.indexOf(a.type) - order.indexOf(b.type) ||
      (a.asked.customer! < b.asked.customer! ? -1 : 1),
  );
  return saying[0]?.asked.customer;
}

function valuesOf(act: ActDecision, dimension: OutcomeDimension): (string | number | null)[] {
  const { asked, region, category, policyVersion, businessDate, roles } = act;
  if (dimension === 'day') return [businessDate];
  if (dimension === 'month') return [businessDate.slice(0, 7)];
  if (dimension === 'region') return [region ?? null];
  if (dimension === 'itemCategory') return [category ?? null];
  if (dimension === 'policyVersion') return [policyVersion];
  if (dimension === 'role') return roles.length === 0 ? [null] : [...roles];
  return [asked[dimension] ?? null];
}

function quantile(sorted: readonly number[], p: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return Math.round((low + (high - low) * (at - Math.floor(at))) * 10) / 10;
}
