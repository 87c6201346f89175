/**
 * The windows of a limit that is counted per employee alone: those in which it was in force from the first moment to the
 * last, that lie within the span, and that had ended. Windows of the calendar only: the others do not tile time, so that
 * nobody can say how many of them went by unused.
 */
import type { Limit } from '../../domain/policy/policy.ts';
import type { BusinessCalendar } from '../../domain/time/business-calendar.ts';
import { requireDate } from '../../domain/time/civil-date.ts';
import { windowAt } from '../../domain/time/windows.ts';
import type { InForceFrom } from './past.ts';

export interface LimitWindow {
  readonly label: string;
  /** Epoch ms, included and excluded. */
  readonly from: number;
  readonly to: number;
  /** The limit's words at the end of the window. */
  readonly limit: Limit;
}

export interface Span {
  readonly from?: string;
  readonly to?: string;
}

/** A limit of one id, counted in the same windows, for as long as no policy came between that was without it. */
interface Stretch {
  readonly from: number;
  readonly words: { readonly from: number; readonly limit: Limit }[];
  to: number;
}

/**
 * @param asOf epoch ms: a window that ends later has not ended
 * @param most more are not made
 * @returns undefined when there are more
 */
export function windowsOfLimits(
  inForce: readonly InForceFrom[],
  calendar: BusinessCalendar,
  span: Span,
  asOf: number,
  most: number,
): readonly LimitWindow[] | undefined {
  const first = span.from === undefined ? undefined : calendar.startOfDay(requireDate(span.from));
  const end = span.to === undefined ? undefined : calendar.startOfDay(requireDate(span.to) + 1);
  const until = Math.min(asOf, end ?? asOf);
  const found: LimitWindow[] = [];
  for (const { from, to, words } of stretchesOf(inForce, asOf)) {
    const last = Math.min(to, until);
    const begin = Math.max(from, first ?? from);
    const { window } = words[0]!.limit;
    if (begin >= last || (window.every === 'fiscal' && calendar.fiscal === undefined)) continue;
    let at = windowAt(window, begin, calendar)!;
    while (at.to! <= last) {
      if (at.from! >= begin) {
        if (found.length === most) return undefined;
        const { limit } = words.findLast((one) => one.from < at.to!)!;
        found.push({ label: at.label, from: at.from!, to: at.to!, limit });
      }
      at = windowAt(window, at.to!, calendar)!;
    }
  }
  return found;
}

function stretchesOf(inForce: readonly InForceFrom[], asOf: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const { from, policy } of inForce) {
    const now = new Map<string, Stretch>();
    for (const limit of policy.limits) {
      if (!isCountedAlone(limit)) continue;
      const shape = JSON.stringify([limit.id, limit.window]);
      let stretch = open.get(shape);
      if (stretch === undefined) {
        stretch = { from, words: [], to: asOf };
        stretches.push(stretch);
      }
      stretch.words.push({ from, limit });
      now.set(shape, stretch);
    }
    for (const [shape, stretch] of open) if (!now.has(shape)) stretch.to = from;
    open.clear();
    for (const [shape, stretch] of now) open.set(shape, stretch);
  }
  return stretches;
}

function isCountedAlone({ per, window }: Limit): boolean {
  if (per.length !== 1 || per[0] !== 'employee') return false;
  return !['act', 'shift', 'rolling', 'lifetime'].includes(window.every);
}
