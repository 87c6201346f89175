/**
 * Who sends a request: the admin key, or a key of the keyring. What an Authorization header was found to be is
 * remembered, so that a till that asks a thousand times costs one hash.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { idOfKey } from '../../../libs/access/key-text.ts';
import type { Keyring } from '../../../libs/access/keyring.ts';
import { type Actor, ADMIN } from '../../../libs/domain/access/access.ts';
import { bearerCheck, bearerOf } from '../../../libs/platform/admin-key.ts';

export interface Caller {
  readonly actor: Actor;
  /** Null: the admin key, which the keyring does not hold. */
  readonly keyId: string | null;
}

/** Far more than there are tills; only headers with a right key are remembered. */
const MOST_KNOWN = 10_000;

export class Authentication {
  readonly #isAdmin: (authorization: string | undefined) => boolean;
  readonly #keyring: Keyring;
  readonly #known = new Map<string, Caller>();

  constructor(adminKey: string, keyring: Keyring) {
    this.#isAdmin = bearerCheck(adminKey);
    this.#keyring = keyring;
    keyring.onRevoked = () => this.#known.clear();
  }

  /** Undefined: nobody known. It may be a key that another process has just made: see `mayBeNew`. */
  callerOf(authorization: string | undefined): Caller | undefined {
    if (authorization === undefined) return undefined;
    const known = this.#known.get(authorization);
    if (known !== undefined) return known;
    const caller = this.#find(authorization);
    if (caller !== undefined) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(authorization, caller);
    }
    return caller;
  }

  /** Whether the header has a key that could be in the ledger, unknown here or not. */
  mayBeNew(authorization: string | undefined): boolean {
    return idOfKey(bearerOf(authorization) ?? '') !== undefined;
  }

  /**
   * As `callerOf`, after a look at what other processes have recorded.
   * @throws EngineUnavailable when that cannot be seen
   */
  async callerAfterLook(authorization: string | undefined): Promise<Caller | undefined> {
    await this.#keyring.look();
    return this.callerOf(authorization);
  }

  #find(authorization: string): Caller | undefined {
    if (this.#isAdmin(authorization)) return { actor: ADMIN, keyId: null };
    const token = bearerOf(authorization) ?? '';
    const live = this.#keyring.live(idOfKey(token) ?? '');
    if (live === undefined || !timingSafeEqual(hash('sha256', token, 'buffer'), live.digest))
      return undefined;
    return { actor: live.actor, keyId: live.id };
  }
}
