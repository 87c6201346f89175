/**
 * The book as simply as it can be said: a list of acts, each with what has become of it, summed anew for every
 * question. Slow and obvious; the real one is held against it. It shares the windows with the domain (tested by
 * table on their own) and nothing else.
 */
import { type Amounts, type AskedAct, MEASURES } from '../act/act.ts';
import type { Employee, Location } from '../directory/directory.ts';
import type { Dimension, Limit, Policy } from '../policy/policy.ts';
import { businessCalendar } from '../time/business-calendar.ts';
import { windowAt } from '../time/windows.ts';

const MINUTE = 60_000;

export interface ModelBucket {
  readonly limit: string;
  readonly label: string;
  readonly key: Readonly<Record<string, string>>;
}

/** One act, from its decision to whatever became of it. */
export interface ModelAct {
  readonly id: string;
  readonly asked: AskedAct;
  readonly at: number;
  readonly buckets: readonly ModelBucket[];
  /** Whose key posted it. */
  readonly actor: string;
  status: 'accepted' | 'declined' | 'pending_approval' | 'reserved' | 'rejected' | 'expired' | 'released';
  /** What is reserved while it is open; what is spent, reversals taken off, once it is accepted. */
  amounts: Amounts;
  expiresAt: number;
  then: 'expire' | 'accept';
  /** Its time was over before anybody answered. */
  fellDue?: true;
}

export interface ModelCode {
  readonly hash: string;
  readonly maker: string;
  readonly roles: readonly string[];
  readonly act?: string;
  readonly expiresAt: number;
  used: boolean;
}

export interface ModelApprover {
  readonly actor: string;
  readonly roles: readonly string[];
}

export class ReferenceBook {
  readonly #locations: ReadonlyMap<string, Location>;
  readonly #employees: ReadonlyMap<string, Employee>;
  readonly acts: ModelAct[] = [];
  #codes: ModelCode[] = [];
  policy: Policy | undefined;

  constructor(locations: ReadonlyMap<string, Location>, employees: ReadonlyMap<string, Employee>) {
    this.#locations = locations;
    this.#employees = employees;
  }

  /** What has fallen due by `now`, in its order: `act became at`. */
  expire(now: number): string[] {
    const due = this.acts.filter((act) => isOpen(act) && act.expiresAt <= now);
    due.sort((a, b) => a.expiresAt - b.expiresAt || a.id.localeCompare(b.id));
    return due.map((act) => {
      act.fellDue = true;
      act.status = act.status === 'pending_approval' && act.then === 'accept' ? 'accepted' : 'expired';
      return `${act.id} ${act.status} ${act.expiresAt}`;
    });
  }

