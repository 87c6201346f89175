/** The servers that the suites of this folder can run on, here and now, and why not on the others. */
import { startStandIn } from '../../../test/stand-in/start.ts';

export interface RunningServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

export interface Target {
  readonly name: string;
  start(): Promise<RunningServer>;
}

export interface Targets {
  readonly found: readonly Target[];
  readonly missing: readonly { readonly name: string; readonly why: string }[];
}

const IMAGE = process.env.GOODWILL_TEST_ESDB_IMAGE ?? 'eventstore/eventstore:24.6.0-jammy';
const PORT = 2113;

const standIn: Target = {
  name: 'the stand-in for EventStoreDB',
  async start() {
    const started = await startStandIn();
    return { connectionString: started.connectionString, stop: () => started.stop() };
  },
};

export async function targets(): Promise<Targets> {
  const found: Target[] = [standIn];
  const missing: { name: string; why: string }[] = [];
  const url = process.env.GOODWILL_TEST_ESDB_URL;
  if (url) {
    const start = async (): Promise<RunningServer> => ({
      connectionString: url,
      stop: async () => undefined,
    });
    found.push({ name: 'the EventStoreDB that runs', start });
  } else {
    missing.push({ name: 'an EventStoreDB that runs', why: 'GOODWILL_TEST_ESDB_URL is not set' });
  }
  const why = await whyNoContainer();
  if (why === undefined) found.push({ name: `EventStoreDB in a container of ${IMAGE}`, start: inContainer });
  else missing.push({ name: 'EventStoreDB in a container', why });
  return { found, missing };
}

async function whyNoContainer(): Promise<string | undefined> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  try {
    const engine = await getContainerRuntimeClient();
    if (await engine.image.exists(ImageName.fromString(IMAGE))) return undefined;
    return `the container engine does not have the image ${IMAGE} (GOODWILL_TEST_ESDB_IMAGE names another)`;
  } catch (error) {
    return `no container engine answers (${(error as Error).message})`;
  }
}

async function inContainer(): Promise<RunningServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(IMAGE)
    .withEnvironment({
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_CLUSTER_SIZE: '1',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_TELEMETRY_OPTOUT: 'true',
    })
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp('/health/live', PORT).forStatusCode(204))
    .start();
  return {
    connectionString: `esdb://${container.getHost()}:${container.getMappedPort(PORT)}?tls=false`,
    async stop() {
      await container.stop();
    },
  };
}
