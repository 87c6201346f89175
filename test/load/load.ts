/**
 * One run of load: closed loop (every connection sends its next request when the last was answered) or at a
 * fixed rate. At a fixed rate a latency runs from the moment the request was DUE to the moment its reply was
 * complete, so a stall counts for all the requests that it held up (Gil Tene's coordinated omission).
 */
import { build } from 'hdr-histogram-js';
import { RawConnection, type RawReply } from './raw-connection.ts';
import { RequestStamp, type Template } from './request-stamp.ts';

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly template: Template;
  /** The first act's running number; keys must be new to the service. */
  readonly firstNumber: number;
  readonly budgets: number;
  readonly connections: number;
  /** Requests a second; absent: closed loop. */
  readonly ratePerSecond?: number;
  /** Load before the measurement; its acts count, its latencies do not. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly expectedStatus: number;
  /** Occurs in a good reply once per act, such as `"status":"accepted"`. */
  readonly marker: string;
}

export interface LoadResult {
  /** Of the measured time only; all others are of the whole run. */
  readonly measured: {
    readonly requests: number;
    readonly seconds: number;
    readonly requestsPerSecond: number;
    /** Microseconds. */
    readonly latencyUs: {
      readonly p50: number;
      readonly p90: number;
      readonly p99: number;
      readonly p999: number;
      readonly max: number;
    };
  };
  readonly requests: number;
  /** Acts in replies of the expected status that bear the marker. */
  readonly acknowledged: number;
  readonly nextNumber: number;
  readonly errors: Readonly<Record<string, { readonly count: number; readonly example: string }>>;
}

const DRAIN_MS = 30_000;

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const marker = Buffer.from(options.marker);
  const histogram = build({ highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: 3 });
  const errors = new Map<string, { count: number; example: string }>();
  const closedLoop = options.ratePerSecond === undefined;
  let nextNumber = options.firstNumber;
  let requests = 0;
  let acknowledged = 0;
  let measuredRequests = 0;
  let underWay = 0;

  const fail = (name: string, example: string) => {
    const known = errors.get(name);
    if (known === undefined) errors.set(name, { count: 1, example });
    else known.count++;
  };

  const startAt = performance.now();
  const measureFrom = startAt + options.warmUpMs;
  const endAt = measureFrom + options.durationMs;
  const idle: Lane[] = [];
  /** Moments at which requests were due that no connection was free for; read from `waitingFrom` on. */
  const waiting: number[] = [];
  let waitingFrom = 0;

  interface Lane {
    readonly stamp: RequestStamp;
    readonly connection: RawConnection;
    dueAt: number;
    isBusy: boolean;
  }

  const send = (lane: Lane, dueAt: number) => {
    lane.dueAt = dueAt;
    lane.isBusy = true;
    const bytes = lane.stamp.stamp(nextNumber, options.budgets);
    nextNumber += lane.stamp.acts;
    requests++;
    underWay++;
    lane.connection.send(bytes);
  };

  const next = (lane: Lane, now: number) => {
    if (closedLoop) {
      if (now < endAt) send(lane, now);
    } else if (waitingFrom < waiting.length) {
      send(lane, waiting[waitingFrom++]!);
    } else {
      idle.push(lane);
    }
  };

  const finish = (lane: Lane, reply: RawReply) => {
    const now = performance.now();
    underWay--;
    lane.isBusy = false;
    const good = reply.status === options.expectedStatus ? occurrences(reply.body, marker) : 0;
    acknowledged += good;
    if (good !== lane.stamp.acts) {
      fail(
        `status ${reply.status}, ${good} of ${lane.stamp.acts} as expected`,
        reply.body.toString('utf8', 0, 300),
      );
    }
    // In a closed loop what ends within the time counts; at a fixed rate, what was due in it.
    const counts = closedLoop
      ? now >= measureFrom && now < endAt
      : lane.dueAt >= measureFrom && lane.dueAt < endAt;
    if (counts) {
      measuredRequests++;
      histogram.recordValue(Math.max(1, Math.round((now - lane.dueAt) * 1_000)));
    }
    next(lane, now);
  };

  const lanes: Lane[] = await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const lane: { -readonly [Name in keyof Lane]?: Lane[Name] } = {
        stamp: new RequestStamp(options.template),
        dueAt: 0,
        isBusy: false,
      };
      lane.connection = await RawConnection.open(
        options.host,
        options.port,
        (reply) => finish(lane as Lane, reply),
        (reason) => {
          if (lane.isBusy === true) underWay--;
          const at = idle.indexOf(lane as Lane);
          if (at >= 0) idle.splice(at, 1);
          fail('connection lost', reason);
        },
      );
      return lane as Lane;
    }),
  );

  if (closedLoop) for (const lane of lanes) send(lane, performance.now());
  else {
    idle.push(...lanes);
    const periodMs = 1_000 / options.ratePerSecond!;
    let due = performance.now();
    await new Promise<void>((resolve) => {
      const release = () => {
        const now = performance.now();
        for (; due <= now && due < endAt; due += periodMs) {
          const lane = idle.pop();
          if (lane !== undefined) send(lane, due);
          else waiting.push(due);
        }
        if (due >= endAt) resolve();
        else setTimeout(release, 1);
      };
      release();
    });
  }
  await drained(() => performance.now() >= endAt && underWay <= 0 && waitingFrom >= waiting.length, endAt);
  if (underWay > 0) fail('no answer', `${underWay} requests unanswered ${DRAIN_MS} ms after the end`);
  if (waitingFrom < waiting.length)
    fail('not sent', `${waiting.length - waitingFrom} requests never had a free connection`);
  for (const lane of lanes) lane.connection.close();

  const at = (percentile: number) => histogram.getValueAtPercentile(percentile);
  const seconds = options.durationMs / 1_000;
  return {
    measured: {
      requests: measuredRequests,
      seconds,
      requestsPerSecond: measuredRequests / seconds,
      latencyUs: { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.maxValue },
    },
    requests,
    acknowledged,
    nextNumber,
    errors: Object.fromEntries(errors),
  };
}

async function drained(isDone: () => boolean, endAt: number): Promise<void> {
  while (!isDone() && performance.now() < endAt + DRAIN_MS) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function occurrences(body: Buffer, marker: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at + marker.length)) count++;
  return count;
}
