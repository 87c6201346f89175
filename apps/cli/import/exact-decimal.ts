/** Decimal figures as files write them, computed without ever passing through a binary fraction. */

interface Decimal {
  /** The figure times 10^scale. */
  readonly unscaled: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?$/;

function read(text: string): Decimal {
  const found = DECIMAL.exec(text.trim());
  if (found === null) throw new RangeError(`"${shortened(text)}" is not a decimal figure such as 6.95`);
  const [, sign, whole, fraction = ''] = found;
  const unscaled = BigInt(whole! + fraction);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: fraction.length };
}

/**
 * A figure in whole minor units: `minor("6.95", 2)` is 695.
 * @throws RangeError when the text is no decimal figure, or is not a whole number of minor units (`"0.001", 2`)
 */
export function minor(text: string, digits: bigint): bigint {
  if (digits < 0n || digits > 4n) throw new RangeError(`a currency has 0 to 4 minor digits, not ${digits}`);
  const { unscaled, scale } = read(text);
  const wanted = Number(digits);
  if (scale <= wanted) return unscaled * 10n ** BigInt(wanted - scale);
  const divisor = 10n ** BigInt(scale - wanted);
  if (unscaled % divisor !== 0n) {
    throw new RangeError(`"${shortened(text)}" is not a whole number of minor units (${digits} digits)`);
  }
  return unscaled / divisor;
}

/** The exact product of two figures, as text: `times("-12", "2.95")` is `"-35.40"`. */
export function times(a: string, b: string): string {
  const left = read(a);
  const right = read(b);
  return written({ unscaled: left.unscaled * right.unscaled, scale: left.scale + right.scale });
}

function written({ unscaled, scale }: Decimal): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
