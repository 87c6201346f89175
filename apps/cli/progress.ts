/** A bar for what takes long: on standard error, only where a person watches; standard output stays clean. */
import cliProgress from 'cli-progress';

export interface Progress {
  /** `total` replaces the one given at the start, once it is known. */
  update(done: number, fields?: Readonly<Record<string, string | number>>, total?: number): void;
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
    update: (done, fields = {}, newTotal) => {
      if (newTotal !== undefined) bar.setTotal(newTotal);
      bar.update(done, { ...fields });
    },
    stop: () => bar.stop(),
  };
}
