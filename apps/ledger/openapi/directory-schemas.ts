/** The shapes of a book and its directory: locations, employees, items, campaigns. */
import { SKU_MAX_LENGTH } from '../http/field-text.ts';
import { FISCAL_CALENDAR_POSTED } from './adjustment-schemas.ts';
import { LOT } from './lot-schemas.ts';
import {
  COST,
  currency,
  date,
  id,
  list,
  name,
  object,
  orNull,
  position,
  RETAIL,
  ref,
  type Schema,
  text,
  timeZone,
} from './schema-parts.ts';

export const DIRECTORY_SCHEMAS = {
  BookStatement: object(
    {
      currency: { ...currency, description: 'ISO 4217; fixed once the book is open.' },
      timeZone,
      fourEyes: orNull({
        type: 'boolean',
        default: true,
        description: 'Whether a policy needs a second person’s approval before it may be activated.',
      }),
      fiscalCalendar: orNull(FISCAL_CALENDAR_POSTED),
    },
    ['currency', 'timeZone'],
    {
      examples: [
        { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false },
        { currency: 'USD', timeZone: 'America/New_York', fourEyes: false, fiscalCalendar: 'nrf' },
      ],
    },
  ),
  Book: object(
    {
      id: id('london'),
      currency,
      timeZone,
      fourEyes: { type: 'boolean' },
      fiscalCalendar: ref('FiscalCalendar'),
      position,
    },
    ['id', 'currency', 'timeZone', 'fourEyes', 'position'],
  ),
  LocationStatement: object(
    {
      name: orNull(name('Soho')),
      region: orNull(id('central')),
      timeZone,
      businessDayStartsAt: orNull({
        type: 'string',
        pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
        default: '04:00',
      }),
    },
    ['timeZone'],
    {
      examples: [
        { name: 'Soho', region: 'central', timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
      ],
    },
  ),
  Location: object(
    {
      id: id('soho'),
      name: name('Soho'),
      region: id('central'),
      timeZone,
      businessDayStartsAt: text(5, '04:00'),
      position,
    },
    ['id', 'timeZone', 'businessDayStartsAt', 'position'],
  ),
  EmployeeStatement: object(
    {
      name: orNull(name('Ada')),
      roles: list(id('barista'), { maxItems: 100 }),
      homeLocation: orNull(id('soho')),
    },
    ['roles'],
    { examples: [{ roles: ['barista'], homeLocation: 'soho' }] },
  ),
  Employee: object(
    { id: id('emp-17'), name: name('Ada'), roles: list(id('barista')), homeLocation: id('soho'), position },
    ['id', 'roles', 'position'],
  ),
  ItemStatement: object(
    {
      name: orNull(name('Flat white')),
      category: orNull(id('coffee')),
      retailMinor: RETAIL,
      costMinor: COST,
    },
    ['retailMinor', 'costMinor'],
    { examples: [{ name: 'Flat white', category: 'coffee', retailMinor: 390, costMinor: 80 }] },
  ),
  Item: object(
    {
      sku: text(SKU_MAX_LENGTH, 'coffee/flat-white'),
      name: name('Flat white'),
      category: id('coffee'),
      retailMinor: RETAIL,
      costMinor: COST,
      position,
    },
    ['sku', 'retailMinor', 'costMinor', 'position'],
  ),
  CampaignStatement: object(
    {
      name: orNull(name('Summer of kindness')),
      from: orNull(date('First business date; absent: since ever.')),
      to: orNull(date('Last business date, included; absent: for ever.')),
      lot: orNull(LOT),
    },
    [],
    {
      examples: [
        { name: 'Summer of kindness', from: '2026-06-01', to: '2026-08-31' },
        { name: 'Summer of kindness', lot: { share: 0.5, seed: '2026-summer' } },
      ],
    },
  ),
  Campaign: object(
    {
      id: id('summer-kindness'),
      name: name('Summer of kindness'),
      from: date('First day.'),
      to: date('Last day.'),
      lot: LOT,
      position,
    },
    ['id', 'position'],
  ),
} as const satisfies Record<string, Schema>;
