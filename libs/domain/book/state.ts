/** The state of a book: the fold of its stream. `evolve` alone changes it. */
import type { Amounts } from '../act/act.ts';
import type { Book, Campaign, Employee, Item, Location } from '../directory/directory.ts';
import type { Policy } from '../policy/policy.ts';
import { Buckets, type BucketsSnapshot } from './buckets.ts';
import { NOTHING } from './timeline.ts';

export interface PolicyVersion {
  readonly policy: Policy;
  readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
  readonly draftedAt: number;
  /** The position of the event that holds this document. */
  readonly document: number;
}

/** A version that is evaluated beside the active one. */
export interface Shadow {
  readonly document: number;
  /** Of the event that started it: it looks at every act after that. */
  readonly position: number;
  readonly startedAt: number;
}

/** In the order of their events. `at` is the time from which it is in force: the event's own, or a later one. */
export interface Activation {
  readonly version: number;
  readonly at: number;
  /** True for one without a date: in force from its event on, whatever the clock says afterwards. */
  readonly immediate: boolean;
}

export class BookState {
  readonly id: string;
  /** Of the newest event folded in; -1 before the first. */
  revision = -1;
  book: Book | undefined;
  locations = new Map<string, Location>();
  employees = new Map<string, Employee>();
  items = new Map<string, Item>();
  campaigns = new Map<string, Campaign>();
  policies = new Map<number, PolicyVersion>();
  activations: Activation[] = [];
  /** Running now, by version. */
  shadows = new Map<number, Shadow>();
  buckets = new Buckets();
  /** Where each employee acted last: whose clock an allowance runs on when no home location is known. */
  lastLocations = new Map<string, string>();
  /** What has been given back of each act that was ever reversed. */
  reversals = new Map<string, Amounts>();
  /** Everything ever accepted, reversals not taken off: keeps every sum exact (see decide). */
  accepted: Amounts = NOTHING;

  constructor(id: string) {
    this.id = id;
  }

  /** @returns plain data and typed arrays, fit for structured cloning. */
  toSnapshot(): BookSnapshot {
    return {
      id: this.id,
      revision: this.revision,
      book: this.book,
      locations: this.locations,
      employees: this.employees,
      items: this.items,
      campaigns: this.campaigns,
      policies: this.policies,
      activations: this.activations,
      shadows: this.shadows,
      lastLocations: this.lastLocations,
      reversals: this.reversals,
      accepted: this.accepted,
      buckets: this.buckets.toSnapshot(),
    };
  }

  static fromSnapshot(snapshot: BookSnapshot): BookState {
    const state = new BookState(snapshot.id);
    const { buckets, ...rest } = snapshot;
    Object.assign(state, rest);
    state.buckets = Buckets.fromSnapshot(buckets);
    return state;
  }
}

/** Changes whenever the shape of a snapshot, or the meaning of `evolve`, changes: older ones are then ignored. */
export const SNAPSHOT_VERSION = 2;

export interface BookSnapshot {
  readonly id: string;
  readonly revision: number;
  readonly book: Book | undefined;
  readonly locations: Map<string, Location>;
  readonly employees: Map<string, Employee>;
  readonly items: Map<string, Item>;
  readonly campaigns: Map<string, Campaign>;
  readonly policies: Map<number, PolicyVersion>;
  readonly activations: Activation[];
  readonly shadows: Map<number, Shadow>;
  readonly lastLocations: Map<string, string>;
  readonly reversals: Map<string, Amounts>;
  readonly accepted: Amounts;
  readonly buckets: BucketsSnapshot;
}

export function initialState(id: string): BookState {
  return new BookState(id);
}

/** The version in force at `now` (epoch ms): the activation that was reached last. */
export function activeVersion(state: BookState, now: number): number | null {
  let active: Activation | undefined;
  for (const activation of state.activations) {
    if (!activation.immediate && activation.at > now) continue;
    if (active === undefined || activation.at >= active.at) active = activation;
  }
  return active?.version ?? null;
}
