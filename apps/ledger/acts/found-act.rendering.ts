/** An act as it is found: as it was answered first, with what has become of it since. */
import type { FoundAct } from '../../../libs/books/answers.ts';
import type { ActStatus, Amounts } from '../../../libs/domain/act/act.ts';
import type { ActExpired, SettlingEvent } from '../../../libs/domain/book/events.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import { actBody } from './act.rendering.ts';

const NONE: Amounts = { count: 0, costMinor: 0, retailMinor: 0 };

/**
 * The answer to what settled an act, too: made from the act and all that settled it up to then, so that a replay is
 * the first answer byte for byte.
 */
export function renderFoundAct({ event, position, settledBy, due, reversed }: FoundAct): string {
  const body = actBody(event, position, event.id);
  let became: Became = { status: body.status, expiresAt: body.expiresAt, amounts: event.amounts, shown: {} };
  for (const settling of settledBy) became = settle(became, settling, true);
  if (due !== undefined) became = settle(became, due, false);
  const { amounts, shown } = became;
  return JSON.stringify({
    ...body,
    status: reversed !== undefined && isWhole(amounts, reversed) ? 'reversed' : became.status,
    costMinor: amounts.costMinor,
    retailMinor: amounts.retailMinor,
    expiresAt: became.expiresAt,
    ...shown,
    reversed: figures(reversed ?? NONE),
  });
}

interface Became {
  readonly status: ActStatus;
  readonly expiresAt: string | undefined;
  /** What the act uses, or would have used. */
  readonly amounts: Amounts;
  readonly shown: Readonly<Record<string, object>>;
}

/** @param recorded false: it has fallen due, and nobody has written that down yet */
function settle(before: Became, event: SettlingEvent, recorded: boolean): Became {
  const { amounts, shown } = before;
  const recordedAt = recorded ? formatInstant(event.recordedAt) : undefined;
  const settled = (status: ActStatus, more: Readonly<Record<string, object>>): Became => ({
    status,
    expiresAt: undefined,
    amounts,
    shown: { ...shown, ...more },
  });
  switch (event.type) {
    case 'ActApproved': {
      const { approver, authority, reason, becomes, expiresAt } = event;
      const approval = { approver, role: authority?.role, reason, recordedAt };
      return {
        ...settled(becomes, { approval }),
        expiresAt: expiresAt === undefined ? undefined : formatInstant(expiresAt),
      };
    }
    case 'ActRejected': {
      const { approver, reason } = event;
      return settled('rejected', { rejection: { approver, reason, recordedAt } });
    }
    case 'ActCommitted': {
      const committed = { ...figures(event.amounts), reason: event.reason, recordedAt };
      return {
        ...settled('accepted', { committed, released: { ...figures(event.released), recordedAt } }),
        amounts: event.amounts,
      };
    }
    case 'ActReleased': {
      const released = { ...figures(event.amounts), reason: event.reason, recordedAt };
      return settled('released', { released });
    }
    case 'ActExpired':
      return settled(event.becomes, { expiry: expiryBody(event, recordedAt) });
  }
}

function expiryBody({ dueAt }: ActExpired, recordedAt: string | undefined): object {
  return { dueAt: formatInstant(dueAt), recordedAt };
}

function figures({ count, costMinor, retailMinor }: Amounts): Amounts {
  return { count, costMinor, retailMinor };
}

function isWhole(amounts: Amounts, reversed: Amounts): boolean {
  return (
    reversed.count === amounts.count &&
    reversed.costMinor === amounts.costMinor &&
    reversed.retailMinor === amounts.retailMinor
  );
}
