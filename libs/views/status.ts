/** How a view is doing. */

export type ViewStatus =
  /** Follows the ledger. */
  | { readonly state: 'current' }
  /** On its way; answers, if it answers at all, stand further back than the ledger. */
  | { readonly state: 'building' }
  /** Does not move any more; what it has still answers. */
  | { readonly state: 'stopped'; readonly code: StopCode; readonly reason: string; readonly advice: string };

export type StopCode =
  /** An event could not be applied. */
  | 'event-not-applicable'
  /** An event could not be read. */
  | 'event-unreadable'
  /** A revision is missing. */
  | 'gap'
  /** The engine or the disk does not answer; tried again by itself. */
  | 'unavailable';

export interface ViewLag {
  readonly view: string;
  readonly status: ViewStatus;
  /** A new build on its way beside the one that answers. */
  readonly rebuilding: boolean;
  /** Events in the ledger, when it was last looked at, that the view does not reflect. */
  readonly eventsBehind: number;
  /** Age of the oldest look at the ledger that the view has not caught up with; 0 when it has. */
  readonly secondsBehind: number;
}

/** The views cannot answer now; the ledger itself is not concerned. Try again shortly. */
export class ViewsUnavailable extends Error {
  override readonly name: string = 'ViewsUnavailable';
}

/** Nothing is wrong but that others asked before: as many reports wait as may. */
export class TooManyReports extends ViewsUnavailable {
  override readonly name = 'TooManyReports';
}
