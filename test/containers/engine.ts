/** The Docker engine that the container suites run on, and what it has: asked through the `docker` command. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// Its reaper is an image of its own, which cannot be pulled everywhere; the suites remove what they start.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';

export const IMAGE = process.env.GOODWILL_TEST_IMAGE ?? 'goodwill-ledger:test';
export const ESDB_IMAGE =
  process.env.GOODWILL_TEST_ESDB_IMAGE ?? 'eventstore/eventstore:23.10.8-bookworm-slim';
const ASK_TIMEOUT_MS = 15_000;
const PULL_TIMEOUT_MS = 300_000;
const BUILD_TIMEOUT_MS = 1_200_000;

/** Why nothing can be started, or undefined where an engine answers. */
export function whyNoEngine(): string | undefined {
  const asked = docker(['version', '--format', '{{.Server.Version}}'], ASK_TIMEOUT_MS);
  if (asked.status === 0) return undefined;
  return `no Docker engine answers (${firstLine(asked.stderr)}); test/containers/engine.sh starts Debian's`;
}

/** Why the EventStoreDB suites cannot run here, or undefined. Pulls the image where that is possible. */
export function whyNoEventStoreDb(): string | undefined {
  const noEngine = whyNoEngine();
  if (noEngine !== undefined) return noEngine;
  if (docker(['image', 'inspect', ESDB_IMAGE], ASK_TIMEOUT_MS).status === 0) return undefined;
  const pulled = docker(['pull', '--quiet', ESDB_IMAGE], PULL_TIMEOUT_MS);
  if (pulled.status === 0) return undefined;
  return `the image ${ESDB_IMAGE} is not here and cannot be pulled; GOODWILL_TEST_ESDB_IMAGE may name another`;
}

/** Builds the service's image, unless GOODWILL_TEST_IMAGE names one that is there. @throws with the build's last lines */
export function buildImage(): void {
  if (process.env.GOODWILL_TEST_IMAGE !== undefined) {
    if (docker(['image', 'inspect', IMAGE], ASK_TIMEOUT_MS).status !== 0) {
      throw new Error(`the image ${IMAGE}, which GOODWILL_TEST_IMAGE names, is not there`);
    }
    return;
  }
  const built = spawnSync('bash', [join(import.meta.dirname, 'build-image.sh'), IMAGE], {
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (built.status === 0) return;
  const said = `${built.stdout}\n${built.stderr}`.trim().split('\n').slice(-40).join('\n');
  throw new Error(`the image was not built (${built.error?.message ?? `code ${built.status}`}):\n${said}`);
}

function docker(args: readonly string[], timeoutMs: number): { status: number | null; stderr: string } {
  const ran = spawnSync('docker', args, { encoding: 'utf8', timeout: timeoutMs });
  return { status: ran.status, stderr: ran.error?.message ?? ran.stderr };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'it said nothing';
}
