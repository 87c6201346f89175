/**
 * The server's protocol as the client's own package ships it, so that both ends speak the same. Loaded through that
 * package: its copy of the transport is the one its service definitions were made for.
 */
import { createRequire } from 'node:module';

const load = createRequire(createRequire(import.meta.url).resolve('@eventstore/db-client'));

export const grpc = load('@grpc/grpc-js') as typeof import('@grpc/grpc-js');
export const streamsPb = load(
  '../generated/streams_pb.js',
) as typeof import('@eventstore/db-client/generated/streams_pb.js');
export const sharedPb = load(
  '../generated/shared_pb.js',
) as typeof import('@eventstore/db-client/generated/shared_pb.js');
export const gossipPb = load(
  '../generated/gossip_pb.js',
) as typeof import('@eventstore/db-client/generated/gossip_pb.js');
export const featuresPb = load(
  '../generated/serverfeatures_pb.js',
) as typeof import('@eventstore/db-client/generated/serverfeatures_pb.js');
export const statusPb = load(
  '../generated/status_pb.js',
) as typeof import('@eventstore/db-client/generated/status_pb.js');
export const { StreamsService } = load(
  '../generated/streams_grpc_pb.js',
) as typeof import('@eventstore/db-client/generated/streams_grpc_pb.js');
export const { GossipService } = load(
  '../generated/gossip_grpc_pb.js',
) as typeof import('@eventstore/db-client/generated/gossip_grpc_pb.js');
export const { ServerFeaturesService } = load(
  '../generated/serverfeatures_grpc_pb.js',
) as typeof import('@eventstore/db-client/generated/serverfeatures_grpc_pb.js');
export const { Any } = load(
  'google-protobuf/google/protobuf/any_pb.js',
) as typeof import('google-protobuf/google/protobuf/any_pb.js');
export const { Empty: GoogleEmpty } = load(
  'google-protobuf/google/protobuf/empty_pb.js',
) as typeof import('google-protobuf/google/protobuf/empty_pb.js');

/** What the server tells a client in the trailers of a failed call. */
export function failure(
  code: number,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): { code: number; details: string; metadata: import('@grpc/grpc-js').Metadata } {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
}
