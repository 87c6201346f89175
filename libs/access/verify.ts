/** Holds the stream of keys against itself: every event readable and in its place, and decided as it would be again. */
import { isDeepStrictEqual } from 'node:util';
import {
  type AccessCommand,
  type AccessEvent,
  type AccessKeys,
  decideAccess,
  evolveAccess,
} from '../domain/access/keys.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeAccessEvent } from '../events/access-codec.ts';
import { ACCESS_STREAM } from './keyring.ts';

export interface KeysVerdict {
  readonly made: number;
  readonly revoked: number;
  /** Of the newest event; -1: no key was ever made. */
  readonly position: number;
  /** The first thing that is not as it must be; absent: all is. */
  readonly difference?: string;
}

export async function verifyKeys(eventStore: EventStore): Promise<KeysVerdict> {
  const keys: AccessKeys = new Map();
  const idempotencyKeys = new Map<string, number>();
  let position = -1;
  let difference: string | undefined;
  try {
    for await (const batch of eventStore.read(ACCESS_STREAM, 0)) {
      for (const stored of batch) {
        difference ??= differenceOf(stored, position, keys, idempotencyKeys);
        evolveAccess(keys, decodeAccessEvent(stored));
        position = stored.revision;
      }
    }
  } catch (error) {
    difference ??= error instanceof Error ? error.message : String(error);
  }
  const revoked = [...keys.values()].filter((key) => key.revoked !== undefined).length;
  return { made: keys.size, revoked, position, ...(difference === undefined ? {} : { difference }) };
}

function differenceOf(
  stored: { readonly revision: number; readonly type: string; readonly data: string },
  before: number,
  keys: AccessKeys,
  idempotencyKeys: Map<string, number>,
): string | undefined {
  const { revision } = stored;
  if (revision !== before + 1) return `after position ${before} comes ${revision}: events are missing`;
  const event = decodeAccessEvent(stored);
  if (event.key !== undefined) {
    const earlier = idempotencyKeys.get(event.key);
    if (earlier !== undefined) {
      return `position ${revision} uses key "${event.key}" again, first at ${earlier}`;
    }
    idempotencyKeys.set(event.key, revision);
  }
  const again = decidedAgain(keys, event);
  return isDeepStrictEqual(again, event)
    ? undefined
    : `position ${revision} is decided otherwise today: recorded ${JSON.stringify(event)}, again ${JSON.stringify(again)}`;
}

function decidedAgain(keys: AccessKeys, event: AccessEvent): unknown {
  const { recordedAt, actor, key } = event;
  if (event.type === 'KeyMade' && keys.has(event.id)) return `the id ${event.id} was given before`;
  const command: AccessCommand =
    event.type === 'KeyMade'
      ? { type: 'MakeKey', subject: event.subject, roles: event.roles }
      : {
          type: 'RevokeKey',
          id: event.id,
          ...(event.reason === undefined ? {} : { reason: event.reason }),
        };
  const again = decideAccess(keys, command, {
    recordedAt,
    actor,
    // What the actor might do was settled when it was recorded: their key may have been revoked since.
    roles: ['admin'],
    ...(key === undefined ? {} : { key }),
    ...(event.type === 'KeyMade' ? { drawn: { id: event.id, hash: event.hash } } : {}),
  });
  return 'event' in again ? again.event : again;
}
