import { metrics } from '@opentelemetry/api';
import type { Attributes, Counter, Histogram } from '@opentelemetry/api';

/** A number that only grows; name in Prometheus form, for example `sluice_webhooks_refused`. */
export function counter(name: string, description: string): Counter {
  return metrics.getMeter('sluice').createCounter(name, { description });
}

/** A distribution in the unit that the name ends with. */
export function histogram(name: string, description: string): Histogram {
  return metrics.getMeter('sluice').createHistogram(name, { description });
}

/**
 * A value read at each scrape. `observe` reports one or several values with their attributes;
 * it must answer at once, from memory. Returns the function that removes the gauge.
 */
export function gauge(
  name: string,
  description: string,
  observe: (report: (value: number, attributes?: Attributes) => void) => void,
): () => void {
  const observable = metrics.getMeter('sluice').createObservableGauge(name, { description });
  const callback = (result: { observe(value: number, attributes?: Attributes): void }): void => {
    observe((value, attributes) => result.observe(value, attributes));
  };
  observable.addCallback(callback);
  return () => observable.removeCallback(callback);
}
