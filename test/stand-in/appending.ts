/** From the messages of the two append calls to the log, and the log's outcome back into their answers. */
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, Outcome, ProposedEvent } from './event-log.ts';
import { Any, GoogleEmpty, sharedPb, statusPb, streamsPb } from './protocol.ts';

export interface Wanted {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedEvent[];
}

type Proposed = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;

export function proposedEvent(message: Proposed): ProposedEvent {
  return {
    id: message.getId()!.getString().toLowerCase(),
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
  };
}

/** As the server counts them against the most it takes in one append. */
export function sizeOf(event: ProposedEvent): number {
  return event.data.length + event.metadata.length + 2 * event.type.length;
}

type Options = AppendReq.Options | BatchAppendReq.Options | DeleteReq.Options | TombstoneReq.Options;

export function streamOf(options: Options): string {
  return Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8');
}

export function expectedOf(options: Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'exists';
  if (options.hasNoStream()) return -1;
  return Number('getRevision' in options ? options.getRevision() : options.getStreamPosition());
}

export function appendAnswer(outcome: Outcome, expected: Expected): AppendResp {
  const answer = new streamsPb.AppendResp();
  if (outcome.kind === 'wrong') {
    const wrong = new streamsPb.AppendResp.WrongExpectedVersion();
    if (outcome.current < 0) wrong.setCurrentNoStream(new sharedPb.Empty());
    else wrong.setCurrentRevision(String(outcome.current));
    if (expected === 'any') wrong.setExpectedAny(new sharedPb.Empty());
    else if (expected === 'exists') wrong.setExpectedStreamExists(new sharedPb.Empty());
    else if (expected < 0) wrong.setExpectedNoStream(new sharedPb.Empty());
    else wrong.setExpectedRevision(String(expected));
    answer.setWrongExpectedVersion(wrong);
  } else if (outcome.kind !== 'deleted') {
    const success = new streamsPb.AppendResp.Success();
    success.setCurrentRevision(String(outcome.last));
    const position = new streamsPb.AppendResp.Position();
    position.setCommitPosition(String(outcome.position));
    position.setPreparePosition(String(outcome.position));
    success.setPosition(position);
    answer.setSuccess(success);
  }
  return answer;
}

/** gRPC's code of a failure that travels in the message instead of the trailers. */
const UNKNOWN = 2;

export function batchAnswer(
  request: BatchAppendReq,
  wanted: Wanted,
  outcome: Outcome | 'timeout' | 'unavailable',
): BatchAppendResp {
  const answer = new streamsPb.BatchAppendResp();
  answer.setCorrelationId(request.getCorrelationId());
  const id = new sharedPb.StreamIdentifier();
  id.setStreamName(new Uint8Array(Buffer.from(wanted.stream, 'utf8')));
  answer.setStreamIdentifier(id);
  const refuse = (details: { serializeBinary(): Uint8Array }, type: string): BatchAppendResp => {
    const any = new Any();
    any.pack(details.serializeBinary(), `event_store.client.${type}`);
    const status = new statusPb.Status();
    status.setCode(UNKNOWN as never);
    status.setMessage(type);
    status.setDetails(any);
    answer.setError(status);
    return answer;
  };
  if (outcome === 'timeout') return refuse(new sharedPb.Timeout(), 'Timeout');
  if (outcome === 'unavailable') return refuse(new sharedPb.Unknown(), 'Unknown');
  if (outcome.kind === 'deleted') {
    const deleted = new sharedPb.StreamDeleted();
    deleted.setStreamIdentifier(id);
    return refuse(deleted, 'StreamDeleted');
  }
  if (outcome.kind === 'wrong') {
    const wrong = new sharedPb.WrongExpectedVersion();
    if (outcome.current < 0) wrong.setCurrentNoStream(new GoogleEmpty());
    else wrong.setCurrentStreamRevision(String(outcome.current));
    if (wanted.expected === 'any') wrong.setExpectedAny(new GoogleEmpty());
    else if (wanted.expected === 'exists') wrong.setExpectedStreamExists(new GoogleEmpty());
    else if (wanted.expected < 0) wrong.setExpectedNoStream(new GoogleEmpty());
    else wrong.setExpectedStreamPosition(String(wanted.expected));
    return refuse(wrong, 'WrongExpectedVersion');
  }
  const success = new streamsPb.BatchAppendResp.Success();
  success.setCurrentRevision(String(outcome.last));
  const position = new sharedPb.AllStreamPosition();
  position.setCommitPosition(String(outcome.position));
  position.setPreparePosition(String(outcome.position));
  success.setPosition(position);
  answer.setSuccess(success);
  return answer;
}
