import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

export type MetricLabels = Readonly<Record<string, string>>;

/** All metrics of one thread as plain data, as it travels between threads. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** Prometheus metrics of one process. Asking twice for one name gives the same metric. */
export type Metrics = {
  /** A value that only grows. */
  readonly counter: (name: string, help: string, labelNames?: readonly string[]) => Counter;
  /** A value that goes up and down. */
  readonly gauge: (name: string, help: string, labelNames?: readonly string[]) => Gauge;
  /** A distribution in seconds; buckets from 1 ms to 10 s unless told. */
  readonly histogram: (
    name: string,
    help: string,
    labelNames?: readonly string[],
    buckets?: readonly number[],
  ) => Histogram;
  /** Runs before every exposition, for gauges that show what something is at the moment. */
  readonly onCollect: (run: () => Promise<void> | void) => void;
  /** The metrics of this thread alone. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
  /** Adds another thread's metrics to every exposition. */
  readonly include: (snapshot: () => Promise<MetricsSnapshot>) => void;
  /** The text exposition of all metrics, and its content type. */
  readonly expose: () => Promise<{ readonly contentType: string; readonly body: string }>;
};

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type MetricsOptions = {
  /** CPU, memory and event loop of the process; only its main thread reports them. Default true. */
  readonly processMetrics?: boolean;
};

/** A registry of its own per call, with a `service` label on everything. */
export const createMetrics = (service: string, options: MetricsOptions = {}): Metrics => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry });
  const included: (() => Promise<MetricsSnapshot>)[] = [];
  const collectors: (() => Promise<void> | void)[] = [];
  const made = new Map<string, Counter | Gauge | Histogram>();
  const once = <M extends Counter | Gauge | Histogram>(name: string, make: () => M): M => {
    const existing = made.get(name);
    if (existing !== undefined) return existing as M;
    const metric = make();
    made.set(name, metric);
    return metric;
  };
  const snapshot = async (): Promise<MetricsSnapshot> => {
    await Promise.all(collectors.map((run) => run()));
    return (await registry.getMetricsAsJSON()) as MetricsSnapshot;
  };
  return {
    counter: (name, help, labelNames = []) =>
      once(name, () => new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })),
    gauge: (name, help, labelNames = []) =>
      once(name, () => new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })),
    histogram: (name, help, labelNames = [], buckets = LATENCY_BUCKETS_SECONDS) =>
      once(
        name,
        () =>
          new Histogram({
            name,
            help,
            labelNames: [...labelNames],
            buckets: [...buckets],
            registers: [registry],
          }),
      ),
    onCollect: (run) => void collectors.push(run),
    snapshot,
    include: (snapshot) => void included.push(snapshot),
    expose: async () => {
      const threads = await Promise.all([snapshot, ...included].map((take) => take()));
      const all = AggregatorRegistry.aggregate(threads);
      return { contentType: registry.contentType, body: await all.metrics() };
    },
  };
};
