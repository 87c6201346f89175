/**
 * Acts planted where a window, a business date or an hour could go wrong: both sides of a change of the clocks, of the
 * cut-over of that night, of the 53rd week of a fiscal year and of its end.
 */
import { fiscalYearAt, NRF } from '../../../libs/domain/time/fiscal-calendar.ts';
import type { SimulatedAct } from './bodies.ts';
import type { Chain } from './cafe-chain.ts';
import { CUT_OVER, clockChangeOn, dateOf, dayNumberOf, instantOf } from './calendar.ts';

const MINUTE_MS = 60_000;

export interface PlantedAct {
  readonly idempotencyKey: string;
  readonly occurredAt: string;
  /** The trading day it must be counted in. */
  readonly businessDate: string;
}

/** A fiscal year of 53 weeks that ends within the span, and the acts around the edges of its last week. */
export interface PlantedLongYear {
  readonly year: number;
  readonly firstDate: string;
  readonly lastDate: string;
  /** The first day of week 53. */
  readonly week53From: string;
  readonly acts: readonly PlantedAct[];
}

/** What is planted around changes of the clocks within the span, with the business dates they belong to. */
export function plantedNightActs(chain: Chain): PlantedAct[] {
  return daysOf(chain).flatMap((day) => plantedOn(chain, day, 'night', nightMoments(chain, dateOf(day))));
}

/** Empty unless the chain's book has a fiscal calendar. */
export function plantedLongYears(chain: Chain): PlantedLongYear[] {
  if (!chain.options.fiscal) return [];
  return daysOf(chain).flatMap((day): PlantedLongYear[] => {
    const year = fiscalYearAt(NRF, day - 1);
    if (year.nextDayNo !== day || year.weeks !== 53) return [];
    const week53 = day - 7;
    return [
      {
        year: year.name,
        firstDate: dateOf(year.firstDayNo),
        lastDate: dateOf(day - 1),
        week53From: dateOf(week53),
        acts: [week53, day]
          .filter((edge) => edge >= dayNumberOf(chain.options.from))
          .flatMap((edge) => plantedOn(chain, edge, 'year', yearMoments(chain, edge))),
      },
    ];
  });
}

/** The acts of both kinds on a calendar day; hardly any day has some. */
export function plantedActsOn(chain: Chain, day: number): SimulatedAct[] {
  const planted = [
    ...plantedOn(chain, day, 'night', nightMoments(chain, dateOf(day))),
    ...plantedOn(chain, day, 'year', yearMoments(chain, day)),
  ];
  if (planted.length === 0) return [];
  const store = chain.nightStore;
  const employee = store.staff.find((other) => other.readiness > 0)!;
  return planted.map(({ idempotencyKey, occurredAt }) => ({
    what: 'act',
    idempotencyKey,
    sentAt: Date.parse(occurredAt),
    body: {
      mode: chain.options.mode,
      kind: 'comp',
      trigger: 'delight',
      employee: employee.id,
      location: store.id,
      shift: `${store.id}-${dateOf(day)}-night`,
      channel: 'till',
      item: { sku: 'coffee/latte', quantity: 1 },
      reason: 'rough-day',
      occurredAt,
    },
  }));
}

function plantedOn(
  chain: Chain,
  day: number,
  occasion: 'night' | 'year',
  moments: readonly number[],
): PlantedAct[] {
  if (moments.length === 0) return [];
  const date = dateOf(day);
  const cutOverMs = instantOf(date, CUT_OVER, chain.nightStore.timeZone);
  return moments.map((ms, at) => ({
    idempotencyKey: `sim-${chain.fingerprint}-${chain.nightStore.id}-${date}-${occasion}-${at}`,
    occurredAt: new Date(ms).toISOString(),
    businessDate: ms < cutOverMs ? dateOf(day - 1) : date,
  }));
}

function nightMoments(chain: Chain, date: string): readonly number[] {
  const { timeZone } = chain.nightStore;
  const changeMs = clockChangeOn(date, timeZone);
  if (changeMs === undefined) return [];
  const cutOverMs = instantOf(date, CUT_OVER, timeZone);
  return [
    changeMs - 30 * MINUTE_MS,
    changeMs - 1,
    changeMs,
    changeMs + 30 * MINUTE_MS,
    cutOverMs - 1,
    cutOverMs,
  ];
}

/** Around the first moment of a week 53, and of the year after it. */
function yearMoments(chain: Chain, day: number): readonly number[] {
  if (!chain.options.fiscal) return [];
  const ended = fiscalYearAt(NRF, day - 1);
  const current = fiscalYearAt(NRF, day);
  const isEdge =
    (ended.nextDayNo === day && ended.weeks === 53) ||
    (current.weeks === 53 && current.nextDayNo - 7 === day);
  if (!isEdge) return [];
  const cutOverMs = instantOf(dateOf(day), CUT_OVER, chain.nightStore.timeZone);
  return [cutOverMs - 1, cutOverMs];
}

function daysOf(chain: Chain): number[] {
  const first = dayNumberOf(chain.options.from);
  return Array.from({ length: chain.options.days }, (_, at) => first + at);
}
