import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { metricsStarted } from './metrics.ts';

/** Where traces go. */
export type TracesExporter = 'none' | 'otlp' | 'zipkin';

/** What one process tells of itself. */
export interface TelemetryOptions {
  readonly service: string;
  /** @default none */
  readonly tracesExporter?: TracesExporter;
  /** Zipkin v2 endpoint or OTLP/HTTP traces endpoint, by exporter. */
  readonly tracesUrl?: string;
}

/** Telemetry of a running process. */
export interface RunningTelemetry {
  /** Answers one Prometheus scrape. */
  readonly serveMetrics: (request: IncomingMessage, response: ServerResponse) => void;
  /** Flushes what is pending; the caller stops telemetry last of all. */
  stop(): Promise<void>;
}

/**
 * Starts OpenTelemetry for this process: traces by the exporter named, metrics for Prometheus.
 *
 * No auto-instrumentation: the kafkajs one overwrites `traceparent`, and our ports make the spans.
 * Call it before anything else is created, once per process.
 */
export function startTelemetry(options: TelemetryOptions): RunningTelemetry {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const traceExporter = traceExporterOf(options);
  const sdk = new NodeSDK({
    serviceName: options.service,
    metricReaders: [reader],
    instrumentations: [],
    autoDetectResources: false,
    ...(traceExporter === undefined ? { spanProcessors: [] } : { traceExporter }),
  });
  sdk.start();
  metricsStarted();
  return {
    serveMetrics: (request, response) => reader.getMetricsRequestHandler(request, response),
    stop: () => sdk.shutdown(),
  };
}

function traceExporterOf(
  options: TelemetryOptions,
): OTLPTraceExporter | ZipkinExporter | undefined {
  const url = options.tracesUrl === undefined ? {} : { url: options.tracesUrl };
  switch (options.tracesExporter ?? 'none') {
    case 'zipkin':
      return new ZipkinExporter(url);
    case 'otlp':
      return new OTLPTraceExporter(url);
    default:
      return undefined;
  }
}
