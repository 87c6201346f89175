/**
 * Counters and histograms for the hot path. A histogram of prom-client hashes its labels on every
 * observation; these are plain array cells, put into prom-client's form when somebody scrapes.
 */
import type { MetricValue, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;
type Value = MetricValue<string> & { metricName?: string };

export class Cell {
  value = 0;
}

export class HistogramCell {
  readonly #bounds: readonly number[];
  /** The last one counts what is above every bound. */
  readonly counts: Float64Array;
  sum = 0;
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }
  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > this.#bounds[index]!) index++;
    this.counts[index]!++;
    this.sum += value;
  }
}

/** A family of cells by label values; callers keep the cell and count without a look-up. */
abstract class Tally<C> {
  readonly name: string;
  readonly help: string;
  readonly #labels: readonly string[];
  readonly #cells = new Map<string, { readonly labels: Labels; readonly cell: C }>();

  constructor(name: string, help: string, labels: readonly string[]) {
    this.name = name;
    this.help = help;
    this.#labels = labels;
  }

  of(...values: readonly string[]): C {
    const id = values.join('\u0000');
    let found = this.#cells.get(id);
    if (found === undefined) {
      const labels = Object.fromEntries(this.#labels.map((label, index) => [label, values[index] ?? '']));
      found = { labels, cell: this.empty() };
      this.#cells.set(id, found);
    }
    return found.cell;
  }

  registerIn(registry: Registry): this {
    const metric = {
      name: this.name,
      help: this.help,
      type: this.type,
      aggregator: 'sum',
      get: async () => ({
        name: this.name,
        help: this.help,
        type: this.type,
        aggregator: 'sum',
        values: [...this.#cells.values()].flatMap(({ labels, cell }) => this.values(labels, cell)),
      }),
      reset: () => this.#cells.clear(),
    };
    registry.registerMetric(metric as never);
    return this;
  }

  protected abstract readonly type: 'counter' | 'histogram';
  protected abstract empty(): C;
  protected abstract values(labels: Labels, cell: C): Value[];
}

export class CounterTally extends Tally<Cell> {
  protected readonly type = 'counter';
  protected empty(): Cell {
    return new Cell();
  }
  protected values(labels: Labels, cell: Cell): Value[] {
    return [{ labels, value: cell.value }];
  }
}

export class HistogramTally extends Tally<HistogramCell> {
  protected readonly type = 'histogram';
  readonly #bounds: readonly number[];

  constructor(name: string, help: string, labels: readonly string[], bounds: readonly number[]) {
    super(name, help, labels);
    this.#bounds = bounds;
  }
  protected empty(): HistogramCell {
    return new HistogramCell(this.#bounds);
  }
  protected values(labels: Labels, cell: HistogramCell): Value[] {
    let reached = 0;
    const buckets = [...cell.counts].map((count, index) => {
      reached += count;
      const le = index < this.#bounds.length ? String(this.#bounds[index]) : '+Inf';
      return { labels: { le, ...labels }, value: reached, metricName: `${this.name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: cell.sum, metricName: `${this.name}_sum` },
      { labels, value: reached, metricName: `${this.name}_count` },
    ];
  }
}
