/**
 * The keys of a ledger as this process knows them: the fold of the stream `access`, followed. What another process
 * makes or revokes is known here within a second; while the engine does not answer, what was known stays true.
 */

import { randomUUID } from 'node:crypto';
import type { Actor } from '../domain/access/access.ts';
import {
  type AccessCommand,
  type AccessEvent,
  type AccessKey,
  type AccessKeys,
  accessDifferences,
  decideAccess,
  evolveAccess,
} from '../domain/access/keys.ts';
import type { Refusal } from '../domain/book/commands.ts';
import { EngineUnavailable, type EventStore, NO_STREAM } from '../event-store/event-store.ts';
import { decodeAccessEvent, encodeAccessEvent } from '../events/access-codec.ts';
import { type DrawnKey, drawKey } from './key-text.ts';

export const ACCESS_STREAM = 'access';
/** How often other processes' keys and revocations are looked for: they are in force here within twice as long. */
const FOLLOW_MS = 400;
/** A command is answered within this time, if only by saying that it could not be. */
const ANSWER_MS = 9_000;
/** How long a look that somebody waits for may take. */
const LOOK_MS = 1_000;

export type KeyAnswer =
  | {
      readonly outcome: 'recorded';
      readonly event: AccessEvent;
      readonly position: number;
      readonly replayed: boolean;
      /** The key itself, in the first answer to the one who had it made, and never again. */
      readonly key: string | null;
    }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

export interface KeyWriter {
  /** The idempotency key of the write. */
  readonly key: string;
  readonly actor: Actor;
}

export interface KeyringOptions {
  readonly eventStore: EventStore;
  readonly clock: { now(): number };
}

export interface LiveKey {
  readonly id: string;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly actor: Actor;
}

export class Keyring {
  readonly #options: KeyringOptions;
  readonly #keys: AccessKeys = new Map();
  readonly #live = new Map<string, LiveKey>();
  readonly #byIdempotencyKey = new Map<string, { readonly event: AccessEvent; readonly position: number }>();
  readonly #following: NodeJS.Timeout;
  #position = NO_STREAM;
  #reason: string | undefined = 'the keys are being read';
  #turn: Promise<unknown> = Promise.resolve();
  #looking: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  #closed = false;
  /** Told when a key has been revoked, here or elsewhere. */
  onRevoked: () => void = () => {};

  private constructor(options: KeyringOptions) {
    this.#options = options;
    this.#following = setInterval(() => this.#follow(), FOLLOW_MS).unref();
  }

  /** Returns at once; the keys are read in the background. See `status`. */
  static open(options: KeyringOptions): Keyring {
    const keyring = new Keyring(options);
    keyring.#follow();
    return keyring;
  }

  /** The key with this id, unless it was revoked. */
  live(id: string): LiveKey | undefined {
    return this.#live.get(id);
  }

