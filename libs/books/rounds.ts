/** A round: what falls due, then the commands that have come together, decided one after the other on a draft. */
import type { Actor } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import type { ActOnLedger } from '../domain/book/context.ts';
import { type Context, type Decided, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActExpired, SettlingEvent } from '../domain/book/events.ts';
import { dueExpiries } from '../domain/book/expiry.ts';
import { isStale } from '../domain/book/settle.ts';
import type { BookState } from '../domain/book/state.ts';
import { EngineUnavailable } from '../event-store/event-store.ts';
import type { Answer, FoundAct } from './answers.ts';
import { type KeyHash, timedId } from './key-hash.ts';
import type { KeyIndex } from './key-index.ts';

/** Acts decided in one round: enough to amortise a flush many times over, few enough to stay responsive. */
export const ROUND_MAX = 512;

export interface By {
  readonly key?: string;
  readonly actor: Actor;
}

/** A command in the queue, and who waits for its answer. */
export interface Waiting {
  readonly command: Command;
  /** Until then, in ms of `performance.now`, it is worth deciding: afterwards nobody waits for the answer. */
  readonly until: number;
  readonly by: By;
  readonly keyHash: KeyHash | undefined;
  /** Up to this revision no event has this key: what stands there under the same hash has another. */
  readonly keyNewAt: number;
  /** Of a command about an act: the act, read from the ledger before it queued. */
  readonly found: FoundAct | undefined;
  resolve(answer: Answer | Promise<Answer>): void;
  reject(error: unknown): void;
}

/** Nobody waits for an expiry. */
export type Outcome =
  | { readonly waiting: Waiting; readonly decided: Decided }
  | { readonly waiting?: undefined; readonly decided: { readonly event: ActExpired } };

/**
 * What has fallen due comes first, so that every command finds free what has come free.
 * @returns `again`: to be asked anew, since what they need to know is not durable yet, or was not when they were asked
 */
export function decideRound(
  state: BookState,
  round: readonly Waiting[],
  { keys, now }: { readonly keys: KeyIndex; readonly now: () => number },
): { readonly outcomes: Outcome[]; readonly again: Waiting[] } {
  const draft = new Draft(state);
  const recordedAt = now();
  const keysOfRound = new Set<string>();
  const outcomes: Outcome[] = [];
  const again: Waiting[] = [];
  const due = dueExpiries(draft, recordedAt);
  for (const event of due.slice(0, ROUND_MAX)) {
    draft.take(event);
    outcomes.push({ decided: { event } });
  }
  if (due.length > ROUND_MAX) return { outcomes, again: [...round] };
  for (const waiting of round) {
    const { command, by, keyHash, keyNewAt, found } = waiting;
    if (keyHash !== undefined) {
      // An equal request in flight, here or in another process: it is answered as a replay once that is durable.
      const there = keys.find(state.id, keyHash.index);
      if (
        there.some((revision) => revision > keyNewAt && revision <= state.revision) ||
        keysOfRound.has(keyHash.hex)
      ) {
        again.push(waiting);
        continue;
      }
      keysOfRound.add(keyHash.hex);
    }
    const act = found === undefined ? undefined : onLedger(found);
    if (act !== undefined && isStale(draft, act)) {
      again.push(waiting);
      continue;
    }
    const id = keyHash === undefined ? '' : timedId(keyHash, recordedAt);
    const context: Context = {
      recordedAt,
      actor: by.actor.subject,
      roles: by.actor.roles,
      id,
      ...(by.key === undefined ? {} : { key: by.key }),
      ...(act === undefined ? {} : { act }),
    };
    let decided: Decided;
    try {
      decided = decide(draft, command, context);
    } catch (error) {
      waiting.reject(error);
      continue;
    }
    if ('event' in decided) draft.take(decided.event);
    outcomes.push({ waiting, decided });
  }
  return { outcomes, again };
}

/**
 * Whether somebody still waits for it; otherwise it is rejected.
 * @param tried an append with it was tried and lost: it may be among the events read since
 */
export function inTime({ until, reject }: Waiting, tried: boolean): boolean {
  if (performance.now() < until) return true;
  const message = 'it did not come to be written in time, because the engine is slow or others write more';
  reject(new EngineUnavailable(message, { nothingWritten: !tried }));
  return false;
}

/**
 * Acts, all that becomes of them and what is told beside them go together; anything that changes what acts are decided
 * by goes alone.
 */
export function sharesRound({ type }: Command): boolean {
  switch (type) {
    case 'DecideAct':
    case 'ReverseAct':
    case 'ApproveAct':
    case 'RejectAct':
    case 'CommitAct':
    case 'ReleaseAct':
    case 'ReportIncident':
    case 'RecordOutcome':
    case 'DrawLot':
      return true;
    default:
      return false;
  }
}

/** The act that is read from the ledger before the command is decided. */
export function actNamedBy(command: Command): string | undefined {
  if ('act' in command) return command.act;
  switch (command.type) {
    case 'ReportIncident':
    case 'RecordOutcome':
    case 'ProposeStory':
    case 'TakeUpStory':
      return command.asked.act;
    default:
      return undefined;
  }
}

/** Whether what was read of an act is all that came before this event, or an approval has come between. */
export function whollyRead(found: FoundAct, event: SettlingEvent): boolean {
  const wasReserved = found.event.type === 'ActReserved' || found.settledBy.length > 0;
  const isOfReserved = event.type === 'ActCommitted' || event.type === 'ActReleased';
  return wasReserved === isOfReserved;
}

function onLedger({ event, settledBy }: FoundAct): ActOnLedger {
  const settled = settledBy.at(-1);
  return settled === undefined ? { decided: event } : { decided: event, settled };
}
