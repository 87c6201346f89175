/** Which buckets decisions will look at from now on: known only where a history that is over is replayed. */
export interface Ahead {
  /** A calendar, shift or lifetime bucket. */
  looksAt(id: string): boolean;
  /**
   * A rolling bucket with something in it from `first` to `last`.
   * @returns nobody looks at what was there up to this time; infinite: at nothing of it
   */
  looksFrom(id: string, first: number, last: number): number;
}
