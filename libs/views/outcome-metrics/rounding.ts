/** The one place where figures are rounded: finer digits would claim what the interval beside them denies. */
const to = (digits: number) => (value: number) => {
  const rounded = Math.round(value * 10 ** digits) / 10 ** digits;
  // Not minus nought.
  return rounded === 0 ? 0 : rounded;
};

export const share = to(4);
export const minutes = to(1);
export const days = to(1);
export const minor = to(0);
