/** An adjustment as it is answered: of its event and position alone, so that a replay answers the same. */
import type { BucketAdjusted, BucketTransferred, NamedBucket } from '../../../libs/domain/book/events.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';

export function adjustmentBody(event: BucketAdjusted | BucketTransferred, position: number) {
  const { count, costMinor, retailMinor } = event.amounts;
  const buckets =
    event.type === 'BucketAdjusted'
      ? { bucket: bucketBody(event.bucket) }
      : { from: bucketBody(event.from), to: bucketBody(event.to) };
  // Members left undefined are left out by JSON.stringify.
  return {
    id: event.id,
    kind: event.type === 'BucketAdjusted' ? event.kind : 'transfer',
    limit: event.limit,
    ...buckets,
    at: event.at === undefined ? undefined : formatInstant(event.at),
    amounts: { count, costMinor, retailMinor },
    reason: event.reason,
    author: event.actor,
    recordedAt: formatInstant(event.recordedAt),
    position,
  };
}

function bucketBody({ key, label }: NamedBucket) {
  return { key, label };
}
