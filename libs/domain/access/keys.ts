/**
 * The keys to a ledger, one stream of facts for all of its books: made for a subject with roles, and revoked. A key
 * itself is nowhere in here, only its hash; nobody can read it from the ledger.
 *
 * What is to come has its place: scopes (books, locations) and an expiry are members of `KeyMade` that narrow what
 * `keyOf` answers; an actor that another authority vouches for needs no key and no fact in here.
 */
import type { Refusal } from '../book/commands.ts';
import type { Stamp } from '../book/events.ts';
import { same } from '../book/same.ts';
import { type AccessRole, may } from './access.ts';
import { notAllowed } from './capabilities.ts';

export interface KeyMade extends Stamp {
  readonly type: 'KeyMade';
  /** Public: names the key in lists and stands readable in the key. */
  readonly id: string;
  readonly subject: string;
  readonly roles: readonly AccessRole[];
  /** SHA-256 of the whole key, hex. The key has so many random bits that no salt or stretching is needed. */
  readonly hash: string;
}
export interface KeyRevoked extends Stamp {
  readonly type: 'KeyRevoked';
  readonly id: string;
  readonly reason?: string;
}
export type AccessEvent = KeyMade | KeyRevoked;

export type AccessCommand =
  | { readonly type: 'MakeKey'; readonly subject: string; readonly roles: readonly AccessRole[] }
  | { readonly type: 'RevokeKey'; readonly id: string; readonly reason?: string };

export interface AccessContext extends Stamp {
  readonly roles: readonly AccessRole[];
  /** For `MakeKey`: drawn by the shell. */
  readonly drawn?: { readonly id: string; readonly hash: string };
}

export interface AccessKey {
  readonly id: string;
  readonly subject: string;
  readonly roles: readonly AccessRole[];
  readonly hash: string;
  readonly madeAt: number;
  readonly madeBy: string;
  readonly revoked?: { readonly at: number; readonly by: string; readonly reason?: string };
}

/** By id, in the order they were made. */
export type AccessKeys = Map<string, AccessKey>;

/** The subjects of the ledger itself: an event that names one of these must not be another's. */
const RESERVED = new Set(['admin', 'ledger']);

export type AccessDecided = { readonly event: AccessEvent } | { readonly refusal: Refusal };

export function decideAccess(
  keys: AccessKeys,
  command: AccessCommand,
  context: AccessContext,
): AccessDecided {
  const { recordedAt, actor, key, roles, drawn } = context;
  if (!may(roles, 'keys:write')) return { refusal: notAllowed(actor, roles, 'keys:write') };
  const stamp: Stamp = { recordedAt, actor, ...(key === undefined ? {} : { key }) };
  if (command.type === 'MakeKey') {
    const { subject } = command;
    // However it is written: people read the events.
    if (RESERVED.has(subject.trim().toLowerCase())) {
      const refusal: Refusal = {
        code: 'subject-reserved',
        detail: `"${subject}" is what the ledger calls itself or whoever runs it.`,
        pointer: '/subject',
        advice: 'Name the till, the system or the person that the key is for; an employee by their id.',
      };
      return { refusal };
    }
    if (drawn === undefined || keys.has(drawn.id)) throw new Error('a key is made with an id of its own');
    const { id, hash } = drawn;
    return { event: { type: 'KeyMade', id, subject, roles: command.roles, hash, ...stamp } };
  }
  const known = keys.get(command.id);
  if (known === undefined) {
    const advice = 'Use an id that GET /v1/keys lists: the ten characters after glk_.';
    return { refusal: { code: 'key-not-found', detail: `There is no key "${command.id}".`, advice } };
  }
  if (known.revoked !== undefined) {
    const detail = `Key "${known.id}" of "${known.subject}" was revoked by "${known.revoked.by}" already.`;
    return { refusal: { code: 'key-already-revoked', detail, advice: 'It opens nothing any more.' } };
  }
  const { id, reason } = command;
  return { event: { type: 'KeyRevoked', id, ...(reason === undefined ? {} : { reason }), ...stamp } };
}

export function evolveAccess(keys: AccessKeys, event: AccessEvent): void {
  if (event.type === 'KeyMade') {
    const { id, subject, roles, hash, recordedAt, actor } = event;
    keys.set(id, { id, subject, roles, hash, madeAt: recordedAt, madeBy: actor });
    return;
  }
  const known = keys.get(event.id);
  if (known === undefined) return;
  const { recordedAt: at, actor: by, reason } = event;
  keys.set(event.id, { ...known, revoked: { at, by, ...(reason === undefined ? {} : { reason }) } });
}

/** As `differences` of a book's commands: what a repeated write says otherwise than the first. */
export function accessDifferences(command: AccessCommand, event: AccessEvent): readonly string[] {
  if (command.type === 'MakeKey') {
    if (event.type !== 'KeyMade') return ['operation'];
    return [
      ...(same(command.roles, event.roles) ? [] : ['roles']),
      ...(command.subject === event.subject ? [] : ['subject']),
    ];
  }
  if (event.type !== 'KeyRevoked') return ['operation'];
  return [...(command.id === event.id ? [] : ['id']), ...(command.reason === event.reason ? [] : ['reason'])];
}