  /** All there ever were, in the order they were made. */
  all(): { readonly keys: readonly AccessKey[]; readonly position: number } {
    return { keys: [...this.#keys.values()], position: this.#position };
  }

  /** Ready once everything that the engine held has been read. */
  status(): { readonly caughtUp: boolean; readonly reason?: string } {
    return this.#reason === undefined ? { caughtUp: true } : { caughtUp: false, reason: this.#reason };
  }

  /**
   * Learns of everything that was recorded before the call. All who ask while one look is under way share the next.
   * @throws EngineUnavailable
   */
  look(): Promise<void> {
    this.#nextLook ??= this.#lookNext();
    return within(LOOK_MS, this.#nextLook, true);
  }

  /** @throws EngineUnavailable: whether it was recorded is unknown; the same idempotency key finds out */
  execute(command: AccessCommand, by: KeyWriter): Promise<KeyAnswer> {
    const until = performance.now() + ANSWER_MS;
    const work = this.#inTurn(() => {
      // Nobody waits for the answer any more: what is not begun is left undone.
      if (performance.now() >= until) throw new EngineUnavailable('too late', { nothingWritten: true });
      return this.#execute(command, by);
    });
    return within(ANSWER_MS, work, false);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#following);
  }

  async #execute(command: AccessCommand, by: KeyWriter): Promise<KeyAnswer> {
    for (;;) {
      await this.#catchUp();
      const drawn = command.type === 'MakeKey' ? this.#draw() : undefined;
      const { subject, roles } = by.actor;
      const decided = decideAccess(this.#keys, command, {
        recordedAt: this.#options.clock.now(),
        actor: subject,
        roles,
        key: by.key,
        ...(drawn === undefined ? {} : { drawn }),
      });
      if ('refusal' in decided && decided.refusal.code === 'not-allowed') {
        return { outcome: 'refused', refusal: decided.refusal };
      }
      const earlier = this.#byIdempotencyKey.get(by.key);
      if (earlier !== undefined) return replay(command, earlier);
      if ('refusal' in decided) return { outcome: 'refused', refusal: decided.refusal };
      if (!(await this.#append(decided.event))) continue;
      const position = this.#position;
      return {
        outcome: 'recorded',
        event: decided.event,
        position,
        replayed: false,
        key: drawn?.key ?? null,
      };
    }
  }

  #draw(): DrawnKey {
    for (;;) {
      const drawn = drawKey();
      if (!this.#keys.has(drawn.id)) return drawn;
    }
  }

  /** @returns false when another process was faster: then nothing was recorded. */
  async #append(event: AccessEvent): Promise<boolean> {
    const { eventStore } = this.#options;
    try {
      const stored = { id: randomUUID(), ...encodeAccessEvent(event) };
      const result = await eventStore.append(ACCESS_STREAM, [stored], this.#position);
      if (result.ok) this.#takeIn(event, result.revision);
      return result.ok;
    } catch (error) {
      if (!(error instanceof EngineUnavailable) || error.nothingWritten) throw error;
      // Whether it was written shows in the stream; if that cannot be read either, it stays unknown.
      await this.#catchUp().catch(() => {});
      const there = this.#byIdempotencyKey.get(event.key!)?.event;
      if (there?.type !== event.type || there.recordedAt !== event.recordedAt) throw error;
      if (event.type === 'KeyMade' && (there as typeof event).hash !== event.hash) throw error;
      return true;
    }
  }

  #follow(): void {
    if (this.#closed) return;
    this.look().then(
      () => {
        this.#reason = undefined;
      },
      (error: unknown) => {
        // Once they have been read, what is known stays in force while the engine does not answer.
        if (this.#reason === undefined && error instanceof EngineUnavailable) return;
        this.#reason = `the keys cannot be read: ${error instanceof Error ? error.message : error}`;
      },
    );
  }

  async #lookNext(): Promise<void> {
    await this.#looking;
    this.#nextLook = undefined;
    const look = this.#inTurn(() => this.#catchUp());
    this.#looking = look.catch(() => {});
    await look;
  }

  async #catchUp(): Promise<void> {
    const { eventStore } = this.#options;
    const head = await eventStore.head(ACCESS_STREAM);
    if (head <= this.#position) return;
    for await (const batch of eventStore.read(ACCESS_STREAM, this.#position + 1, { to: head })) {
      for (const stored of batch) this.#takeIn(decodeAccessEvent(stored), stored.revision);
    }
  }

  #takeIn(event: AccessEvent, position: number): void {
    evolveAccess(this.#keys, event);
    this.#position = position;
    if (event.key !== undefined) this.#byIdempotencyKey.set(event.key, { event, position });
    if (event.type === 'KeyMade') {
      const { id, hash, subject, roles } = event;
      this.#live.set(id, { id, digest: Buffer.from(hash, 'hex'), actor: { subject, roles } });
    } else {
      this.#live.delete(event.id);
      this.onRevoked();
    }
  }

  /** One after the other: commands, and looking at the stream. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function replay(
  command: AccessCommand,
  { event, position }: { readonly event: AccessEvent; readonly position: number },
): KeyAnswer {
  const differs = accessDifferences(command, event);
  if (differs.length === 0) return { outcome: 'recorded', event, position, replayed: true, key: null };
  const refusal: Refusal = {
    code: 'idempotency-key-reused',
    detail: `This key was used before, at position ${position}, for other content: ${differs.join(', ')} differ.`,
    advice: 'Send a repeated request exactly as it was first sent, and every new one with a key of its own.',
    differs,
  };
  return { outcome: 'refused', refusal };
}

function within<T>(ms: number, work: Promise<T>, nothingWritten: boolean): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new EngineUnavailable(`no answer within ${ms} ms`, { nothingWritten })),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
