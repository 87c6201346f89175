/**
 * The book as simply as it can be said: a list of what was accepted, summed anew for every question. Slow and
 * obvious; the real one is held against it. It shares the windows with the domain (tested by table on their
 * own) and nothing else.
 */
import { type Amounts, type AskedAct, MEASURES } from '../act/act.ts';
import type { Employee, Location } from '../directory/directory.ts';
import type { Dimension, Limit, Policy } from '../policy/policy.ts';
import { businessCalendar } from '../time/business-calendar.ts';
import { windowAt } from '../time/windows.ts';

interface Counted {
  /** limit + label + key: what it was counted under when it was accepted. */
  readonly under: ReadonlySet<string>;
  readonly at: number;
  amounts: Amounts;
}

export class ReferenceBook {
  readonly #locations: ReadonlyMap<string, Location>;
  readonly #employees: ReadonlyMap<string, Employee>;
  readonly #acts = new Map<string, Counted>();
  policy: Policy | undefined;

  constructor(locations: ReadonlyMap<string, Location>, employees: ReadonlyMap<string, Employee>) {
    this.#locations = locations;
    this.#employees = employees;
  }

  /** @returns the finding of each bucket, by `limit|key`, and the status */
  decide(
    id: string,
    asked: AskedAct,
    at: number,
    amounts: Amounts,
  ): { declined: boolean; findings: Map<string, string> } {
    const findings = new Map<string, string>();
    const under = new Set<string>();
    for (const limit of this.policy?.limits ?? []) {
      if (!this.#applies(limit, asked)) continue;
      const location = this.#locations.get(asked.location);
      const calendar = businessCalendar(
        location?.timeZone ?? 'UTC',
        location?.businessDayStartsAt ?? '00:00',
      );
      const window = windowAt(limit.window, at, calendar, asked.shift);
      const keys = this.#keys(limit, id, asked);
      if (keys === undefined || window === undefined) {
        if (limit.whenMissing !== undefined) findings.set(`${limit.id}|missing`, limit.whenMissing);
        continue;
      }
      for (const key of keys) {
        const bucket = `${limit.id}|${window.label}|${key}`;
        under.add(bucket);
        const beyond = MEASURES.some((measure) => {
          const allowed = limit.allow[measure];
          if (allowed === undefined || amounts[measure] === 0) return false;
          return this.#mostUsed(limit, bucket, at, measure) + amounts[measure] > allowed;
        });
        findings.set(`${limit.id}|${key}`, beyond ? limit.beyond : 'within');
      }
    }
    const { uncovered } = this.policy ?? { uncovered: 'decline' };
    if (findings.size === 0 && uncovered !== 'allow') findings.set('uncovered', uncovered);
    const declined = asked.mode === 'request' && [...findings.values()].includes('decline');
    if (!declined) this.#acts.set(id, { under, at, amounts });
    return { declined, findings };
  }

  giveBack(id: string, amounts: Amounts): void {
    const act = this.#acts.get(id)!;
    act.amounts = {
      count: act.amounts.count - amounts.count,
      costMinor: act.amounts.costMinor - amounts.costMinor,
      retailMinor: act.amounts.retailMinor - amounts.retailMinor,
    };
  }

  /** The most that any window of the limit holds which an act at `at` would be in. */
  #mostUsed(limit: Limit, bucket: string, at: number, measure: keyof Amounts): number {
    if (limit.window.every === 'act') return 0;
    const counted = [...this.#acts.values()].filter(({ under }) => under.has(bucket));
    const sum = (acts: Counted[]) => acts.reduce((total, { amounts }) => total + amounts[measure], 0);
    if (limit.window.every !== 'rolling') return sum(counted);
    const { durationMs } = limit.window;
    const ends = [at, ...counted.map((act) => act.at).filter((end) => end > at && end < at + durationMs)];
    return Math.max(
      ...ends.map((end) => sum(counted.filter((act) => act.at > end - durationMs && act.at <= end))),
    );
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

  #keys(limit: Limit, id: string, asked: AskedAct): string[] | undefined {
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
    let keys: string[] = [''];
    for (const dimension of limit.per) {
      const here = values(dimension).filter((value) => value !== undefined);
      if (here.length === 0) return undefined;
      keys = keys.flatMap((key) => here.map((value) => `${key}/${value}`));
    }
    return keys;
  }
}
