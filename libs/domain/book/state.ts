/** The state of a book: the fold of its stream. `evolve` alone changes it. */
import type { Amounts } from '../act/act.ts';
import type { Book, Campaign, Employee, Item, Location } from '../directory/directory.ts';
import type { Story } from '../story/story.ts';
import { type BusinessCalendar, businessCalendar } from '../time/business-calendar.ts';
import { Buckets, type BucketsSnapshot } from './buckets.ts';
import { type OpenAct, OpenActs } from './open-acts.ts';
import { type Activation, isReached, type PolicyVersion, startsAt } from './policy-version.ts';
import { NOTHING } from './timeline.ts';

/** A version that is, or last was, evaluated beside the active one. */
export interface Shadow {
  readonly document: number;
  /** Of the event that started it: it looks at every act after that. */
  readonly position: number;
  readonly startedAt: number;
  /** The position of the event that stopped it; absent: it runs. */
  readonly until?: number;
}

/** May approve one act, once, in the name of its maker. */
export interface ApprovalCode {
  readonly id: string;
  readonly maker: string;
  /** Of the maker's key, when it was made. */
  readonly roles: readonly string[];
  readonly act?: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** The act it has approved. */
  readonly usedFor?: string;
}

/** Codes are remembered for so long after they expired, to say why they are refused. */
const CODE_REMEMBERED_MS = 86_400_000;

/** Taken for one that nobody has made, whether or not it has been swept away already. */
export function isForgotten({ expiresAt }: ApprovalCode, now: number): boolean {
  return expiresAt + CODE_REMEMBERED_MS < now;
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
  /** The last of each version, running or stopped. */
  shadows = new Map<number, Shadow>();
  buckets = new Buckets();
  /** Where each employee acted last: whose clock an allowance runs on when no home location is known. */
  lastLocations = new Map<string, string>();
  /** Whoever has reviewed a signal: they have no part in policies. */
  reviewers = new Set<string>();
  /** When the directory first knew each employee, epoch ms: their carry-over begins in that window. */
  firstSeen = new Map<string, number>();
  /** Everything ever granted, taken away and transferred, without signs: keeps every sum of it exact. */
  adjustedInAll: Amounts = NOTHING;
  /** What has been given back of each act that was ever reversed. */
  reversals = new Map<string, Amounts>();
  /** Acts that wait for an approval or to be committed. What became of one is only in the ledger. */
  open = new OpenActs();
  /** By hash. Those that have been of no use for a day are forgotten. */
  approvalCodes = new Map<string, ApprovalCode>();
  /** Everything open acts reserve. */
  reserved: Amounts = NOTHING;
  /** Those that were ever proposed: what may become of each. */
  stories = new Map<string, Story>();
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
      firstSeen: this.firstSeen,
      reviewers: this.reviewers,
      adjustedInAll: this.adjustedInAll,
      reversals: this.reversals,
      open: [...this.open.values()],
      approvalCodes: this.approvalCodes,
      reserved: this.reserved,
      stories: this.stories,
      accepted: this.accepted,
      buckets: this.buckets.toSnapshot(),
    };
  }

  static fromSnapshot(snapshot: BookSnapshot): BookState {
    const state = new BookState(snapshot.id);
    const { buckets, open, ...rest } = snapshot;
    Object.assign(state, rest);
    for (const act of open) state.open.set(act);
    state.buckets = Buckets.fromSnapshot(buckets);
    return state;
  }
}

/** Changes whenever the shape of a snapshot, or the meaning of `evolve`, changes: older ones are then ignored. */
export const SNAPSHOT_VERSION = 5;

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
  readonly firstSeen: Map<string, number>;
  readonly reviewers: Set<string>;
  readonly adjustedInAll: Amounts;
  readonly reversals: Map<string, Amounts>;
  readonly open: readonly OpenAct[];
  readonly approvalCodes: Map<string, ApprovalCode>;
  readonly reserved: Amounts;
  readonly stories: Map<string, Story>;
  readonly accepted: Amounts;
  readonly buckets: BucketsSnapshot;
}

export function initialState(id: string): BookState {
  return new BookState(id);
}

/**
 * The version in force at `now` (epoch ms): the activation that was reached last.
 * @param calendar of the location asked about; absent: the book's own, whose business days start at midnight
 */
export function activeVersion(state: BookState, now: number, calendar?: BusinessCalendar): number | null {
  let active: Activation | undefined;
  let activeFrom = Number.NEGATIVE_INFINITY;
  for (const activation of state.activations) {
    const days = activation.fromDayNo === undefined ? undefined : (calendar ?? calendarOfBook(state));
    if (!isReached(activation, now, days)) continue;
    const from = startsAt(activation, days);
    if (from < activeFrom) continue;
    active = activation;
    activeFrom = from;
  }
  return active?.version ?? null;
}

/** Whose days count where no location of the directory is named. */
export function calendarOfBook(state: BookState): BusinessCalendar {
  return businessCalendar(state.book!.timeZone, '00:00');
}
