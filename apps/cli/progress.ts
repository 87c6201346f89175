/** A bar for what takes long: on standard error, only where a person watches; standard output stays clean. */
import cliProgress from 'cli-progress';

export interface Progress {
  update(done: number, fields?: Readonly<Record<string, string | number>>): void;
  stop(): void;
}

const SILENT: Progress = { update() {}, stop() {} };

/**
 * `format` names its fields in braces (`{rows}`); `total` unknown shows no bar's end.
 */
export function startProgress(format: string, total: number | undefined, isWanted = true): Progress {
  if (!isWanted || !process.stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar(
    { format, stream: process.stderr, hideCursor: true, clearOnComplete: true, fps: 8 },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total ?? 0, 0, {});
  return {
    update: (done, fields = {}) => bar.update(done, { ...fields }),
    stop: () => bar.stop(),
  };
}
