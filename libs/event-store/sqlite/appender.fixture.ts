/**
 * A process that appends without pause and tells of each acknowledgement on stdout, as `<revision> <id>…` per
 * append, first revision first; and of a fault, as `fault <nothingWritten> <message>`, and then ends. Run: appender.fixture.ts <file> <stream> <events per append> [appends].
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { AppendResult } from '../event-store.ts';
import { EngineUnavailable } from '../event-store.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';

/** Synchronous, so that nothing acknowledged waits in a buffer when the process is killed. */
function say(line: string): void {
  for (let rest = Buffer.from(line); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The reader is behind.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const [file, stream, size, appends = 'Infinity'] = process.argv.slice(2) as [string, string, string, string?];
const store = await SqliteEventStore.open({ file });
say('open\n');
for (let left = Number(appends); left > 0; ) {
  const events = Array.from({ length: Number(size) }, () => ({
    id: randomUUID(),
    type: 'ActAccepted',
    data: JSON.stringify({ text: 'x'.repeat(Math.floor(Math.random() * 1_500)) }),
  }));
  const head = await store.head(stream);
  let result: AppendResult;
  try {
    result = await store.append(stream, events, head);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    say(`fault ${error.nothingWritten} ${error.message}\n`);
    break;
  }
  if (!result.ok) continue;
  say(`${head + 1} ${events.map(({ id }) => id).join(' ')}\n`);
  left -= 1;
}
await store.close();
