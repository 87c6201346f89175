/**
 * What a rule may look at: one act, who made it, where, and with what. Plain data; an absent string reads as
 * `""` in a rule, an absent item as a sku of `""` and a quantity of 0.
 */
export interface RuleFacts {
  readonly act: {
    readonly mode: string;
    readonly kind: string;
    readonly trigger: string;
    readonly employee: string;
    readonly location: string;
    readonly customer?: string | undefined;
    readonly incident?: string | undefined;
    readonly campaign?: string | undefined;
    readonly shift?: string | undefined;
    readonly channel?: string | undefined;
    readonly reason?: string | undefined;
    readonly note?: string | undefined;
    readonly count: number;
    readonly retailMinor: number;
    readonly costMinor: number;
    /** `YYYY-MM-DD`: the trading day at the location. */
    readonly businessDate: string;
    /** Epoch milliseconds. */
    readonly occurredAt: number;
  };
  /** Absent members: the directory does not know the employee. */
  readonly employee: {
    readonly roles?: readonly string[] | undefined;
    readonly homeLocation?: string | undefined;
  };
  /** Absent members: the directory does not know the location. */
  readonly location: { readonly region?: string | undefined; readonly timeZone?: string | undefined };
  readonly item?:
    | { readonly sku: string; readonly category?: string | undefined; readonly quantity: number }
    | undefined;
}
