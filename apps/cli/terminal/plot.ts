/** Plots of one line each, from block characters (Unicode U+2581 to U+258F). */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A horizontal bar of at most `width` columns, to an eighth of a column; `max` fills it. A value above zero is
 * never drawn as nothing, so that small and absent stay apart.
 */
export function bar(value: number, max: number, width: number): string {
  if (!(value > 0) || !(max > 0)) return '';
  const eighths = Math.max(1, Math.round((Math.min(value, max) / max) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** One character per value, scaled from zero (not from the least value, which would exaggerate). */
export function sparkline(values: readonly number[]): string {
  const max = Math.max(0, ...values);
  return values
    .map((value) => {
      if (!(value > 0)) return HEIGHTS[0];
      return HEIGHTS[Math.min(7, Math.max(0, Math.ceil((value / max) * 8) - 1))];
    })
    .join('');
}
