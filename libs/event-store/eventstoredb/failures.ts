/** What the client's errors mean for a caller: whether to try again, and whether anything may have been written. */
import { ErrorType } from '@eventstore/db-client';

/** No answer within our own deadline. The call may have been carried out. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** The client had not come to a connection: nothing was asked. */
  readonly unasked: boolean;
  constructor(message: string, unasked = false) {
    super(message);
    this.unasked = unasked;
  }
}

export type Failure =
  /** The stream stands elsewhere than expected, or held the events already in part. */
  | 'conflict'
  /** There is no such stream. */
  | 'missing'
  /** Trying again may help. */
  | 'passing'
  /** Trying again will not help until somebody changes something. */
  | 'lasting';

interface ClientError {
  readonly type?: string;
  /** gRPC's status code. */
  readonly code?: number;
  readonly message: string;
}

/** https://grpc.io/docs/guides/status-codes/ */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

export function failureOf(error: unknown): Failure {
  const { type, code } = error as ClientError;
  if (type === ErrorType.WRONG_EXPECTED_VERSION) return 'conflict';
  if (type === ErrorType.STREAM_NOT_FOUND || type === ErrorType.NO_STREAM) return 'missing';
  if (
    type === ErrorType.ACCESS_DENIED ||
    type === ErrorType.STREAM_DELETED ||
    type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED ||
    code === INVALID_ARGUMENT ||
    code === PERMISSION_DENIED ||
    code === UNAUTHENTICATED
  ) {
    return 'lasting';
  }
  return 'passing';
}

/**
 * What the client and the gRPC library under it say of a call that ended before it had a connection to go out on.
 * A deadline that passes while the call still waits names what it waited for (`LoadBalancingCall` and
 * `ResolvingCall` of @grpc/grpc-js).
 */
const NEVER_SENT =
  /No connection established|Failed to discover|waiting for (?:name resolution|metadata filters)|Waiting for LB pick|Channel has been shut down/;

function neverSent(error: unknown): boolean {
  return (error instanceof NoAnswer && error.unasked) || NEVER_SENT.test((error as ClientError).message);
}

/**
 * Whether a failed append certainly wrote nothing: it was refused, or never left this process. A connection that
 * broke, a deadline, and the server's own time-out leave it open.
 */
export function wroteNothing(error: unknown): boolean {
  const { type } = error as ClientError;
  const failure = failureOf(error);
  return failure === 'lasting' || failure === 'conflict' || type === ErrorType.NOT_LEADER || neverSent(error);
}

/** One sentence for the operator: what is wrong and what to do. */
export function explain(error: unknown, where: string): string {
  const { type, code, message } = error as ClientError;
  if (type === ErrorType.ACCESS_DENIED || code === UNAUTHENTICATED || code === PERMISSION_DENIED) {
    return `EventStoreDB at ${where} refuses the name and password: check them in GOODWILL_EVENT_STORE (${message}).`;
  }
  if (type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED) {
    return `EventStoreDB at ${where} takes less in one append than the ledger sends: raise its MaxAppendSize to 1 MiB or more (${message}).`;
  }
  if (type === ErrorType.STREAM_DELETED) {
    return `The stream was deleted for ever in EventStoreDB at ${where}: nothing can be written to it again (${message}).`;
  }
  if (type === ErrorType.NOT_LEADER) {
    return `EventStoreDB at ${where} has no leader that answers: a majority of its members must run (${message}).`;
  }
  const late =
    error instanceof NoAnswer || type === ErrorType.DEADLINE_EXCEEDED || type === ErrorType.TIMEOUT;
  if (late && !neverSent(error)) {
    return `EventStoreDB at ${where} does not answer in time: see whether a majority of its members runs, and the network to them (${message}).`;
  }
  return `EventStoreDB at ${where} cannot be reached or fails: see its log, and the network to it (${message}).`;
}
