/** Options that several commands share. */
import { type Command, InvalidArgumentError } from 'commander';

/** A whole number in a range, as commander wants it. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** `--url` and `--key`, for commands that speak to a running service. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', 'where the service is (GOODWILL_URL; else this machine, GOODWILL_PORT or 3000)')
    .option(
      '--key <key>',
      'the key (GOODWILL_ADMIN_KEY; else the one stored in GOODWILL_DATA_DIR or ./data)',
    );
}

/** An option that may be given several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON document for machines and nothing else');
}
