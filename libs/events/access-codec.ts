/** The stored form of the facts about keys; the rules are those of `codec.ts`. */
import type { AccessEvent } from '../domain/access/keys.ts';
import { UnreadableEvent } from './codec.ts';

export const STORED_ACCESS_TYPE: Readonly<Record<AccessEvent['type'], string>> = {
  KeyMade: 'goodwill.key-made.v1',
  KeyRevoked: 'goodwill.key-revoked.v1',
};

const READABLE: ReadonlyMap<string, AccessEvent['type']> = new Map(
  Object.entries(STORED_ACCESS_TYPE).map(([type, stored]) => [stored, type as AccessEvent['type']]),
);

export function encodeAccessEvent(event: AccessEvent): { type: string; data: string } {
  const { type, ...data } = event;
  return { type: STORED_ACCESS_TYPE[type], data: JSON.stringify(data) };
}

/** @throws UnreadableEvent for a name this version does not know, or text that is not JSON. */
export function decodeAccessEvent(stored: { readonly type: string; readonly data: string }): AccessEvent {
  const type = READABLE.get(stored.type);
  if (type === undefined) {
    throw new UnreadableEvent(stored.type, 'written by a newer version: upgrade this process');
  }
  try {
    return { type, ...(JSON.parse(stored.data) as object) } as AccessEvent;
  } catch (cause) {
    throw new UnreadableEvent(stored.type, 'its data is not JSON: restore the ledger from a backup', cause);
  }
}
