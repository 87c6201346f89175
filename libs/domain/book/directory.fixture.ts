/** The small directory of random histories, and the night they begin in: London's clocks go back. */
import fc from 'fast-check';
import type { Employee, Item, Location } from '../directory/directory.ts';

export const MINUTE = 60_000;
/** A Saturday evening in London, hours before its clocks go back. */
export const START = Date.parse('2026-10-24T20:00:00Z');

export const LOCATIONS = new Map<string, Location>([
  ['soho', { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'uk' }],
  ['bronx', { timeZone: 'America/New_York', businessDayStartsAt: '00:00' }],
]);
/** Known from the start. A history may come to know others, and other roles of these. */
export const EMPLOYEES = new Map<string, Employee>([
  ['ann', { roles: ['barista'], homeLocation: 'soho' }],
  ['bob', { roles: ['barista', 'lead'] }],
  ['cat', { roles: [], homeLocation: 'bronx' }],
]);
export const ITEMS = new Map<string, Item>([
  ['coffee', { category: 'hot', retailMinor: 6, costMinor: 2 }],
  ['cake', { retailMinor: 0, costMinor: 4 }],
]);

export const employees = fc.constantFrom('ann', 'ann', 'ann', 'bob', 'bob', 'cat', 'cat', 'dan');
