/** How a command ends when it does not end well: one or two lines that say what to do, and an exit code. */

export const EXIT_CODES = {
  /** What was asked for was done. */
  fine: 0,
  /** What was asked for failed, or a comparison found a difference. */
  failed: 1,
  /** The command or a setting is wrong: nothing was tried. */
  usage: 2,
  /** The service or the engine cannot be reached. */
  unreachable: 3,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** An end that the user can do something about. Anything else that is thrown is a fault of the program. */
export class CommandFailure extends Error {
  override readonly name: string = 'CommandFailure';
  readonly exitCode: ExitCode;
  /** What to do about it, one line. */
  readonly advice?: string;
  constructor(message: string, options: { exitCode?: ExitCode; advice?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT_CODES.failed;
    if (options.advice !== undefined) this.advice = options.advice;
  }
}

export function wrongUsage(message: string, advice?: string): CommandFailure {
  return new CommandFailure(message, { exitCode: EXIT_CODES.usage, ...(advice && { advice }) });
}
