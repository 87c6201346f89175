/**
 * Samples for the tests of this folder: zones and instants where clocks misbehave, and the wall clock as
 * `Intl` shows it, a second opinion beside Temporal.
 */
import fc from 'fast-check';

/** Clock changes of half an hour, an hour, a day; at midnight, by night, by decree. */
const CLOCK_CHANGES = [
  '2026-03-29T01:00:00Z', // Europe/London, forward
  '2026-10-25T01:00:00Z', // Europe/London, back
  '2026-03-08T07:00:00Z', // America/New_York, forward
  '2026-11-01T06:00:00Z', // America/New_York, back
  '2026-10-03T15:30:00Z', // Australia/Lord_Howe, half an hour forward
  '2026-04-04T15:00:00Z', // Australia/Lord_Howe, half an hour back
  '2018-11-04T03:00:00Z', // America/Sao_Paulo, forward at midnight
  '2018-02-18T02:00:00Z', // America/Sao_Paulo, back at midnight
  '2024-04-25T22:00:00Z', // Africa/Cairo, forward at midnight
  '2024-10-31T21:00:00Z', // Africa/Cairo, back at midnight
  '2011-12-30T10:00:00Z', // Pacific/Apia, a day skipped
  '2015-08-14T15:00:00Z', // Asia/Pyongyang, half an hour back
  '2018-05-04T15:00:00Z', // Asia/Pyongyang, half an hour forward
  '2024-02-29T18:00:00Z', // Asia/Almaty, an hour back for good
].map((text) => Date.parse(text));

const AWKWARD_ZONES = [
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Pacific/Apia',
  'Asia/Pyongyang',
  'Asia/Almaty',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Pacific/Chatham',
  'America/St_Johns',
  'Africa/Casablanca',
  'UTC',
];

export const zones = fc.oneof(
  fc.constantFrom(...AWKWARD_ZONES),
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
);

/** Epoch ms: on and around clock changes, or anywhere from 1950 to 2100. */
export const instants = fc.oneof(
  fc
    .tuple(fc.constantFrom(...CLOCK_CHANGES), fc.integer({ min: -3 * 86_400_000, max: 3 * 86_400_000 }))
    .map(([change, awayMs]) => change + awayMs),
  fc
    .tuple(fc.constantFrom(...CLOCK_CHANGES), fc.integer({ min: -1, max: 1 }))
    .map(([change, ms]) => change + ms),
  fc.integer({ min: Date.parse('1950-01-01T00:00:00Z'), max: Date.parse('2100-01-01T00:00:00Z') }),
);

/** `HH:MM`: the cut-overs shops have, and any other. */
export const cutOvers = fc.oneof(
  fc.constantFrom('00:00', '01:30', '02:00', '02:15', '04:00', '23:59'),
  fc.integer({ min: 0, max: 1439 }).map((minute) => {
    const hour = Math.floor(minute / 60);
    return `${String(hour).padStart(2, '0')}:${String(minute - hour * 60).padStart(2, '0')}`;
  }),
);

const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM:SS` on the clocks of `zone`, for years of four digits. */
export function wallClock(instantMs: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(instantMs).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}
