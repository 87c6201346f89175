/** Shares are shown to four digits: finer ones would claim what the interval beside them denies. */
export function share(value: number): number {
  const rounded = Math.round(value * 10_000) / 10_000;
  // Not minus nought.
  return rounded === 0 ? 0 : rounded;
}