  /** @returns the act, and the finding of each bucket by `limit|key` */
  decide(
    id: string,
    asked: AskedAct,
    amounts: Amounts,
    { at, now, actor = '' }: { readonly at: number; readonly now: number; readonly actor?: string },
  ): { readonly act: ModelAct; readonly findings: Map<string, string> } {
    const findings = new Map<string, string>();
    const buckets: ModelBucket[] = [];
    for (const limit of this.policy?.limits ?? []) {
      if (!this.#applies(limit, asked)) continue;
      const label = this.#label(limit, asked, at);
      const keys = this.#keys(limit, id, asked);
      if (keys === undefined || label === undefined) {
        if (limit.whenMissing !== undefined) findings.set(`${limit.id}|missing`, limit.whenMissing);
        continue;
      }
      for (const key of keys) {
        const bucket = { limit: limit.id, label, key };
        if (label !== 'act') buckets.push(bucket);
        const beyond = MEASURES.some(
          (measure) => amounts[measure] > 0 && amounts[measure] > this.#room(limit, bucket, at, measure),
        );
        const values = Object.values(key).map((value) => `/${value}`);
        findings.set(`${limit.id}|${values.join('')}`, beyond ? limit.beyond : 'within');
      }
    }
    const { uncovered } = this.policy ?? { uncovered: 'decline' };
    if (findings.size === 0 && uncovered !== 'allow') findings.set('uncovered', uncovered);
    const found = [...findings.values()];
    const status =
      asked.mode === 'record'
        ? 'accepted'
        : found.includes('decline')
          ? 'declined'
          : found.includes('hold')
            ? 'pending_approval'
            : asked.mode === 'reserve'
              ? 'reserved'
              : 'accepted';
    const hold = this.policy?.hold ?? { durationMs: 30 * MINUTE, then: 'expire' };
    const lasts = status === 'pending_approval' ? hold.durationMs : (asked.timeToLiveMs ?? 15 * MINUTE);
    const then = status === 'pending_approval' && asked.mode === 'request' ? hold.then : 'expire';
    const act: ModelAct = { id, asked, at, buckets, actor, status, amounts, expiresAt: now + lasts, then };
    this.acts.push(act);
    return { act, findings };
  }

  /** @returns the status it has come to, or the code of the refusal */
  approve(id: string, by: ModelApprover, now: number, hash?: string): string {
    const act = this.acts.find((one) => one.id === id);
    const closed = whyNot(act, 'pending_approval');
    if (closed !== undefined) return closed;
    const code = this.#codes.findLast((one) => one.hash === hash);
    if (hash !== undefined) {
      if (code === undefined || (code.act ?? id) !== id) return 'approval-code-wrong';
      if (code.used) return 'approval-code-used';
      if (now >= code.expiresAt) return 'approval-code-expired';
    }
    const approver = code === undefined ? by : { actor: code.maker, roles: code.roles };
    const refused = this.#mayNot(act!, approver);
    if (refused !== undefined) return refused;
    if (code !== undefined) code.used = true;
    if (act!.asked.mode === 'reserve') {
      act!.status = 'reserved';
      act!.expiresAt = now + (act!.asked.timeToLiveMs ?? 15 * MINUTE);
    } else act!.status = 'accepted';
    return act!.status;
  }

  reject(id: string): string {
    return this.#end(id, 'pending_approval', 'rejected');
  }

  release(id: string): string {
    return this.#end(id, 'reserved', 'released');
  }

  commit(id: string, asked: Partial<Amounts>): string {
    const act = this.acts.find((one) => one.id === id);
    const closed = whyNot(act, 'reserved');
    if (closed !== undefined) return closed;
    const amounts = { ...act!.amounts, ...asked };
    if (MEASURES.some((measure) => amounts[measure] > act!.amounts[measure]))
      return 'commit-exceeds-reservation';
    if (MEASURES.every((measure) => amounts[measure] === 0)) return 'commit-exceeds-reservation';
    act!.amounts = amounts;
    act!.status = 'accepted';
    return 'accepted';
  }

  makeCode(code: Omit<ModelCode, 'used'>, now: number): string {
    if (code.act !== undefined) {
      const act = this.acts.find(({ id }) => id === code.act);
      const refused = whyNot(act, 'pending_approval') ?? this.#mayNot(act!, { ...code, actor: code.maker });
      if (refused !== undefined) return refused;
    }
    // Forgotten a day after they were of use.
    this.#codes = this.#codes.filter(({ expiresAt }) => now <= expiresAt + 24 * 60 * MINUTE);
    this.#codes.push({ ...code, used: false });
    return 'made';
  }

  reverse(id: string, asked: Partial<Amounts>): string {
    const act = this.acts.find((one) => one.id === id);
    if (act === undefined) return 'act-not-found';
    if (act.status !== 'accepted') return 'act-not-reversible';
    const none = { count: 0, costMinor: 0, retailMinor: 0 };
    const amounts = Object.keys(asked).length === 0 ? act.amounts : { ...none, ...asked };
    const left = {
      count: act.amounts.count - amounts.count,
      costMinor: act.amounts.costMinor - amounts.costMinor,
      retailMinor: act.amounts.retailMinor - amounts.retailMinor,
    };
    if (MEASURES.some((measure) => left[measure] < 0)) return 'reversal-exceeds-act';
    if (MEASURES.every((measure) => amounts[measure] === 0)) return 'reversal-exceeds-act';
    act.amounts = left;
    return 'reversed';
  }

  /** Every bucket anything was ever counted in, with what is used and reserved of it. */
  buckets(): { readonly bucket: ModelBucket; readonly used: Amounts; readonly reserved: Amounts }[] {
    const all = new Map(this.acts.flatMap(({ buckets }) => buckets).map((one) => [nameOf(one), one]));
    return [...all.values()].map((bucket) => {
      const inside = this.acts.filter(({ buckets }) => buckets.some((one) => nameOf(one) === nameOf(bucket)));
      const used = inside.filter(({ status }) => status === 'accepted');
      return { bucket, used: sum(used), reserved: sum(inside.filter(isOpen)) };
    });
  }

  /** What a measure of a bucket has room for at a time: the least over all windows that hold it. May be negative. */
  #room(limit: Limit, bucket: ModelBucket, at: number, measure: keyof Amounts): number {
    const allowed = this.#allowed(limit, measure);
    if (bucket.label === 'act') return allowed;
    const counted = this.acts.filter(
      (act) =>
        (act.status === 'accepted' || isOpen(act)) &&
        act.buckets.some((one) => nameOf(one) === nameOf(bucket)),
    );
    const window = limit.window;
    if (window.every !== 'rolling') return allowed - sum(counted)[measure];
    const ends = [
      at,
      ...counted.map((act) => act.at).filter((end) => end > at && end < at + window.durationMs),
    ];
    const sums = ends.map(
      (end) => sum(counted.filter((act) => act.at > end - window.durationMs && act.at <= end))[measure],
    );
    return allowed - Math.max(...sums);
  }

