/** Spans of time in bodies: ISO 8601, of exact length, within bounds. */
import { parseDuration } from '../../../libs/domain/time/duration.ts';
import { kindOf, type TextMistake } from './field-text.ts';

export interface DurationBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Undefined: the value is a duration within the bounds. */
export function durationMistake(
  value: unknown,
  { leastMs, mostMs }: DurationBounds,
): TextMistake | undefined {
  const advice = `Write an ISO 8601 duration from ${written(leastMs)} to ${written(mostMs)}, such as PT5M.`;
  if (typeof value !== 'string') {
    return { code: 'wrong-type', detail: `A duration is a text, not ${kindOf(value)}.`, advice };
  }
  const parsed = parseDuration(value);
  if ('error' in parsed) return { code: 'bad-duration', detail: parsed.error, advice: parsed.advice };
  if (parsed.durationMs >= leastMs && parsed.durationMs <= mostMs) return undefined;
  const detail = `The duration is too ${parsed.durationMs < leastMs ? 'short' : 'long'}.`;
  return { code: 'out-of-range', detail, advice };
}

/** @param value one that `durationMistake` found nothing wrong with */
export function readDuration(value: unknown): number {
  const parsed = parseDuration(String(value));
  if ('error' in parsed) throw new Error(`a duration was not checked: ${parsed.error}`);
  return parsed.durationMs;
}

/** Of a bound: whole days, minutes or seconds. */
function written(ms: number): string {
  const seconds = ms / 1000;
  if (seconds % 86_400 === 0) return `P${seconds / 86_400}D`;
  return seconds % 60 === 0 ? `PT${seconds / 60}M` : `PT${seconds}S`;
}
