/** Messages between the controller of keys and the keyring, and who answers them. */
import { Inject } from '@nestjs/common';
import {
  Command as BusCommand,
  Query as BusQuery,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  QueryHandler,
} from '@nestjs/cqrs';
import type { KeyAnswer, Keyring, KeyWriter } from '../../../libs/access/keyring.ts';
import type { AccessCommand, AccessKey } from '../../../libs/domain/access/keys.ts';
import { KEYRING } from '../parts.ts';

export class WriteKey extends BusCommand<KeyAnswer> {
  readonly command: AccessCommand;
  readonly by: KeyWriter;
  constructor(command: AccessCommand, by: KeyWriter) {
    super();
    this.command = command;
    this.by = by;
  }
}

export interface AllKeys {
  readonly keys: readonly AccessKey[];
  readonly position: number;
}

export class ReadKeys extends BusQuery<AllKeys> {}

@CommandHandler(WriteKey)
export class WriteKeyHandler implements ICommandHandler<WriteKey> {
  readonly #keyring: Keyring;
  constructor(@Inject(KEYRING) keyring: Keyring) {
    this.#keyring = keyring;
  }
  execute({ command, by }: WriteKey): Promise<KeyAnswer> {
    return this.#keyring.execute(command, by);
  }
}

@QueryHandler(ReadKeys)
export class ReadKeysHandler implements IQueryHandler<ReadKeys> {
  readonly #keyring: Keyring;
  constructor(@Inject(KEYRING) keyring: Keyring) {
    this.#keyring = keyring;
  }
  /** As of now, every process's included; while the engine does not answer, as of what is known. */
  async execute(): Promise<AllKeys> {
    await this.#keyring.look().catch(() => {});
    return this.#keyring.all();
  }
}

export const KEYS_HANDLERS = [WriteKeyHandler, ReadKeysHandler];
