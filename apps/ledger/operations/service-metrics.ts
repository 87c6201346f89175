/** What the service counts, and how it shows it to Prometheus. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { CounterTally, type HistogramCell, HistogramTally } from '../../../libs/platform/tallies.ts';

const LATENCY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export class ServiceMetrics {
  readonly registry = new Registry();
  readonly #durations = new HistogramTally(
    'goodwill_http_request_duration_seconds',
    'From the request’s arrival to the end of the answer.',
    ['method', 'route', 'status'],
    LATENCY_SECONDS,
  ).registerIn(this.registry);
  readonly acts = new CounterTally(
    'goodwill_acts_total',
    'Acts answered with a recorded fact, by what was decided.',
    ['status', 'mode', 'replayed'],
  ).registerIn(this.registry);
  readonly #batches: HistogramCell = new HistogramTally(
    'goodwill_group_commit_events',
    'Events made durable by one append.',
    [],
    BATCH_SIZES,
  )
    .registerIn(this.registry)
    .of();
  readonly #appends: HistogramCell = new HistogramTally(
    'goodwill_append_duration_seconds',
    'From handing an append to the engine until it is durable.',
    [],
    LATENCY_SECONDS,
  )
    .registerIn(this.registry)
    .of();
  readonly conflicts = new CounterTally(
    'goodwill_append_conflicts_total',
    'Appends that lost against another process and were decided again.',
    [],
  )
    .registerIn(this.registry)
    .of();
  /** Route pattern and status to cell, so that a request costs one look-up. */
  readonly #cells = new Map<string, Map<number, HistogramCell>>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    const line = method + route;
    let byStatus = this.#cells.get(line);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#cells.set(line, byStatus);
    }
    let cell = byStatus.get(status);
    if (cell === undefined) {
      cell = this.#durations.of(method, route, String(status));
      byStatus.set(status, cell);
    }
    cell.observe(seconds);
  }

  appended(events: number, seconds: number): void {
    this.#batches.observe(events);
    this.#appends.observe(seconds);
  }

  /** `read` is called at each scrape. */
  gauge(name: string, help: string, label: string, read: () => readonly (readonly [string, number])[]): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, figure] of read()) this.set({ [label]: value }, figure);
      },
    });
  }
}
