/**
 * Mixed load that remembers what it asked and what it was told. An ask without an answer is unknown until the same
 * key is sent again.
 */
import { coffee } from '../opened-book.ts';
import type { Reply, ServiceProcess } from '../service-process.ts';
import type { Seeded } from './seeded.ts';

/** As many acts as one hot incident, and as one customer, may have. */
export const PER_INCIDENT = 20;
export const PER_CUSTOMER = 2;
const CUSTOMERS = 60;

export const POLICY = {
  limits: [
    { id: 'hot', per: ['incident'], window: 'lifetime', allow: { count: PER_INCIDENT }, beyond: 'decline' },
    {
      id: 'customer',
      per: ['customer'],
      window: 'lifetime',
      allow: { count: PER_CUSTOMER },
      beyond: 'decline',
    },
  ],
};

export interface Ask {
  readonly key: string;
  readonly path: string;
  readonly body: { readonly customer?: string; readonly incident?: string; readonly mode?: string };
  /** For what is done to an act: the act, and what it then is. */
  readonly of?: Ask;
  readonly becomes?: 'reversed' | 'accepted' | 'released';
  /** The answer, once there is one. */
  answer?: Answer;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  readonly body: any;
}

export interface Load {
  readonly asks: readonly Ask[];
  /** Resolves when every connection has ended, which it does at the first call without an answer. */
  readonly ended: Promise<void>;
}

export async function send(service: ServiceProcess, ask: Ask): Promise<Reply> {
  const reply = await service.post(ask.path, ask.key, ask.body);
  if (reply.status >= 500) throw new Error(`${reply.status} is no answer: ${reply.text}`);
  return reply;
}

/** Asks from every connection until the service is gone. */
export function startLoad(
  service: ServiceProcess,
  acts: string,
  round: number,
  connections: number,
  random: Seeded,
): Load {
  const asks: Ask[] = [];
  const reversible: Ask[] = [];
  const reserved: Ask[] = [];
  const compose = (): Ask => {
    const key = `r${round}-${asks.length}`;
    const dice = random.next();
    if (dice < 0.1 && reversible.length > 0) {
      const [of] = reversible.splice(random.below(reversible.length), 1);
      if (of?.answer) {
        return {
          key,
          path: `${acts}/${of.answer.body.id}/reverse`,
          body: { reason: 'entered twice' } as object,
          of,
          becomes: 'reversed',
        };
      }
    }
    if (dice < 0.2 && reserved.length > 0) {
      const [of] = reserved.splice(random.below(reserved.length), 1);
      if (of?.answer) {
        const commits = random.next() < 0.6;
        const path = `${acts}/${of.answer.body.id}/${commits ? 'commit' : 'release'}`;
        return { key, path, body: {}, of, becomes: commits ? 'accepted' : 'released' };
      }
    }
    if (dice < 0.45) return { key, path: acts, body: coffee({ incident: `inc-${round}` }) };
    if (dice < 0.85) {
      // Reservations outlive every round: some are open at each kill.
      const mode = dice < 0.65 ? { mode: 'reserve', timeToLive: 'P1D' } : {};
      return {
        key,
        path: acts,
        body: coffee({ customer: `c-${round}-${random.below(CUSTOMERS)}`, ...mode }),
      };
    }
    return { key, path: acts, body: coffee({ mode: 'record', note: `told afterwards, ${key}` }) };
  };
  const connection = async (): Promise<void> => {
    for (;;) {
      const ask = compose();
      asks.push(ask);
      try {
        const reply = await send(service, ask);
        ask.answer = { status: reply.status, text: reply.text, body: reply.json() };
      } catch {
        return;
      }
      if (ask.of !== undefined) continue;
      if (ask.answer.body.status === 'accepted') reversible.push(ask);
      else if (ask.answer.body.status === 'reserved') reserved.push(ask);
    }
  };
  const ended = Promise.all(Array.from({ length: connections }, connection)).then(() => undefined);
  return { asks, ended };
}
