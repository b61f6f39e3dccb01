import { metrics } from '@opentelemetry/api';
import type {
  Attributes,
  Counter as ApiCounter,
  Histogram as ApiHistogram,
  Meter,
} from '@opentelemetry/api';

/** A number that only grows. */
export type Counter = Pick<ApiCounter, 'add'>;

/** A distribution. */
export type Histogram = Pick<ApiHistogram, 'record'>;

type Observe = (report: (value: number, attributes?: Attributes) => void) => void;

interface WaitingGauge {
  attach(): void;
}

/** Upper bounds of buckets in seconds; the defaults of the API are meant for milliseconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Gauges declared before telemetry was started: the API has no proxy for them. */
const waitingGauges = new Set<WaitingGauge>();
let isStarted = false;

/** Attaches what was declared before the start. Called once, by `startTelemetry`. */
export function metricsStarted(): void {
  isStarted = true;
  for (const waiting of waitingGauges) waiting.attach();
  waitingGauges.clear();
}

/**
 * A number that only grows; name in Prometheus form, for example `sluice_webhooks_refused`.
 * May be declared before telemetry is started; what is added before is not counted.
 */
export function counter(name: string, description: string): Counter {
  let instrument: ApiCounter | undefined;
  return {
    add: (value, attributes) => {
      if (!isStarted) return;
      instrument ??= meter().createCounter(name, { description });
      instrument.add(value, attributes);
    },
  };
}

/** A distribution in the unit that the name ends with. May be declared before the start, as above. */
export function histogram(name: string, description: string): Histogram {
  let instrument: ApiHistogram | undefined;
  return {
    record: (value, attributes) => {
      if (!isStarted) return;
      const advice = name.endsWith('_seconds') ? { explicitBucketBoundaries: [...bounds] } : {};
      instrument ??= meter().createHistogram(name, { description, advice });
      instrument.record(value, attributes);
    },
  };
}

/**
 * A value read at each scrape. `observe` reports one or several values with their attributes;
 * it must answer at once, from memory. Returns the function that stops the observing.
 */
export function gauge(name: string, description: string, observe: Observe): () => void {
  let detach = (): void => undefined;
  const waiting: WaitingGauge = {
    attach: () => {
      const observable = meter().createObservableGauge(name, { description });
      const callback = (result: {
        observe(value: number, attributes?: Attributes): void;
      }): void => {
        observe((value, attributes) => result.observe(value, attributes));
      };
      observable.addCallback(callback);
      detach = () => observable.removeCallback(callback);
    },
  };
  if (isStarted) waiting.attach();
  else waitingGauges.add(waiting);
  return () => {
    waitingGauges.delete(waiting);
    detach();
  };
}

function meter(): Meter {
  return metrics.getMeter('sluice');
}
