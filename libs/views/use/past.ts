/** Who was on the staff, and what they were allowed, at any time of a book's past: made from its few facts. */
import type { BookEvent } from '../../domain/book/events.ts';
import { calendarOf } from '../../domain/book/location-calendar.ts';
import { evolvePolicy } from '../../domain/book/policy-fold.ts';
import { isReached, startsAt } from '../../domain/book/policy-version.ts';
import { BookState } from '../../domain/book/state.ts';
import type { Employee, Location } from '../../domain/directory/directory.ts';
import type { AppliesTo, Limit, Policy } from '../../domain/policy/policy.ts';
import type { BusinessCalendar } from '../../domain/time/business-calendar.ts';

/** What the directory said of an employee from a time on (epoch ms). */
export interface Stated {
  readonly from: number;
  readonly employee: Employee;
}

/** A policy in force from a time on, until the next one. */
export interface InForceFrom {
  readonly from: number;
  readonly policy: Policy;
}

export class StaffPast {
  readonly #state = new BookState('');
  readonly #asOf: number;
  readonly #inForce = new Map<BusinessCalendar, readonly InForceFrom[]>();
  /** By employee, oldest first. */
  readonly employees = new Map<string, Stated[]>();
  /** When the directory first knew of each location. */
  readonly knownSince = new Map<string, number>();

  /** @param facts in the order of the ledger; @param asOf when the newest of all facts was recorded, epoch ms */
  constructor(facts: Iterable<BookEvent>, asOf: number) {
    this.#asOf = asOf;
    let revision = 0;
    for (const fact of facts) this.#take(fact, revision++);
  }

  #take(fact: BookEvent, revision: number): void {
    const state = this.#state;
    switch (fact.type) {
      case 'BookDefined':
        state.book = fact.book;
        break;
      case 'LocationDefined':
        if (!this.knownSince.has(fact.id)) this.knownSince.set(fact.id, fact.recordedAt);
        state.locations.set(fact.id, fact.location);
        break;
      case 'EmployeeDefined': {
        const stated: Stated = { from: fact.recordedAt, employee: fact.employee };
        const known = this.employees.get(fact.id);
        if (known === undefined) this.employees.set(fact.id, [stated]);
        else known.push(stated);
        break;
      }
      case 'PolicyDrafted':
      case 'PolicyEdited':
      case 'PolicyActivated':
        evolvePolicy(state, fact, revision);
        break;
      default:
    }
  }

  get isOpen(): boolean {
    return this.#state.book !== undefined;
  }

  locationOf(id: string | undefined): Location | undefined {
    return id === undefined ? undefined : this.#state.locations.get(id);
  }

  /** The clock of a location, as the directory has it now. */
  calendarOf(location: string | undefined): BusinessCalendar {
    return calendarOf(this.#state, location);
  }

  /** Every policy that came into force on a calendar, in the order of their times. */
  inForce(calendar: BusinessCalendar): readonly InForceFrom[] {
    let known = this.#inForce.get(calendar);
    if (known === undefined) {
      const { activations, policies } = this.#state;
      const inOrder = activations
        .filter((activation) => isReached(activation, this.#asOf, calendar))
        .map((activation) => ({
          from: startsAt(activation, calendar),
          policy: policies.get(activation.version)!.policy,
        }))
        .sort((a, b) => a.from - b.from);
      // Of two at the same time the later one counts.
      known = inOrder.filter(({ from }, i) => inOrder[i + 1]?.from !== from);
      this.#inForce.set(calendar, known);
    }
    return known;
  }

  policyAt(calendar: BusinessCalendar, at: number): Policy | undefined {
    return this.inForce(calendar).findLast(({ from }) => from <= at)?.policy;
  }

  /** Whether a limit speaks of somebody with these roles and this home. */
  speaksOf({ roles, locations, regions }: AppliesTo, { roles: own, homeLocation }: Employee): boolean {
    if (roles !== undefined && !own.some((role) => roles.includes(role))) return false;
    if (locations !== undefined && (homeLocation === undefined || !locations.includes(homeLocation)))
      return false;
    if (regions === undefined) return true;
    const region = this.locationOf(homeLocation)?.region;
    return region !== undefined && regions.includes(region);
  }

  /** Whether the policy in force let them give: by an allowance of theirs, or because it rations nobody by employee. */
  couldGive(employee: Employee, at: number): boolean {
    const policy = this.policyAt(this.calendarOf(employee.homeLocation), at);
    if (policy === undefined) return false;
    const own = policy.limits.filter(({ per }) => per.includes('employee'));
    return own.length === 0 || own.some((limit: Limit) => this.speaksOf(limit.appliesTo, employee));
  }
}
