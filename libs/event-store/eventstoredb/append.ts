/**
 * One append, made certain: whatever happens to an answer, the same events are sent again at the same revision, which
 * the server takes as the same append, and what stands in the stream decides what is told.
 */
import { randomUUID } from 'node:crypto';
import { NO_STREAM as CLIENT_NO_STREAM } from '@eventstore/db-client';
import { type AppendResult, EngineUnavailable, type EventToAppend } from '../event-store.ts';
import { type Calls, pauseBefore } from './calls.ts';
import { failureOf, NoAnswer, wroteNothing } from './failures.ts';
import { headOfStream, pageOfStream } from './pages.ts';
import { markOf, type Recorded, toWrite } from './stored.ts';

/** @param deadline in ms of `performance.now`; when it has passed, the result is unknown or nothing was written */
export async function appendForCertain(
  calls: Calls,
  stream: string,
  events: readonly EventToAppend[],
  expected: number,
  deadline: number,
): Promise<AppendResult> {
  await calls.assertReachable();
  const mark = randomUUID();
  const written = toWrite(events, mark);
  const expectedRevision = expected < 0 ? CLIENT_NO_STREAM : BigInt(expected);
  /** A try may have been carried out although we do not know. */
  let unknown = false;
  let last: unknown;
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    try {
      const { nextExpectedRevision } = await calls.once(
        (client, options, deadlineMs) =>
          client.appendToStream(stream, written, { ...options, expectedRevision, deadline: deadlineMs }),
        deadline,
      );
      // It stands there, now or from an earlier call. From here on nothing may be told but what stands there.
      unknown = true;
      const revision = Number(nextExpectedRevision);
      const first = await eventAt(calls, stream, revision - events.length + 1, deadline);
      if (first !== undefined) return { ok: true, revision, alreadyThere: markOf(first) !== mark };
    } catch (error) {
      if (error instanceof EngineUnavailable)
        throw calls.unavailable(error, !unknown && error.nothingWritten);
      last = error;
      const failure = failureOf(error);
      if (failure === 'conflict') {
        // Also at the first try: what carries the call may have sent it twice, and the server may not remember.
        const settled = await settle(calls, stream, events, expected, mark, deadline);
        if (settled !== undefined) return settled;
      } else if (failure === 'lasting') {
        throw calls.unavailable(error, !unknown);
      } else if (!wroteNothing(error)) {
        unknown = true;
      }
    }
    await pauseBefore(attempt, deadline);
  }
  last ??= new NoAnswer('no time was left for a try');
  throw calls.unavailable(last, !unknown);
}

/**
 * The server says that the stream stands elsewhere. Reads what stands there: ours, all of it, or another's.
 * @returns undefined when the stream stands where it was expected after all: a leader that has lost its office may
 *   have counted appends that never came to be
 */
async function settle(
  calls: Calls,
  stream: string,
  events: readonly EventToAppend[],
  expected: number,
  mark: string,
  deadline: number,
): Promise<AppendResult | undefined> {
  const [first, actual] = await certainly(calls, () =>
    Promise.all([
      eventAt(calls, stream, expected + 1, deadline),
      calls.ask((client, options, ms) => headOfStream(client, stream, options, ms), deadline),
    ]),
  );
  if (first?.id === events[0]!.id) {
    const there = await certainly(calls, () =>
      calls.ask(
        (client, options, ms) => pageOfStream(client, stream, expected + 1, events.length, options, ms),
        deadline,
      ),
    );
    if (there.events.length === events.length && there.events.every(({ id }, i) => id === events[i]!.id)) {
      const revision = Number(there.events.at(-1)!.revision);
      return { ok: true, revision, alreadyThere: markOf(first) !== mark };
    }
  }
  return actual === expected ? undefined : { ok: false, actual };
}

async function eventAt(
  calls: Calls,
  stream: string,
  revision: number,
  deadline: number,
): Promise<Recorded | undefined> {
  const { events } = await calls.ask(
    (client, options, ms) => pageOfStream(client, stream, revision, 1, options, ms),
    deadline,
  );
  return events[0];
}

/** What cannot be read back is not known. */
async function certainly<T>(calls: Calls, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw calls.unavailable(error, false);
  }
}
