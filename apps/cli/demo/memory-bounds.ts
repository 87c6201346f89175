/**
 * What Node and the C library are told when the service is started, so that it takes no more memory than its work needs.
 * Neither can be set from within a process that runs: `npm start`, the image and the service of `demo` each say it, and a
 * test holds them together.
 */

/**
 * MiB of each of the two halves of young memory. V8 would take 64 on a machine with enough of it, and keep them: 100 MB more
 * for a hundredth of the processor less.
 */
const SEMI_SPACE_MIB = 16;

export const SERVICE_NODE_ARGS: readonly string[] = [`--max-semi-space-size=${SEMI_SPACE_MIB}`];

/**
 * glibc would give every thread a pool of its own, up to eight for each core, and none gives back what it has free: 25 to
 * 40 MB. Other C libraries do not know the variable.
 */
export const SERVICE_ENV: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' };