  /** What is granted, transferred or carried over would be added here. */
  #allowed(limit: Limit, measure: keyof Amounts): number {
    return limit.allow[measure] ?? Number.POSITIVE_INFINITY;
  }

  /** For acts that were just let through: whether any limit that refuses what is beyond it is exceeded where they are. */
  exceeded(act: ModelAct): string[] {
    const over: string[] = [];
    for (const bucket of act.buckets) {
      const limit = this.policy?.limits.find(({ id }) => id === bucket.limit);
      if (limit?.beyond !== 'decline' || this.#label(limit, act.asked, act.at) !== bucket.label) continue;
      for (const measure of MEASURES) {
        if (act.amounts[measure] > 0 && this.#room(limit, bucket, act.at, measure) < 0)
          over.push(`${nameOf(bucket)} ${measure}`);
      }
    }
    return over;
  }

  #end(id: string, from: ModelAct['status'], to: ModelAct['status']): string {
    const act = this.acts.find((one) => one.id === id);
    const closed = whyNot(act, from);
    if (closed !== undefined) return closed;
    act!.status = to;
    return to;
  }

  #mayNot(act: ModelAct, { actor, roles }: ModelApprover): string | undefined {
    if ([act.asked.employee, act.asked.customer, act.actor].includes(actor)) return 'self-approval';
    const authorities = this.policy?.authority;
    if (authorities === undefined) return undefined;
    const all = [...roles, ...(this.#employees.get(actor)?.roles ?? [])];
    const enough = authorities.some(
      ({ role, upTo }) =>
        all.includes(role) &&
        MEASURES.every((measure) => upTo[measure] === undefined || act.amounts[measure] <= upTo[measure]),
    );
    return enough ? undefined : 'authority-missing';
  }

  #label(limit: Limit, asked: AskedAct, at: number): string | undefined {
    if (limit.per.includes('act')) return limit.window.every === 'shift' && !asked.shift ? undefined : 'act';
    const location = this.#locations.get(asked.location);
    const calendar = businessCalendar(location?.timeZone ?? 'UTC', location?.businessDayStartsAt ?? '00:00');
    return windowAt(limit.window, at, calendar, asked.shift)?.label;
  }

  #applies({ appliesTo }: Limit, asked: AskedAct): boolean {
    const roles = this.#employees.get(asked.employee)?.roles ?? [];
    return (
      (appliesTo.kinds?.includes(asked.kind) ?? true) &&
      (appliesTo.triggers?.includes(asked.trigger) ?? true) &&
      (appliesTo.locations?.includes(asked.location) ?? true) &&
      (appliesTo.roles === undefined || appliesTo.roles.some((role) => roles.includes(role))) &&
      (appliesTo.reasons === undefined ||
        (asked.reason !== undefined && appliesTo.reasons.includes(asked.reason)))
    );
  }

  #keys(limit: Limit, id: string, asked: AskedAct): Record<string, string>[] | undefined {
    const values = (dimension: Dimension): readonly (string | undefined)[] => {
      switch (dimension) {
        case 'book':
          return ['the book'];
        case 'role':
          return (this.#employees.get(asked.employee)?.roles ?? []).filter(
            (role) => limit.appliesTo.roles?.includes(role) ?? true,
          );
        case 'region':
          return [this.#locations.get(asked.location)?.region];
        case 'act':
          return [id];
        default:
          return [asked[dimension]];
      }
    };
    let keys: Record<string, string>[] = [{}];
    for (const dimension of limit.per) {
      const here = values(dimension).filter((value) => value !== undefined);
      if (here.length === 0) return undefined;
      keys = keys.flatMap((key) => here.map((value) => ({ ...key, [dimension]: value })));
    }
    return keys;
  }
}

export function isOpen({ status }: ModelAct): boolean {
  return status === 'pending_approval' || status === 'reserved';
}

function whyNot(act: ModelAct | undefined, wanted: ModelAct['status']): string | undefined {
  if (act === undefined) return 'act-not-found';
  if (act.status === wanted) return undefined;
  return act.fellDue ? 'act-expired' : 'act-not-open';
}

function nameOf({ limit, label, key }: ModelBucket): string {
  return JSON.stringify([limit, label, key]);
}

function sum(acts: readonly ModelAct[]): Amounts {
  const total = (measure: keyof Amounts) => acts.reduce((all, { amounts }) => all + amounts[measure], 0);
  return { count: total('count'), costMinor: total('costMinor'), retailMinor: total('retailMinor') };
}
